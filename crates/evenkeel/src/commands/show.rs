//! `evenkeel show`

use anyhow::anyhow;

use crate::cli::{Allow, Show};
use crate::exit::{Exit, Failure, Outcome};
use crate::session::Session;
use crate::{output, source};

/// Shows one resource: desired, observed and the difference.
pub async fn run(args: &Show) -> Outcome {
    let source = source::load(&args.file)?;
    let session = Session::start(&source, &args.connection).await?;
    let Some(resource) = session.desired.by_address(&args.address).cloned() else {
        let known: Vec<&str> =
            session.desired.resources().map(|resource| resource.address.as_str()).collect();
        return Err(Failure::invalid(
            anyhow!("the topology has no resource `{}`", args.address),
            format!("known are {}", known.join(", ")),
        ));
    };
    let look = session.observe().await?;
    let plan = session.decide(&look, &Allow::default())?;
    session.stop().await;
    let changes: Vec<_> = plan
        .actions
        .iter()
        .filter(|action| action.resource == resource.id)
        .flat_map(|action| action.changes.clone())
        .collect();
    let shown = |body| resource::catalogue::masked(&resource.id, body);
    let beside = |body| resource::catalogue::masked_beside(&resource.id, body, &resource.body);
    let body = look.observed.get(&resource.id).map(|observation| beside(&observation.body));
    let declared = (!resource.body.is_null()).then(|| shown(&resource.body));
    let options = output::text_options(true);
    let (declared, body) = (declared.as_ref(), body.as_ref());
    output::result(&report::show(&args.address, declared, body, &changes, &options))?;
    Ok(Exit::Done)
}
