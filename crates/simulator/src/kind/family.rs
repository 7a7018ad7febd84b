//! What the simulator knows of a part of a provider beside its types.
//!
//! A family is a folder under `families` and an entry of the list there. Everything that
//! differs between providers and is no matter of one type stands in its [`Family`].

use resource::ResourceId;
use serde_json::{Value, json};

use crate::kind::Kind;
use crate::kind::azure::Azure;
use crate::kind::shapes::Shapes;
use crate::kind::visit::{Reply, Visit};
use crate::store::Store;
use crate::wire::answer::Answer;
use crate::wire::request::Request;

/// Answers a POST on the subscription, or refuses it.
pub(crate) type Ask = fn(&mut Azure, &Request) -> Result<Answer, Answer>;
/// Answers a path that looks like a resource and is none, or returns `None`.
pub(crate) type Special = fn(&mut Azure, &Request) -> Option<Answer>;
/// Answers under a host of its own, or returns `None`.
pub(crate) type Plane = fn(&mut Azure, &Request) -> Option<Answer>;
/// Looks at its resources after one of them was written or deleted by a request.
pub(crate) type Watch = fn(&mut Azure, &Request);
/// Lets happen what is due by the clock, whoever asks or does not ask for it.
pub(crate) type Tick = fn(&mut Azure);
/// Tells what answers under a host name, if the family gives it to something.
pub(crate) type Host = fn(&Azure, &Visit) -> Option<Served>;
/// Returns the values of a record type at a name, with their time to live in seconds.
pub(crate) type Records = fn(&Azure, &str, &str) -> Option<Vec<(u64, String)>>;
/// Makes the answer to a request that comes while another operation runs.
pub(crate) type Busy = fn() -> Answer;

/// What answers under a host name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Served {
    /// The thing of this name, with this status.
    Here(u16, String),
    /// The thing of this name, which does not let the visit in.
    Refused(String),
    /// Something that has asked others already.
    Answered(Reply),
    /// Whatever answers under another name, which DNS leads to.
    Elsewhere(String),
}

/// What the simulator knows of a part of a provider.
pub(crate) struct Family {
    /// How the names of its types begin, `Microsoft.Web/`; the longest that fits counts.
    pub prefix: &'static str,
    /// Its types, a table for each module.
    pub kinds: &'static [&'static [Kind]],
    /// The shapes of its bodies.
    pub shapes: Option<&'static Shapes>,
    /// Types whose bodies have the shape of another, both without the namespace.
    pub alike: &'static [(&'static str, &'static str)],
    /// The API versions that are listed where a type names none, the newest first.
    pub listed_versions: &'static [&'static str],
    /// Collections of all that lies right below a resource, whatever its type.
    pub gathered: &'static [&'static str],
    /// Whether its types lie at any scope, and lists of them hold what lies above and below it.
    pub is_extension: bool,
    /// How its operations are followed.
    pub polling: Polling,
    /// What its tags may be.
    pub tags: Tags,
    /// The limits it has beside ARM's.
    pub limits: &'static [Limit],
    /// How names end that it alone gives.
    pub suffixes: &'static [&'static str],
    /// POSTs on the subscription, by the end of their path in lower case.
    pub asks: &'static [(&'static str, Ask)],
    /// See [`Special`].
    pub special: Special,
    /// See [`Plane`].
    pub plane: Plane,
    /// See [`Watch`].
    pub watch: Watch,
    /// See [`Tick`].
    pub tick: Tick,
    /// See [`Host`].
    pub host: Host,
    /// See [`Records`].
    pub records: Records,
    /// See [`Busy`].
    pub busy: Busy,
}

/// A family that nothing special is known about.
pub(crate) static GENERIC: Family = Family::new("");

impl Family {
    /// A family that does everything as most do.
    pub const fn new(prefix: &'static str) -> Self {
        Self {
            prefix,
            kinds: &[],
            shapes: None,
            alike: &[],
            listed_versions: &["2024-01-01"],
            gathered: &[],
            is_extension: false,
            polling: Polling::GENERAL,
            tags: Tags::GENERAL,
            limits: &[],
            suffixes: &[],
            asks: &[],
            special: |_, _| None,
            plane: |_, _| None,
            watch: |_, _| (),
            tick: |_| (),
            host: |_, _| None,
            records: |_, _, _| None,
            busy,
        }
    }

    /// Returns its types.
    pub fn kinds(&self) -> impl Iterator<Item = &'static Kind> + use<> {
        self.kinds.iter().copied().flatten()
    }
}

impl std::fmt::Debug for Family {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Family").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

fn busy() -> Answer {
    Answer::json(
        429,
        json!({"error": {
            "code": "RetryableError",
            "message": "A retryable error occurred.",
            "details": [{
                "code": "RetryableErrorDueToAnotherOperation",
                "message": "Operation is blocked by another operation on the resource. Please retry.",
            }],
        }}),
    )
}

/// What the tags of a type may be.
pub(crate) struct Tags {
    /// How many there may be.
    pub most: usize,
    /// The most characters of a name.
    pub name: usize,
    /// Tells whether a name is refused that other types take.
    pub refuses: fn(&str) -> bool,
}

impl Tags {
    /// What the tags of most types may be.
    pub const GENERAL: Self = Self { most: 50, name: 512, refuses: |_| false };
}

/// A limit that a provider has beside ARM's.
pub(crate) struct Limit {
    /// How the path goes on behind the last `/providers/`, in lower case.
    pub paths: &'static [&'static str],
    /// Whether reads are limited; otherwise all that changes something.
    pub reads: bool,
    /// The size of the bucket.
    pub requests: f64,
    /// How long an empty bucket takes to be full again.
    pub per_secs: f64,
}

/// How the operations of a family are followed.
///
/// Observed in recorded traffic: each provider has a way of its own.
pub(crate) struct Polling {
    /// Returns the paths under which an operation is polled.
    pub paths: fn(&Polled<'_>) -> Paths,
    /// What is asked for behind the path of `Location`, beside the API version.
    pub query: &'static str,
    /// Whether a poll of the status answers 202 while the operation runs.
    pub is_accepted_again: bool,
    /// Returns the word for an operation that runs, given the state of its resource and the share
    /// of its time that is over.
    pub running: fn(&str, f64) -> String,
    /// Makes the body of a status out of all that there is to say.
    pub shaped: fn(Value) -> Value,
}

impl Polling {
    /// The way of most providers.
    pub const GENERAL: Self = Self {
        paths: |polled| polled.pair(&polled.regional(), "operationStatuses", "operationResults"),
        query: "",
        is_accepted_again: false,
        running: |word, _| word.to_owned(),
        shaped: |full| full,
    };
}

/// Leaves nothing in the body of a status but the status and what went wrong.
pub(crate) fn bare(full: Value) -> Value {
    let mut body = json!({"status": full["status"]});
    if let Some(error) = full.get("error") {
        body["error"] = error.clone();
    }
    body
}

/// Says of every operation that runs that it is in progress.
pub(crate) fn in_progress(_: &str, _: f64) -> String {
    "InProgress".to_owned()
}

/// The paths of an operation, without a query.
#[derive(Debug, Clone)]
pub(crate) struct Paths {
    /// The one in `Azure-AsyncOperation`.
    pub statuses: String,
    /// The one in `Location`.
    pub results: String,
}

/// An operation whose paths are wanted.
#[derive(Debug)]
pub(crate) struct Polled<'a> {
    /// The store that its resource lies in.
    pub store: &'a Store,
    /// What it works on.
    pub id: &'a ResourceId,
    /// Its name.
    pub name: &'a str,
}

impl Polled<'_> {
    /// Returns the region of the resource.
    pub fn region(&self) -> String {
        self.store.location_of(self.id)
    }

    /// Returns `/subscriptions/…`.
    pub fn subscription(&self) -> String {
        format!("/subscriptions/{}", self.store.settings.subscription)
    }

    /// Returns `/subscriptions/…/providers/…/locations/…`.
    pub fn regional(&self) -> String {
        let (namespace, region) = (self.namespace(), self.region());
        format!("{}/providers/{namespace}/locations/{region}", self.subscription())
    }

    /// Returns `/subscriptions/…/resourceGroups/…/providers/…`.
    pub fn grouped(&self) -> String {
        let group = self.id.resource_group().unwrap_or_default();
        format!("{}/resourceGroups/{group}/providers/{}", self.subscription(), self.namespace())
    }

    /// Returns the namespace of the resource, as its ID spells it.
    pub fn namespace(&self) -> String {
        self.id.resource_type().namespace().to_owned()
    }

    /// Returns the paths with these words behind `base`.
    pub fn pair(&self, base: &str, statuses: &str, results: &str) -> Paths {
        let name = self.name;
        Paths {
            statuses: format!("{base}/{statuses}/{name}"),
            results: format!("{base}/{results}/{name}"),
        }
    }
}
