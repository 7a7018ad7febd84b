//! `evenkeel destroy`

use std::collections::BTreeSet;

use executor::Options;
use plan::Plan;
use planner::Desired;
use report::Next;

use crate::apply_lock::{ApplyLock, Wanted};
use crate::cli::{Allow, Destroy, TextOrJson};
use crate::commands::apply::{Job, carry_out};
use crate::exit::{Exit, Failure, Outcome};
use crate::prompt::{self, Answer};
use crate::session::Session;
use crate::{output, source};

/// Deletes all that the topology owns.
pub async fn run(args: &Destroy) -> Outcome {
    let source = source::load(&args.file)?;
    let mut session = Session::start(&source, &args.connection).await?;
    let file = source.arguments();
    let next =
        Next { apply: format!("evenkeel destroy {file}"), review: format!("evenkeel plan {file}") };
    let Desired { apply_lock, topology, .. } = &session.desired;
    let wanted = Wanted::new(apply_lock.as_ref(), topology, &args.wait, &next.apply);
    let mut lock = ApplyLock::take(&session.azure, &wanted).await?;
    let plan = lock.during(plan(&mut session, args)).await?;
    output::result(&report::text(&plan, &output::text_options(false)))?;
    if !plan.refusals.is_empty() {
        lock.release().await;
        return Err(Failure::Told(Exit::Refused));
    }
    let mut options = Options::default();
    if !plan.is_empty() {
        let name = &session.desired.topology;
        let answer = match &args.confirm {
            Some(confirmed) if confirmed == name => Answer::Yes,
            Some(_) => Answer::WrongName,
            None => {
                lock.release().await;
                let instead = format!("pass `--confirm {name}`");
                prompt::consent(&session.azure, &plan, true, &instead).await?
            }
        };
        if answer != Answer::Yes {
            lock.release().await;
            session.stop().await;
            return Ok(answer.decline());
        }
        if args.confirm.is_none() {
            lock = ApplyLock::take(&session.azure, &wanted).await?;
            options.prove_unmoved = lock.is_held();
        }
    }
    let job = Job { plan, next, options, format: TextOrJson::Text, desired: None };
    carry_out(session.azure, job, lock).await
}

/// Plans the end of all that is ours.
async fn plan(session: &mut Session, args: &Destroy) -> Result<Plan, Failure> {
    // The topology keeps none of its groups: each may go when all in it goes.
    let look = session.observe_keeping(BTreeSet::new()).await?;
    session.desired = session.desired.without_resources();
    let allow = Allow { allow_mass_delete: true, ..args.allow.clone() };
    session.decide(&look, &allow)
}
