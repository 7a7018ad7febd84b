//! How a storage account gets from one redundancy to another.
//!
//! Source: <https://learn.microsoft.com/azure/storage/common/redundancy-migration>. One step
//! changes either geo redundancy and read access (a write of `sku.name`) or zone redundancy (a
//! conversion that the service carries out in its own time), never both.

use serde_json::Value;

/// How a service gets a resource by itself to where no write of a property can bring it.
#[derive(Debug, Clone, Copy)]
pub struct Conversion {
    /// The path of the property.
    pub path: &'static str,
    /// The same, as a JSON pointer.
    pub pointer: &'static str,
    /// Returns the next step from one value towards another that differs.
    pub next_step: fn(&str, &str) -> Step,
    /// The action of ARM that asks for it.
    pub action: &'static str,
    /// Returns what is posted to ask for a value.
    pub request: fn(&str) -> Value,
    /// The JSON pointer of what the service tells of one.
    pub status: &'static str,
    /// The JSON pointer, in that, of how it stands.
    pub state: &'static str,
    /// The JSON pointer, in that, of the value that was asked for.
    pub state_target: &'static str,
    /// The words for one that has ended.
    pub ended: &'static [&'static str],
    /// Why it is needed, for people.
    pub reason: &'static str,
}

/// The next step from one SKU towards another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A write of `sku.name`; no downtime.
    InPlace,
    /// A conversion by the service; starts within about 72 hours, no downtime.
    Convert,
    /// A write of `sku.name` to this SKU, then a conversion.
    InPlaceThenConvert(String),
    /// Not possible for this account; data must be copied to a new one.
    Manual(&'static str),
}

/// Returns the next step from the SKU `from` to the SKU `to`, which differ.
pub fn next_step(from: &str, to: &str) -> Step {
    let (Some(from), Some(to)) = (Sku::read(from), Sku::read(to)) else {
        return Step::Manual("only standard accounts change their redundancy");
    };
    if from.tier != to.tier {
        return Step::Manual("the performance tier of an account cannot be changed");
    }
    if from.tier != "Standard" {
        return Step::Manual(
            "premium accounts cannot be converted; copy the data to a new account",
        );
    }
    if from.zonal == to.zonal {
        return Step::InPlace;
    }
    if from.geo == to.geo && from.readable == to.readable {
        return Step::Convert;
    }
    let between = Sku { zonal: from.zonal, ..to };
    Step::InPlaceThenConvert(between.name())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sku<'a> {
    tier: &'a str,
    geo: bool,
    zonal: bool,
    readable: bool,
}

impl<'a> Sku<'a> {
    fn read(name: &'a str) -> Option<Self> {
        let (tier, replication) = name.split_once('_')?;
        let (readable, replication) = match replication.strip_prefix("RA") {
            Some(rest) => (true, rest),
            None => (false, replication),
        };
        let (geo, zonal) = match replication {
            "LRS" => (false, false),
            "ZRS" => (false, true),
            "GRS" => (true, false),
            "GZRS" => (true, true),
            _ => return None,
        };
        Some(Self { tier, geo, zonal, readable })
    }

    fn name(self) -> String {
        let replication = match (self.geo, self.zonal) {
            (false, false) => "LRS",
            (false, true) => "ZRS",
            (true, false) => "GRS",
            (true, true) => "GZRS",
        };
        let access = if self.readable { "RA" } else { "" };
        format!("{}_{access}{replication}", self.tier)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_table_is_followed() {
        let then = |sku: &str| Step::InPlaceThenConvert(sku.to_owned());
        for (from, to, step) in [
            ("Standard_LRS", "Standard_GRS", Step::InPlace),
            ("Standard_LRS", "Standard_RAGRS", Step::InPlace),
            ("Standard_GRS", "Standard_LRS", Step::InPlace),
            ("Standard_ZRS", "Standard_RAGZRS", Step::InPlace),
            ("Standard_LRS", "Standard_ZRS", Step::Convert),
            ("Standard_GRS", "Standard_GZRS", Step::Convert),
            ("Standard_RAGRS", "Standard_RAGZRS", Step::Convert),
            ("Standard_LRS", "Standard_GZRS", then("Standard_GRS")),
            ("Standard_GRS", "Standard_ZRS", then("Standard_LRS")),
            ("Standard_ZRS", "Standard_RAGRS", then("Standard_RAGZRS")),
            ("Standard_RAGZRS", "Standard_LRS", then("Standard_ZRS")),
        ] {
            assert_eq!(next_step(from, to), step, "{from} to {to}");
        }
    }

    #[test]
    fn premium_accounts_are_not_converted() {
        assert!(matches!(next_step("Premium_LRS", "Premium_ZRS"), Step::Manual(_)));
        assert!(matches!(next_step("Premium_LRS", "Standard_LRS"), Step::Manual(_)));
    }
}
