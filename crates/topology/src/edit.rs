//! Changes to a topology's text that leave every other byte as it is.
//!
//! An [`Outline`] tells where each value of a file stands; an [`Edit`] names a value by its path
//! and changes the bytes of that value alone, whatever the layout around it: block or flow, quoted
//! or plain, with comments at the ends of lines, with either line break.

mod change;
mod outline;
#[cfg(test)]
mod tests;
mod write;

use serde_json::Value;

pub use outline::{Outline, Path, Step, Written};
pub use write::literal;

use change::Draft;

/// One change of a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Gives the value at a path another one; keys that are missing on the way are made.
    Set(Path, Value),
    /// Adds a member to the list at a path; one value there becomes a list of two.
    Append(Path, Value),
    /// Removes the entry or the list's member at a path.
    Remove(Path),
}

/// Why a text could not be changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The text can't be read.
    #[error("the text is not YAML: {0}")]
    NotYaml(String),
    /// There is nothing that could be changed.
    #[error("`{0}` has no place in the text")]
    NoPlace(Path),
    /// Lines would have to be laid out anew.
    #[error("`{0}` stands on several lines")]
    SeveralLines(Path),
}

impl Edit {
    /// Makes the change.
    ///
    /// # Errors
    /// A path that leads nowhere, and a value that stands on several lines.
    pub fn apply(&self, text: &str) -> Result<String, EditError> {
        let draft = Draft::new(text)?;
        match self {
            Self::Set(path, value) => draft.set(path, value),
            Self::Append(path, value) => draft.append(path, value),
            Self::Remove(path) => draft.remove(path),
        }
    }

    /// Returns the path of what is changed.
    pub fn path(&self) -> &Path {
        match self {
            Self::Set(path, _) | Self::Append(path, _) | Self::Remove(path) => path,
        }
    }
}
