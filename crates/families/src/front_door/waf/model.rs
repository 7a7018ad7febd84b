//! What a topology says of a firewall.

use indexmap::IndexMap;
use schemars::json_schema;
use serde::{Serialize, Serializer};
use topology::family::{Context, Decode, Node, NodeKind};
use topology::property::ENABLED;
use topology::{Duration, Place, Sp, choice, inline_schema, record};

use crate::front_door::conditions::Conditions;

/// The firewall of a profile, or the word that there is none.
#[derive(Debug, Clone)]
pub enum Firewall {
    /// There is none, whatever the tier.
    Off(Place),
    /// There is this one.
    On(Box<Waf>),
}

record! {
    /// A firewall before the endpoint and every domain of a profile.
    pub struct Waf {
        /// The policy's name in Azure, letters and digits; left out, `waf{name}<key>` without hyphens.
        pub name: Option<Sp<String>>,
        /// The name of what puts the policy before the hosts; `waf` when left out.
        pub link: Option<Sp<String>>,
        /// Whether what is found is stopped or only written down; `prevention` when left out.
        pub mode at "/properties/policySettings/mode": Option<Sp<Mode>> = Mode::Prevention,
        /// The version of the managed rules, or `off`; on the premium tier `2.2` when left out.
        pub managed: Option<Sp<RuleSet>>,
        /// The version of the rules against robots, or `off`; on the premium tier `1.1` when left out.
        pub bots: Option<Sp<RuleSet>>,
        /// How much one client may ask for.
        pub rate_limit: Option<RateLimit>,
        /// Rules of one's own, by name, the first that fits decides.
        #[serde(default)]
        pub rules: IndexMap<String, WafRule>,
        /// What the managed rules do not look at.
        #[serde(default)]
        pub exclusions: Vec<Exclusion>,
        /// Looks into bodies as well; `true` when left out.
        pub body_check at "/properties/policySettings/requestBodyCheck" via ENABLED:
            Option<Sp<bool>> = true,
        /// Where rules with `then: redirect` lead.
        pub redirect: Option<Sp<String>>,
    }
}

choice! {
    /// What becomes of what is found.
    pub enum Mode {
        /// It is stopped.
        Prevention = "prevention" => "Prevention",
        /// It is written down.
        Detection = "detection" => "Detection",
    }
}

/// A version of a set of rules that Microsoft keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleSet {
    /// None.
    Off,
    /// This one.
    Version(String),
}

record! {
    /// How much one client may ask for.
    pub struct RateLimit {
        /// How many requests.
        pub per_client: Sp<u32>,
        /// In what time, `1m` or `5m`; `1m` when left out.
        pub window: Option<Sp<Duration>>,
    }
}

record! {
    /// A rule of one's own.
    pub struct WafRule {
        /// The requests that it is about.
        pub when as "if": Conditions,
        /// What becomes of them.
        pub then: Sp<Verdict>,
        /// The place among the rules, the lowest first; by default 100 for the first one, and so on.
        pub priority: Option<Sp<u32>>,
        /// Whether it is looked at; `true` when left out.
        pub enabled: Option<Sp<bool>>,
    }
}

choice! {
    /// What becomes of a request.
    pub enum Verdict {
        /// It passes, whatever later rules say.
        Allow = "allow" => "Allow",
        /// It is refused.
        Block = "block" => "Block",
        /// It is written down.
        Log = "log" => "Log",
        /// It is led elsewhere.
        Redirect = "redirect" => "Redirect",
        /// The browser must compute something.
        Challenge = "challenge" => "JSChallenge",
        /// A person must solve something.
        Captcha = "captcha" => "CAPTCHA",
    }
}

record! {
    /// A part of requests that the managed rules do not look at.
    pub struct Exclusion {
        /// A header of this name.
        pub header: Option<Sp<String>>,
        /// A cookie of this name.
        pub cookie: Option<Sp<String>>,
        /// A parameter of the query.
        pub query: Option<Sp<String>>,
        /// A field of a form.
        pub body: Option<Sp<String>>,
        /// A member of a JSON body.
        pub json: Option<Sp<String>>,
    }
}

/// The kinds of exclusions: the key, and the variable of ARM.
pub(super) const EXCLUDED: &[(&str, &str)] = &[
    ("header", "RequestHeaderNames"),
    ("cookie", "RequestCookieNames"),
    ("query", "QueryStringArgNames"),
    ("body", "RequestBodyPostArgNames"),
    ("json", "RequestBodyJsonArgNames"),
];

impl Exclusion {
    /// Returns what is left out, by the order of [`EXCLUDED`].
    pub(super) fn names(&self) -> [Option<&Sp<String>>; 5] {
        [
            self.header.as_ref(),
            self.cookie.as_ref(),
            self.query.as_ref(),
            self.body.as_ref(),
            self.json.as_ref(),
        ]
    }
}

impl Waf {
    /// Returns the firewall that a premium profile has where nothing is said of one.
    pub(super) fn usual(place: &Place) -> Self {
        Self {
            name: None,
            link: None,
            mode: None,
            managed: None,
            bots: None,
            rate_limit: None,
            rules: IndexMap::new(),
            exclusions: vec![],
            body_check: None,
            redirect: None,
            place: place.clone(),
        }
    }
}

impl WafRule {
    /// Returns the place among the rules; `at` is the position in the file.
    pub(super) fn priority(&self, at: usize) -> u32 {
        let usual = || FIRST_PRIORITY + u32::try_from(at).unwrap_or(u32::MAX - FIRST_PRIORITY);
        self.priority.as_ref().map_or_else(usual, |priority| priority.value)
    }
}

/// The place of the first rule: what limits rates stands before.
pub(super) const FIRST_PRIORITY: u32 = 100;

impl PartialEq for Firewall {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Off(_), Self::Off(_)) => true,
            (Self::On(own), Self::On(other)) => own == other,
            _ => false,
        }
    }
}

impl Serialize for Firewall {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Off(_) => serializer.serialize_str("off"),
            Self::On(waf) => waf.serialize(serializer),
        }
    }
}

impl Decode for Firewall {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        if let NodeKind::Map(_) = node.kind {
            return Waf::decode(node, cx).map(|waf| Self::On(Box::new(waf)));
        }
        cx.word(node, &["off"]).map(|_| Self::Off(node.place.clone()))
    }
}

inline_schema!(Firewall, generator => {
    let waf = generator.subschema_for::<Waf>();
    json_schema!({ "anyOf": [waf, { "type": "string", "enum": ["off"] }] })
});

impl Serialize for RuleSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::Off => "off",
            Self::Version(version) => version,
        })
    }
}

impl Decode for RuleSet {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        let text = cx.scalar(node, "a version such as `2.2`, or `off`")?;
        Some(if text == "off" { Self::Off } else { Self::Version(text) })
    }
}

inline_schema!(RuleSet, _ => json_schema!({ "type": ["string", "number"] }));
