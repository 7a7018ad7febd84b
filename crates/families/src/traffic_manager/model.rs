//! What a topology says of a profile, its probe and its endpoints.

use indexmap::IndexMap;
use topology::section::NameRule;
use topology::{Duration, FreeMap, Name, ProbeAuth, Ref, Sp, Text, Ttl, choice, entry, record};

use super::{DNS_NAME, StatusRange, SubnetRange, TRAFFIC_MANAGER};
use crate::apps::App;

record! {
    /// A Traffic Manager profile.
    pub struct TrafficManager,
        common("profile" in topology,
            name "The profile's name in Azure; left out, `traf-{name}-<key>`",
            protect "`false` when left out") {
        /// The first label of the DNS name, unique in the cloud; left out, `{name}-<key>`.
        #[serde(default)]
        pub dns_name: Name,
        /// How an endpoint is chosen; must be given unless the profile is `existing`.
        pub routing: Option<Sp<Routing>>,
        /// How long resolvers may keep the answer; `60s` when left out.
        pub ttl: Option<Sp<Ttl>>,
        /// How many addresses an answer holds, 1 to 8; for `multiValue` alone.
        pub max_return: Option<Sp<u32>>,
        /// How endpoints are probed; must be given unless the profile is `existing`.
        pub monitor: Option<Monitor>,
        /// Where traffic goes, by endpoint name.
        #[serde(default)]
        pub endpoints: IndexMap<String, Endpoint>,
        /// Whether the profile answers; a disabled one answers that the name does not exist.
        pub enabled: Option<Sp<bool>>,
        /// Collects where users come from, at a price.
        pub traffic_view: Option<Sp<bool>>,
        /// How what runs behind the profile is come by, by name; of what it fetches by itself is told that
        /// no answer of DNS moves it.
        #[serde(default)]
        pub interfaces: IndexMap<String, Interface>,
    }
}

choice! {
    /// How Traffic Manager chooses an endpoint.
    pub enum Routing {
        /// The nearest by latency.
        Performance = "performance",
        /// The first healthy one.
        Priority = "priority",
        /// By share.
        Weighted = "weighted",
        /// By where the user is.
        Geographic = "geographic",
        /// Several addresses at once.
        MultiValue = "multiValue",
        /// By the resolver's address.
        Subnet = "subnet",
    }
}

record! {
    /// How endpoints are probed.
    pub struct Monitor {
        /// The protocol.
        pub protocol: Sp<MonitorProtocol>,
        /// The port; left out, 443 for HTTPS and 80 for HTTP.
        pub port: Option<Sp<u16>>,
        /// The path that is asked for; HTTP and HTTPS need one, TCP has none.
        pub path: Option<Sp<String>>,
        /// The time between two probes, `10s` or `30s`; `30s` when left out.
        pub interval: Option<Sp<Duration>>,
        /// The time after which a probe has failed: `5s` to `9s` with fast probing, else to `10s`,
        /// which is also the value when left out (`9s` with fast probing).
        pub timeout: Option<Sp<Duration>>,
        /// How many failures in a row are forgiven, 0 to 9; 3 when left out.
        pub tolerated_failures: Option<Sp<u32>>,
        /// Status codes that count as healthy, such as `[200-299, 301]`; 200 when left out.
        #[serde(default)]
        pub expected_status: Vec<Sp<StatusRange>>,
        /// A text that an answer must hold before traffic is led there. Traffic Manager looks at the status
        /// alone; Evenkeel looks for the text.
        pub expected_body: Option<Sp<String>>,
        /// Headers of every probe, at most eight.
        #[serde(default)]
        pub headers: FreeMap<Sp<Text>>,
    }
}

choice! {
    /// The protocol of a probe.
    pub enum MonitorProtocol {
        /// HTTP.
        Http = "http",
        /// HTTPS.
        Https = "https",
        /// A TCP connection.
        Tcp = "tcp",
    }
}

record! {
    /// A way by which work comes to what runs behind a profile.
    pub struct Interface {
        /// Who begins.
        pub kind: Sp<InterfaceKind>,
    }
}

choice! {
    /// Who begins where work is handed over.
    pub enum InterfaceKind {
        /// Whoever brings it, by the profile's name.
        Push = "push",
        /// What runs behind the profile: it polls a broker, a server of files, a mailbox.
        Pull = "pull",
    }
}

record! {
    /// One target of a profile: exactly one of `app`, `host` and `profile`.
    pub struct Endpoint {
        /// An app of a stamp (`weu/web`), or the resource ID of an app or public IP address.
        pub app: Option<Sp<Ref<App>>>,
        /// A host name or public IP address outside this topology.
        pub host: Option<Sp<Text>>,
        /// Another profile of this topology, or its resource ID.
        pub profile: Option<Sp<Ref<TrafficManager>>>,
        /// 1 to 1000, the lowest first; for `priority`.
        pub priority: Option<Sp<u32>>,
        /// The share, 1 to 1000; for `weighted`.
        pub weight: Option<Sp<u32>>,
        /// The Azure region nearest to it; `performance` needs it for `host` and `profile`.
        pub location: Option<Sp<String>>,
        /// Geographic codes such as `WORLD`, `GEO-EU`, `DE`, `US-CA`; for `geographic`.
        #[serde(default)]
        pub geo: Vec<Sp<String>>,
        /// Client networks such as `1.2.3.0/24` or `1.2.3.4-1.2.3.9`; for `subnet`.
        #[serde(default)]
        pub subnets: Vec<Sp<SubnetRange>>,
        /// Headers of this endpoint's probes, at most eight, over the monitor's.
        #[serde(default)]
        pub headers: FreeMap<Sp<Text>>,
        /// How this endpoint's probes log in: the header that says so is put together when it is sent.
        pub auth: Option<ProbeAuth>,
        /// Whether it takes part; `true` when left out.
        pub enabled: Option<Sp<bool>>,
        /// Never probes it and always answers it.
        pub always_serve: Option<Sp<bool>>,
        /// How many endpoints of the nested profile must be healthy; 1 when left out.
        pub min_child_endpoints: Option<Sp<u32>>,
        /// How many of them must be healthy IPv4 addresses.
        pub min_child_endpoints_ipv4 as "minChildEndpointsIPv4": Option<Sp<u32>>,
        /// How many of them must be healthy IPv6 addresses.
        pub min_child_endpoints_ipv6 as "minChildEndpointsIPv6": Option<Sp<u32>>,
    }
}

/// What an endpoint leads to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum EndpointTarget<'a> {
    /// An Azure endpoint.
    App(&'a Sp<Ref<App>>),
    /// An external endpoint.
    Host(&'a Sp<Text>),
    /// A nested endpoint.
    Profile(&'a Sp<Ref<TrafficManager>>),
}

impl Endpoint {
    /// Returns what the endpoint leads to; a checked topology always has exactly one.
    pub fn target(&self) -> Option<EndpointTarget<'_>> {
        let app = self.app.as_ref().map(EndpointTarget::App);
        let host = self.host.as_ref().map(EndpointTarget::Host);
        app.or(host).or(self.profile.as_ref().map(EndpointTarget::Profile))
    }

    /// Returns whether the endpoint takes part in the routing.
    pub fn is_enabled(&self) -> bool {
        self.enabled.as_ref().is_none_or(|enabled| enabled.value)
    }
}

entry!(TrafficManager in TRAFFIC_MANAGER;
    fn further_names(&self) -> Vec<(&'static NameRule, &Name)> {
        vec![(&DNS_NAME, &self.dns_name)]
    }

    fn derive_further(&mut self, application: &str, key: &str) {
        self.dns_name.or_derive(|| format!("{application}-{key}"));
    }

    fn regions(&self) -> Vec<&Sp<String>> {
        self.endpoints.values().filter_map(|endpoint| endpoint.location.as_ref()).collect()
    }

    fn regions_mut(&mut self) -> Vec<&mut Sp<String>> {
        self.endpoints.values_mut().filter_map(|endpoint| endpoint.location.as_mut()).collect()
    }

    fn check(&self, check: &mut topology::family::Check<'_>, at: topology::family::At<'_>) {
        super::check::profile(check, at.key, self);
    }
);
