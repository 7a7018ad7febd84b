//! Property names whose values are enumerations.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Names, in lower case, that Microsoft's published type definitions give to enumerations of the
/// types in the catalogue and their neighbours. Left out are names that elsewhere hold free text
/// (`name`, `scope`, `source`…).
///
/// Source: <https://github.com/Azure/bicep-types-az>.
static NAMES: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("enumerations.txt").split_whitespace().collect());

/// Tells whether values of the property `name` are compared as an enumeration's.
///
/// Providers answer such values in their own spelling, whatever was sent.
pub(super) fn is_enumeration(name: &str) -> bool {
    NAMES.contains(name.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_routing_method_is_an_enumeration_and_a_description_is_not() {
        assert!(is_enumeration("trafficRoutingMethod"));
        assert!(!is_enumeration("description"));
    }
}
