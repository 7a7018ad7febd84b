//! How long Azure takes as a rule.

/// How long Azure takes over one resource of a type as a rule, in whole seconds; `None` where
/// nobody has told.
///
/// Customary figures, of two kinds: the span that Microsoft's pages and the tools of others tell,
/// of which this is about the geometric middle (the span stands beside the figure), and
/// [`Typical::AT_ONCE`]. They are shown to people beside what runs; nothing is decided by them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Typical {
    /// To create one, until its operation has ended.
    pub create_secs: Option<u32>,
    /// To change one.
    pub update_secs: Option<u32>,
    /// To delete one.
    pub delete_secs: Option<u32>,
}

impl Typical {
    /// Nobody has told.
    pub const UNKNOWN: Self = Self { create_secs: None, update_secs: None, delete_secs: None };

    /// The service answers when all is done: in the published definitions of its API no request
    /// begins an operation. A read, the write and its answer take about two seconds.
    pub const AT_ONCE: Self =
        Self { create_secs: Some(2), update_secs: Some(2), delete_secs: Some(2) };
}

#[cfg(test)]
mod tests {
    use crate::ResourceType;
    use crate::catalogue::{facts, known_types};

    #[test]
    fn typical_times_are_told_where_they_are_known() {
        let typical = |name: &str| facts(&ResourceType::new(name)).typical;
        assert_eq!(typical("Microsoft.DocumentDB/databaseAccounts").delete_secs, Some(600));
        assert_eq!(typical("Microsoft.Network/trafficManagerProfiles").update_secs, Some(2));
        assert_eq!(typical("Microsoft.Unheard/of"), super::Typical::UNKNOWN);
    }

    #[test]
    fn no_typical_time_is_longer_than_the_longest_operation_that_is_waited_for() {
        for facts in known_types() {
            let typical = facts.typical;
            let told = [typical.create_secs, typical.update_secs, typical.delete_secs];
            for secs in told.into_iter().flatten() {
                assert!((1..=3600).contains(&secs), "{}: {secs} s", facts.resource_type);
            }
        }
    }
}
