//! `evenkeel parity`

use anyhow::anyhow;
use futures_util::future::join_all;
use secrecy::SecretString;
use tenants::{Login, OAuth, Settings, Tenant};
use topology::{Part, SecretSource, Text};

use crate::cli::{Parity, ParityFormat};
use crate::exit::{Exit, Failure, Outcome};
use crate::{output, source};

/// Compares tenants outside Azure; writes nothing to them.
pub async fn run(args: &Parity) -> Outcome {
    let source = source::load(&args.file)?;
    let Some(wanted) = &source.topology.parity else {
        let help = "add `parity`, with `tenants` and what to `compare`";
        return Err(Failure::invalid(anyhow!("the topology names no tenants"), help));
    };
    let settings = Settings { secrets: output::secrets().clone(), time_scale: 1.0 };
    let mut tenants = vec![];
    for (name, tenant) in &wanted.tenants {
        tenants.push(self::tenant(name, tenant)?);
    }
    let reads = tenants.iter().map(|it| tenants::read(it, &wanted.compare, &settings));
    let answers = join_all(reads).await;
    let now = jiff::Timestamp::now();
    let found = parity::compare(&source.topology.name, &wanted.compare, &answers, now);
    output::document(args.format.form(), &rendered(args.format, &found))?;
    for further in &args.report {
        let text = rendered(further.format, &found);
        output::file(further.format.form(), &further.file, &text)?;
    }
    Ok(match (found.is_same(), found.is_complete()) {
        (false, _) => Exit::Changes,
        (true, false) => Exit::Failed,
        (true, true) => Exit::Done,
    })
}

fn rendered(format: ParityFormat, found: &parity::Parity) -> String {
    match format {
        ParityFormat::Text => report::parity(found, &output::text_options(false)),
        ParityFormat::Json => report::parity_json(found),
        ParityFormat::Markdown => report::parity_markdown(found, report::MARKDOWN_LIMIT),
        ParityFormat::Junit => report::parity_junit(found),
    }
}

/// Returns a tenant with its secrets, which no output shows from now on.
fn tenant(name: &str, tenant: &topology::Tenant) -> Result<Tenant, Failure> {
    let mut headers = vec![];
    for (header, value) in &tenant.headers {
        headers.push((header.clone(), text(value)?));
    }
    let auth = tenant.auth.as_ref();
    let login = if let Some(oauth) = auth.and_then(|auth| auth.oauth.as_ref()) {
        Some(Login::OAuth(OAuth {
            token: oauth.token.parse()?,
            client_id: text(&oauth.client_id)?,
            secret: text(&oauth.secret)?,
            scope: oauth.scope.as_ref().map(|scope| scope.value.clone()),
        }))
    } else if let Some(basic) = auth.and_then(|auth| auth.basic.as_ref()) {
        Some(Login::Basic { user: text(&basic.user)?, password: text(&basic.password)? })
    } else {
        None
    };
    Ok(Tenant { name: name.to_owned(), url: tenant.url.parse()?, headers, login })
}

/// Returns the value of a text.
fn text(text: &Text) -> Result<SecretString, Failure> {
    let mut value = String::new();
    for part in &text.0 {
        match part {
            Part::Literal(literal) => value.push_str(literal),
            Part::Secret(SecretSource::Env(name)) => {
                let secret = std::env::var(name)
                    .map_err(|_| anyhow!("the environment variable `{name}` is not set"))?;
                output::secrets().add(&secret);
                value.push_str(&secret);
            }
            Part::Secret(SecretSource::KeyVault { .. }) | Part::Reference { .. } => {
                return Err(anyhow!("`{text}` cannot be had where tenants are compared").into());
            }
        }
    }
    Ok(value.into())
}
