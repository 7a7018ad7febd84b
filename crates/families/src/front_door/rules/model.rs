//! What a topology says of rules.

use indexmap::IndexMap;
use topology::{Duration, OneOrMany, Sp, Text, choice, record};

use crate::front_door::conditions::Conditions;
use crate::front_door::model::{CachedQuery, Forward};

record! {
    /// A rule of the edge.
    pub struct Rule {
        /// The requests that it is about; all when left out.
        pub when as "if": Option<Conditions>,
        /// What is done with them.
        pub then: Actions,
        /// The place in its set, the lowest first; by default 1 for the first one, and so on.
        pub order: Option<Sp<u32>>,
        /// Looks at no later rule of the set where this one fits; `false` when left out.
        pub stop: Option<Sp<bool>>,
    }
}

record! {
    /// What is done with a request, at most five things.
    pub struct Actions {
        /// Leads the client elsewhere.
        pub redirect: Option<Redirect>,
        /// Asks the origin for another path.
        pub rewrite: Option<Rewrite>,
        /// Headers for the origin.
        #[serde(default)]
        pub set_request_header: IndexMap<String, Sp<Text>>,
        /// What is added at the end of headers for the origin.
        #[serde(default)]
        pub append_request_header: IndexMap<String, Sp<Text>>,
        /// Headers that the origin does not get.
        #[serde(default)]
        pub delete_request_header: OneOrMany<Sp<String>>,
        /// Headers of the answer.
        #[serde(default)]
        pub set_response_header: IndexMap<String, Sp<Text>>,
        /// What is added at the end of headers of the answer.
        #[serde(default)]
        pub append_response_header: IndexMap<String, Sp<Text>>,
        /// Headers that the client does not get.
        #[serde(default)]
        pub delete_response_header: OneOrMany<Sp<String>>,
        /// The group of origins in place of the route's.
        pub to: Option<Sp<String>>,
        /// By which protocol an origin of that group is asked; `https` when left out.
        pub forward: Option<Sp<Forward>>,
        /// How the answer is kept at the edge.
        pub cache: Option<RuleCache>,
    }
}

record! {
    /// Where a client is led.
    pub struct Redirect {
        /// How it is told so; `302` when left out.
        pub status: Option<Sp<RedirectStatus>>,
        /// By which protocol it goes on; the one that it came by when left out.
        pub protocol: Option<Sp<RedirectProtocol>>,
        /// The host; the same when left out.
        pub host: Option<Sp<String>>,
        /// The path; the same when left out.
        pub path: Option<Sp<String>>,
        /// The query; the same when left out.
        pub query: Option<Sp<String>>,
        /// What stands behind `#`.
        pub fragment: Option<Sp<String>>,
    }
}

choice! {
    /// How a client is told to go on elsewhere.
    pub enum RedirectStatus {
        /// For good.
        Moved = "301" => "Moved",
        /// For now.
        Found = "302" => "Found",
        /// For now, by the same method.
        Temporary = "307" => "TemporaryRedirect",
        /// For good, by the same method.
        Permanent = "308" => "PermanentRedirect",
    }
}

choice! {
    /// By which protocol a client goes on.
    pub enum RedirectProtocol {
        /// HTTPS.
        Https = "https" => "Https",
        /// HTTP.
        Http = "http" => "Http",
        /// The one that it came by.
        Match = "match" => "MatchRequest",
    }
}

record! {
    /// Another path at the origin.
    pub struct Rewrite {
        /// The beginning of the path that gives way; `/` when left out.
        pub from: Option<Sp<String>>,
        /// What stands in its place.
        pub to: Sp<String>,
        /// Keeps what follows the beginning; `false` when left out.
        pub keep_rest: Option<Sp<bool>>,
    }
}

record! {
    /// How an answer is kept at the edge.
    pub struct RuleCache {
        /// How long, such as `7d`.
        pub ttl: Option<Sp<Duration>>,
        /// Whose word counts; `ifMissing` when left out.
        pub rule: Option<Sp<CacheRule>>,
        /// What of a query tells answers apart: `ignore` (when left out), `all`, or a list of names.
        pub query: Option<Sp<CachedQuery>>,
        /// Compresses what is kept; `false` when left out.
        pub compress: Option<Sp<bool>>,
    }
}

choice! {
    /// Whose word on keeping an answer counts.
    pub enum CacheRule {
        /// The origin's, and the rule's where it says nothing.
        IfMissing = "ifMissing" => "OverrideIfOriginMissing",
        /// The rule's.
        Always = "always" => "OverrideAlways",
        /// The origin's.
        Origin = "origin" => "HonorOrigin",
    }
}

impl Rule {
    /// Returns the place in its set; `at` is the position in the file.
    pub(super) fn order(&self, at: usize) -> u32 {
        let usual = || u32::try_from(at).unwrap_or(u32::MAX - 1) + 1;
        self.order.as_ref().map_or_else(usual, |order| order.value)
    }
}
