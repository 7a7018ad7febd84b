//! Azure Managed Redis: a cache of each stamp, which holds no truth.

mod check;
mod expand;
mod import;
mod model;

use topology::Section;
use topology::section::{Addressed, Arm, NameRule, Naming, Of, Stands};

pub use model::{Clustering, Eviction, Redis};

const CLUSTER: &str = "Microsoft.Cache/redisEnterprise";
const ASSIGNMENT: &str = "Microsoft.Cache/redisEnterprise/databases/accessPolicyAssignments";
/// The one database of a cluster.
const DATABASE: &str = "databases/default";

static NAME: NameRule = NameRule { double_hyphen: false, ..NameRule::new("cache", 1, 60, "-") };

/// The cache of a stamp.
pub static REDIS: Section = Section {
    key: "redis",
    noun: "a cache",
    plural: "caches",
    about: "The cache of the stamp, an Azure Managed Redis",
    arm: Arm::Type(CLUSTER),
    abbreviations: &["amr"],
    naming: Naming::OfStamp,
    name: Some(&NAME),
    default_key: "redis",
    stands: Stands::Stamp,
    addressed: Addressed::Alone,
    uses: &[""],
    entries: Some(&Of::<Redis>::ALL),
    page: include_str!("page.md"),
    explanations: check::EXPLANATIONS,
    ..Section::PLAIN
};
