//! The section that no family declares, and names that several take.

use resource::types;

use super::{Addressed, Arm, NameRule, Naming, Section};

pub(crate) static GROUP_NAME: NameRule =
    NameRule { not_first: "", not_last: ".", ..NameRule::new("resource group", 1, 90, "-_.()") };

/// What Azure allows as the name of a blob container.
pub static CONTAINER_NAME: NameRule = NameRule {
    lower_case: true,
    double_hyphen: false,
    // Names that begin with a dollar are Azure's own containers.
    reserved: &["$web", "$root", "$logs"],
    ..NameRule::new("blob container", 3, 63, "-")
};

/// The resource group of a stamp, or of what is global.
pub static RESOURCE_GROUP: Section = Section {
    key: "resourceGroup",
    noun: "a resource group",
    plural: "resource groups",
    arm: Arm::Type(types::GROUP),
    abbreviations: &["rg"],
    naming: Naming::OfStamp,
    name: Some(&GROUP_NAME),
    default_key: "resourceGroup",
    addressed: Addressed::Alone,
    named: &[],
    ..Section::PLAIN
};
