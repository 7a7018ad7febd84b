//! Sections: the parts of the language whose entries are resources, each declared once.
//!
//! What the parser, the planner and the importer need to know of a section beside its properties
//! is a value of [`Section`]; they loop over those of a [`Language`](crate::Language) and name none.

mod entry;
mod name_rule;
mod table;

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use resource::{ResourceType, catalogue};

use crate::Explanation;

pub use entry::{Common, CommonMut, Declared, Entries, Entry, Kept, Of, Share, Shared, Tags};
pub use name_rule::{NameRule, Unique};
pub(crate) use table::GROUP_NAME;
pub use table::{CONTAINER_NAME, RESOURCE_GROUP};

/// Where a section may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    /// In a stamp alone.
    Stamp,
    /// Outside of all stamps alone.
    Global,
    /// In both.
    Both,
}

impl Stands {
    /// Returns whether it stands in a stamp (`true`) or outside of all.
    pub fn has(self, in_stamp: bool) -> bool {
        match self {
            Self::Stamp => in_stamp,
            Self::Global => !in_stamp,
            Self::Both => true,
        }
    }
}

/// How the entries of a section are referred to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addressed {
    /// By the section and the key: `storage/queue`, `weu/storage/queue`.
    InSection,
    /// By the key alone: `weu/web`.
    ByKey,
    /// By the section alone, which has one entry: `weu/plan`.
    Alone,
    /// Not at all.
    Never,
}

/// How the keys of a section are compared, and what they may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    /// Letters, digits, `-` and `_`, without case.
    Word,
    /// Host names: without case and final dot, Unicode as Punycode.
    Host,
}

/// How a name that the file leaves out is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// `<abbreviation>-{name}-<key>` and, in a stamp, `-{stamp}`.
    Full,
    /// The same in small letters and digits alone.
    Squeezed,
    /// `<abbreviation>-{name}-{stamp}`: there is one in each.
    OfStamp,
    /// `<abbreviation>-<key>`: the name need not tell of whom it is.
    Short,
    /// The key.
    Key,
}

/// Which ARM type the entries of a section are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arm {
    /// This one.
    Type(&'static str),
    /// The one that each says.
    Said,
    /// Several at once, or none of their own.
    Several,
}

/// The band of a report in which a section's entries stand that no stamp owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GlobalBand {
    /// What is global.
    Global,
    /// What holds data.
    Data,
}

/// A part of the language whose entries are resources.
#[derive(Debug, Clone, Copy)]
pub struct Section {
    /// The key in the file.
    pub key: &'static str,
    /// What one entry is, with its article.
    pub noun: &'static str,
    /// What several entries are.
    pub plural: &'static str,
    /// What the section holds, as the beginning of a sentence.
    pub about: &'static str,
    /// The ARM type of its entries.
    pub arm: Arm,
    /// How names of its entries begin, the usual one first.
    ///
    /// Source: <https://learn.microsoft.com/azure/cloud-adoption-framework/ready/azure-best-practices/resource-abbreviations>.
    pub abbreviations: &'static [&'static str],
    /// How a name is made that the file leaves out.
    pub naming: Naming,
    /// What Azure allows as a name.
    pub name: Option<&'static NameRule>,
    /// The key of an entry whose name tells none.
    pub default_key: &'static str,
    /// Where it may stand.
    pub stands: Stands,
    /// How its entries are referred to.
    pub addressed: Addressed,
    /// What its keys are.
    pub keys: Keys,
    /// Maps in an entry whose keys are names too, `*` for any one key.
    pub named: &'static [(&'static str, Keys)],
    /// What an identity can use an entry for, the empty word where that goes without saying; nothing
    /// where it gets rights by roles alone.
    pub uses: &'static [&'static str],
    /// Whether an entry can hold the lock that keeps two applies apart.
    pub holds_lock: bool,
    /// The band of what no stamp owns.
    pub band: GlobalBand,
    /// The type of its entries; `None` where what it speaks of is there by itself.
    pub entries: Option<&'static dyn Entries>,
    /// Its page of the reference, as Markdown; `{table}` stands for the table of its keys.
    pub page: &'static str,
    /// What the codes mean that its own checks file.
    pub explanations: &'static [Explanation],
}

impl Section {
    /// What most sections are: entries with names by the convention, in stamps and outside of them.
    pub const PLAIN: Self = Self {
        key: "",
        noun: "",
        plural: "",
        about: "",
        arm: Arm::Several,
        abbreviations: &[],
        naming: Naming::Full,
        name: None,
        default_key: "main",
        stands: Stands::Both,
        addressed: Addressed::InSection,
        keys: Keys::Word,
        named: &[("tags", Keys::Word)],
        uses: &[],
        holds_lock: false,
        band: GlobalBand::Global,
        entries: None,
        page: "",
        explanations: &[],
    };

    /// Returns whether its entries are of an ARM type.
    pub fn is_of_type(&self, resource_type: &ResourceType) -> bool {
        self.resource_type().is_some_and(|own| resource_type.is(own))
    }

    /// Returns what one entry is, without the article.
    pub fn bare_noun(&self) -> &'static str {
        self.noun.split_once(' ').map_or(self.noun, |(_, noun)| noun)
    }

    /// Returns the ARM type of its entries, if it is one and the same.
    pub fn resource_type(&self) -> Option<&'static str> {
        match self.arm {
            Arm::Type(arm) => Some(arm),
            Arm::Said | Arm::Several => None,
        }
    }

    /// Returns the properties that a text may ask for; `None` where any may be.
    pub fn properties(&self) -> Option<Vec<&'static str>> {
        let answers = match self.arm {
            Arm::Type(arm) => catalogue::facts(&ResourceType::new(arm)).answers,
            Arm::Several => &[],
            Arm::Said => return None,
        };
        Some(["id", "name"].into_iter().chain(answers.iter().map(|(name, _)| *name)).collect())
    }

    /// Returns the address of an entry.
    pub fn address(&self, stamp: Option<&str>, key: &str) -> String {
        let local = self.local_address(key);
        match stamp {
            Some(stamp) => format!("{stamp}/{local}"),
            None => local,
        }
    }

    /// Returns the address of an entry as its own stamp has it.
    pub fn local_address(&self, key: &str) -> String {
        match self.addressed {
            Addressed::ByKey => key.to_owned(),
            Addressed::Alone => self.key.to_owned(),
            Addressed::InSection | Addressed::Never => format!("{}/{key}", self.key),
        }
    }
}

impl PartialEq for Section {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Section {}

impl PartialOrd for Section {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Section {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(other.key)
    }
}

impl Hash for Section {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}
