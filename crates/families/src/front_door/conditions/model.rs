//! What a topology says of the requests that are meant.

use indexmap::IndexMap;
use topology::{OneOrMany, Sp, Text, choice, record};

record! {
    /// What a request must be like; all that is written must hold.
    pub struct Conditions {
        /// The path, with its leading slash.
        pub path: Option<Test>,
        /// The whole address, with protocol, host and query.
        pub uri: Option<Test>,
        /// The query.
        pub query: Option<Test>,
        /// The method, such as `POST`.
        pub method: Option<Test>,
        /// The country of the client, as a code of two letters.
        pub country: Option<Test>,
        /// The address of the client, as a network such as `203.0.113.0/24`.
        pub address: Option<Test>,
        /// The host that is asked for.
        pub host: Option<Test>,
        /// What the client is, `Mobile` or `Desktop`; not in a firewall.
        pub device: Option<Test>,
        /// Headers, by name.
        #[serde(default)]
        pub header: IndexMap<String, Test>,
        /// Cookies, by name.
        #[serde(default)]
        pub cookie: IndexMap<String, Test>,
    }
}

record! {
    /// With what a part of a request is compared; of several values one must fit.
    pub struct Test {
        /// It is one of these.
        #[serde(default)]
        pub is_in as "in": OneOrMany<Sp<Text>>,
        /// It is none of these.
        #[serde(default)]
        pub not_in: OneOrMany<Sp<Text>>,
        /// It begins with one of these.
        #[serde(default)]
        pub begins_with: OneOrMany<Sp<Text>>,
        /// It begins with none of these.
        #[serde(default)]
        pub not_begins_with: OneOrMany<Sp<Text>>,
        /// It ends with one of these.
        #[serde(default)]
        pub ends_with: OneOrMany<Sp<Text>>,
        /// It ends with none of these.
        #[serde(default)]
        pub not_ends_with: OneOrMany<Sp<Text>>,
        /// It holds one of these.
        #[serde(default)]
        pub contains: OneOrMany<Sp<Text>>,
        /// It holds none of these.
        #[serde(default)]
        pub not_contains: OneOrMany<Sp<Text>>,
        /// It fits one of these regular expressions.
        #[serde(default)]
        pub matches: OneOrMany<Sp<Text>>,
        /// It fits none of these regular expressions.
        #[serde(default)]
        pub not_matches: OneOrMany<Sp<Text>>,
        /// It is there at all, or is not.
        pub exists: Option<Sp<bool>>,
        /// What is done to it before, in this order.
        #[serde(default)]
        pub transform: OneOrMany<Sp<Transform>>,
    }
}

choice! {
    /// What is done to a part of a request before it is compared.
    pub enum Transform {
        /// Makes letters small.
        LowerCase = "lowerCase" => "Lowercase",
        /// Makes letters great.
        UpperCase = "upperCase" => "Uppercase",
        /// Takes spaces off both ends.
        Trim = "trim" => "Trim",
        /// Resolves what is encoded for an address.
        UrlDecode = "urlDecode" => "UrlDecode",
        /// Encodes for an address.
        UrlEncode = "urlEncode" => "UrlEncode",
        /// Takes out what has no meaning.
        RemoveNulls = "removeNulls" => "RemoveNulls",
    }
}

/// Tests by the names of headers or cookies.
type Tests = IndexMap<String, Test>;

/// The values of one way to compare, and those of its opposite.
type Pair<'a> = (&'a [Sp<Text>], &'a [Sp<Text>]);

/// How a part of a request is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compared {
    /// In any way.
    Freely,
    /// With whole values alone, by this operator.
    By(&'static str),
}

/// A part of a request, as the firewall and as rules of the edge have it.
#[derive(Debug)]
pub struct Subject {
    /// The key in a topology.
    pub key: &'static str,
    /// The variable of the firewall; nothing where it does not know the part.
    pub firewall: Option<&'static str>,
    /// The header that it is in the firewall.
    pub header: Option<&'static str>,
    /// The condition of a rule.
    pub rule: &'static str,
    /// The type of its parameters.
    pub parameters: &'static str,
    /// How it is compared.
    pub compared: Compared,
    /// Returns the test.
    pub test: fn(&Conditions) -> Option<&Test>,
    /// Returns the tests by name.
    pub named: Option<fn(&Conditions) -> &Tests>,
}

const PLAIN: Subject = Subject {
    key: "",
    firewall: None,
    header: None,
    rule: "",
    parameters: "",
    compared: Compared::Freely,
    test: |_| None,
    named: None,
};

/// All parts; of those that share a variable the more special first.
pub static SUBJECTS: &[Subject] = &[
    Subject {
        key: "path",
        firewall: Some("RequestUri"),
        rule: "UrlPath",
        parameters: "DeliveryRuleUrlPathMatchConditionParameters",
        test: |all| all.path.as_ref(),
        ..PLAIN
    },
    Subject {
        key: "uri",
        firewall: Some("RequestUri"),
        rule: "RequestUri",
        parameters: "DeliveryRuleRequestUriConditionParameters",
        test: |all| all.uri.as_ref(),
        ..PLAIN
    },
    Subject {
        key: "query",
        firewall: Some("QueryString"),
        rule: "QueryString",
        parameters: "DeliveryRuleQueryStringConditionParameters",
        test: |all| all.query.as_ref(),
        ..PLAIN
    },
    Subject {
        key: "method",
        firewall: Some("RequestMethod"),
        rule: "RequestMethod",
        parameters: "DeliveryRuleRequestMethodConditionParameters",
        compared: Compared::By("Equal"),
        test: |all| all.method.as_ref(),
        ..PLAIN
    },
    Subject {
        key: "country",
        firewall: Some("RemoteAddr"),
        rule: "RemoteAddress",
        parameters: "DeliveryRuleRemoteAddressConditionParameters",
        compared: Compared::By("GeoMatch"),
        test: |all| all.country.as_ref(),
        ..PLAIN
    },
    Subject {
        key: "address",
        firewall: Some("RemoteAddr"),
        rule: "RemoteAddress",
        parameters: "DeliveryRuleRemoteAddressConditionParameters",
        compared: Compared::By("IPMatch"),
        test: |all| all.address.as_ref(),
        ..PLAIN
    },
    Subject {
        key: "host",
        firewall: Some("RequestHeader"),
        header: Some("Host"),
        rule: "HostName",
        parameters: "DeliveryRuleHostNameConditionParameters",
        test: |all| all.host.as_ref(),
        ..PLAIN
    },
    Subject {
        key: "device",
        rule: "IsDevice",
        parameters: "DeliveryRuleIsDeviceConditionParameters",
        compared: Compared::By("Equal"),
        test: |all| all.device.as_ref(),
        ..PLAIN
    },
    Subject {
        key: "header",
        firewall: Some("RequestHeader"),
        rule: "RequestHeader",
        parameters: "DeliveryRuleRequestHeaderConditionParameters",
        named: Some(|all| &all.header),
        ..PLAIN
    },
    Subject {
        key: "cookie",
        firewall: Some("Cookies"),
        rule: "Cookies",
        parameters: "DeliveryRuleCookiesConditionParameters",
        named: Some(|all| &all.cookie),
        ..PLAIN
    },
];

/// The ways to compare: the key, the key of its opposite, and how ARM has it.
pub const OPERATORS: &[(&str, &str, &str)] = &[
    ("in", "notIn", "Equal"),
    ("beginsWith", "notBeginsWith", "BeginsWith"),
    ("endsWith", "notEndsWith", "EndsWith"),
    ("contains", "notContains", "Contains"),
    ("matches", "notMatches", "RegEx"),
];

impl Conditions {
    /// Returns every test, with the part of the request and the name of the header or cookie.
    pub fn tests(&self) -> Vec<(&'static Subject, Option<&str>, &Test)> {
        let mut all = vec![];
        for subject in SUBJECTS {
            all.extend((subject.test)(self).map(|test| (subject, None, test)));
            let named = subject.named.into_iter().flat_map(|named| named(self));
            all.extend(named.map(|(name, test)| (subject, Some(name.as_str()), test)));
        }
        all
    }
}

impl Test {
    /// Returns the values of each way to compare, with its opposite, in the order of `OPERATORS`.
    pub fn values(&self) -> [Pair<'_>; 5] {
        [
            (&self.is_in, &self.not_in),
            (&self.begins_with, &self.not_begins_with),
            (&self.ends_with, &self.not_ends_with),
            (&self.contains, &self.not_contains),
            (&self.matches, &self.not_matches),
        ]
    }

    /// Returns the transforms as ARM has them.
    pub fn transforms(&self) -> Vec<&'static str> {
        self.transform.into_iter().map(|it| it.value.arm()).collect()
    }
}
