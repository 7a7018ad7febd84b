//! How Azure answers: a folder for each family, and the one list of them.
//!
//! To add a family: write a folder with a [`Family`], name it in [`ALL`], and nothing else. Types
//! that are in no table are stored and answered all the same.

mod app_configuration;
mod authorization;
mod container_service;
mod cosmos_db;
mod dns_zones;
mod front_door;
mod key_vault;
mod managed_identity;
mod monitor;
mod network;
mod private_dns;
mod redis;
mod resources;
mod sql;
mod storage;
mod traffic_manager;
pub(crate) mod web;

use crate::kind::family::Family;

/// Every family.
pub(crate) static ALL: &[&Family] = &[
    &resources::FAMILY,
    &authorization::FAMILY,
    &traffic_manager::FAMILY,
    &dns_zones::FAMILY,
    &web::FAMILY,
    &storage::FAMILY,
    &key_vault::FAMILY,
    &app_configuration::FAMILY,
    &managed_identity::FAMILY,
    &monitor::FAMILY,
    &monitor::WORKSPACES,
    &network::FAMILY,
    &private_dns::FAMILY,
    &front_door::FAMILY,
    &front_door::FIREWALL,
    &cosmos_db::FAMILY,
    &sql::FAMILY,
    &redis::FAMILY,
    &container_service::FAMILY,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_shapes_can_be_read() {
        for family in ALL {
            assert!(family.shapes.is_none_or(|shapes| shapes.is_readable()), "{}", family.prefix);
        }
    }

    #[test]
    fn every_type_lies_in_one_family() {
        let mut names: Vec<String> = vec![];
        for family in ALL {
            names.extend(family.kinds().map(|kind| kind.name.to_ascii_lowercase()));
        }
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count, "a type stands in two tables");
    }
}
