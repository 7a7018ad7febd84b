//! One round of a watcher: read the topology, look at Azure, tell what was found.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use plan::{Plan, Verdict};
use serde_json::{Value, json};
use tracing::Instrument;

use super::metrics::Metrics;
use crate::cli::{Connection, File};
use crate::exit::{Exit, Failure};
use crate::picture;
use crate::session::Session;
use crate::source::{self, Source};

/// How a round ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Azure is as the topology says.
    Clean,
    /// What was looked at is as the topology says, and something was not.
    Incomplete,
    /// Something has drifted, is pending or has failed over.
    Changes,
    /// A guard refuses the plan that would mend it.
    Refused,
    /// The topology cannot be used.
    Invalid,
    /// Azure could not be looked at.
    Failed,
}

impl Ending {
    /// Returns the name in metrics and results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Incomplete => "incomplete",
            Self::Changes => "changes",
            Self::Refused => "refused",
            Self::Invalid => "invalid",
            Self::Failed => "failed",
        }
    }

    /// Returns how a run ends that ends with this round, where a look in part may be not enough.
    pub fn exit(self, require_complete: bool) -> Exit {
        match self {
            Self::Incomplete if require_complete => Exit::Incomplete,
            Self::Clean | Self::Incomplete => Exit::Done,
            Self::Changes | Self::Refused => Exit::Changes,
            Self::Invalid => Exit::Invalid,
            Self::Failed => Exit::Failed,
        }
    }
}

/// What was counted in a round that looked at Azure in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Resources that are not as the topology says, by verdict; noughts included.
    pub by_verdict: BTreeMap<&'static str, usize>,
    /// Resources that were compared.
    pub evaluated: usize,
    /// Resources without our mark.
    pub unmanaged: usize,
    /// Resources that could not be looked at.
    pub not_evaluated: usize,
}

/// What a round has found.
#[derive(Debug)]
pub struct Finding {
    /// The topology's name.
    pub topology: String,
    /// How it ended.
    pub ending: Ending,
    /// Why it ended so, where it is no result of its own.
    pub error: Option<String>,
    /// What was counted.
    pub tally: Option<Tally>,
    /// Requests that were sent.
    pub requests: usize,
    /// How long it took.
    pub duration: Duration,
    /// What was found, for reports.
    pub plan: Option<(Plan, report::Picture, report::Made)>,
}

/// A watcher's connection and what it watches.
pub struct Watcher {
    file: File,
    connection: Connection,
    metrics: Arc<Metrics>,
    session: Session,
    name: String,
}

impl Watcher {
    /// Reads the topology and connects; what is wrong from the start ends the run.
    pub async fn start(
        file: File,
        connection: Connection,
        metrics: Arc<Metrics>,
    ) -> Result<Self, Failure> {
        let source = source::load(&file)?;
        let session = Session::watch(&source, &connection, metrics.clone()).await?;
        let name = session.desired.topology.clone();
        Ok(Self { file, connection, metrics, session, name })
    }

    /// Ends the connection.
    pub async fn stop(self) {
        self.session.stop().await;
    }

    /// Looks once, and comes back with what was found. The topology is read anew, so that what git brings is
    /// watched from the next round.
    pub async fn look(mut self, round: u64) -> (Self, Finding) {
        let finding = self.find_out(round).await;
        (self, finding)
    }

    async fn find_out(&mut self, round: u64) -> Finding {
        let span = tracing::info_span!("round", round, topology = %self.name);
        let (begun, before) = (Instant::now(), self.session.azure.counts());
        let found = self.find().instrument(span).await;
        let requests = self.session.azure.counts().requests.saturating_sub(before.requests);
        let duration = begun.elapsed();
        let topology = self.name.clone();
        match found {
            Ok((plan, made)) => {
                let tally = tally(&plan);
                let ending = match (plan.is_as_declared(), plan.refusals.is_empty()) {
                    (true, _) if plan.is_complete() => Ending::Clean,
                    (true, _) => Ending::Incomplete,
                    (false, true) => Ending::Changes,
                    (false, false) => Ending::Refused,
                };
                let plan = Some((plan, picture::of(&self.session.desired), made));
                let tally = Some(tally);
                Finding { topology, ending, error: None, tally, requests, duration, plan }
            }
            Err(failure) => {
                let ending = match failure.exit() {
                    Exit::Invalid => Ending::Invalid,
                    _ => Ending::Failed,
                };
                let error = Some(failure.to_string());
                Finding { topology, ending, error, tally: None, requests, duration, plan: None }
            }
        }
    }

    async fn find(&mut self) -> Result<(Plan, report::Made), Failure> {
        let source = source::read(&self.file)?;
        self.follow(&source).await?;
        Ok((self.session.drift().await?, source.made()))
    }

    /// Takes over what the topology says now; where it lives elsewhere, connects there.
    async fn follow(&mut self, source: &Source) -> Result<(), Failure> {
        let desired = source.expand();
        if desired.subscription != self.session.desired.subscription {
            let metrics = self.metrics.clone();
            let next = Session::watch(source, &self.connection, metrics).await?;
            std::mem::replace(&mut self.session, next).stop().await;
        }
        self.name.clone_from(&desired.topology);
        self.session.desired = desired;
        Ok(())
    }
}

impl Finding {
    /// Renders the round as the schema `evenkeel.watch/1`, on one line.
    pub fn to_json(&self, round: u64) -> Value {
        let mut line = json!({
            "schema": "evenkeel.watch/1",
            "topology": self.topology,
            "round": round,
            "at": jiff::Timestamp::now().to_string(),
            "result": self.ending.name(),
            "durationMs": u64::try_from(self.duration.as_millis()).unwrap_or(u64::MAX),
            "requests": self.requests,
        });
        if let Some(error) = &self.error {
            line["error"] = json!(error);
        }
        if let Some(tally) = &self.tally {
            line["resources"] = json!(tally.by_verdict);
            line["coverage"] = json!({
                "evaluated": tally.evaluated,
                "unmanaged": tally.unmanaged,
                "notEvaluated": tally.not_evaluated,
            });
        }
        line
    }
}

fn tally(plan: &Plan) -> Tally {
    let mut by_verdict: BTreeMap<&'static str, usize> =
        Verdict::ALL.into_iter().map(|verdict| (name_of(verdict), 0)).collect();
    let verdicts = plan.verdicts.iter().flat_map(|verdicts| verdicts.actions.values());
    for found in verdicts {
        *by_verdict.entry(name_of(found.verdict)).or_default() += 1;
    }
    by_verdict.insert("failedOver", plan.failed_over().count());
    Tally {
        by_verdict,
        evaluated: plan.coverage.evaluated,
        unmanaged: plan.coverage.unmanaged.len(),
        not_evaluated: plan.coverage.not_evaluated.len(),
    }
}

fn name_of(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Drift => "drift",
        Verdict::Pending => "pending",
        Verdict::Both => "both",
        Verdict::Unknown => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_in_part_is_clean_only_where_that_is_enough() {
        for (ending, in_part, whole) in [
            (Ending::Clean, 0, 0),
            (Ending::Incomplete, 0, 5),
            (Ending::Changes, 2, 2),
            (Ending::Refused, 2, 2),
            (Ending::Invalid, 3, 3),
            (Ending::Failed, 1, 1),
        ] {
            assert_eq!(ending.exit(false).code(), in_part, "{ending:?}");
            assert_eq!(ending.exit(true).code(), whole, "{ending:?}");
        }
    }
}
