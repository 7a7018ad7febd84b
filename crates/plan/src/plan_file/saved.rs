//! A plan in a file, so that what was reviewed is what is applied.

use std::io;
use std::path::{Path, PathBuf};

use hmac::{Hmac, Mac};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{Plan, Violation, check};

/// Marks a file as one of ours before anything else in it is read.
const FORMAT: &str = "evenkeel.plan-file";

/// The version of the file's outside that this program writes and reads.
const VERSION: u32 = 2;

/// The commit that a topology was read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Commit {
    /// The commit's name, in hexadecimal.
    pub id: String,
    /// True where a file of the topology was not as committed.
    pub is_modified: bool,
}

/// Where a cloud is reached that is none of Microsoft's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Endpoints {
    /// The URL of its Resource Manager.
    pub resource_manager: String,
    /// The URL at which to log in.
    pub authority: String,
}

/// Where a saved plan comes from and how long it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Origin {
    /// The topology's file, from the root of its repository where there is one.
    pub topology: String,
    /// The files that are laid over it, named likewise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overlays: Vec<String>,
    /// The name of the cloud: `public`, `usGovernment`, `china` or `custom`.
    pub cloud: String,
    /// Where a custom cloud is reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoints: Option<Endpoints>,
    /// The commit, where the topology lies in a git repository that has one.
    pub commit: Option<Commit>,
    /// When the plan was made.
    pub made_at: Timestamp,
    /// When the plan must no longer be applied.
    pub expires_at: Timestamp,
}

/// A plan with what it is bound to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SavedPlan {
    /// Where it comes from.
    pub origin: Origin,
    /// What is to be done.
    pub plan: Plan,
}

/// The outside of a plan file.
#[derive(Serialize, Deserialize)]
struct Envelope {
    format: String,
    version: u32,
    /// SHA-256 of the content's compact JSON, in hexadecimal; white space in the file is free.
    checksum: String,
    /// HMAC-SHA256 of the same bytes, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signature: Option<String>,
    /// A [`SavedPlan`].
    content: Value,
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
    /// Another version of the program made the plan in the file.
    #[error("the plan in `{}` has version {found}; this program reads version {readable}", .path.display())]
    InnerVersion {
        /// The file.
        path: PathBuf,
        /// The plan's version.
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
    /// A signature is demanded and the file has none.
    #[error("plan file `{}` is not signed, and a key is set to verify its signature", .path.display())]
    Unsigned {
        /// The file.
        path: PathBuf,
    },
    /// The file is signed and there is no key to verify it.
    #[error("plan file `{}` is signed, and no key is set to verify its signature", .path.display())]
    NoKey {
        /// The file.
        path: PathBuf,
    },
    /// The signature was not made with this key, or not for this content.
    #[error("the signature of plan file `{}` does not fit the key", .path.display())]
    WrongSignature {
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

impl SavedPlan {
    /// Writes the plan to `path`, with a checksum, and signed where there is a key.
    ///
    /// The checksum tells of an edit or a broken copy. It is no proof of origin: who can write the
    /// file can write its checksum too. The signature is one, as far as the key is kept. A file that
    /// is there already is replaced whole or not at all.
    pub fn write(&self, path: &Path, key: Option<&SecretString>) -> Result<(), PlanFileError> {
        let content = serde_json::to_value(self).expect("a plan is plain data");
        let bytes = content.to_string();
        let envelope = Envelope {
            format: FORMAT.to_owned(),
            version: VERSION,
            checksum: hexadecimal(&Sha256::digest(bytes.as_bytes())),
            signature: key.map(|key| hexadecimal(&mac(key, &bytes).finalize().into_bytes())),
            content,
        };
        let mut text = serde_json::to_string_pretty(&envelope).expect("an envelope is plain data");
        text.push('\n');
        files::replace(path, text.as_bytes())
            .map_err(|source| PlanFileError::Write { path: path.to_owned(), source })
    }

    /// Reads the plan that [`SavedPlan::write`] wrote to `path`, and checks it.
    ///
    /// Fails for a file of another format or version, for one that was altered, where signature and
    /// `key` are not both there and fitting or both absent, and for a plan that [`check`] finds
    /// fault with. Whether it has expired is for the caller to say, who knows the time.
    pub fn read(path: &Path, key: Option<&SecretString>) -> Result<Self, PlanFileError> {
        let not_a_plan =
            |source| PlanFileError::NotAPlan { path: path.to_owned(), source: Some(source) };
        let text = files::read(path, files::LARGE)
            .map_err(|source| PlanFileError::Read { path: path.to_owned(), source })?;
        let header: Header = serde_json::from_str(&text).map_err(not_a_plan)?;
        if header.format != FORMAT {
            return Err(PlanFileError::NotAPlan { path: path.to_owned(), source: None });
        }
        if header.version != VERSION {
            let (found, readable) = (header.version, VERSION);
            return Err(PlanFileError::Version { path: path.to_owned(), found, readable });
        }
        let envelope: Envelope = serde_json::from_str(&text).map_err(not_a_plan)?;
        envelope.verify(path, key)?;
        let inner = envelope.content.pointer("/plan/version").and_then(Value::as_u64);
        if let Some(inner) = inner.filter(|inner| *inner != u64::from(Plan::VERSION)) {
            let (found, readable) = (u32::try_from(inner).unwrap_or(u32::MAX), Plan::VERSION);
            return Err(PlanFileError::InnerVersion { path: path.to_owned(), found, readable });
        }
        let saved: Self = serde_json::from_value(envelope.content).map_err(not_a_plan)?;
        match check(&saved.plan) {
            violations if violations.is_empty() => Ok(saved),
            violations => Err(PlanFileError::Unsound { path: path.to_owned(), violations }),
        }
    }
}

impl Envelope {
    fn verify(&self, path: &Path, key: Option<&SecretString>) -> Result<(), PlanFileError> {
        let path = path.to_owned();
        let bytes = self.content.to_string();
        if hexadecimal(&Sha256::digest(bytes.as_bytes())) != self.checksum {
            return Err(PlanFileError::Altered { path });
        }
        match (key, &self.signature) {
            (None, None) => Ok(()),
            (None, Some(_)) => Err(PlanFileError::NoKey { path }),
            (Some(_), None) => Err(PlanFileError::Unsigned { path }),
            (Some(key), Some(signature)) => {
                let fits = from_hexadecimal(signature)
                    .is_some_and(|signature| mac(key, &bytes).verify_slice(&signature).is_ok());
                if fits { Ok(()) } else { Err(PlanFileError::WrongSignature { path }) }
            }
        }
    }
}

fn mac(key: &SecretString, bytes: &str) -> Hmac<Sha256> {
    let mac = Hmac::new_from_slice(key.expose_secret().as_bytes());
    mac.expect("HMAC takes a key of any length").chain_update(bytes)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hexadecimal(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

fn sentences(violations: &[Violation]) -> String {
    violations.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;

    use super::*;
    use crate::sample;

    fn saved(saved: &SavedPlan) -> (tempfile::TempDir, PathBuf) {
        signed(saved, None)
    }

    fn signed(saved: &SavedPlan, key: Option<&SecretString>) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("plan.json");
        saved.write(&path, key).expect("saved");
        (dir, path)
    }

    fn altered(path: &Path, from: &str, to: &str) {
        let text = fs::read_to_string(path).expect("a plan file");
        assert!(text.contains(from), "{text}");
        fs::write(path, text.replace(from, to)).expect("written");
    }

    fn of(plan: Plan) -> SavedPlan {
        let commit = Commit { id: "9d2f".into(), is_modified: false };
        let origin = Origin {
            topology: "topologies/app.yaml".into(),
            overlays: vec![],
            cloud: "public".into(),
            endpoints: None,
            commit: Some(commit),
            made_at: Timestamp::UNIX_EPOCH,
            expires_at: Timestamp::UNIX_EPOCH,
        };
        SavedPlan { origin, plan }
    }

    fn plan() -> SavedPlan {
        let body = json!({ "properties": { "weight": 0.1, "zebra": "first", "apple": "second" } });
        of(sample::plan([sample::create(sample::site("web"), body)]))
    }

    #[test]
    fn saved_plan_is_loaded_as_it_was() {
        let (_dir, path) = saved(&plan());
        assert_eq!(SavedPlan::read(&path, None).expect("loaded"), plan());
    }

    #[test]
    fn white_space_is_free() {
        let (_dir, path) = saved(&plan());
        altered(&path, "\n", "\r\n  ");
        assert_eq!(SavedPlan::read(&path, None).expect("loaded"), plan());
    }

    #[test]
    fn rule_08_an_altered_plan_is_refused() {
        let (_dir, path) = saved(&plan());
        altered(&path, "second", "third");
        assert!(matches!(SavedPlan::read(&path, None), Err(PlanFileError::Altered { .. })));
    }

    #[test]
    fn plan_of_another_version_is_refused_by_name() {
        let (_dir, path) = saved(&plan());
        altered(&path, "\"version\": 2,\n  \"checksum", "\"version\": 7,\n  \"checksum");
        let error = SavedPlan::read(&path, None).expect_err("refused").to_string();
        assert!(error.ends_with("has version 7; this program reads version 2"), "{error}");
    }

    #[test]
    fn plan_of_another_inner_version_is_refused_before_its_shape_is_read() {
        let mut newer = plan();
        newer.plan.version = Plan::VERSION + 1;
        let (_dir, path) = saved(&newer);
        let error = SavedPlan::read(&path, None).expect_err("refused").to_string();
        assert!(error.ends_with("has version 2; this program reads version 1"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_reads_a_plan() {
        use std::os::unix::fs::PermissionsExt;
        let (_dir, path) = saved(&plan());
        let mode = fs::metadata(&path).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn other_json_is_no_plan() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("package.json");
        fs::write(&path, r#"{ "format": "x", "version": 2 }"#).expect("written");
        assert!(matches!(
            SavedPlan::read(&path, None),
            Err(PlanFileError::NotAPlan { source: None, .. })
        ));
    }

    #[test]
    fn plan_that_breaks_a_rule_is_refused() {
        let (_dir, path) = saved(&of(sample::plan([sample::update("web").after(["gone"])])));
        assert!(matches!(SavedPlan::read(&path, None), Err(PlanFileError::Unsound { .. })));
    }

    #[test]
    fn rule_08_an_altered_origin_is_refused_like_an_altered_plan() {
        let (_dir, path) = saved(&plan());
        altered(&path, "topologies/app.yaml", "topologies/other.yaml");
        let refused = SavedPlan::read(&path, None);
        assert!(matches!(refused, Err(PlanFileError::Altered { .. })));
    }

    #[test]
    fn signature_is_demanded_and_verified_where_there_is_a_key() {
        let (key, other): (SecretString, SecretString) = ("key".into(), "other".into());
        let (_dir, path) = signed(&plan(), Some(&key));
        assert_eq!(SavedPlan::read(&path, Some(&key)).expect("loaded"), plan());
        let read = |key: Option<&SecretString>| SavedPlan::read(&path, key);
        assert!(matches!(read(Some(&other)), Err(PlanFileError::WrongSignature { .. })));
        assert!(matches!(read(None), Err(PlanFileError::NoKey { .. })));
        let (_dir, path) = saved(&plan());
        let unsigned = SavedPlan::read(&path, Some(&key));
        assert!(matches!(unsigned, Err(PlanFileError::Unsigned { .. })));
    }

    #[test]
    fn a_checksum_made_anew_does_not_make_a_signature() {
        let key: SecretString = "key".into();
        let (_dir, path) = signed(&plan(), Some(&key));
        let forged = of(sample::plan([sample::delete(sample::site("web"))]));
        let (_forged_dir, forged_path) = saved(&forged);
        let read = |path: &Path| -> Value {
            serde_json::from_str(&fs::read_to_string(path).expect("a file")).expect("JSON")
        };
        let mut file = read(&forged_path);
        file["signature"] = read(&path)["signature"].clone();
        fs::write(&path, file.to_string()).expect("written");
        let refused = SavedPlan::read(&path, Some(&key));
        assert!(matches!(refused, Err(PlanFileError::WrongSignature { .. })));
    }

    #[test]
    fn nothing_but_the_plan_file_is_left_behind() {
        let (dir, path) = saved(&plan());
        plan().write(&path, None).expect("saved again");
        assert_eq!(fs::read_dir(dir.path()).expect("a folder").count(), 1);
    }
}
