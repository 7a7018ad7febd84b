//! `evenkeel plan`

use crate::cli::{Plan, PlanFormat};
use crate::exit::{Exit, Outcome};
use crate::session::Session;
use crate::{output, picture, saved, source};

/// Shows what would change.
pub async fn run(args: &Plan) -> Outcome {
    let source = source::load(&args.file)?;
    let session = Session::start(&source, &args.connection).await?;
    let plan = session.plan(&args.allow).await?;
    let path = source.path.display().to_string();
    let mut warned = plan.clone();
    source.warn(&mut warned);
    let rendered = |format| match format {
        PlanFormat::Text => report::text(&plan, &output::text_options(false)),
        PlanFormat::Markdown => report::markdown(&warned, report::MARKDOWN_LIMIT),
        PlanFormat::Json => report::plan_json(&warned),
        PlanFormat::Github => report::github(&warned, Some(&path)),
        PlanFormat::AzureDevops => report::azure_devops(&warned, Some(&path)),
        PlanFormat::Sarif => report::sarif(&warned, Some(&path)),
        PlanFormat::Html => report::html(&warned, &picture::of(&session.desired), &source.made()),
    };
    output::document(args.format.form(), &rendered(args.format))?;
    for further in &args.report {
        output::file(further.format.form(), &further.file, &rendered(further.format))?;
    }
    if let Some(out) = &args.out {
        let origin = saved::save(&plan, &source, args.valid_for, out)?.origin;
        let of = origin.commit.map(|commit| format!(" of {}", saved::told(&commit)));
        output::say(&format!(
            "saved the plan{}; until {:.0} carry it out with `evenkeel apply {}`",
            of.unwrap_or_default(),
            origin.expires_at,
            out.display()
        ));
    }
    session.stop().await;
    Ok(if !plan.refusals.is_empty() {
        Exit::Refused
    } else if args.detailed_exitcode && !plan.is_empty() {
        Exit::Changes
    } else if args.require_complete && !plan.is_complete() {
        Exit::Incomplete
    } else {
        Exit::Done
    })
}
