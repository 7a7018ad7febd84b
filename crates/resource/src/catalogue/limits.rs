//! What a service bears and how long it may take: limits of writes, limits of time, the words for busy.

use super::{facts, known_types};
use crate::ResourceType;

/// Requests that a provider allows in a while, where that is less than ARM's own limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// How many requests fit.
    pub requests: u32,
    /// Into how many seconds.
    pub per_secs: u32,
}

/// How many minutes an operation on one resource may take. Terraform's provider grants the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeLimit {
    /// To create or change one.
    pub write_mins: u64,
    /// To delete one.
    pub delete_mins: u64,
}

impl TimeLimit {
    /// What holds where a type says nothing of itself.
    pub const USUAL: Self = Self { write_mins: 30, delete_mins: 30 };
    /// For what takes an hour at most.
    pub(super) const HOUR: Self = Self { write_mins: 60, delete_mins: 60 };
    /// For what is made of many parts.
    pub(super) const LONG: Self = Self { write_mins: 90, delete_mins: 90 };
    /// For what every edge of the network must learn of.
    pub(super) const EDGE: Self = Self { write_mins: 240, delete_mins: 360 };
}

/// Returns how long an operation on a resource of this type may take; a child has the time of the
/// nearest type above it that has one of its own.
pub fn time_limit(of: &ResourceType) -> TimeLimit {
    let mut lineage = std::iter::successors(Some(of.clone()), ResourceType::parent);
    lineage.find_map(|of| facts(&of).time_limit).unwrap_or(TimeLimit::USUAL)
}

/// How a service says that a resource is being worked on, beside the words that all use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Busy {
    /// Codes of its error answers.
    pub codes: &'static [&'static str],
    /// What its messages hold where the code does not tell, in lower case.
    pub texts: &'static [&'static str],
}

impl Busy {
    /// No words of its own.
    pub const PLAIN: Self = Self { codes: &[], texts: &[] };
}

/// Tells whether any service says with this code, or with this message in lower case, that a resource
/// is being worked on.
///
/// The words are so plain that they are looked for in every answer: what refuses a write may be another
/// resource than the one that is written.
pub fn says_busy(has_code: impl Fn(&str) -> bool, message: &str) -> bool {
    let mut all = known_types().map(|facts| facts.busy);
    all.any(|busy| {
        busy.codes.iter().any(|code| has_code(code))
            || busy.texts.iter().any(|text| message.contains(text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_have_the_time_of_their_parent() {
        let minutes = |name: &str| time_limit(&ResourceType::new(name)).write_mins;
        assert_eq!(minutes("microsoft.cdn/profiles/afdEndpoints"), 240);
        assert_eq!(minutes("Microsoft.Cache/RedisEnterprise"), 45);
        assert_eq!(minutes("Microsoft.Cache/Redis/unheard/of"), 180);
        assert_eq!(minutes("Microsoft.Network/trafficManagerProfiles"), 30);
        assert_eq!(minutes("Microsoft.Unheard/of"), 30);
    }

    #[test]
    fn messages_are_searched_in_lower_case() {
        for text in known_types().flat_map(|facts| facts.busy.texts) {
            assert_eq!(*text, text.to_ascii_lowercase());
        }
    }
}
