//! How a text that was applied is remembered.

use std::fmt;

/// How much of a hash is remembered, in hexadecimal digits.
const DIGITS: usize = 16;

/// The memory of an apply: which text it was, and where it can be found.
///
/// It is a tag, `text=0123456789abcdef;owner=01234567;commit=…`, that later versions may add to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Note {
    /// The beginning of the fingerprint of the written text; none in a note of an earlier version.
    pub text: Option<String>,
    /// The owner that stands beside our mark; none in a note of an earlier version.
    pub owner: Option<String>,
    /// The commit that holds the text, where the files were as committed.
    pub commit: Option<String>,
    /// What earlier versions noted: the beginning of the hash of the expanded topology.
    pub hash: Option<String>,
}

impl Note {
    /// Makes the note of a text, by its fingerprint, and the commit that holds it.
    pub fn of(fingerprint: &str, commit: Option<String>) -> Self {
        Self { text: Some(shortened(fingerprint)), commit, ..Self::default() }
    }

    /// Makes the note that earlier versions wrote of a topology with this hash.
    pub fn of_hash(hash: &str) -> Self {
        Self { hash: Some(shortened(hash)), ..Self::default() }
    }

    /// Reads a note; one of an earlier version is a bare hash.
    pub fn read(tag: &str) -> Self {
        let part = |name: &str| {
            let mut parts = tag.split(';').filter_map(|part| part.split_once('='));
            parts.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
        };
        match part("text") {
            Some(text) => {
                Self { text: Some(text), owner: part("owner"), commit: part("commit"), hash: None }
            }
            None => Self::of_hash(tag),
        }
    }

    /// Tells whether the note is that of a text with this fingerprint, or of a topology that
    /// expands to this hash.
    pub fn is_of(&self, fingerprint: &str, hash: &str) -> bool {
        match (&self.text, &self.hash) {
            (Some(text), _) => *text == shortened(fingerprint),
            (None, noted) => *noted == Some(shortened(hash)),
        }
    }

    /// Returns what people are told of it: the digits.
    pub fn digits(&self) -> &str {
        self.text.as_deref().or(self.hash.as_deref()).unwrap_or_default()
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(text) = &self.text else { return f.write_str(self.digits()) };
        write!(f, "text={text}")?;
        if let Some(owner) = &self.owner {
            write!(f, ";owner={owner}")?;
        }
        match &self.commit {
            Some(commit) => write!(f, ";commit={commit}"),
            None => Ok(()),
        }
    }
}

fn shortened(digits: &str) -> String {
    digits.chars().take(DIGITS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_read_as_it_is_written() {
        let commit = Some("1a2b3c".to_owned());
        let owned = Note { owner: Some("1a2b3c4d".into()), ..Note::of("0123456789", None) };
        for note in [
            Note::of("0123456789abcdef0123", commit),
            Note::of("0123456789abcdef", None),
            Note { commit: Some("99".into()), ..owned.clone() },
            owned,
        ] {
            assert_eq!(Note::read(&note.to_string()), note);
        }
        let later = Note::read("text=0123456789abcdef;colour=blue;commit=99");
        assert_eq!((later.digits(), later.commit.as_deref()), ("0123456789abcdef", Some("99")));
    }

    #[test]
    fn a_note_of_an_earlier_version_is_a_hash() {
        let note = Note::read("0123456789abcdef");
        assert!(note.is_of("whatever", "0123456789abcdef0123"));
        assert!(!note.is_of("0123456789abcdef", "ffff"));
        assert_eq!(note.digits(), "0123456789abcdef");
    }
}
