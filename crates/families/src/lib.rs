//! The families of the language: all that it can say of Azure, in one list.
//!
//! The engines (parser, planner, importer) are given the language and name none of them.

pub mod apps;
pub mod dns;
pub mod domains;
pub mod front_door;
pub mod identities;
pub mod locks;
pub mod plans;
pub mod redis;
pub mod resources;
pub mod storage;
pub mod traffic_manager;
pub mod vaults;

use std::sync::LazyLock;

use importer::{Family, Language};
use planner::Groups;
use topology::section::Of;

/// Every family: what is expanded, imported and written first stands first.
pub static ALL: &[&dyn Family] = &[
    &Of::<plans::Plan>::ALL,
    &Of::<apps::App>::ALL,
    &Groups,
    &Of::<traffic_manager::TrafficManager>::ALL,
    &Of::<front_door::FrontDoor>::ALL,
    &Of::<dns::DnsZone>::ALL,
    &Of::<domains::Domain>::ALL,
    &Of::<storage::Storage>::ALL,
    &Of::<vaults::Vault>::ALL,
    &Of::<redis::Redis>::ALL,
    &Of::<identities::Identity>::ALL,
    &Of::<locks::Lock>::ALL,
    &Of::<resources::Resource>::ALL,
];

/// Returns the language of these families.
pub fn language() -> &'static Language {
    static LANGUAGE: LazyLock<Language> = LazyLock::new(|| Language::new(ALL.iter().copied()));
    &LANGUAGE
}
