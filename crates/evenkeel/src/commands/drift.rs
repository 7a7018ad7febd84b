//! `evenkeel drift`

use plan::Plan;
use report::{Made, Picture};

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
    let session = Session::start(&source, &args.connection).await?;
    let plan = session.drift().await?;
    let picture = picture::of(&session.desired);
    let made = source.made();
    session.stop().await;
    output::document(args.format.form(), &rendered(args.format, &plan, &picture, &made))?;
    for further in &args.report {
        output::file(
            further.format.form(),
            &further.file,
            &rendered(further.format, &plan, &picture, &made),
        )?;
    }
    Ok(match (plan.is_as_declared(), plan.is_complete()) {
        (false, _) => Exit::Changes,
        (true, false) if args.require_complete => Exit::Incomplete,
        (true, _) => Exit::Done,
    })
}

/// Renders what has moved.
pub fn rendered(format: DriftFormat, plan: &Plan, picture: &Picture, made: &Made) -> String {
    match format {
        DriftFormat::Text => report::drift(plan, &output::text_options(false)),
        DriftFormat::Json => report::plan_json(plan),
        DriftFormat::Junit => report::junit(plan, picture),
        DriftFormat::Html => report::drift_html(plan, picture, made),
        DriftFormat::Markdown => report::drift_markdown(plan, report::MARKDOWN_LIMIT),
    }
}
