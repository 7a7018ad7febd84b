//! What each diagnostic means: the text behind `evenkeel explain <code>`.

mod azure;
mod file;
mod routing;

use std::fmt;

use serde::Serialize;

/// What a diagnostic's code means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The code.
    pub code: &'static str,
    /// What is wrong, in a few words.
    pub title: &'static str,
    /// Why it is wrong.
    pub reason: &'static str,
    /// A piece of a topology that has the mistake.
    pub example: &'static str,
    /// How to mend it.
    pub remedy: &'static str,
}

/// Returns what the codes mean that are no family's own: the file's form first, then Azure's rules.
pub(crate) fn common() -> impl Iterator<Item = &'static Explanation> {
    file::EXPLANATIONS.iter().chain(azure::EXPLANATIONS).chain(routing::EXPLANATIONS)
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, title, reason, example, remedy } = self;
        writeln!(f, "{code}: {title}\n\n{reason}\n\nExample of the mistake:\n")?;
        for line in example.lines() {
            writeln!(f, "    {line}")?;
        }
        write!(f, "\n{remedy}")
    }
}

/// Makes an explanation.
const fn of(
    code: &'static str,
    title: &'static str,
    reason: &'static str,
    example: &'static str,
    remedy: &'static str,
) -> Explanation {
    Explanation { code, title, reason, example, remedy }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use crate::tests::language;

    /// Returns all Rust files below a folder, with their text.
    fn sources(folder: &Path, texts: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("tests") && !path.ends_with("explain") {
                sources(&path, texts);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                texts.push(std::fs::read_to_string(path).unwrap());
            }
        }
    }

    /// Returns the codes that the checks file.
    fn filed() -> BTreeSet<String> {
        let mut texts = Vec::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut texts);
        let mut codes = BTreeSet::from(["missing-key".to_owned()]);
        for text in texts {
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            for call in [
                "::error(",
                "::warning(",
                "self.error(",
                "self.warning(",
                "check.error(",
                "check.warning(",
            ] {
                for rest in code.split(call).skip(1) {
                    if let Some(rest) = rest.trim_start().strip_prefix('"') {
                        codes.extend(rest.split('"').next().map(str::to_owned));
                    }
                }
            }
        }
        codes
    }

    #[test]
    fn every_code_is_explained_and_every_explanation_is_of_a_code() {
        let explained: Vec<_> =
            language().codes().map(|explanation| explanation.code.to_owned()).collect();
        let unique: BTreeSet<_> = explained.iter().cloned().collect();
        assert_eq!(unique.len(), explained.len(), "a code is explained twice");
        let filed = filed();
        assert!(filed.len() > 70, "the checks were not found: {filed:?}");
        assert_eq!(unique, filed);
    }
}
