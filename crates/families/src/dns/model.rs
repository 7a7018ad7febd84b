//! What a topology says of a DNS zone and its records.

use std::net::{Ipv4Addr, Ipv6Addr};

use indexmap::IndexMap;
use topology::{FreeMap, Name, OneOrMany, Sp, Target, Text, Topology, Ttl, choice, entry, record};

use super::DNS;

record! {
    /// A DNS zone; its key is the domain.
    pub struct DnsZone {
        /// The resource group; left out, the topology's.
        #[serde(default)]
        pub resource_group: Name,
        /// The subscription, if it is not the topology's.
        pub subscription: Option<Sp<String>>,
        /// Tags, laid over the topology's.
        #[serde(default)]
        pub tags: FreeMap<Sp<String>>,
        /// Leaves the zone itself alone; the records below are still written.
        #[serde(default)]
        pub existing: bool,
        /// The zone lives outside Azure DNS: records are only told and verified.
        #[serde(default)]
        pub external: bool,
        /// What to do about a lock that is in the way; `keep` when left out.
        pub lock: Option<Sp<LockPolicy>>,
        /// Record sets by name, relative to the zone; `"@"` is the zone itself.
        #[serde(default)]
        pub records: IndexMap<String, RecordSet>,
        /// Takes over the zone if it exists already.
        #[serde(default)]
        pub adopt: bool,
        /// Refuses its delete; `true` when left out, since a new zone gets other name servers.
        pub protect: Option<Sp<bool>>,
    }
}

choice! {
    /// What to do about a lock that is in the way of a change.
    pub enum LockPolicy {
        /// Lift it for the change and put it back.
        Lift = "lift",
        /// Leave it, and refuse what it forbids.
        Keep = "keep",
    }
}

record! {
    /// All records of one name: each key is a type, with one value or a list.
    pub struct RecordSet {
        /// IPv4 addresses.
        #[serde(default)]
        pub a: OneOrMany<Sp<Ipv4Addr>>,
        /// IPv6 addresses.
        #[serde(default)]
        pub aaaa: OneOrMany<Sp<Ipv6Addr>>,
        /// Texts.
        #[serde(default)]
        pub txt: OneOrMany<Sp<Text>>,
        /// The one canonical name; nothing else may stand beside it, nor may it stand at the apex.
        pub cname: Option<Sp<Text>>,
        /// Which authorities may issue certificates.
        #[serde(default)]
        pub caa: OneOrMany<Caa>,
        /// Mail exchangers.
        #[serde(default)]
        pub mx: OneOrMany<Mx>,
        /// Service locations.
        #[serde(default)]
        pub srv: OneOrMany<Srv>,
        /// An Azure resource that the record follows.
        pub alias: Option<Sp<Target>>,
        /// The type of the alias; `A` when left out.
        pub alias_type: Option<Sp<AliasType>>,
        /// How long resolvers may keep the answer; `1h` when left out. A bare number is seconds.
        pub ttl: Option<Sp<Ttl>>,
        /// Takes over record sets of this name and these types if they exist already.
        #[serde(default)]
        pub adopt: bool,
    }
}

choice! {
    /// The record type of an alias.
    pub enum AliasType {
        /// IPv4 address.
        A = "A",
        /// IPv6 address.
        Aaaa = "AAAA",
        /// Canonical name.
        Cname = "CNAME",
    }
}

record! {
    /// A certification authority authorization.
    pub struct Caa {
        /// 0 to 255; 0 when left out, 128 is critical.
        pub flags: Option<Sp<u8>>,
        /// `issue`, `issuewild` or `iodef`.
        pub tag: Sp<String>,
        /// The authority, such as `digicert.com`.
        pub value: Sp<String>,
    }
}

record! {
    /// A mail exchanger.
    pub struct Mx {
        /// Lower is asked first.
        pub preference: Sp<u16>,
        /// The host.
        pub exchange: Sp<String>,
    }
}

record! {
    /// A service location.
    pub struct Srv {
        /// Lower is asked first.
        pub priority: Sp<u16>,
        /// The share among equal priorities.
        pub weight: Sp<u16>,
        /// The port.
        pub port: Sp<u16>,
        /// The host.
        pub target: Sp<String>,
    }
}

impl DnsZone {
    /// Returns what to do about a lock that is in the way.
    pub fn lock(&self) -> LockPolicy {
        self.lock.as_ref().map_or(LockPolicy::Keep, |lock| lock.value)
    }
}

/// Returns the declared zone that a host name falls in, the longest first.
pub fn zone_of<'a>(topology: &'a Topology, host: &'a str) -> Option<(&'a str, &'a DnsZone)> {
    let mut rest = host;
    loop {
        if let Some(value) = topology.sections.get(rest) {
            return Some((rest, value));
        }
        rest = rest.split_once('.')?.1;
    }
}

entry!(DnsZone in DNS: subscription, tags, existing, adopt, protect; named resource_group;
    fn is_external(&self) -> bool {
        self.external
    }

    fn check(&self, check: &mut topology::family::Check<'_>, at: topology::family::At<'_>) {
        super::check::zone(check, at.key, self);
    }
);
