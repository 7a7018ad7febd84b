//! What the engine knows of each resource type, one file for each provider's family.
//!
//! A new ARM type is added in one place: a [`TypeFacts`] in the `TYPES` of its provider's file. A
//! type without an entry gets generic facts, so that any type of ARM can be declared, compared and
//! written. Each rule says why it is there; facts about Azure come from
//! <https://learn.microsoft.com/azure/templates/> and from recorded traffic.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::Value;

use crate::{ResourceId, ResourceType, inner, parted};

mod arrays;
mod compare;
mod duties;
mod enumerations;
mod fingerprint;
mod forms;
mod handling;
mod likeness;
mod limits;
mod lookup;
mod mask;
mod once;
mod overlay;
mod path;
mod redundancy;
mod relations;
mod stakes;
mod treatment;
mod typical;
mod unique;
mod wholes;

mod app_configuration;
mod authorization;
mod cache;
mod cdn;
mod chaos;
mod consumption;
mod container_service;
mod cosmos;
mod dns;
mod insights;
mod key_vault;
mod managed_identity;
mod network;
mod operational_insights;
mod resources;
mod sql;
mod storage;
mod traffic_manager;
mod web;

pub use arrays::{ArrayKey, Pairing, find_member, member_label, pair};
pub use authorization::Right;
pub use compare::{Comparison, Difference, NotCompared, Resolve, Unknown, Why};
pub use duties::{Cloned, Duty, Import, Roles, ServiceMade, led_host};
pub use fingerprint::{APPLIED_TAG, fingerprint, fingerprint_of_part, is_applied_tag};
pub use forms::resembles;
pub use handling::{Listing, Locality, Ownership, Update};
pub use likeness::{Likeness, is_empty};
pub use limits::{Busy, Limit, TimeLimit, says_busy, time_limit};
pub use mask::{declared, is_value_of_secret, masked, masked_beside, masked_header, masked_text};
pub use once::each_once;
pub use overlay::{chosen, overlay};
pub use path::PropertyPath;
pub use redundancy::{Conversion, Step};
pub use relations::{
    Destination, Handle, Lead, Members, Monitor, Release, Routing, Serving, leads, leads_anew,
    plain_host,
};
pub use resources::{RESOURCES_RIGHT, RESOURCES_VERSION};
pub use stakes::{Scale, Stake, Staked};
pub use treatment::{Treatment, is_secret_name, is_way_of_making};
pub use typical::Typical;
pub use unique::{AnswersFor, Claims, NameAnswer, NameCheck, OneName, SoftDelete, UniqueName};
pub use web::spreads_over_zones;
pub use wholes::Form;

/// A constant value in a table of facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Literal {
    /// A text.
    Text(&'static str),
    /// A whole number.
    Number(i64),
    /// A switch.
    Switch(bool),
    /// A list without members.
    Empty,
}

/// Members that a service adds to an array of its own accord.
#[derive(Debug, Clone, Copy)]
pub struct Additions {
    /// The array's path.
    pub path: &'static str,
    /// Tells whether an observed member that nobody declared is the service's.
    pub is_service_made: fn(&Value) -> bool,
}

/// Two spellings of one value: what clients may send and what the service answers to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alias {
    /// The property's path.
    pub path: &'static str,
    /// What may be sent.
    pub sent: &'static str,
    /// What is returned for it.
    pub returned: &'static str,
}

/// A desired member that stands for all members that the service has.
#[derive(Debug, Clone, Copy)]
pub struct Collective {
    /// The array's path.
    pub path: &'static str,
    /// Tells whether a desired member is one that stands for all.
    pub stands_for_all: fn(&Value) -> bool,
}

/// A property that changes in place by certain steps only.
#[derive(Debug, Clone, Copy)]
pub struct Steps {
    /// Its path.
    pub path: &'static str,
    /// From what to what it changes.
    pub allowed: &'static [(&'static str, &'static str)],
    /// Why it does not change otherwise.
    pub reason: &'static str,
}

impl Steps {
    /// Tells whether a change of the property is none of those that can be made.
    pub fn forbids(&self, before: &Value, after: &Value) -> bool {
        let is = |value: &Value, word: &str| {
            value.as_str().is_some_and(|text| text.eq_ignore_ascii_case(word))
        };
        let both = before.is_string() && after.is_string();
        both && !self.allowed.iter().any(|(from, to)| is(before, from) && is(after, to))
    }
}

/// A switch that stays on where nothing is said of it, and that not every body can have on.
#[derive(Debug, Clone, Copy)]
pub struct Kept {
    /// The switch, as a JSON pointer.
    pub pointer: &'static str,
    /// Tells whether a body can have it on.
    pub can: fn(&Value) -> bool,
    /// Why another one cannot.
    pub reason: &'static str,
}

/// A map whose keys are told apart by case where the resource that it belongs to is of a certain make.
#[derive(Debug, Clone, Copy)]
pub struct CasedKeys {
    /// The map's JSON pointer.
    pub pointer: &'static str,
    /// Tells by the body of the resource above whether case counts.
    pub counts: fn(&Value) -> bool,
}

/// What the engine knows of one resource type.
///
/// Paths are written `properties.endpoints[].properties.weight`: `[]` stands for the members of an
/// array, `*` for any one key. A rule about a path holds for everything below it.
#[derive(Debug, Clone, Copy)]
pub struct TypeFacts {
    /// The type, as its provider spells it; empty in the generic facts.
    pub resource_type: &'static str,
    /// The API version that the engine speaks; empty in the generic facts.
    pub api_version: &'static str,
    /// How resources of the type are read.
    pub listing: Listing,
    /// The list of children that Azure or other people make beside the declared ones and that must
    /// be known, as a segment below the resource.
    pub beside: Option<&'static str>,
    /// How an existing one is changed.
    pub update: Update,
    /// True where the service honours `If-Match` and `If-None-Match`.
    pub etag: bool,
    /// Where the mark of ownership is kept.
    pub ownership: Ownership,
    /// Where resources of the type lie.
    pub locality: Locality,
    /// What a delete loses for good, as a noun phrase; `None` where a re-creation restores all.
    pub holds_data: Option<&'static str>,
    /// The name that only one resource of the cloud may bear.
    pub unique_name: Option<UniqueName>,
    /// Where only one resource of the type may bear a name, whatever it lies in.
    pub one_name: Option<OneName>,
    /// Where the host name stands for which resources of the type answer requests: once they are gone,
    /// nobody does.
    pub answers_for: Option<AnswersFor>,
    /// Tells by its ID and body what a resource lays hold of and no other of the type may, in words
    /// that compare.
    pub claims: Option<Claims>,
    /// The JSON pointer of a place that only one child of a parent has.
    pub place: Option<&'static str>,
    /// What the service keeps of a deleted resource.
    pub soft_delete: Option<SoftDelete>,
    /// Properties that can only be set at creation, each with the reason.
    pub immutable: &'static [(&'static str, &'static str)],
    /// Properties that change in place by certain steps only, each with the reason.
    pub steps: &'static [Steps],
    /// Properties that the service sets and clients cannot.
    pub read_only: &'static [&'static str],
    /// What a topology may ask of a resource beside its ID and name, each with its JSON pointer; what a
    /// child answers stands behind the child's path, `databases/default#/properties/port`.
    pub answers: &'static [(&'static str, &'static str)],
    /// Properties that the service takes and never returns.
    pub write_only: &'static [&'static str],
    /// Properties that change without a write to the resource.
    pub volatile: &'static [&'static str],
    /// Properties that may be sent, but whose value the service decides, each with the reason.
    pub decided: &'static [(&'static str, &'static str)],
    /// Values that leave the choice to the service.
    pub open: &'static [(&'static str, Literal)],
    /// What the service takes for a property that is absent, where its answer leaves it out too.
    pub defaults: &'static [(&'static str, Literal)],
    /// What a new resource has at a property that nobody declares, where that is not nothing: what
    /// goes back to it must be sent.
    pub fresh: &'static [(&'static str, Literal)],
    /// Properties that stay as they are when they are no longer declared: others set them, or going
    /// back would cost more than anybody asked for.
    pub released: &'static [&'static str],
    /// Values that only some bodies of the type can have, where a body that says nothing keeps them.
    pub kept: &'static [Kept],
    /// Lists that several fill: who declares one member says nothing of the others.
    pub shared: &'static [&'static str],
    /// True where the service may leave a switch out of its answer that is off.
    pub omits_off: bool,
    /// How values are compared where the property's name does not tell.
    pub likeness: &'static [(&'static str, Likeness)],
    /// Spellings of one value that no general rule makes equal.
    pub aliases: &'static [Alias],
    /// Values of several parts that are one, each with what brings it into one form.
    pub wholes: &'static [(&'static str, Form)],
    /// How the members of arrays are paired, where general rules do not tell.
    pub arrays: &'static [(&'static str, ArrayKey)],
    /// Arrays to which the service adds members.
    pub additions: &'static [Additions],
    /// Members that stand for all that the service has.
    pub collectives: &'static [Collective],
    /// JSON pointers of what all resources of the type in a subscription have in common.
    pub common: &'static [&'static str],
    /// Properties that name what the resource stands on, each with the reason why it goes with it: that
    /// is deleted only when nothing stands on it any more.
    pub stands_on: &'static [(&'static str, &'static str)],
    /// Properties that name what the resource belongs to and that change within one resource group only,
    /// each with the reason.
    pub within_group: &'static [(&'static str, &'static str)],
    /// Members of maps that the user names freely: one that is no longer declared goes as a whole.
    pub entries: &'static [&'static str],
    /// The map whose keys may be told apart by case.
    pub cased_keys: Option<CasedKeys>,
    /// Groups of properties of which one at most is in force.
    pub exclusive: &'static [&'static [&'static str]],
    /// Properties whose values are never shown, beside those whose names tell.
    pub sensitive: &'static [&'static str],
    /// Of these, properties that are shown where the topology holds their value word for word and
    /// nothing in it may be a secret.
    pub plain_where_literal: &'static [&'static str],
    /// Properties whose change restarts an app.
    pub restarts: &'static [&'static str],
    /// Properties whose change moves live traffic.
    pub traffic: &'static [&'static str],
    /// Properties of which one value keeps more, guards better or costs more than another, beside
    /// those whose names tell.
    pub stakes: &'static [Staked],
    /// What is at stake where one comes to be.
    pub made: &'static [Stake],
    /// What is at stake where one goes.
    pub gone: &'static [Stake],
    /// JSON pointers of what every PATCH must carry.
    pub patch_always: &'static [&'static str],
    /// True where a resource comes into being with its parent, so that it is only ever changed.
    pub born_with_parent: bool,
    /// Whether what leads to the parent of one leads on to it: it goes when they have let go, and after
    /// those that take its place have come.
    pub bears_parent: bool,
    /// True where the service refuses to delete the parent while one is left in it.
    pub holds_parent: bool,
    /// What is appended to the URL of a DELETE, without `?`.
    pub delete_query: Option<&'static str>,
    /// How long Azure takes over one as a rule.
    pub typical: Typical,
    /// The provider's own limit of writes.
    pub write_limit: Option<Limit>,
    /// How long an operation may take, where that is not as usual; children are granted the same.
    pub time_limit: Option<TimeLimit>,
    /// How the service says that one is being worked on.
    pub busy: Busy,
    /// A property and the value of it that brings back a deleted resource as it was, whatever else
    /// the body says.
    pub recovery: Option<(&'static str, &'static str)>,
    /// Rewrites a desired body into the form in which the service answers it; the second body is
    /// the observed one.
    pub rewrite: Option<fn(&mut Value, &Value)>,
    /// Values by which others name the resource instead of by its ID.
    pub handles: &'static [Handle],
    /// What lets go of the other resources that this one names by value.
    pub release: Release,
    /// How the resource leads traffic on.
    pub routing: Option<Routing>,
    /// How the resource answers requests, where it does.
    pub serving: Option<Serving>,
    /// Tells how much the resource offers to those that use it: one that comes to offer less waits
    /// until they need no more, one that comes to offer more goes before them.
    pub offers: Option<fn(&Value) -> Option<u32>>,
    /// Properties whose change takes away what the resource's users have by the old way: it waits
    /// for what gives them the new one.
    pub takes_away: &'static [&'static str],
    /// What the engine's procedures take a resource of the type for.
    pub duty: Option<Duty>,
    /// Which resources of the type the service makes of its own accord.
    pub service_made: ServiceMade,
    /// What a failover swaps.
    pub roles: Option<Roles>,
    /// What a clone takes over.
    pub cloned: Option<Cloned>,
    /// What an import looks at.
    pub import: Import,
    /// The JSON pointer of how many seconds resolvers go on with what the resource has answered.
    pub forgotten_after: Option<&'static str>,
    /// True where the service takes one writer at a time for the resource and all that lies in it.
    pub one_writer: bool,
    /// The place among siblings that are written one after another; the lowest is the first.
    pub turn: u8,
    /// True where a PUT ignores tags, so that a PATCH has to bring them.
    pub tags_by_patch: bool,
    /// How the service carries out by itself what no write of the property can do.
    pub conversion: Option<&'static Conversion>,
    /// Facts of resources that share the type but whose last segment decides what they are
    /// (`sites/config/appsettings`).
    pub documents: &'static [(&'static str, &'static TypeFacts)],
}

impl TypeFacts {
    /// What holds for a top-level type that nothing else is known of.
    pub const GENERIC: Self = Self {
        resource_type: "",
        api_version: "",
        listing: Listing::Get,
        beside: None,
        update: Update::PutOver,
        etag: false,
        ownership: Ownership::Tags,
        locality: Locality::Regional,
        holds_data: None,
        unique_name: None,
        one_name: None,
        answers_for: None,
        claims: None,
        place: None,
        soft_delete: None,
        immutable: &[("location", "a resource cannot move to another region")],
        steps: &[],
        read_only: &[],
        answers: &[],
        write_only: &[],
        volatile: &[],
        decided: &[],
        open: &[],
        defaults: &[],
        fresh: &[],
        released: &[],
        kept: &[],
        shared: &[],
        omits_off: false,
        likeness: &[],
        aliases: &[],
        wholes: &[],
        arrays: &[],
        additions: &[],
        collectives: &[],
        common: &[],
        stands_on: &[],
        within_group: &[],
        entries: &[],
        cased_keys: None,
        exclusive: &[],
        sensitive: &[],
        plain_where_literal: &[],
        restarts: &[],
        traffic: &[],
        stakes: &[],
        made: &[],
        gone: &[],
        patch_always: &[],
        born_with_parent: false,
        bears_parent: false,
        holds_parent: false,
        delete_query: None,
        typical: Typical::UNKNOWN,
        write_limit: None,
        time_limit: None,
        busy: Busy::PLAIN,
        recovery: None,
        rewrite: None,
        handles: &[],
        release: &[],
        routing: None,
        serving: None,
        offers: None,
        takes_away: &[],
        duty: None,
        service_made: ServiceMade::None,
        roles: None,
        cloned: None,
        import: Import::PLAIN,
        forgotten_after: None,
        one_writer: false,
        turn: TypeFacts::ANY_TURN,
        tags_by_patch: false,
        conversion: None,
        documents: &[],
    };

    /// The turn of a child whose place among its siblings does not matter.
    pub const ANY_TURN: u8 = 5;

    /// What holds for a child type that nothing else is known of: it has no tags of its own.
    pub const CHILD: Self = Self {
        ownership: Ownership::Parent,
        locality: Locality::Unplaced,
        immutable: &[],
        ..Self::GENERIC
    };

    /// Returns the `location` of a new resource of the type that names none, in a stamp of `region`.
    pub fn default_location<'a>(&self, region: &'a str) -> Option<&'a str> {
        match self.locality {
            Locality::Regional => Some(region),
            Locality::Global => Some("global"),
            Locality::Unplaced => None,
        }
    }

    /// Returns where a property stands that a topology may ask of the resource `id`: in which resource,
    /// and the JSON pointer there.
    pub fn answer(&self, id: &ResourceId, property: &str) -> Option<(ResourceId, &'static str)> {
        let (_, place) = self.answers.iter().find(|(name, _)| *name == property)?;
        let (path, pointer) = parted(place);
        Some((inner(id, path), pointer))
    }

    /// Returns the facts of the resource `name` of this type.
    pub fn document(&'static self, name: &str) -> &'static Self {
        let found = self.documents.iter().find(|(document, _)| document.eq_ignore_ascii_case(name));
        found.map_or(self, |(_, facts)| facts)
    }
}

// Of an unknown type it is not known whether its service answers a switch that is off.
static GENERIC: TypeFacts = TypeFacts { omits_off: true, ..TypeFacts::GENERIC };
static CHILD: TypeFacts = TypeFacts { omits_off: true, ..TypeFacts::CHILD };

/// Every provider's table; a new file is added here.
static TABLES: &[&[TypeFacts]] = &[
    app_configuration::TYPES,
    authorization::TYPES,
    cache::TYPES,
    cdn::TYPES,
    chaos::TYPES,
    consumption::TYPES,
    container_service::TYPES,
    cosmos::TYPES,
    dns::TYPES,
    insights::TYPES,
    key_vault::TYPES,
    managed_identity::TYPES,
    network::TYPES,
    operational_insights::TYPES,
    resources::TYPES,
    sql::TYPES,
    storage::TYPES,
    traffic_manager::TYPES,
    web::TYPES,
];

static BY_TYPE: LazyLock<HashMap<String, &'static TypeFacts>> = LazyLock::new(|| {
    let all = TABLES.iter().flat_map(|table| table.iter());
    all.map(|facts| (facts.resource_type.to_ascii_lowercase(), facts)).collect()
});

/// Returns what is known of `resource_type`; generic facts where nothing is.
pub fn facts(resource_type: &ResourceType) -> &'static TypeFacts {
    match BY_TYPE.get(&resource_type.key()) {
        Some(facts) => facts,
        None if resource_type.parent().is_some() => &CHILD,
        None => &GENERIC,
    }
}

/// Returns what is known of the resource `id`, its name included where that decides what it is.
pub fn facts_of(id: &ResourceId) -> &'static TypeFacts {
    facts(&id.resource_type()).document(id.name())
}

/// Tells whether the catalogue knows of a type that its resources lie in a region.
pub fn needs_region(resource_type: &ResourceType) -> bool {
    let known = BY_TYPE.get(&resource_type.key());
    known.is_some_and(|facts| facts.locality == Locality::Regional)
}

/// Returns what is known of a resource of which only its body is at hand.
pub fn facts_of_body(resource_type: &ResourceType, body: &Value) -> &'static TypeFacts {
    let text = |key: &str| body.get(key).and_then(Value::as_str);
    let tail = text("id").and_then(|id| id.rsplit('/').next());
    facts(resource_type).document(text("name").or(tail).unwrap_or_default())
}

/// Returns the facts of every type that the catalogue knows.
pub fn known_types() -> impl Iterator<Item = &'static TypeFacts> {
    TABLES.iter().flat_map(|table| table.iter())
}
