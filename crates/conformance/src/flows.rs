//! Recorded exchanges judge the simulator.
//!
//! Each recording is played against a fresh simulator in which what must have been there was made
//! first. Statuses, headers, the codes of refusals and the properties of bodies must be as Azure
//! answered them.

use std::path::Path;

use anyhow::ensure;
use simulator::Latency;

pub mod judge;
pub mod least;
pub mod prior;
pub mod recording;
mod replay;
mod situation;
pub mod table;

use judge::Verdict;
use recording::Flow;
use replay::Replay;

/// The share of properties that must be as in Azure.
pub const WANTED_SHARE: f64 = 0.95;

/// Plays all recordings in `directory`, prints the score and tells whether all passed.
pub fn run(directory: &Path, latency: Latency, verbose: bool) -> anyhow::Result<bool> {
    let flows: Vec<Flow> = recording::load(directory)?;
    ensure!(!flows.is_empty(), "no recording found in `{}`", directory.display());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut played = vec![];
    for flow in &flows {
        let verdicts =
            runtime.block_on(async { Replay::begin(flow, latency).await?.play().await })?;
        played.push((flow.id.as_str(), verdicts));
    }
    Ok(report(&played, verbose))
}

/// Prints the score of all cases and tells whether all passed.
pub fn report(played: &[(&str, Vec<Verdict>)], verbose: bool) -> bool {
    print!("{}", table::by_type(played.iter().flat_map(|(_, verdicts)| verdicts)));
    let (mut passed, mut failed, mut uncovered) = (0, 0, 0);
    for (id, verdicts) in played {
        let covered: Vec<&Verdict> = verdicts.iter().filter(|verdict| verdict.is_covered).collect();
        if covered.is_empty() {
            uncovered += 1;
            continue;
        }
        let is_passed = has_passed(&covered);
        if is_passed {
            passed += 1;
        } else {
            failed += 1;
        }
        let details: String = covered.iter().map(|verdict| table::failure(verdict)).collect();
        if verbose && !details.is_empty() {
            print!("{} {id}\n{details}", if is_passed { "passed" } else { "FAILED" });
        }
    }
    println!("{uncovered} not covered");
    println!("{passed} passed, {failed} failed");
    failed == 0
}

/// Everything but a few properties must be as recorded.
fn has_passed(verdicts: &[&Verdict]) -> bool {
    let total: usize = verdicts.iter().map(|verdict| verdict.likeness.total).sum();
    let unlike: usize = verdicts.iter().map(|verdict| verdict.likeness.unlike.len()).sum();
    let is_exact = |verdict: &&Verdict| {
        verdict.is_status_right()
            && verdict.wrong_headers.is_empty()
            && verdict.wrong_code.is_none()
    };
    verdicts.iter().all(is_exact) && (total - unlike) as f64 >= WANTED_SHARE * total as f64
}
