//! What each diagnostic means: the text behind `evenkeel explain <code>`.

mod azure;
mod file;

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
    file::EXPLANATIONS.iter().chain(azure::EXPLANATIONS)
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
