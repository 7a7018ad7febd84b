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
        let mut start = Self::unsettled("r1")?;
        let drifts = root().join("tests/scenarios/r1/drifts");
        let address = read_scenario(drifts.join("address-instead-of-name.yaml"))?;
        let with_address = [start.seeds[0].clone(), vec![address]].concat();
        start.seeds.push(with_address);
        for variant in 0..start.seeds.len() {
            let calm = Trial::new(&start, Mixture::calm(variant));
            start.settled.push(in_runtime(calm.settle())?);
        }
        Ok(start)
    }

    /// Reads a reference architecture and what Azure holds before, without applying anything.
    pub fn unsettled(name: &str) -> anyhow::Result<Self> {
        let topology = read_topology(&root().join(format!("topologies/{name}.yaml")))?;
        let azure = root().join(format!("tests/scenarios/{name}/azure.yaml"));
        let seed = if azure.exists() { vec![read_scenario(azure)?] } else { vec![] };
        Ok(Self { topology, seeds: vec![seed], settled: vec![] })
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

/// Stops the reference architectures everywhere while their apps answer 503, after each request where
/// `step` is 1, and tells whether nobody was ever led to such an app.
pub fn run_dark(step: usize) -> anyhow::Result<bool> {
    let begun = Instant::now();
    let mut made = 0;
    for (name, hosts) in DARK {
        let start = Start::unsettled(name)?;
        for hosts in *hosts {
            made += dark::try_all(&start, hosts, step)?;
            println!("{name}: nobody was led to {}", hosts.join(" and "));
        }
    }
    println!("{made} applies were cut short, in {:.1} s", begun.elapsed().as_secs_f64());
    println!("{made} passed, 0 failed");
    Ok(true)
}

/// Reference architectures, each with hosts that answer 503 together.
const DARK: &[(&str, &[&[&str]])] = &[
    ("r1", &[&[NEW], &[LIVE, NEW]]),
    ("r2", &[&["eu2.tenants.example.net", "eu3.tenants.example.net"]]),
];
/// The first reference architecture's new app, and the one that serves before.
const NEW: &str = "app-pki-neu.azurewebsites.net";
const LIVE: &str = "app-pki-weu.azurewebsites.net";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
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

/// Lets every secret of the environment come from a variable that each process has.
fn with_secrets_at_hand(text: &str) -> String {
    let mut parts = text.split("${secret:env:");
    let mut told = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.split_once('}').map_or("", |(_, rest)| rest);
        told.extend(["${secret:env:HOME}", rest]);
    }
    told
}

fn read_topology(path: &Path) -> anyhow::Result<Topology> {
    let text = with_secrets_at_hand(&read(path)?);
    let parsed = topology::parse(&Input {
        language: families::language(),
        file: path,
        text: &text,
        env: &|name| std::env::var(name).ok(),
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
        for ((name, hosts), steps) in DARK.iter().zip([[32, 80], [64, 64]]) {
            let start = Start::unsettled(name).expect("a topology");
            for (hosts, step) in hosts.iter().zip(steps) {
                let made = dark::try_all(&start, hosts, step).expect("no traffic");
                assert!(made > 0, "{name}");
            }
        }
    }
}
