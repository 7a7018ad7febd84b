//! `evenkeel destroy`

use std::io::{self, IsTerminal};

use anyhow::anyhow;
use planner::Desired;

use crate::cli::{Allow, Destroy, TextOrJson};
use crate::commands::apply::{Job, carry_out};
use crate::exit::{Exit, Failure, Outcome};
use crate::session::Session;
use crate::{output, source};

const CONCURRENCY: usize = 8;

/// Deletes all that the topology owns.
pub async fn run(args: &Destroy) -> Outcome {
    let source = source::load(&args.file)?;
    let mut session = Session::start(&source.topology, &args.connection).await?;
    let observed = session.observe().await?;
    session.desired = session.desired.without_resources();
    let observed = with_groups(&session, observed).await?;
    let allow = Allow { allow_mass_delete: true, ..args.allow.clone() };
    let plan = session.decide(&observed, &allow)?;
    output::result(&report::text(&plan, &output::text_options(false)))?;
    if !plan.refusals.is_empty() {
        return Err(Failure::Told(Exit::Refused));
    }
    if !plan.is_empty() && !confirm(args, &session.desired)? {
        output::say("the name does not match; nothing was changed");
        return Ok(Exit::Done);
    }
    let job =
        Job { plan, input: Some(&source.path), concurrency: CONCURRENCY, format: TextOrJson::Text };
    carry_out(session.azure, job).await
}

/// Looks again, now that the topology is empty: its groups may go when they are.
async fn with_groups(
    session: &Session,
    mut observed: resource::Observed,
) -> Result<resource::Observed, Failure> {
    let again = session.observe().await?;
    observed.resources.extend(again.resources);
    observed.listed.extend(again.listed);
    Ok(observed)
}

fn confirm(args: &Destroy, desired: &Desired) -> Result<bool, Failure> {
    let name = &desired.topology;
    if let Some(confirmed) = &args.confirm {
        return Ok(confirmed == name);
    }
    if !io::stdin().is_terminal() {
        return Err(Failure::invalid(
            anyhow!("there is nobody to ask for the topology's name"),
            format!("pass `--confirm {name}`"),
        ));
    }
    let typed: String = dialoguer::Input::new()
        .with_prompt(format!("Type `{name}` to delete all of the above"))
        .allow_empty(true)
        .interact_text()?;
    Ok(typed == *name)
}
