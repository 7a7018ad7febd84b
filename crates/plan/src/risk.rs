//! What a reader of a plan should look at first.

use serde::{Deserialize, Serialize};

/// What a reader should look at first; the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Risk {
    /// Nothing is left to serve.
    Outage,
    /// Something that cannot be brought back is deleted.
    LosesData,
    /// Something is deleted.
    Deletes,
    /// Less may fail before service or data is gone.
    LessRedundancy,
    /// It is guarded less well, or for a while not at all.
    #[serde(alias = "unprotected")]
    WeakerSecurity,
    /// Something stops to serve traffic.
    TrafficStops,
    /// Live traffic is affected.
    Traffic,
    /// Others may do or reach something than before.
    Access,
    /// A secret changes.
    Secret,
    /// An app restarts.
    Restarts,
    /// It costs more.
    Cost,
}

impl Risk {
    /// Every risk, the gravest first.
    pub const ALL: [Self; 11] = [
        Self::Outage,
        Self::LosesData,
        Self::Deletes,
        Self::LessRedundancy,
        Self::WeakerSecurity,
        Self::TrafficStops,
        Self::Traffic,
        Self::Access,
        Self::Secret,
        Self::Restarts,
        Self::Cost,
    ];

    /// Returns what people call it, in every report.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Outage => "outage",
            Self::LosesData => "loses data",
            Self::Deletes => "deletes",
            Self::LessRedundancy => "less redundancy",
            Self::WeakerSecurity => "weaker security",
            Self::TrafficStops | Self::Traffic => "traffic",
            Self::Access => "access",
            Self::Secret => "secrets",
            Self::Restarts => "restarts",
            Self::Cost => "cost",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn risks_are_ordered_by_gravity() {
        assert!(Risk::ALL.is_sorted());
        let mut labels: Vec<_> = Risk::ALL.map(Risk::label).to_vec();
        labels.dedup();
        let wanted = [
            "outage",
            "loses data",
            "deletes",
            "less redundancy",
            "weaker security",
            "traffic",
            "access",
            "secrets",
            "restarts",
            "cost",
        ];
        assert_eq!(labels, wanted);
    }

    #[test]
    fn the_plans_of_older_versions_are_read() {
        let read: Risk = serde_json::from_str("\"unprotected\"").expect("a known risk");
        assert_eq!(read, Risk::WeakerSecurity);
    }
}
