//! Saved plans: what binds one to its topology, and whether it still holds.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use jiff::Timestamp;
use plan::{Commit, Origin, Plan, PlanFileError, SavedPlan};
use secrecy::SecretString;
use topology::Duration;

use crate::cli::{File, Overlays};
use crate::exit::Failure;
use crate::git::Repository;
use crate::output;
use crate::source::{self, Source};

/// The variable that holds the key by which plans are signed and verified.
const KEY: &str = "EVENKEEL_PLAN_KEY";

/// Digits of a hash or a commit that a message shows.
const SHOWN_DIGITS: usize = 12;

/// Saves a plan of `source` to `out`, to be applied within `valid_for`.
pub fn save(
    plan: &Plan,
    source: &Source,
    valid_for: Duration,
    out: &Path,
) -> Result<SavedPlan, Failure> {
    let repository = Repository::of(&source.path);
    let named = |file: &PathBuf| {
        let in_repository = repository.as_ref().and_then(|found| found.path_of(file));
        in_repository.unwrap_or_else(|| file.display().to_string())
    };
    let made_at = Timestamp::now();
    let expires_at = made_at
        .checked_add(valid_for.0)
        .with_context(|| format!("a plan cannot be valid for {valid_for}"))
        .map_err(|error| Failure::invalid(error, "give a shorter `--valid-for`, such as `7d`"))?;
    let origin = Origin {
        topology: named(&source.path),
        overlays: source.overlays.iter().map(named).collect(),
        cloud: source.topology.cloud().name().to_owned(),
        endpoints: match source.topology.cloud() {
            topology::Cloud::Custom(endpoints) => Some(plan::Endpoints {
                resource_manager: endpoints.resource_manager.to_string(),
                authority: endpoints.authority.to_string(),
            }),
            _ => None,
        },
        commit: repository.as_ref().and_then(|found| found.head(&source.files)),
        made_at,
        expires_at,
    };
    let saved = SavedPlan { origin, plan: without_secrets(plan.clone()) };
    let written = saved.write(out, key().as_ref());
    written.map_err(|error| Failure::invalid(error, "check the folder and its permissions"))?;
    Ok(saved)
}

/// Takes the secrets of the run out of what Azure holds, which stands in a plan for its readers alone.
fn without_secrets(mut plan: Plan) -> Plan {
    let changes = plan.actions.iter_mut().flat_map(|action| &mut action.changes);
    for before in changes.filter_map(|change| change.before.as_mut()) {
        output::secrets().scrub_value(before);
    }
    plan
}

/// Loads a saved plan that has neither been altered nor expired.
pub fn load(path: &Path) -> Result<SavedPlan, Failure> {
    let saved = SavedPlan::read(path, key().as_ref()).map_err(|error| {
        let help = match &error {
            PlanFileError::NoKey { .. } => format!("set `{KEY}` to the key that it was signed with"),
            PlanFileError::Unsigned { .. } => {
                format!("make the plan where `{KEY}` is set, or unset it here")
            }
            PlanFileError::WrongSignature { .. } => {
                format!("use the `{KEY}` that the plan was made with; a plan from elsewhere is not to be applied")
            }
            _ => "make the plan again: `evenkeel plan --out plan.json`".to_owned(),
        };
        Failure::invalid(error, help)
    })?;
    let Origin { expires_at, made_at, .. } = &saved.origin;
    if *expires_at < Timestamp::now() {
        return Err(Failure::refused(
            anyhow!("the plan of {made_at:.0} expired at {expires_at:.0}"),
            again(&saved, path),
        ));
    }
    Ok(saved)
}

/// Reads the topology that a saved plan was made from, and refuses the plan where it does not fit it.
///
/// Where `named` names none the files are looked for where they were: from here, and from the root of the
/// repository. A plan may be applied where its topology is not; then there is nothing to compare.
pub fn source_of(saved: &SavedPlan, path: &Path, named: &File) -> Result<Option<Source>, Failure> {
    let Origin { topology, overlays, .. } = &saved.origin;
    let found = file_of(topology, overlays).map(|found| File {
        topology: named.topology.clone().or(found.topology),
        overlays: if named.overlays.files.is_empty() {
            found.overlays
        } else {
            named.overlays.clone()
        },
    });
    let found = found.or_else(|| named.topology.is_some().then(|| named.clone()));
    let Some(file) = found else { return Ok(None) };
    let source = source::load(&file)?;
    let (now, then) =
        (planner::expand(families::language(), &source.topology).hash, &saved.plan.topology_hash);
    if now != *then {
        let made = saved.origin.commit.as_ref().map(|commit| format!(" at {}", told(commit)));
        return Err(Failure::refused(
            anyhow!(
                "`{}` is not the topology that the plan was made of{}: its hash is {}…, the plan's is {}…",
                source.path.display(),
                made.unwrap_or_default(),
                short(&now),
                short(then),
            ),
            again(saved, path),
        ));
    }
    Ok(Some(source))
}

/// Returns a commit as a person names it.
pub fn told(commit: &Commit) -> String {
    let modified = if commit.is_modified { ", with changes of its own" } else { "" };
    format!("commit {}{modified}", short(&commit.id))
}

/// Finds a topology with all its overlays.
fn file_of(topology: &str, overlays: &[String]) -> Option<File> {
    let files = overlays.iter().map(|file| find(file)).collect::<Option<_>>()?;
    Some(File { topology: Some(find(topology)?), overlays: Overlays { files } })
}

fn find(file: &str) -> Option<PathBuf> {
    let here = PathBuf::from(file);
    if here.is_file() {
        return Some(here);
    }
    let repository = Repository::around(Path::new("."))?;
    Some(repository.root().join(file)).filter(|file| file.is_file())
}

/// Returns the command that makes the plan of the file `path` again.
pub fn review(saved: &SavedPlan, path: &Path) -> String {
    let Origin { topology, overlays, .. } = &saved.origin;
    let overlays: String = overlays.iter().map(|file| format!(" --overlay {file}")).collect();
    format!("evenkeel plan {topology}{overlays} --out {}", path.display())
}

fn again(saved: &SavedPlan, path: &Path) -> String {
    format!("review a new plan: `{}`", review(saved, path))
}

fn short(digits: &str) -> &str {
    digits.get(..SHOWN_DIGITS).unwrap_or(digits)
}

fn key() -> Option<SecretString> {
    std::env::var(KEY).ok().filter(|key| !key.is_empty()).map(SecretString::from)
}
