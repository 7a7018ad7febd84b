//! What tenants have answered, and what came of comparing it.

use serde_json::Value;

/// All that one tenant has answered.
#[derive(Debug, Clone)]
pub struct Answers {
    /// The tenant's key in the topology.
    pub tenant: String,
    /// Its address, which is no difference where it stands in a value.
    pub url: String,
    /// An answer to each comparison, in their order.
    pub answers: Vec<Answer>,
}

/// The entries that a tenant has listed, or why there are none.
pub type Answer = Result<Vec<Entry>, String>;

/// One thing that a tenant has.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    /// What the tenant says of it.
    pub value: Value,
    /// What was asked for with it, an answer to each comparison under `forEach`.
    pub below: Vec<Answer>,
}

/// How tenants differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parity {
    /// The application's name.
    pub topology: String,
    /// The tenants; the first is what the others are compared with.
    pub tenants: Vec<String>,
    /// What was compared, in the order of the topology.
    pub compared: Vec<Compared>,
}

/// What came of one comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// The path that was asked for; of what is asked for with an entry, as the topology has it.
    pub path: String,
    /// Where the topology says so.
    pub place: String,
    /// How many entries each tenant has, `None` where it gave no answer.
    pub counts: Vec<Option<usize>>,
    /// How many fields were compared.
    pub fields: usize,
    /// What is not the same, and what expires.
    pub findings: Vec<Finding>,
    /// What could not be compared.
    pub not_evaluated: Vec<Unread>,
}

/// Something that is not the same in two tenants, or that expires in one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The tenant that it is told of.
    pub tenant: String,
    /// The entry, `OrderSync`, or with what it lies in, `OrderSync / Receiver`; empty where there is only one.
    pub entry: String,
    /// What it is.
    pub difference: Difference,
}

/// How an entry of a tenant differs from what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// The tenant does not have the entry.
    Lacks,
    /// A field has another value than in the first tenant.
    Differs {
        /// The field; empty where the entry is a value itself.
        field: String,
        /// What the first tenant has.
        first: Shown,
        /// What this tenant has.
        here: Shown,
    },
    /// The entry ends soon, or has ended.
    Expires {
        /// The day, by UTC.
        on: String,
        /// How many days are left; negative where it has ended.
        days: i64,
    },
}

/// A value as it may be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// The value, as JSON unless it is a text.
    Value(String),
    /// There is no such field.
    Absent,
    /// It may be a secret.
    Sensitive,
}

/// Something that could not be compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unread {
    /// The tenant.
    pub tenant: String,
    /// The entry that it was asked for with; empty where it was asked for by itself.
    pub entry: String,
    /// Why.
    pub reason: String,
}

impl Parity {
    /// Tells whether nothing differs and nothing expires.
    pub fn is_same(&self) -> bool {
        self.compared.iter().all(|compared| compared.findings.is_empty())
    }

    /// Tells whether everything could be compared.
    pub fn is_complete(&self) -> bool {
        self.compared.iter().all(|compared| compared.not_evaluated.is_empty())
    }
}
