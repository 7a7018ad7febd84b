//! `evenkeel import`

mod children;
mod look;

use std::path::Path;

use anyhow::{Context, anyhow};
use importer::{Imported, Request, Verdict};
use planner::{Options, Secrets};
use resource::{ResourceId, SecretSource};
use secrecy::ExposeSecret;
use topology::{Input, Topology};

use crate::cli::Import;
use crate::exit::{Exit, Failure, Outcome};
use crate::session::{Azure, Session, named_cloud};
use crate::{output, source};

/// Writes a topology from what is live, and tells whether its plan is empty.
pub async fn run(args: &Import) -> Outcome {
    let scopes = scopes(args)?;
    check_out(args)?;
    let subscription = scopes[0].subscription().unwrap_or_default().to_owned();
    let cloud = args.connection.cloud.clone().filter(|cloud| cloud != "public");
    let azure = Azure::connect(
        named_cloud(cloud.as_deref().unwrap_or("public"))?,
        &subscription,
        &args.connection,
    )
    .await?;
    let observed = {
        let _spinner = azure.progress.spinner("reading Azure");
        look::look(&azure.reader(), &scopes, args.name.clone()).await?
    };
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let request =
        Request { scopes, name: args.name.clone(), cloud, environment: environment.collect() };
    let mut imported = importer::import(families::language(), &observed, &request);
    if let Some(topology) = read(args, &imported) {
        imported.verdict = verify(azure, &topology, &imported).await?;
    } else {
        azure.stop().await;
    }
    write(args, &imported.text())?;
    tell(&imported);
    Ok(if imported.verdict == Verdict::Unknown { Exit::Failed } else { Exit::Done })
}

/// Reads the scopes: names of groups are of the one subscription.
fn scopes(args: &Import) -> Result<Vec<ResourceId>, Failure> {
    let scope = |text: &String| {
        if text.starts_with('/') {
            return ResourceId::parse(text).map_err(|error| {
                Failure::invalid(error, "`az resource list --query [].id` prints resource IDs")
            });
        }
        let Some(subscription) = &args.subscription else {
            return Err(Failure::invalid(
                anyhow!("the subscription of the resource group `{text}` is not given"),
                "pass `--subscription <ID>`, or set AZURE_SUBSCRIPTION_ID",
            ));
        };
        // The names become parts of addresses, and must not lead elsewhere.
        ResourceId::parse(&format!("/subscriptions/{subscription}/resourceGroups/{text}"))
            .ok()
            .filter(|_| is_group_name(text))
            .ok_or_else(|| {
                Failure::invalid(
                    anyhow!("`{text}` can't be the name of a resource group in `{subscription}`"),
                    "`az group list --query [].name` prints the names",
                )
            })
    };
    let scopes: Vec<ResourceId> = args.scopes.iter().map(scope).collect::<Result<_, _>>()?;
    match scopes.iter().find(|id| id.resource_group().is_none()) {
        Some(id) => Err(Failure::invalid(
            anyhow!("`{id}` is neither a resource group nor in one"),
            "name the resource groups of the application, one by one",
        )),
        None => Ok(scopes),
    }
}

/// Tells whether Azure takes a text as the name of a resource group.
///
/// Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules>.
fn is_group_name(text: &str) -> bool {
    let is_sound = |c: char| c.is_alphanumeric() || "-_.()".contains(c);
    (1..=90).contains(&text.chars().count()) && text.chars().all(is_sound) && !text.ends_with('.')
}

/// Refuses a file that is there, before anything is read.
fn check_out(args: &Import) -> Result<(), Failure> {
    match &args.out {
        Some(path) if path.exists() && !args.force => Err(Failure::invalid(
            anyhow!("`{}` is there already", path.display()),
            "choose another file, or pass `--force` to overwrite it",
        )),
        _ => Ok(()),
    }
}

fn write(args: &Import, text: &str) -> Result<(), Failure> {
    match &args.out {
        None => output::result(text)?,
        Some(path) => files::write(path, text.as_bytes())
            .with_context(|| format!("cannot write `{}`", path.display()))?,
    }
    Ok(())
}

/// Reads what was written as any command would, with the variables set to what Azure holds.
fn read(args: &Import, imported: &Imported) -> Option<Topology> {
    let parsed = topology::parse(&Input {
        language: families::language(),
        file: args.out.as_deref().unwrap_or(Path::new("(stdout)")),
        text: &imported.text(),
        env: &|name| imported.variables.get(name).map(|value| value.expose_secret().to_owned()),
        read: &|path| files::read(path, files::TEXT),
        overlays: &[],
    });
    source::tell(&parsed);
    parsed.topology
}

/// Looks at Azure once more, as `plan` does, and plans what was written.
async fn verify(
    azure: Azure,
    topology: &Topology,
    imported: &Imported,
) -> Result<Verdict, Failure> {
    let session = Session {
        azure,
        desired: planner::expand(families::language(), topology),
        history: Default::default(),
    };
    let observed = session.observe().await?.observed;
    let variables = imported.variables.iter();
    let secrets: Secrets =
        variables.map(|(name, value)| (SecretSource::Env(name.clone()), value.clone())).collect();
    let options = Options { secrets, ..Options::default() };
    let plan = planner::plan(&session.desired, &observed, &options)?;
    session.stop().await;
    Ok(Verdict::of(&plan))
}

/// Tells what is not in the file, what must be set to use it, and what its plan does.
fn tell(imported: &Imported) {
    for remark in &imported.remarks {
        // The subscription is the one that was asked for.
        let what = remark.what.split_once("/resourceGroups/").map_or(&*remark.what, |(_, id)| id);
        output::say(&format!("{what}: {}", remark.why));
    }
    let is_unset = |name: &&String| std::env::var_os(name).is_none();
    let unset: Vec<&str> = imported.variables.keys().filter(is_unset).map(String::as_str).collect();
    if !unset.is_empty() {
        let names = unset.join(", ");
        output::say(&format!("secrets are not written; set {names} before the next plan"));
    }
    output::say(&imported.verdict.sentence());
    if let Verdict::Differs(lines) = &imported.verdict {
        lines.iter().for_each(|line| output::say(&format!("  {line}")));
    }
}
