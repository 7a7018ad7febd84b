//! `evenkeel drift`

use plan::Plan;
use report::Picture;

use crate::cli::{Drift, DriftFormat};
use crate::exit::{Exit, Outcome};
use crate::session::Session;
use crate::{accept, output, picture, source};

/// Tells what has moved in Azure; writes to the topology alone, where that is asked for.
pub async fn run(args: &Drift) -> Outcome {
    if let Some(addresses) = &args.accept.accept {
        return accept::run(args, addresses).await;
    }
    let source = source::load(&args.file)?;
    let session = Session::start(&source.topology, &args.connection).await?;
    let plan = session.drift(&source.named()).await?;
    let picture = picture::of(&session.desired);
    session.stop().await;
    output::result(&rendered(args.format, &plan, &picture))?;
    for further in &args.report {
        output::file(&further.file, &rendered(further.format, &plan, &picture))?;
    }
    Ok(if plan.is_as_declared() { Exit::Done } else { Exit::Changes })
}

/// Renders what has moved.
pub fn rendered(format: DriftFormat, plan: &Plan, picture: &Picture) -> String {
    match format {
        DriftFormat::Text => report::drift(plan, &output::text_options(false)),
        DriftFormat::Json => report::plan_json(plan),
        DriftFormat::Junit => report::junit(plan, picture),
        DriftFormat::Html => report::drift_html(plan, picture),
        DriftFormat::Markdown => report::drift_markdown(plan, report::MARKDOWN_LIMIT),
    }
}
