//! The families of the language: all that it can say of Azure, in one list.
//!
//! The engines (parser, planner, importer) are given the language and name none of them.

pub mod identities;
pub mod locks;
pub mod storage;
pub mod vaults;

use std::sync::LazyLock;

use importer::{Family, Language};
use planner::Groups;
use topology::section::Of;
use topology::{App, DnsZone, Domain, Plan, Resource, TrafficManager};

/// Every family: what is expanded, imported and written first stands first.
pub static ALL: &[&dyn Family] = &[
    &Of::<Plan>::ALL,
    &Of::<App>::ALL,
    &Groups,
    &Of::<TrafficManager>::ALL,
    &Of::<DnsZone>::ALL,
    &Of::<Domain>::ALL,
    &Of::<storage::Storage>::ALL,
    &Of::<vaults::Vault>::ALL,
    &Of::<identities::Identity>::ALL,
    &Of::<locks::Lock>::ALL,
    &Of::<Resource>::ALL,
];

/// Returns the language of these families.
pub fn language() -> &'static Language {
    static LANGUAGE: LazyLock<Language> = LazyLock::new(|| Language::new(ALL.iter().copied()));
    &LANGUAGE
}
