//! From any topology to any other: the second day is as right as the first.
//!
//! Each seed is a pair: a topology over the whole language and one that a few edits make of it.
//! The first is applied, then the second; Azure must hold in the end what the second makes of an
//! empty Azure, and each may leave nothing to do.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

mod addresses;
mod alike;
mod draw;
mod edit;
mod excuse;
mod kind;
mod language;
mod mend;
mod pair;
mod shape;
mod trial;
mod world;

use crate::faults::Seeds;
use pair::{Mode, Pair, Pairs};
use trial::{Fault, Passed};

/// How a run is made.
#[derive(Debug, Clone, Copy)]
pub struct Settings<'a> {
    /// Which pairs.
    pub seeds: Seeds,
    /// How many at once.
    pub threads: usize,
    /// Where the smallest pairs are kept.
    pub keep: Option<&'a Path>,
    /// Where the texts of every pair are written.
    pub texts: Option<&'a Path>,
    /// How many pairs of each kind are made smaller.
    pub shrink: usize,
    /// How many tries each of them is given.
    pub tries: u32,
    /// Says what each seed is.
    pub verbose: bool,
    /// Kills the second apply of each pair at each of its actions.
    pub kill_each_action: bool,
    /// Draws more of the language.
    pub wide: bool,
}

impl Settings<'_> {
    fn pairs(&self) -> Pairs {
        let mode = self.kill_each_action.then_some(Mode::KilledAtEach);
        Pairs { mode, wide: self.wide }
    }
}

/// How long one pair is made smaller.
const SHRINK_MILLIS: u32 = 90_000;

/// What was found so far.
#[derive(Default)]
struct Found {
    alike: u64,
    /// Applies that were killed at an action, of pairs that end alike.
    kills: usize,
    refused: u64,
    failed: u64,
    thrown: usize,
    kinds: BTreeMap<String, Kind>,
}

/// One kind of failure.
#[derive(Default)]
struct Kind {
    seeds: Vec<u64>,
    /// How many pairs that show it were made smaller.
    smaller: usize,
    smallest: Option<(Pair, Fault)>,
}

/// Makes the trials, prints those that failed by kind and tells whether all passed.
pub fn run(settings: Settings<'_>) -> anyhow::Result<bool> {
    let begun = Instant::now();
    let Seeds { from, count } = settings.seeds;
    let next = AtomicU64::new(from);
    let found = Mutex::new(Found::default());
    std::thread::scope(|scope| {
        for _ in 0..settings.threads.max(1) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= from.saturating_add(count) {
                        return;
                    }
                    one(seed, &settings, &found);
                }
            });
        }
    });
    let found = found.into_inner().expect("no panic while counting");
    let passed = found.alike + found.refused;
    tell(&found, &settings)?;
    println!(
        "{count} pairs in {:.1} s: {} end alike, {} are refused for a right reason; {} trees were \
         thrown away on the way",
        begun.elapsed().as_secs_f64(),
        found.alike,
        found.refused,
        found.thrown,
    );
    if settings.kill_each_action {
        println!("{} applies were killed at an action and repeated", found.kills);
    }
    println!("{passed} passed, {} failed", found.failed);
    Ok(found.failed == 0)
}

fn one(seed: u64, settings: &Settings<'_>, found: &Mutex<Found>) {
    let mut runner = runner(seed, settings.tries);
    let tree = match settings.pairs().new_tree(&mut runner) {
        Ok(tree) => tree,
        Err(reason) => {
            println!("seed {seed}: {reason}");
            found.lock().expect("no panic while counting").failed += 1;
            return;
        }
    };
    let pair = tree.current();
    if let Some(folder) = settings.texts
        && let Err(error) = write(&folder.join(seed.to_string()), &pair)
    {
        println!("seed {seed}: {error}");
    }
    let begun = Instant::now();
    let result = in_runtime(&pair);
    if settings.verbose {
        let edits: Vec<String> = pair.edits.iter().map(ToString::to_string).collect();
        let came = match &result {
            Ok(passed) => format!("{passed:?}"),
            Err(fault) => fault.kinds.join(" | "),
        };
        let elapsed = begun.elapsed().as_millis();
        println!("seed {seed} ({elapsed} ms, {}): {came}", edits.join(", "));
    }
    {
        let mut found = found.lock().expect("no panic while counting");
        found.thrown += pair.thrown;
        match &result {
            Ok(Passed::Alike { kills }) => {
                found.alike += 1;
                found.kills += kills;
            }
            Ok(Passed::Refused(_)) => found.refused += 1,
            Err(_) => found.failed += 1,
        }
        for kind in result.as_ref().err().iter().flat_map(|fault| &fault.kinds) {
            found.kinds.entry(kind.clone()).or_default().seeds.push(seed);
        }
    }
    let Err(fault) = result else { return };
    for kind in &fault.kinds {
        let is_known = {
            let found = found.lock().expect("no panic while counting");
            found.kinds.get(kind).is_some_and(|kind| kind.smaller >= settings.shrink)
        };
        if is_known || settings.shrink == 0 {
            continue;
        }
        let (pair, fault) = shrink(seed, kind, settings).unwrap_or((pair.clone(), fault.clone()));
        keep(found, &pair, &fault);
    }
}

/// Keeps a pair that was made smaller: for each kind that it shows, if it is the smallest so far.
fn keep(found: &Mutex<Found>, pair: &Pair, fault: &Fault) {
    let size = |pair: &Pair| pair::text(&pair.a).len() + pair::text(&pair.b).len();
    let mut found = found.lock().expect("no panic while counting");
    let mut told = vec![];
    for name in &fault.kinds {
        let kind = found.kinds.entry(name.clone()).or_default();
        kind.smaller += 1;
        if kind.smallest.as_ref().is_none_or(|(other, _)| size(other) > size(pair)) {
            kind.smallest = Some((pair.clone(), fault.clone()));
            told.push(name.as_str());
        }
    }
    if !told.is_empty() {
        println!("# {}\n{pair}{}\n", told.join("\n# "), indented(&fault.text));
    }
}

/// Makes a pair smaller while it fails in this kind.
fn shrink(seed: u64, kind: &str, settings: &Settings<'_>) -> Option<(Pair, Fault)> {
    if settings.tries == 0 {
        return None;
    }
    let mut runner = runner(seed, settings.tries);
    let tree = settings.pairs().new_tree(&mut runner).ok()?;
    let last = RefCell::new(None);
    let tried = runner.run_one(tree, |pair| match in_runtime(&pair) {
        Err(fault) if fault.kinds.iter().any(|other| other == kind) => {
            let reason = fault.text.clone();
            *last.borrow_mut() = Some(fault);
            Err(TestCaseError::fail(reason))
        }
        _ => Ok(()),
    });
    match tried {
        Err(TestError::Fail(_, pair)) => Some((pair, last.into_inner()?)),
        _ => None,
    }
}

fn runner(seed: u64, tries: u32) -> TestRunner {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config {
        max_shrink_iters: tries,
        max_shrink_time: SHRINK_MILLIS,
        failure_persistence: None,
        verbose: 0,
        ..Config::default()
    };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

/// Runs one trial on a thread of its own, so that its requests keep their order as far as they can.
fn in_runtime(pair: &Pair) -> Result<Passed, Fault> {
    between(&pair::text(&pair.a), &pair::text(&pair.b), pair.mode)
}

fn between(a: &str, b: &str, mode: Mode) -> Result<Passed, Fault> {
    let invalid = |text| Fault { kinds: vec!["invalid".into()], text };
    let topology = |text| pair::parse(text).map_err(invalid);
    let (a, b) = (topology(a)?, topology(b)?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime {
        Ok(runtime) => runtime.block_on(trial::run(&a, &b, mode)),
        Err(error) => Err(Fault { kinds: vec!["no runtime".into()], text: error.to_string() }),
    }
}

/// Prints every kind, the most frequent first, and keeps its smallest pair.
fn tell(found: &Found, settings: &Settings<'_>) -> anyhow::Result<()> {
    let mut kinds: Vec<_> = found.kinds.iter().collect();
    kinds.sort_by_key(|(_, kind)| std::cmp::Reverse(kind.seeds.len()));
    for (number, (name, kind)) in kinds.iter().enumerate() {
        let seeds: Vec<String> = kind.seeds.iter().take(5).map(u64::to_string).collect();
        println!("{:5} × {name}  (seeds {})", kind.seeds.len(), seeds.join(", "));
        let Some((pair, fault)) = &kind.smallest else { continue };
        if let Some(folder) = settings.keep {
            let folder = folder.join(format!("{:03}", number + 1));
            write(&folder, pair)?;
            let seed = kind.seeds.first().copied().unwrap_or_default();
            let said = format!("{name}\nseed {seed}, {:?}\n\n{}\n", pair.mode, fault.text);
            std::fs::write(folder.join("difference.txt"), said)?;
        }
    }
    Ok(())
}

/// Writes the texts of a pair into a folder of its own.
fn write(folder: &Path, pair: &Pair) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("before.yaml"), pair::text(&pair.a))?;
    std::fs::write(folder.join("after.yaml"), pair::text(&pair.b))
}

fn indented(text: &str) -> String {
    let lines: Vec<String> = text.lines().take(40).map(|line| format!("#   {line}")).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each has shown a kind of failure once: a setting in another case, connection strings that were
    /// left, a name that moves behind a router, a proof that is there already,
    /// the rights of a clone, a certificate below a plan that is made anew.
    const SEEDS: [u64; 6] = [5006, 5027, 5057, 1020, 1129, 1464];

    /// A seed draws another pair when the language grows; a text stays what it is. What the command line
    /// makes of these is in its own tests.
    #[test]
    fn edits_that_are_kept_as_texts_end_where_a_fresh_start_ends() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/scenarios/edits");
        let folders = std::fs::read_dir(root).expect("the edits are there");
        let mut folders: Vec<_> = folders.map(|it| it.expect("a folder").path()).collect();
        folders.sort();
        let text = |folder: &Path, file: &str| std::fs::read_to_string(folder.join(file));
        // Others begin with what lies in Azure already, or take secrets from who runs them.
        let is_alone = |folder: &Path| {
            ["first.yaml", "azure.yaml"].iter().all(|file| !folder.join(file).exists())
                && text(folder, "before.yaml").is_ok_and(|text| !text.contains("${secret:"))
        };
        folders.retain(|folder| is_alone(folder));
        assert!(folders.len() > 20, "{folders:?}");
        for folder in folders {
            let text = |file| text(&folder, file).expect("a text");
            let came = between(&text("before.yaml"), &text("after.yaml"), Mode::Calm);
            let is_alike = matches!(came, Ok(Passed::Alike { .. }));
            assert!(is_alike, "{}: {came:?}", folder.display());
        }
    }

    #[test]
    fn pairs_that_once_failed_pass() {
        for seed in SEEDS {
            let settings = Settings {
                seeds: Seeds { from: seed, count: 1 },
                threads: 1,
                keep: None,
                texts: None,
                shrink: 0,
                tries: 0,
                verbose: false,
                kill_each_action: false,
                wide: false,
            };
            assert!(run(settings).expect("no folder is written"), "seed {seed}");
        }
    }
}
