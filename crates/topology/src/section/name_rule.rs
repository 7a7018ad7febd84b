//! What Azure allows as a name, for each type.
//!
//! Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules>.

use crate::decode::quoted;

/// Among whom a name is told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unique {
    /// Among all of the cloud.
    Cloud,
    /// Among the resources of its group or its parent.
    Group,
}

/// What Azure allows as the name of one type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NameRule {
    /// What bears the name, without an article.
    pub what: &'static str,
    /// How many characters it has at least.
    pub least: usize,
    /// How many characters it has at most.
    pub most: usize,
    /// Characters that are allowed besides letters and digits.
    pub others: &'static str,
    /// Whether letters are small.
    pub lower_case: bool,
    /// Characters that are allowed, but not at the beginning.
    pub not_first: &'static str,
    /// Characters that are allowed, but not at the end.
    pub not_last: &'static str,
    /// Whether two hyphens may stand side by side.
    pub double_hyphen: bool,
    /// Names that are allowed whatever the rest says.
    pub reserved: &'static [&'static str],
    /// Among whom it is told apart.
    pub unique: Unique,
}

impl NameRule {
    /// Makes a rule whose other characters stand neither first nor last.
    pub const fn new(what: &'static str, least: usize, most: usize, others: &'static str) -> Self {
        Self {
            what,
            least,
            most,
            others,
            lower_case: false,
            not_first: others,
            not_last: others,
            double_hyphen: true,
            reserved: &[],
            unique: Unique::Group,
        }
    }

    /// Returns what is wrong with a name.
    pub(crate) fn mistake(&self, name: &str) -> Option<String> {
        if self.reserved.contains(&name) {
            return None;
        }
        let length = name.chars().count();
        if length < self.least || length > self.most {
            let (what, least, most) = (self.what, self.least, self.most);
            return Some(format!(
                "{what} name `{name}` has {length} characters; Azure allows {least} to {most}"
            ));
        }
        let is_allowed = |c: &char| {
            c.is_ascii_digit()
                || c.is_ascii_lowercase()
                || c.is_ascii_uppercase() && !self.lower_case
                || self.others.contains(*c)
        };
        if let Some(bad) = name.chars().find(|c| !is_allowed(c)) {
            return Some(format!("{} name `{name}` holds `{bad}`", self.what));
        }
        if name.starts_with(|c| self.not_first.contains(c)) {
            return Some(format!("{} name `{name}` begins with `{}`", self.what, &name[..1]));
        }
        if name.ends_with(|c| self.not_last.contains(c)) {
            return Some(format!(
                "{} name `{name}` ends with `{}`",
                self.what,
                &name[name.len() - 1..]
            ));
        }
        let doubled = !self.double_hyphen && name.contains("--");
        doubled.then(|| format!("{} name `{name}` holds two hyphens in a row", self.what))
    }

    /// Returns what a name may be, in a sentence.
    pub(crate) fn allowed(&self) -> String {
        let letters = if self.lower_case { "lower-case letters" } else { "letters" };
        let others: Vec<String> = self.others.chars().map(|c| c.to_string()).collect();
        let mut text = if others.is_empty() {
            format!("{letters} and digits are allowed")
        } else {
            format!("{letters}, digits and {} are allowed", quoted(&others))
        };
        if !self.not_first.is_empty() && !self.not_last.is_empty() {
            text.push_str("; it begins and ends with a letter or digit");
        }
        text
    }
}
