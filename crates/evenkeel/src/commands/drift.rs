//! `evenkeel drift`

use crate::cli::{Allow, Drift, TextOrJson};
use crate::exit::{Exit, Outcome};
use crate::session::Session;
use crate::{output, source};

/// Tells what has moved in Azure; never writes.
pub async fn run(args: &Drift) -> Outcome {
    let source = source::load(&args.file)?;
    let session = Session::start(&source.topology, &args.connection).await?;
    let plan = session.plan(&Allow::default()).await?;
    session.stop().await;
    output::result(&match args.format {
        TextOrJson::Text => report::drift(&plan, &output::text_options(false)),
        TextOrJson::Json => report::plan_json(&plan),
    })?;
    Ok(if plan.is_empty() && plan.refusals.is_empty() { Exit::Done } else { Exit::Changes })
}
