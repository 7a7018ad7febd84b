//! Tenants outside Azure that are kept in step.

use indexmap::IndexMap;

use super::{BasicAuth, OAuth};
use crate::record;
use crate::{Duration, FreeMap, JsonPath, OneOrMany, PathTemplate, Sp, Text};

record! {
    /// Tenants outside Azure that are kept in step, and what of them is compared.
    pub struct Parity {
        /// The tenants, two or more; each is compared with the first.
        pub tenants: IndexMap<String, Tenant>,
        /// What they are asked for.
        pub compare: Vec<Comparison>,
    }
}

record! {
    /// A tenant and how it is asked.
    pub struct Tenant {
        /// Its address, below which every path lies.
        pub url: Sp<String>,
        /// Headers of every request.
        #[serde(default)]
        pub headers: FreeMap<Sp<Text>>,
        /// How a request logs in; left out, by its headers alone.
        pub auth: Option<TenantAuth>,
    }
}

record! {
    /// One way to log in.
    pub struct TenantAuth {
        /// By a token that is given for client credentials.
        pub oauth: Option<OAuth>,
        /// By a user and a password.
        pub basic: Option<BasicAuth>,
    }
}

record! {
    /// Something that every tenant lists, and what of it must be the same.
    pub struct Comparison {
        /// Its path below the tenant's address; below `forEach`, `{Field}` stands for a field of the entry
        /// above.
        pub path: Sp<PathTemplate>,
        /// Where the entries stand in an answer; left out, the answer itself.
        pub items: Option<Sp<JsonPath>>,
        /// The field, or fields, that an entry is known by; left out, there is one entry.
        #[serde(default)]
        pub key: OneOrMany<Sp<String>>,
        /// The fields that are compared; left out, all of them.
        #[serde(default)]
        pub only: Vec<Sp<String>>,
        /// Fields that are not compared.
        #[serde(default)]
        pub ignore: Vec<Sp<String>>,
        /// Fields whose values are compared and never shown.
        #[serde(default)]
        pub secret: Vec<Sp<String>>,
        /// The date by which an entry must have been renewed.
        pub expires: Option<Expiry>,
        /// Where the address of the next page stands in an answer; left out, there is one page.
        pub next: Option<Sp<JsonPath>>,
        /// What is asked for with each entry that is there.
        #[serde(default)]
        pub for_each: Vec<Comparison>,
    }
}

record! {
    /// A date by which something must have been renewed.
    pub struct Expiry {
        /// The field that has it.
        pub field: Sp<String>,
        /// How long before is soon; `30d` when left out.
        pub within: Option<Sp<Duration>>,
    }
}

impl Expiry {
    /// Returns how long before the date is soon: as written, or 30 days.
    pub fn within(&self) -> std::time::Duration {
        let month = std::time::Duration::from_secs(30 * 86_400);
        self.within.as_ref().map_or(month, |within| within.0)
    }
}
