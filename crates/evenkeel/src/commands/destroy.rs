//! `evenkeel destroy`

use crate::cli::{Allow, Destroy, TextOrJson};
use crate::commands::apply::{Job, carry_out};
use crate::exit::{Exit, Failure, Outcome};
use crate::prompt::{self, Answer};
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
    if !plan.is_empty() {
        let name = &session.desired.topology;
        let answer = match &args.confirm {
            Some(confirmed) if confirmed == name => Answer::Yes,
            Some(_) => Answer::WrongName,
            None => {
                let instead = format!("pass `--confirm {name}`");
                prompt::consent(&session.azure, &plan, true, &instead).await?
            }
        };
        if answer != Answer::Yes {
            session.stop().await;
            return Ok(answer.decline());
        }
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
