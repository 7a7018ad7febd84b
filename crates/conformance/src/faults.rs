//! Applies the first reference architecture while Azure misbehaves and the process is killed.
//!
//! Each seed is one trial: a simulated Azure of its own, a mixture of faults, and runs of `apply`
//! that end early, until one succeeds. What must hold is in `verdict.rs`.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use anyhow::{Context, bail};
use simulator::Scenario;
use topology::{Input, Topology};

#[cfg(test)]
mod dark;
mod mixture;
mod trial;
mod verdict;

use mixture::Mixture;
use trial::Trial;
use verdict::Settled;

/// Which trials are made.
#[derive(Debug, Clone, Copy)]
pub struct Seeds {
    /// The first seed.
    pub from: u64,
    /// How many follow.
    pub count: u64,
}

/// What every trial starts with.
pub struct Start {
    topology: Topology,
    /// What Azure holds before: as it is shipped, and with a record that only goes without its lock.
    seeds: Vec<Vec<Scenario>>,
    /// What Azure holds after an apply in which nothing goes wrong, for each of the seeds.
    settled: Vec<Settled>,
}

impl Start {
    /// Reads the first reference architecture and applies it once to each of its seeds.
    pub fn read() -> anyhow::Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let topology = read_topology(&root.join("topologies/r1.yaml"))?;
        let azure = read_scenario(root.join("tests/scenarios/r1/azure.yaml"))?;
        let address =
            read_scenario(root.join("tests/scenarios/r1/drifts/address-instead-of-name.yaml"))?;
        let seeds = vec![vec![azure.clone()], vec![azure, address]];
        let mut start = Self { topology, seeds, settled: vec![] };
        for variant in 0..start.seeds.len() {
            let calm = Trial::new(&start, Mixture::calm(variant));
            start.settled.push(in_runtime(calm.settle())?);
        }
        Ok(start)
    }

    /// Makes the trial of a seed; the error says what did not hold.
    pub fn try_seed(&self, seed: u64, verbose: bool) -> anyhow::Result<()> {
        let mixture = Mixture::of(seed, self.seeds.len());
        if verbose {
            println!("{mixture:#?}");
        }
        in_runtime(Trial::new(self, mixture).verbosely(verbose).run())
    }
}

/// Makes the trials on `threads` threads, prints those that failed and tells whether all passed.
pub fn run(seeds: Seeds, threads: usize, verbose: bool) -> anyhow::Result<bool> {
    let begun = Instant::now();
    let start = Start::read()?;
    let next = AtomicU64::new(seeds.from);
    let failed = Mutex::new(0_u64);
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.from.saturating_add(seeds.count) {
                        return;
                    }
                    if let Err(error) = start.try_seed(seed, verbose) {
                        *failed.lock().expect("no panic while counting") += 1;
                        tell(seed, &error);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().expect("no panic while counting");
    println!("{} seeds in {:.1} s", seeds.count, begun.elapsed().as_secs_f64());
    println!("{} passed, {failed} failed", seeds.count - failed);
    Ok(failed == 0)
}

fn tell(seed: u64, error: &anyhow::Error) {
    println!(
        "seed {seed}: {error:#}\n  reproduce: cargo run --release -q -p conformance -- faults \
         --from {seed} --seeds 1 --verbose"
    );
}

/// Runs one trial on a thread of its own, so that its requests keep their order as far as they can.
fn in_runtime<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

fn read_topology(path: &Path) -> anyhow::Result<Topology> {
    let text = read(path)?;
    let parsed = topology::parse(&Input {
        language: families::language(),
        file: path,
        text: &text,
        env: &|_| None,
        read: &|path| std::fs::read_to_string(path),
        overlays: &[],
    });
    match parsed.topology {
        Some(topology) => Ok(topology),
        None => bail!("`{}` is not a valid topology", path.display()),
    }
}

fn read_scenario(path: PathBuf) -> anyhow::Result<Scenario> {
    Ok(Scenario::parse(&read(&path)?)?)
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("failed to read `{}`", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apply_reaches_its_goal_whatever_goes_wrong_on_the_way() {
        // A trial waits more than it works, so more of them run at once than there are processors.
        let all_passed = run(Seeds { from: 0, count: 25 }, 4, false).expect("a calm apply");
        assert!(all_passed, "the seeds above did not");
    }

    #[test]
    fn no_run_leads_traffic_to_apps_that_answer_503() {
        const NEW: &str = "app-pki-neu.azurewebsites.net";
        const LIVE: &str = "app-pki-weu.azurewebsites.net";
        let start = Start::read().expect("a calm apply");
        for (hosts, step) in [(&[NEW][..], 32), (&[LIVE, NEW], 80)] {
            dark::try_all(&start, hosts, step).expect("no traffic");
        }
    }
}
