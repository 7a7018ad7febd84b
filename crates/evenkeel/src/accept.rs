//! `evenkeel drift --accept`: writes what Azure holds back into the topology's files.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use plan::{Plan, Verdict};
use planner::Desired;
use planner::accept::{Acceptance, Files, Request};
use resource::ResourceId;
use similar::TextDiff;
use topology::{Input, Parsed};

use crate::cli::{Allow, Drift};
use crate::exit::{Exit, Failure, Outcome};
use crate::session::Session;
use crate::source::Source;
use crate::{output, source};

/// Writes the live values of the addresses into the files, or shows how it would.
pub async fn run(args: &Drift, addresses: &[String]) -> Outcome {
    let path = source::find(args.file.topology.as_deref())?;
    let overlays = &args.file.overlays.files;
    let parsed = source::parse(&path, overlays)?;
    source::tell(&parsed);
    let Some(topology) = parsed.topology else { return Err(Failure::Told(Exit::Invalid)) };
    let text_of =
        |name: &str| (name.to_owned(), parsed.sources.text(name).unwrap_or_default().to_owned());
    let files: Files = parsed.sources.files().map(text_of).collect();

    let source = Source {
        path,
        topology,
        overlays: overlays.clone(),
        files: files.keys().map(PathBuf::from).collect(),
        warnings: vec![],
        fingerprint: parsed.fingerprint.clone(),
    };
    let session = Session::start(&source, &args.connection).await?;
    let looked = look(&session).await;
    let Looked { observed, options, plan } = match looked {
        Ok(looked) => looked,
        Err(failure) => {
            session.stop().await;
            return Err(failure);
        }
    };
    let known = knows(&session.desired, &plan, addresses);
    session.stop().await;
    known?;

    let request = Request {
        language: families::language(),
        files: &files,
        parse: &|files| parse(files, overlays),
        plan: &|desired| planner::plan(desired, &observed, &options).ok(),
        addresses,
        is_pending: &|id, property| is_pending(&plan, id, property),
    };
    let acceptance = planner::accept::accept(&request)
        .ok_or_else(|| anyhow!("the topology cannot be planned, so nothing can be accepted"))?;
    if !args.accept.dry_run {
        write(&files, &acceptance.files)?;
    }
    let shown = |files| without_secrets(files, overlays);
    let diff = diff(&shown(&files), &shown(&acceptance.files));
    if !diff.is_empty() {
        output::result(&diff)?;
    }
    tell(&acceptance, args.accept.dry_run);
    Ok(if acceptance.left.is_empty() { Exit::Done } else { Exit::Changes })
}

/// What one look at Azure has shown.
struct Looked {
    observed: resource::Observed,
    options: planner::Options,
    plan: Plan,
}

async fn look(session: &Session) -> Result<Looked, Failure> {
    let look = session.observe().await?;
    let options = session.options(&Allow::default(), look.last.clone());
    let plan = session.judged(&look, &options)?;
    // What a trial leaves out is not taken back: it says what Azure holds, not what is to be done.
    let options = planner::Options { last: planner::Last::Never, ..options };
    Ok(Looked { observed: look.observed, options, plan })
}

/// Tells whether a difference is the topology's own doing since the last apply.
fn is_pending(plan: &Plan, id: &ResourceId, property: Option<&str>) -> bool {
    let Some(verdicts) = &plan.verdicts else { return false };
    let actions = plan.actions.iter().filter(|action| action.resource == *id);
    let told: Vec<Verdict> = actions
        .filter_map(|action| verdicts.actions.get(&action.id))
        .map(|told| {
            let of_property = property.and_then(|path| told.properties.get(path));
            of_property.map_or(told.verdict, |of_property| of_property.verdict)
        })
        .collect();
    !told.is_empty() && told.iter().all(|verdict| *verdict == Verdict::Pending)
}

/// Reads the topology from texts that are not on disk yet.
fn parse(files: &Files, overlays: &[PathBuf]) -> Parsed {
    let (main, text) = files.first().map_or(("", ""), |(name, text)| (name, text));
    topology::parse(&Input {
        language: families::language(),
        file: Path::new(main),
        text,
        env: &|name| std::env::var(name).ok(),
        read: &|path| {
            let text = files.get(&*path.to_string_lossy());
            text.cloned().ok_or_else(|| std::io::ErrorKind::NotFound.into())
        },
        overlays: &overlays.iter().map(PathBuf::as_path).collect::<Vec<_>>(),
    })
}

/// Returns the texts as a patch may show them: its lines stand beside others that hold secrets.
fn without_secrets(files: &Files, overlays: &[PathBuf]) -> Files {
    let hidden = parse(files, overlays).sources.without_secrets();
    let shown = |(name, text): (&String, &String)| {
        (name.clone(), hidden.text(name).unwrap_or(text).to_owned())
    };
    files.iter().map(shown).collect()
}

/// Refuses an address that names nothing.
fn knows(desired: &Desired, plan: &Plan, addresses: &[String]) -> Result<(), Failure> {
    let declared = desired.resources().map(|resource| resource.address.as_str());
    let drifted = plan.actions.iter().map(|action| action.address.as_str());
    let all: Vec<&str> = declared.chain(drifted).collect();
    let is_known = |wanted: &&String| {
        let rests = all.iter().filter_map(|address| address.strip_prefix(wanted.as_str()));
        rests.into_iter().any(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let Some(unknown) = addresses.iter().find(|wanted| !is_known(wanted)) else { return Ok(()) };
    let help = if Path::new(unknown).is_file() {
        format!("name the file first: `evenkeel drift {unknown} --accept`")
    } else {
        "`evenkeel drift` shows the addresses of what has moved".to_owned()
    };
    Err(Failure::invalid(anyhow!("nothing in the topology has the address `{unknown}`"), help))
}

/// Returns what has changed in the files as a patch.
fn diff(before: &Files, after: &Files) -> String {
    let changed = before.iter().filter(|(name, text)| after[*name] != **text);
    let diffs = changed.map(|(path, text)| {
        let name = path.trim_start_matches('/');
        let diff = TextDiff::from_lines(text.as_str(), after[path].as_str());
        diff.unified_diff()
            .context_radius(3)
            .header(&format!("a/{name}"), &format!("b/{name}"))
            .to_string()
    });
    diffs.collect()
}

/// Writes the changed files, each at once, unless somebody else has changed one meanwhile.
fn write(before: &Files, after: &Files) -> Result<(), Failure> {
    for (name, text) in before {
        let now = files::read(Path::new(name), files::TEXT)
            .with_context(|| format!("cannot read `{name}`"))?;
        if now != *text {
            return Err(Failure::invalid(
                anyhow!("`{name}` has changed on disk since it was read; nothing was written"),
                "run `evenkeel drift --accept` again",
            ));
        }
    }
    for (name, text) in after.iter().filter(|(name, text)| before[*name] != **text) {
        replace(Path::new(name), text).with_context(|| format!("cannot write `{name}`"))?;
    }
    Ok(())
}

/// Puts a text in the place of a file's: a reader sees the old one or the new one, whole.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    // What a link leads to is replaced, not the link.
    let path = path.canonicalize()?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().set_permissions(std::fs::metadata(&path)?.permissions())?;
    file.as_file().sync_all()?;
    file.persist(&path)?;
    Ok(())
}

fn tell(acceptance: &Acceptance, is_dry: bool) {
    for left in &acceptance.left {
        let path = left.path.as_deref().map(|path| format!(" {path}")).unwrap_or_default();
        output::say(&format!("left {}{path}: {}", left.address, left.reason));
        output::say(&format!("  help: {}", left.help));
    }
    let (accepted, left) = (acceptance.accepted.len(), acceptance.left.len());
    let verb = if is_dry { "would accept" } else { "accepted" };
    output::say(&match (accepted, left) {
        (0, 0) => "nothing has moved; the files are as they were".to_owned(),
        (_, 0) => format!("{verb} {}", plural(accepted)),
        (_, _) => format!("{verb} {}, {left} left", plural(accepted)),
    });
}

fn plural(count: usize) -> String {
    if count == 1 { "1 difference".to_owned() } else { format!("{count} differences") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(name: &str, text: &str) -> Files {
        Files::from_iter([(name.to_owned(), text.to_owned())])
    }

    #[test]
    fn a_file_that_changed_meanwhile_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("topology.yaml");
        let name = path.to_string_lossy();
        std::fs::write(&path, "a: 3\n").unwrap();
        let refused = write(&files(&name, "a: 1\n"), &files(&name, "a: 2\n")).unwrap_err();
        assert_eq!(refused.exit(), Exit::Invalid);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "a: 3\n");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_keeps_its_permissions_and_a_link_stays_one() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("real.yaml"), folder.path().join("topology.yaml"));
        std::fs::write(&path, "a: 1\n").unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let name = link.to_string_lossy();
        write(&files(&name, "a: 1\n"), &files(&name, "a: 2\n")).unwrap();
        assert!(link.is_symlink());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "a: 2\n");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        // Nothing else is left in the folder.
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_patch_shows_the_changed_files_alone() {
        let mut before = files("a.yaml", "x: 1 # one\n");
        before.insert("b.yaml".to_owned(), "y: 2\n".to_owned());
        let mut after = before.clone();
        after["a.yaml"] = "x: 3 # one\n".to_owned();
        let patch = "--- a/a.yaml\n+++ b/a.yaml\n@@ -1 +1 @@\n-x: 1 # one\n+x: 3 # one\n";
        assert_eq!(diff(&before, &after), patch);
        assert_eq!(diff(&before, &before), "");
    }
}
