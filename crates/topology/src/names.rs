//! The naming convention: every name that a file leaves out.
//!
//! Abbreviations are those of the Cloud Adoption Framework:
//! <https://learn.microsoft.com/azure/cloud-adoption-framework/ready/azure-best-practices/resource-abbreviations>.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::{App, AppKind, Identity, Name, Resource, Sp, Stamp, Storage, Topology, Vault, regions};

/// Gives every resource its name and its resource group.
pub(crate) fn derive(topology: &mut Topology) {
    let name = topology.name.value.clone();
    topology.resource_group.or_derive(|| format!("rg-{name}-global"));
    let group = topology.resource_group.value.clone();
    for (stamp, value) in &mut topology.stamps {
        // Nothing else holds a stamp yet, so this never copies.
        derive_stamp(&name, stamp, Arc::make_mut(value));
    }
    for (key, profile) in &mut topology.traffic_manager {
        profile.name.or_derive(|| format!("traf-{name}-{key}"));
        profile.dns_name.or_derive(|| format!("{name}-{key}"));
        inherit(&mut profile.resource_group, &group);
    }
    for zone in topology.dns.values_mut() {
        inherit(&mut zone.resource_group, &group);
    }
    for (key, lock) in &mut topology.locks {
        lock.name.or_derive(|| format!("lock-{key}"));
    }
    let band = Band { name: &name, stamp: None, group: &group };
    band.storage(&mut topology.storage);
    band.vaults(&mut topology.vaults);
    band.identities(&mut topology.identities);
    band.resources(&mut topology.resources);
    let endpoints = topology.traffic_manager.values_mut().flat_map(|it| it.endpoints.values_mut());
    let locations = endpoints.map(|endpoint| &mut endpoint.location);
    locations.chain([&mut topology.location]).for_each(canonical);
}

/// Gives a region the name that ARM uses.
fn canonical(location: &mut Option<Sp<String>>) {
    if let Some(location) = location {
        location.value = regions::canonical(&location.value);
    }
}

fn derive_stamp(name: &str, key: &str, stamp: &mut Stamp) {
    stamp.region.value = regions::canonical(&stamp.region.value);
    stamp.resource_group.or_derive(|| format!("rg-{name}-{key}"));
    let group = stamp.resource_group.value.clone();
    if let Some(plan) = &mut stamp.plan {
        plan.name.or_derive(|| format!("asp-{name}-{key}"));
        inherit(&mut plan.resource_group, &group);
        if let Some(autoscale) = &mut plan.autoscale {
            let plan = plan.name.value.as_str();
            autoscale.name.or_derive(|| format!("{plan}-autoscale"));
        }
    }
    let band = Band { name, stamp: Some(key), group: &group };
    band.apps(&mut stamp.apps);
    band.storage(&mut stamp.storage);
    band.vaults(&mut stamp.vaults);
    band.identities(&mut stamp.identities);
    band.resources(&mut stamp.resources);
}

fn inherit(group: &mut Name, from: &str) {
    group.or_derive(|| from.to_owned());
}

/// Where named things live: a stamp, or the global band.
struct Band<'a> {
    name: &'a str,
    stamp: Option<&'a str>,
    group: &'a str,
}

impl Band<'_> {
    /// Returns `<abbreviation>-{name}-<key>` and, in a stamp, `-{stamp}`.
    fn derived(&self, abbreviation: &str, key: &str) -> String {
        match self.stamp {
            Some(stamp) => format!("{abbreviation}-{}-{key}-{stamp}", self.name),
            None => format!("{abbreviation}-{}-{key}", self.name),
        }
    }

    fn apps(&self, apps: &mut IndexMap<String, App>) {
        for (key, app) in apps {
            let abbreviation = match app.kind() {
                AppKind::Web => "app",
                AppKind::Function => "func",
            };
            app.name.or_derive(|| self.derived(abbreviation, key));
            inherit(&mut app.resource_group, self.group);
        }
    }

    fn storage(&self, accounts: &mut IndexMap<String, Storage>) {
        for (key, account) in accounts {
            account.name.or_derive(|| {
                let name = self.derived("st", key).to_lowercase();
                name.chars().filter(char::is_ascii_alphanumeric).collect()
            });
            inherit(&mut account.resource_group, self.group);
            canonical(&mut account.location);
        }
    }

    fn vaults(&self, vaults: &mut IndexMap<String, Vault>) {
        for (key, vault) in vaults {
            vault.name.or_derive(|| self.derived("kv", key));
            inherit(&mut vault.resource_group, self.group);
            canonical(&mut vault.location);
        }
    }

    fn identities(&self, identities: &mut IndexMap<String, Identity>) {
        for (key, identity) in identities {
            identity.name.or_derive(|| self.derived("id", key));
            inherit(&mut identity.resource_group, self.group);
            canonical(&mut identity.location);
        }
    }

    fn resources(&self, resources: &mut IndexMap<String, Resource>) {
        for (key, resource) in resources {
            resource.name.or_derive(|| key.clone());
            inherit(&mut resource.resource_group, self.group);
        }
    }
}
