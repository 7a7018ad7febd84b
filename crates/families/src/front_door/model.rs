//! What a topology says of a profile, its origins and its routes.

use indexmap::IndexMap;
use schemars::json_schema;
use serde::Serialize;
use topology::family::{Context, Decode, Node, NodeKind};
use topology::section::NameRule;
use topology::{Duration, Name, Ref, Sp, Text, choice, entry, inline_schema, record};

use super::rules::Rule;
use super::steer::Steer;
use super::waf::Firewall;
use super::{ENDPOINT_NAME, FRONT_DOOR};
use crate::domains::Binding;
use crate::storage::Storage;

record! {
    /// A Front Door profile.
    pub struct FrontDoor,
        common("profile" in topology,
            name "The profile's name in Azure; left out, `afd-{name}-<key>`",
            protect "`false` when left out") {
        /// The tier; must be given unless the profile is `existing`.
        pub tier: Option<Sp<Tier>>,
        /// The endpoint's name, from which Azure makes its host; left out, `{name}-<key>`.
        #[serde(default)]
        pub endpoint: Name,
        /// How long an origin may take to answer, `16s` to `240s`; `60s` when left out.
        pub origin_timeout: Option<Sp<Duration>>,
        /// The groups of origins, by name.
        #[serde(default)]
        pub origins: IndexMap<String, OriginGroup>,
        /// Which paths lead to which group, by name.
        #[serde(default)]
        pub routes: IndexMap<String, Route>,
        /// Sets of rules by name, and in each the rules by theirs.
        #[serde(default)]
        pub rules: IndexMap<String, IndexMap<String, Rule>>,
        /// Lets those who know a token reach one stamp through the edge.
        pub steer: Option<Steer>,
        /// The firewall before the endpoint and every domain, or `off`; on the premium tier there is one
        /// when left out.
        pub waf: Option<Firewall>,
    }
}

choice! {
    /// The tier of a profile.
    pub enum Tier {
        /// Routes, caches and limits rates.
        Standard = "standard" => "Standard_AzureFrontDoor",
        /// Knows managed rules and private links as well.
        Premium = "premium" => "Premium_AzureFrontDoor",
    }
}

record! {
    /// Origins among which Front Door chooses: `app`, `storage` or `hosts`.
    pub struct OriginGroup {
        /// An app: `web` for that of every stamp, in their order, or `weu/web` for one.
        pub app: Option<Sp<Binding>>,
        /// A storage account whose blobs are read.
        pub storage: Option<Sp<Ref<Storage>>>,
        /// Reads them from the paired region where the account itself is gone; `false` when left out.
        pub secondary: Option<Sp<bool>>,
        /// Hosts outside this topology, by name.
        #[serde(default)]
        pub hosts: IndexMap<String, OriginHost>,
        /// How an origin is chosen; `latency` when left out.
        pub routing: Option<Sp<OriginRouting>>,
        /// The share of each stamp, 1 to 1000; for `weighted`.
        #[serde(default)]
        pub weights: IndexMap<String, Sp<u32>>,
        /// How origins are probed; needed for more than one.
        pub probe: Option<OriginProbe>,
        /// Which host an origin is asked for; `origin` when left out.
        pub host_header: Option<Sp<HostHeader>>,
        /// Origins that are slower than the fastest by no more share its traffic; `50ms` when left out.
        pub latency_band: Option<Sp<Duration>>,
        /// Keeps a client at the origin that answered first; `false` when left out.
        pub affinity: Option<Sp<bool>>,
    }
}

choice! {
    /// How an origin of a group is chosen.
    pub enum OriginRouting {
        /// The nearest.
        Latency = "latency",
        /// The first that is well, in the order of the stamps.
        Priority = "priority",
        /// By share.
        Weighted = "weighted",
    }
}

choice! {
    /// Which host an origin is asked for.
    pub enum HostHeader {
        /// Its own name.
        Origin = "origin",
        /// The one that the user asked for, which must be bound there.
        Incoming = "incoming",
    }
}

record! {
    /// A host that is an origin.
    pub struct OriginHost {
        /// The host name.
        pub host: Sp<Text>,
        /// 1 to 5, the lowest first.
        pub priority: Option<Sp<u32>>,
        /// The share, 1 to 1000.
        pub weight: Option<Sp<u32>>,
        /// Whether it takes part; `true` when left out.
        pub enabled: Option<Sp<bool>>,
    }
}

record! {
    /// How the origins of a group are probed, by every edge.
    pub struct OriginProbe {
        /// The path that is asked for; 200 alone is well.
        pub path: Sp<String>,
        /// A text that an answer must hold before traffic is led there. An edge looks at the status alone;
        /// Evenkeel looks for the text.
        pub expected_body: Option<Sp<String>>,
        /// The time between two probes of an edge, `1s` to `255s`; `30s` when left out.
        pub interval: Option<Sp<Duration>>,
        /// How is asked; `head` when left out.
        pub method: Option<Sp<ProbeMethod>>,
        /// How many of the last probes count; 4 when left out.
        pub samples: Option<Sp<u32>>,
        /// How many of them must be well; 3 when left out.
        pub healthy: Option<Sp<u32>>,
    }
}

choice! {
    /// How a probe asks.
    pub enum ProbeMethod {
        /// For the headers alone.
        Head = "head" => "HEAD",
        /// For everything.
        Get = "get" => "GET",
    }
}

record! {
    /// Which paths lead to which group.
    pub struct Route {
        /// The group of origins.
        pub to: Sp<String>,
        /// The paths, such as `/api/*`; all when left out.
        #[serde(default)]
        pub paths: Vec<Sp<String>>,
        /// What stands in place of the matched path at the origin.
        pub path: Option<Sp<String>>,
        /// By which protocol an origin is asked; `https` when left out.
        pub forward: Option<Sp<Forward>>,
        /// Leads what comes by HTTP to HTTPS; `true` when left out.
        pub redirect: Option<Sp<bool>>,
        /// Keeps answers at the edge; left out, none is kept.
        pub cache: Option<RouteCache>,
        /// The sets of rules that are run, in this order; all when left out.
        pub rules: Option<Vec<Sp<String>>>,
        /// Whether it takes requests; `true` when left out.
        pub enabled: Option<Sp<bool>>,
    }
}

choice! {
    /// By which protocol an origin is asked.
    pub enum Forward {
        /// HTTPS.
        Https = "https" => "HttpsOnly",
        /// HTTP.
        Http = "http" => "HttpOnly",
        /// The one by which the request came.
        Match = "match" => "MatchRequest",
    }
}

record! {
    /// How answers are kept at the edge.
    pub struct RouteCache {
        /// How long an answer is kept of which the origin says nothing, such as `7d`.
        pub ttl: Option<Sp<Duration>>,
        /// What of a query tells answers apart: `ignore` (when left out), `all`, or a list of names.
        pub query: Option<Sp<CachedQuery>>,
        /// Compresses what is kept; `false` when left out.
        pub compress: Option<Sp<bool>>,
        /// The content types that are compressed; left out, the usual ones.
        #[serde(default)]
        pub types: Vec<Sp<String>>,
    }
}

/// What of a query tells two answers apart.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum CachedQuery {
    /// Nothing.
    Ignore,
    /// Everything.
    All,
    /// Parameters of these names.
    Names(Vec<Sp<String>>),
}

impl Decode for CachedQuery {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        if let NodeKind::Seq(_) = node.kind {
            return Vec::<Sp<String>>::decode(node, cx).map(Self::Names);
        }
        Some(match cx.word(node, &["ignore", "all"])? {
            "all" => Self::All,
            _ => Self::Ignore,
        })
    }
}

inline_schema!(CachedQuery, _ => json_schema!({
    "anyOf": [
        { "type": "string", "enum": ["ignore", "all"] },
        { "type": "array", "items": { "type": "string" } }
    ]
}));

impl OriginGroup {
    /// Returns how an origin is chosen.
    pub fn routing(&self) -> OriginRouting {
        self.routing.as_ref().map_or(OriginRouting::Latency, |routing| routing.value)
    }

    /// Returns how many origins take part.
    pub fn enabled_count(&self) -> usize {
        let is_on = |host: &&OriginHost| host.enabled.as_ref().is_none_or(|on| on.value);
        let hosts = self.hosts.values().filter(is_on).count();
        let stored = super::storage::names(self).len();
        self.app.as_ref().map_or(0, |app| app.apps.len()) + stored + hosts
    }
}

impl Route {
    /// Tells whether it takes requests.
    pub fn is_enabled(&self) -> bool {
        self.enabled.as_ref().is_none_or(|enabled| enabled.value)
    }

    /// Returns its paths.
    pub fn paths(&self) -> Vec<&str> {
        match self.paths.as_slice() {
            [] => vec!["/*"],
            paths => paths.iter().map(|path| path.value.as_str()).collect(),
        }
    }
}

entry!(FrontDoor in FRONT_DOOR;
    fn further_names(&self) -> Vec<(&'static NameRule, &Name)> {
        vec![(&ENDPOINT_NAME, &self.endpoint)]
    }

    fn derive_further(&mut self, application: &str, key: &str) {
        self.endpoint.or_derive(|| format!("{application}-{key}"));
    }

    fn check(&self, check: &mut topology::family::Check<'_>, at: topology::family::At<'_>) {
        super::check::profile(check, at.key, self);
    }
);
