//! The table of all sections.

use resource::types;

use super::{Addressed, Arm, NameRule, Naming, Of, Section, Stands};
use crate::Plan;

/// Every section; a bare name leads to the first that has it.
pub static ALL: &[&Section] = &[&PLAN, &RESOURCE_GROUP];

pub(crate) static GROUP_NAME: NameRule =
    NameRule { not_first: "", not_last: ".", ..NameRule::new("resource group", 1, 90, "-_.()") };
static PLAN_NAME: NameRule =
    NameRule { not_first: "", not_last: "", ..NameRule::new("App Service plan", 1, 60, "-_") };
pub(crate) static AUTOSCALE_NAME: NameRule =
    NameRule { not_first: "", not_last: "", ..NameRule::new("autoscale setting", 1, 260, "-_.()") };
/// What Azure allows as the name of a blob container.
pub static CONTAINER_NAME: NameRule = NameRule {
    lower_case: true,
    double_hyphen: false,
    // Names that begin with a dollar are Azure's own containers.
    reserved: &["$web", "$root", "$logs"],
    ..NameRule::new("blob container", 3, 63, "-")
};

/// The plan of a stamp.
pub static PLAN: Section = Section {
    key: "plan",
    noun: "a plan",
    plural: "plans",
    about: "The App Service plan of the stamp's apps",
    arm: Arm::Type(types::PLAN),
    abbreviations: &["asp"],
    naming: Naming::OfStamp,
    name: Some(&PLAN_NAME),
    default_key: "plan",
    stands: Stands::Stamp,
    addressed: Addressed::Alone,
    entries: Some(&Of::<Plan>::ALL),
    ..Section::PLAIN
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
