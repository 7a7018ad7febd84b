//! Recorded requests and what Azure held afterwards judge the diff engine.
//!
//! For each case the request's body is what is desired and the settled body what is observed: they
//! must not differ. Then the observed body is changed in one place after another, and exactly that
//! place must be reported.

use std::path::Path;

use anyhow::{Context, ensure};
use plan::PropertyChange;
use planner::diff::{Comparison, compare};
use resource::{ResourceType, catalogue};
use serde_json::{Value, json};

mod case;
mod mutation;
mod table;

use case::Case;
use mutation::{Mutation, Outcome};

/// What became of one case.
#[derive(Debug)]
struct Verdict {
    case: Case,
    false_differences: Vec<PropertyChange>,
    mutations: Vec<(Mutation, Outcome)>,
}

impl Verdict {
    fn count(&self, wanted: impl Fn(&Outcome) -> bool) -> usize {
        self.mutations.iter().filter(|(_, outcome)| wanted(outcome)).count()
    }

    fn missed(&self) -> usize {
        self.count(Outcome::is_miss)
    }

    fn tried(&self) -> usize {
        self.count(|outcome| *outcome == Outcome::Reported || outcome.is_miss())
    }

    fn passed(&self) -> bool {
        self.false_differences.is_empty() && self.missed() == 0
    }
}

/// Judges all cases in `directory`, prints the score and tells whether all passed.
pub fn run(directory: &Path, details: Option<&Path>, verbose: bool) -> anyhow::Result<bool> {
    let cases = case::load(directory)?;
    ensure!(!cases.is_empty(), "no case found in `{}`", directory.display());
    let verdicts: Vec<Verdict> = cases.into_iter().map(judge).collect();
    if let Some(path) = details {
        let details: Vec<Value> = verdicts.iter().map(detail).collect();
        std::fs::write(path, serde_json::to_vec_pretty(&details)?)
            .with_context(|| format!("failed to write `{}`", path.display()))?;
    }
    print!("{}", table::by_type(&verdicts));
    if verbose {
        print!("{}", table::failures(&verdicts));
    }
    let passed = verdicts.iter().filter(|verdict| verdict.passed()).count();
    println!("{passed} passed, {} failed", verdicts.len() - passed);
    Ok(passed == verdicts.len())
}

/// Compares as `plan` does.
fn comparison(case: &Case, observed: &Value) -> Comparison {
    let resource_type = ResourceType::new(case.resource_type.as_str());
    compare(&resource_type, &case.desired, observed, &|_| None)
}

fn judge(mut case: Case) -> Verdict {
    let resource_type = ResourceType::new(case.resource_type.as_str());
    if let Some(rewrite) = catalogue::facts(&resource_type).rewrite {
        // Mutations go by the form in which the service answers.
        rewrite(&mut case.desired, &case.observed);
    }
    let as_it_came = comparison(&case, &case.observed);
    let mutations = mutation::all(&case);
    let mutations = mutations
        .into_iter()
        .map(|mutation| {
            let outcome = mutation.judge(&case, &as_it_came);
            (mutation, outcome)
        })
        .collect();
    Verdict { case, false_differences: as_it_came.changes, mutations }
}

fn detail(verdict: &Verdict) -> Value {
    let mutations: Vec<Value> = verdict
        .mutations
        .iter()
        .map(|(mutation, outcome)| {
            json!({ "path": mutation.path, "kind": mutation.kind.name(), "outcome": outcome.name(),
                "reported": outcome.reported() })
        })
        .collect();
    json!({
        "id": verdict.case.id,
        "type": verdict.case.resource_type,
        "apiVersion": verdict.case.api_version,
        "passed": verdict.passed(),
        "falseDifferences": verdict.false_differences,
        "mutations": mutations,
    })
}
