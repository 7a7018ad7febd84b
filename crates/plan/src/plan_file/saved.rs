//! A plan in a file, so that what was reviewed is what is applied.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{Plan, Violation, check};

/// Marks a file as one of ours before anything else in it is read.
const FORMAT: &str = "evenkeel.plan-file";

/// The outside of a plan file.
#[derive(Serialize, Deserialize)]
struct Envelope {
    format: String,
    version: u32,
    /// SHA-256 of the plan's compact JSON, in hexadecimal; white space in the file is free.
    checksum: String,
    plan: Value,
}

/// What of an envelope is read in every version of the format.
#[derive(Deserialize)]
struct Header {
    format: String,
    version: u32,
}

/// Why a plan could not be saved or loaded.
#[derive(Debug, thiserror::Error)]
pub enum PlanFileError {
    /// The file system refused to write.
    #[error("failed to write plan file `{}`", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// The file system refused to read.
    #[error("failed to read plan file `{}`", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// The file is not what `plan --out` writes.
    #[error("`{}` is not a plan file; `evenkeel plan --out` writes one", .path.display())]
    NotAPlan {
        /// The file.
        path: PathBuf,
        /// Where reading stopped, if the text could not be read at all.
        source: Option<serde_json::Error>,
    },
    /// Another version of the program wrote the file.
    #[error("plan file `{}` has version {found}; this program reads version {readable}", .path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// The file's version.
        found: u32,
        /// The version that can be read.
        readable: u32,
    },
    /// The plan in the file is not the one that was saved.
    #[error("plan file `{}` has been altered since it was saved: its checksum does not fit", .path.display())]
    Altered {
        /// The file.
        path: PathBuf,
    },
    /// The plan breaks the engine's rules.
    #[error("the plan in `{}` breaks the rules: {}", .path.display(), sentences(.violations))]
    Unsound {
        /// The file.
        path: PathBuf,
        /// The rules that it breaks.
        violations: Vec<Violation>,
    },
}

impl Plan {
    /// Writes the plan to `path`, with a checksum.
    ///
    /// The checksum tells of an edit or a broken copy. It is no signature: who can write the file can
    /// write its checksum too.
    pub fn save(&self, path: &Path) -> Result<(), PlanFileError> {
        let plan = serde_json::to_value(self).expect("a plan is plain data");
        let envelope = Envelope {
            format: FORMAT.to_owned(),
            version: Self::VERSION,
            checksum: checksum(&plan),
            plan,
        };
        let mut text = serde_json::to_string_pretty(&envelope).expect("an envelope is plain data");
        text.push('\n');
        fs::write(path, text)
            .map_err(|source| PlanFileError::Write { path: path.to_owned(), source })
    }

    /// Reads the plan that [`Plan::save`] wrote to `path`, and checks it.
    ///
    /// Fails for a file of another format or version, for one that was altered, and for a plan that
    /// [`check`] finds fault with.
    pub fn load(path: &Path) -> Result<Self, PlanFileError> {
        let not_a_plan =
            |source| PlanFileError::NotAPlan { path: path.to_owned(), source: Some(source) };
        let text = fs::read_to_string(path)
            .map_err(|source| PlanFileError::Read { path: path.to_owned(), source })?;
        let header: Header = serde_json::from_str(&text).map_err(not_a_plan)?;
        if header.format != FORMAT {
            return Err(PlanFileError::NotAPlan { path: path.to_owned(), source: None });
        }
        if header.version != Self::VERSION {
            let (found, readable) = (header.version, Self::VERSION);
            return Err(PlanFileError::Version { path: path.to_owned(), found, readable });
        }
        let envelope: Envelope = serde_json::from_str(&text).map_err(not_a_plan)?;
        if checksum(&envelope.plan) != envelope.checksum {
            return Err(PlanFileError::Altered { path: path.to_owned() });
        }
        let plan: Self = serde_json::from_value(envelope.plan).map_err(not_a_plan)?;
        match check(&plan) {
            violations if violations.is_empty() => Ok(plan),
            violations => Err(PlanFileError::Unsound { path: path.to_owned(), violations }),
        }
    }
}

fn checksum(plan: &Value) -> String {
    let digest = Sha256::digest(plan.to_string().as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sentences(violations: &[Violation]) -> String {
    violations.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sample;

    fn saved(plan: &Plan) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("plan.json");
        plan.save(&path).expect("saved");
        (dir, path)
    }

    fn altered(path: &Path, from: &str, to: &str) {
        let text = fs::read_to_string(path).expect("a plan file");
        assert!(text.contains(from), "{text}");
        fs::write(path, text.replace(from, to)).expect("written");
    }

    fn plan() -> Plan {
        let body = json!({ "properties": { "weight": 0.1, "zebra": "first", "apple": "second" } });
        sample::plan([sample::create(sample::site("web"), body)])
    }

    #[test]
    fn saved_plan_is_loaded_as_it_was() {
        let (_dir, path) = saved(&plan());
        assert_eq!(Plan::load(&path).expect("loaded"), plan());
    }

    #[test]
    fn white_space_is_free() {
        let (_dir, path) = saved(&plan());
        altered(&path, "\n", "\r\n  ");
        assert_eq!(Plan::load(&path).expect("loaded"), plan());
    }

    #[test]
    fn rule_08_an_altered_plan_is_refused() {
        let (_dir, path) = saved(&plan());
        altered(&path, "second", "third");
        assert!(matches!(Plan::load(&path), Err(PlanFileError::Altered { .. })));
    }

    #[test]
    fn plan_of_another_version_is_refused_by_name() {
        let (_dir, path) = saved(&plan());
        altered(&path, "\"version\": 1", "\"version\": 7");
        let error = Plan::load(&path).expect_err("refused").to_string();
        assert!(error.ends_with("has version 7; this program reads version 1"), "{error}");
    }

    #[test]
    fn other_json_is_no_plan() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("package.json");
        fs::write(&path, r#"{ "format": "x", "version": 1 }"#).expect("written");
        assert!(matches!(Plan::load(&path), Err(PlanFileError::NotAPlan { source: None, .. })));
    }

    #[test]
    fn plan_that_breaks_a_rule_is_refused() {
        let (_dir, path) = saved(&sample::plan([sample::update("web").after(["gone"])]));
        assert!(matches!(Plan::load(&path), Err(PlanFileError::Unsound { .. })));
    }
}
