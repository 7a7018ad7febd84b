//! From references of the language to resource IDs.

use resource::ResourceId;
use topology::Target;
use topology::{App, Identity, Resource, Stamp, Storage, Vault};

use super::{Expansion, Home};

pub const SITE: &str = "Microsoft.Web/sites";
pub const PLAN: &str = "Microsoft.Web/serverfarms";
pub const PROFILE: &str = "Microsoft.Network/trafficManagerProfiles";
pub const ZONE: &str = "Microsoft.Network/dnsZones";
pub const ACCOUNT: &str = "Microsoft.Storage/storageAccounts";
pub const VAULT: &str = "Microsoft.KeyVault/vaults";
pub const IDENTITY: &str = "Microsoft.ManagedIdentity/userAssignedIdentities";

impl<'a> Expansion<'a> {
    /// Returns the resource that a reference leads to; `None` only for a reference that a checked
    /// topology cannot hold.
    pub(super) fn id_of(&self, target: &Target) -> Option<ResourceId> {
        match target {
            Target::App { stamp, app } => {
                let home = self.home(Some(stamp))?;
                Some(self.app_id(home, home.stamp?.1.apps.get(app)?))
            }
            Target::Plan { stamp } => {
                let home = self.home(Some(stamp))?;
                self.plan_id(home, home.stamp?.1)
            }
            Target::Storage { stamp, name } => {
                let home = self.home(stamp.as_deref())?;
                let global = &self.topology.storage;
                let all = home.stamp.map_or(global, |(_, stamp)| &stamp.storage);
                Some(self.account_id(home, all.get(name)?))
            }
            Target::Vault { stamp, name } => {
                let home = self.home(stamp.as_deref())?;
                let global = &self.topology.vaults;
                let all = home.stamp.map_or(global, |(_, stamp)| &stamp.vaults);
                Some(self.vault_id(home, all.get(name)?))
            }
            Target::Identity { stamp, name } => {
                let home = self.home(stamp.as_deref())?;
                let global = &self.topology.identities;
                let all = home.stamp.map_or(global, |(_, stamp)| &stamp.identities);
                Some(self.identity_id(home, all.get(name)?))
            }
            Target::Resource { stamp, name } => {
                let home = self.home(stamp.as_deref())?;
                let global = &self.topology.resources;
                let all = home.stamp.map_or(global, |(_, stamp)| &stamp.resources);
                self.raw_id(home, name, all.get(name)?)
            }
            Target::ResourceGroup { stamp } => {
                let home = self.home(stamp.as_deref())?;
                let global = &self.topology.resource_group;
                let group = home.stamp.map_or(global, |(_, stamp)| &stamp.resource_group);
                Some(ResourceId::group(self.subscription(home, None), group))
            }
            Target::TrafficManager { name } => self.profile_id(name),
            Target::DnsZone { zone } => self.zone_id(zone),
            Target::Domain { host } => self.domain_record_id(host),
            Target::Id(id) => ResourceId::parse(id).ok(),
        }
    }

    /// Returns the home of what is declared in `stamp`, or of what is global.
    pub(super) fn home(&self, stamp: Option<&str>) -> Option<Home<'a>> {
        let Some(stamp) = stamp else { return Some(Home::GLOBAL) };
        let (name, stamp) = self.topology.stamps.get_key_value(stamp)?;
        Some(Home::of(name, stamp))
    }

    pub(super) fn app_id(&self, home: Home<'_>, app: &App) -> ResourceId {
        self.in_group(home, None, &app.resource_group, SITE, &app.name)
    }

    pub(super) fn plan_id(&self, home: Home<'_>, stamp: &Stamp) -> Option<ResourceId> {
        let plan = stamp.plan.as_ref()?;
        Some(self.in_group(home, None, &plan.resource_group, PLAN, &plan.name))
    }

    pub(super) fn account_id(&self, home: Home<'_>, account: &Storage) -> ResourceId {
        let group = &account.resource_group;
        self.in_group(home, account.subscription.as_ref(), group, ACCOUNT, &account.name)
    }

    pub(super) fn vault_id(&self, home: Home<'_>, vault: &Vault) -> ResourceId {
        let group = &vault.resource_group;
        self.in_group(home, vault.subscription.as_ref(), group, VAULT, &vault.name)
    }

    pub(super) fn identity_id(&self, home: Home<'_>, identity: &Identity) -> ResourceId {
        let group = &identity.resource_group;
        self.in_group(home, identity.subscription.as_ref(), group, IDENTITY, &identity.name)
    }

    pub(super) fn profile_id(&self, name: &str) -> Option<ResourceId> {
        let profile = self.topology.traffic_manager.get(name)?;
        let group = &profile.resource_group;
        let subscription = profile.subscription.as_ref();
        Some(self.in_group(Home::GLOBAL, subscription, group, PROFILE, &profile.name))
    }

    pub(super) fn zone_id(&self, zone: &str) -> Option<ResourceId> {
        let declared = self.topology.dns.get(zone).filter(|zone| !zone.external)?;
        let group = &declared.resource_group;
        let subscription = declared.subscription.as_ref();
        Some(self.in_group(Home::GLOBAL, subscription, group, ZONE, zone))
    }

    pub(super) fn raw_id(
        &self,
        home: Home<'_>,
        key: &str,
        resource: &Resource,
    ) -> Option<ResourceId> {
        if let Some(id) = &resource.id {
            return ResourceId::parse(id.literal()?).ok();
        }
        let kind = &resource.resource_type.value;
        let name: &str = if resource.name.is_empty() { key } else { &resource.name };
        if let Some(scope) = &resource.scope {
            return Some(self.id_of(scope)?.extension(kind, name));
        }
        if let Some(parent) = &resource.parent {
            let last = kind.rsplit('/').next()?;
            return Some(self.id_of(parent)?.child(last, name));
        }
        let group: &str = match (resource.resource_group.is_empty(), home.stamp) {
            (false, _) => &resource.resource_group,
            (true, Some((_, stamp))) => &stamp.resource_group,
            (true, None) => &self.topology.resource_group,
        };
        Some(self.in_group(home, None, group, kind, name))
    }
}
