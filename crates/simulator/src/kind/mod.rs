//! What the simulator knows about a resource type.
//!
//! A type is an entry of one of the tables in `crate::families`; what a table cannot say it says
//! with one of the functions below.

pub(crate) mod azure;
pub(crate) mod family;
pub(crate) mod part;
pub(crate) mod shapes;
pub(crate) mod visit;

use resource::{ResourceId, ResourceType};
use serde_json::Value;

use crate::kind::azure::Azure;
use crate::kind::part::{Member, Part};
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::request::Request;

/// How a client learns that a write has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// The answer is the end.
    Direct,
    /// Header `Azure-AsyncOperation`.
    Async,
    /// Headers `Azure-AsyncOperation` and `Location`.
    AsyncAndLocation,
    /// The same, but `Location` is the resource itself.
    AsyncAndResource,
    /// Header `Location` only.
    Location,
    /// No header: `provisioningState` of the resource tells.
    State,
}

/// How a PUT is answered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Put {
    /// The status for a new resource.
    pub new: u16,
    /// The status for one that exists.
    pub again: u16,
    /// How the client follows the creation.
    pub form: Form,
    /// How the client follows a change.
    pub form_again: Form,
    /// `provisioningState` while the resource is made.
    pub creating: &'static str,
    /// `provisioningState` while it is changed.
    pub updating: &'static str,
    /// How long it takes in Azure.
    pub secs: f64,
    /// The recorded `Retry-After`.
    pub retry_after: u64,
    /// Whether the answer that accepts the request has a body.
    pub body: Accepted,
}

/// The body of an answer that accepts an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Accepted {
    /// The resource as it stands.
    Resource,
    /// Nothing.
    Nothing,
    /// An empty object.
    EmptyObject,
    /// `{"operation": …, "startTime": …}`, SQL's form.
    Operation(&'static str),
    /// `{"status": "Enqueued"}`, the form of Cosmos DB's children.
    Enqueued,
}

impl Put {
    /// A PUT that is done when it is answered.
    pub const fn direct(new: u16, again: u16) -> Self {
        Self {
            new,
            again,
            form: Form::Direct,
            form_again: Form::Direct,
            creating: "Succeeded",
            updating: "Succeeded",
            secs: 0.0,
            retry_after: 0,
            body: Accepted::Resource,
        }
    }

    /// A PUT whose operation is followed in the same form for new and existing resources.
    pub const fn long(new: u16, again: u16, form: Form, secs: f64, retry_after: u64) -> Self {
        Self {
            new,
            again,
            form,
            form_again: form,
            creating: "Creating",
            updating: "Updating",
            secs,
            retry_after,
            body: Accepted::Resource,
        }
    }
}

/// How a DELETE is answered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Delete {
    /// The status for a resource that exists.
    pub status: u16,
    /// How the client follows it.
    pub form: Form,
    /// What the answer holds.
    pub body: Deleted,
    /// How long it takes in Azure.
    pub secs: f64,
    /// The recorded `Retry-After`.
    pub retry_after: u64,
}

/// The body of the answer to a DELETE.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deleted {
    /// Nothing.
    Nothing,
    /// The resource as it was.
    Resource,
    /// `{"properties": {"boolean": true}}`, Traffic Manager's form.
    Boolean,
}

impl Delete {
    /// A DELETE that is done when it is answered.
    pub const fn direct(status: u16) -> Self {
        Self { status, form: Form::Direct, body: Deleted::Nothing, secs: 0.0, retry_after: 0 }
    }

    /// A DELETE that is accepted with 202.
    pub const fn long(form: Form, secs: f64, retry_after: u64) -> Self {
        Self { status: 202, form, body: Deleted::Nothing, secs, retry_after }
    }

    /// The same with another body.
    pub const fn answering(self, body: Deleted) -> Self {
        Self { body, ..self }
    }
}

/// How `location` is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// `westeurope`.
    Short,
    /// `West Europe`.
    Display,
    /// `Global`, or one capitalised word.
    Word,
    /// The type has none.
    None,
}

/// Where the resources of a type may lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lies {
    /// Anywhere that is known; it need not be said.
    Anywhere,
    /// In a region, which must be said.
    Region,
    /// In `global`, which must be said.
    Globe,
}

/// How `tags` are answered where none were sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tags {
    /// Not at all.
    Absent,
    /// As an empty object.
    Empty,
}

/// Which form refusals have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Errors {
    /// `{"error": {"code", "message"}}`.
    Arm,
    /// `{"code", "message"}`.
    Flat,
    /// `{"Code", "Message", …}`.
    Web,
}

/// How a resource that does not exist is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// `ResourceNotFound`, by ARM itself.
    Resource,
    /// `NotFound`, by a provider that looks after its children itself.
    Child,
    /// With a code of its own.
    Code(&'static str),
}

/// A write on its way into the store.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    /// The ID, in the service's spelling.
    pub id: ResourceId,
    /// Whether the request was a PATCH.
    pub is_patch: bool,
    /// The body that was sent.
    pub sent: Value,
    /// The body that will be stored.
    pub body: Value,
    /// What the service keeps to itself.
    pub hidden: serde_json::Map<String, Value>,
    /// The resource before, if it existed.
    pub before: Option<Stored>,
    /// The API version of the request.
    pub api_version: String,
}

impl Draft {
    /// Returns the value at `pointer` in `properties`, unless it is null.
    pub fn property(&self, pointer: &str) -> Option<&Value> {
        self.body.get("properties")?.pointer(pointer).filter(|value| !value.is_null())
    }

    /// Returns the text at `pointer` in `properties`.
    pub fn text(&self, pointer: &str) -> Option<&str> {
        self.property(pointer)?.as_str()
    }

    /// Returns the object `properties`, which is made where it is missing.
    pub fn properties(&mut self) -> &mut Value {
        if !self.body["properties"].is_object() {
            self.body["properties"] = Value::Object(serde_json::Map::new());
        }
        &mut self.body["properties"]
    }

    /// Returns the last segment of the ID.
    pub fn name(&self) -> String {
        self.id.name().to_owned()
    }
}

/// Makes what a service makes by itself before it looks at what was sent.
pub(crate) type Prepare = fn(&mut Azure, &ResourceId, &mut Value);
/// Makes the stored body of what was sent, or refuses it.
pub(crate) type Settle = fn(&Azure, &mut Draft) -> Result<(), Answer>;
/// Changes the neighbours of what was stored.
pub(crate) type After = fn(&mut Azure, &Draft);
/// Adds what is computed when a resource is read.
pub(crate) type View = fn(&Azure, &Stored, &mut Value);
/// Makes the direct answer to a PUT differ from what a GET answers.
pub(crate) type Direct = fn(&Azure, &Draft, &mut Value);
/// Refuses a DELETE.
pub(crate) type BeforeDelete = fn(&Azure, &Stored) -> Result<(), Answer>;
/// Changes the neighbours of what was deleted.
pub(crate) type AfterDelete = fn(&mut Azure, &Stored, &Request);
/// Changes what depends on an operation that has ended well.
pub(crate) type Ended = fn(&mut Azure, &Stored);
/// Chooses how this PUT is answered, where it depends on the body.
pub(crate) type Style = fn(&Draft, Put) -> Put;
/// Tells whether a resource is only shown to who POSTs for it.
pub(crate) type IsSecret = fn(&ResourceId) -> bool;
/// Carries out a POST, or returns `None` for an unknown one.
pub(crate) type Action = fn(&mut Azure, &Request, &Stored, &str) -> Option<Answer>;

/// What the simulator knows about a resource type.
pub(crate) struct Kind {
    /// The type as it is answered.
    pub name: &'static str,
    /// The type as it stands in IDs.
    pub in_ids: &'static str,
    /// The segment before the group's name in IDs.
    pub group_segment: &'static str,
    /// How a PUT is answered.
    pub put: Put,
    /// How a PATCH is answered; `None` where it is refused.
    pub patch: Option<Put>,
    /// How a DELETE is answered.
    pub delete: Delete,
    /// How `location` is answered.
    pub place: Place,
    /// Where its resources may lie.
    pub lies: Lies,
    /// The API versions, from the oldest on; empty where they are not known.
    pub versions: &'static [&'static str],
    /// How absent `tags` are answered.
    pub tags: Tags,
    /// Whether `properties.provisioningState` is answered.
    pub has_state: bool,
    /// Whether the body has an `etag` and preconditions are checked.
    pub has_etag: bool,
    /// Whether answers have a header `ETag` that counts time; the body has none.
    pub has_stamp: bool,
    /// Whether lists are cut into pages.
    pub is_paged: bool,
    /// The switch in the query, in lower case, that lists a type of children too, and that type.
    pub lists_with: (&'static str, &'static str),
    /// What the service fills in where nothing is said, a JSON object.
    pub defaults: &'static str,
    /// Pointers to what is taken and never answered.
    pub dropped: &'static [&'static str],
    /// Pointers in `properties` to what only the service sets.
    pub made: &'static [&'static str],
    /// Pointers to words, with the spelling in which the service answers them.
    pub words: &'static [(&'static str, &'static [&'static str])],
    /// Whether what a PUT leaves out is kept.
    pub keeps_absent: bool,
    /// The resources that stand in its body, too.
    pub parts: &'static [Part],
    /// The lists whose members have IDs.
    pub members: &'static [Member],
    /// The form of refusals.
    pub errors: Errors,
    /// The code by which a body that does not have its shape is refused.
    pub invalid: &'static str,
    /// How absence is reported.
    pub missing: Missing,
    /// Whether the service writes names in lower case.
    pub lowers_names: bool,
    /// See [`Prepare`].
    pub prepare: Prepare,
    /// See [`Settle`].
    pub settle: Settle,
    /// See [`After`].
    pub after: After,
    /// See [`View`].
    pub view: View,
    /// See [`Direct`].
    pub direct: Direct,
    /// See [`BeforeDelete`].
    pub before_delete: BeforeDelete,
    /// See [`AfterDelete`].
    pub after_delete: AfterDelete,
    /// See [`Action`].
    pub action: Action,
    /// See [`Style`].
    pub style: Style,
    /// See [`Ended`].
    pub ended: Ended,
    /// See [`IsSecret`].
    pub is_secret: IsSecret,
}

impl std::fmt::Debug for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kind").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Kind {
    /// A type that nothing special is known about: it is stored and answered.
    pub const GENERIC: Self = Self {
        name: "",
        in_ids: "",
        group_segment: "resourceGroups",
        put: Put::direct(201, 200),
        patch: Some(Put::direct(200, 200)),
        delete: Delete::direct(200),
        place: Place::Short,
        lies: Lies::Anywhere,
        versions: &[],
        tags: Tags::Absent,
        has_state: true,
        has_etag: false,
        has_stamp: false,
        is_paged: true,
        lists_with: ("", ""),
        defaults: "",
        dropped: &[],
        made: &[],
        words: &[],
        keeps_absent: false,
        parts: &[],
        members: &[],
        errors: Errors::Arm,
        invalid: "BadRequest",
        missing: Missing::Resource,
        lowers_names: false,
        prepare: |_, _, _| (),
        settle: |_, _| Ok(()),
        after: |_, _| (),
        view: |_, _, _| (),
        direct: |_, _, _| (),
        before_delete: |_, _| Ok(()),
        after_delete: |_, _, _| (),
        action: |_, _, _, _| None,
        style: |_, style| style,
        ended: |_, _| (),
        is_secret: |_| false,
    };

    /// Returns the spelling of the type in answers, given that of the request.
    pub fn spelled<'a>(&'a self, given: &'a ResourceType) -> &'a str {
        if self.name.is_empty() { given.as_str() } else { self.name }
    }

    /// Returns the spelling of the type in IDs, given that of the request.
    pub fn spelled_in_ids<'a>(&'a self, given: &'a ResourceType) -> &'a str {
        if self.in_ids.is_empty() { self.spelled(given) } else { self.in_ids }
    }

    /// Makes a refusal in the form of the provider.
    pub fn refuse(&self, status: u16, code: &str, message: impl Into<String>) -> Answer {
        match self.errors {
            Errors::Arm => Answer::error(status, code, message),
            Errors::Flat => Answer::flat_error(status, code, message),
            Errors::Web => Answer::web_error(status, code, message),
        }
    }
}
