//! What the rules of a type say of one path.

use serde_json::Value;

use super::overlay::at;
use super::{ArrayKey, Likeness, Listing, Literal, PropertyPath, TypeFacts};
use crate::secret;

/// Whether a declared value is a wish that can be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// Compared.
    Compared,
    /// Set by the service; sent back by clients that read, change and write.
    ReadOnly,
    /// Never returned, so there is nothing to compare with.
    WriteOnly,
    /// Taken as a hint: the service decides the value.
    Decided,
}

/// How a resource is made says nothing of what it is: a change of it is no wish once it is there.
const WAYS_OF_MAKING: &[&str] = &[
    "createMode",
    "restorePointInTime",
    "pointInTimeUTC",
    "sourceServerResourceId",
    "sourceDatabaseId",
    "customData",
    "cloningInfo",
];

/// Tells whether the property at `path` says how a resource is made, which counts at its creation alone.
pub fn is_way_of_making(path: &PropertyPath) -> bool {
    path.keys_upwards().any(|key| WAYS_OF_MAKING.iter().any(|way| way.eq_ignore_ascii_case(key)))
}

/// Names that every provider uses for what it makes itself.
const READ_ONLY_ANYWHERE: &[&str] =
    &["etag", "provisioningState", "resourceGuid", "systemData", "lastModifiedTime"];

/// The URL says what a resource is; bodies repeat it, some in another spelling.
const READ_ONLY_AT_ROOT: &[&str] = &["id", "name", "type", "systemData"];

/// How a resource is to be made (new, copied, restored, first booted) is no state of it, and what
/// is protected by name is not shown: no provider returns these.
const WRITE_ONLY_ANYWHERE: &[&str] = &[
    "createMode",
    "restorePointInTime",
    "pointInTimeUTC",
    "sourceServerResourceId",
    "sourceDatabaseId",
    "customData",
    "protectedSettings",
];

/// How values are compared that are ARM's own, whatever the type: the kinds of an identity are a list
/// in one text, which providers answer in an order and spacing of their own.
const LIKENESS_ANYWHERE: &[(&str, Likeness)] = &[("identity.type", Likeness::List)];

impl TypeFacts {
    /// Tells whether a value declared at `path` is a wish that can be checked.
    pub fn treatment(&self, path: &PropertyPath) -> Treatment {
        let name = path.last_key();
        let is_one_of = |names: &[&str]| names.iter().any(|n| n.eq_ignore_ascii_case(name));
        let at_root = path.depth() == 1 && is_one_of(READ_ONLY_AT_ROOT);
        let is_in = |rules: &[&str]| rules.iter().any(|rule| path.is(rule));
        if at_root
            || is_one_of(READ_ONLY_ANYWHERE)
            || path.is("identity.principalId")
            || path.is("identity.tenantId")
            || is_in(self.read_only)
            || is_in(self.volatile)
        {
            Treatment::ReadOnly
        } else if is_in(self.write_only) || is_one_of(WRITE_ONLY_ANYWHERE) {
            Treatment::WriteOnly
        } else if self.decided.iter().any(|(rule, _)| path.is(rule)) {
            Treatment::Decided
        } else {
            Treatment::Compared
        }
    }

    /// Returns how values at `path` are compared.
    pub fn likeness_at(&self, path: &PropertyPath) -> Likeness {
        let rule = self.likeness.iter().chain(LIKENESS_ANYWHERE).find(|(rule, _)| path.is(rule));
        rule.map_or_else(|| Likeness::of(path), |(_, likeness)| *likeness)
    }

    /// Tells whether `desired` and `observed`, neither an array nor an object, are one value at
    /// `path`.
    pub fn same_at(&self, path: &PropertyPath, desired: &Value, observed: &Value) -> bool {
        self.likeness_at(path).same(desired, observed)
            || self.aliases.iter().any(|alias| {
                let is = |value: &Value, text: &str| {
                    value.as_str().is_some_and(|value| value.eq_ignore_ascii_case(text))
                };
                path.is(alias.path) && is(desired, alias.sent) && is(observed, alias.returned)
            })
    }

    /// Tells whether `value` at `path` leaves the choice to the service.
    pub fn is_open(&self, path: &PropertyPath, value: &Value) -> bool {
        self.open.iter().any(|(rule, open)| path.is(rule) && open.is(value))
    }

    /// Tells whether a desired member of the array at `path` stands for all that the service has.
    pub fn stands_for_all(&self, path: &PropertyPath, member: &Value) -> bool {
        self.collectives.iter().any(|rule| path.is(rule.path) && (rule.stands_for_all)(member))
    }

    /// Tells whether `desired` asks for a deleted resource to be brought back as it was.
    pub fn is_recovery(&self, desired: &Value) -> bool {
        self.recovery.is_some_and(|(path, value)| {
            at(desired, path).and_then(Value::as_str).is_some_and(|v| v.eq_ignore_ascii_case(value))
        })
    }

    /// Returns how the members of the array at `path` are paired, where a rule says so.
    pub fn array_key_at(&self, path: &PropertyPath) -> Option<ArrayKey> {
        self.arrays.iter().find(|(rule, _)| path.is(rule)).map(|(_, key)| *key)
    }

    /// Tells whether the service takes `value` for an absent property at `path`.
    pub fn is_default(&self, path: &PropertyPath, value: &Value) -> bool {
        self.defaults.iter().any(|(rule, default)| path.is(rule) && default.is(value))
            || path.is("identity.type") && Literal::Text("None").is(value)
    }

    /// Returns what a new resource has at `path`, where that is not nothing.
    pub fn fresh_at(&self, path: &PropertyPath) -> Option<Literal> {
        // Whatever the type, a resource has no identity that nobody gave it.
        let has_none = path.is("identity.type").then_some(Literal::Text("None"));
        let rule = self.fresh.iter().find(|(rule, _)| path.is(rule)).map(|(_, fresh)| *fresh);
        rule.or(has_none)
    }

    /// Tells whether others fill the list at `path` too.
    pub fn is_shared(&self, path: &PropertyPath) -> bool {
        self.shared.iter().any(|rule| path.is(rule))
    }

    /// Tells whether the member at `path` is one that the user has named freely.
    pub fn is_entry(&self, path: &PropertyPath) -> bool {
        path.is("tags.*") || self.entries.iter().any(|rule| path.is(rule))
    }

    /// Tells whether the property at `path` stays as it is when nobody declares it any more.
    pub fn is_released(&self, path: &PropertyPath) -> bool {
        self.released.iter().any(|rule| path.is(rule))
    }

    /// Tells whether a map that is declared is declared whole: the identities of a resource.
    ///
    /// Source: <https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-manage-user-assigned-managed-identities>.
    pub fn is_closed_map(&self, path: &PropertyPath) -> bool {
        path.is("identity.userAssignedIdentities")
    }

    /// Tells whether an observed member of the array at `path` was made by the service.
    pub fn is_service_made(&self, path: &PropertyPath, member: &Value) -> bool {
        self.additions.iter().any(|rule| path.is(rule.path) && (rule.is_service_made)(member))
    }

    /// Returns why the property at `path` cannot be changed in place, where it cannot.
    pub fn immutable_at(&self, path: &PropertyPath) -> Option<&'static str> {
        self.immutable.iter().find(|(rule, _)| path.is_within(rule)).map(|(_, reason)| *reason)
    }

    /// Returns why the property at `path` cannot change so in place, where it cannot.
    pub fn forbidden_step(
        &self,
        path: &PropertyPath,
        before: Option<&Value>,
        after: Option<&Value>,
    ) -> Option<&'static str> {
        let (before, after) = (before?, after?);
        let mut steps = self.steps.iter();
        let found = steps.find(|steps| path.is(steps.path) && steps.forbids(before, after))?;
        Some(found.reason)
    }

    /// Tells whether the service returns the value at `path` although it is secret.
    pub fn is_returned_secret(&self, path: &PropertyPath) -> bool {
        matches!(self.listing, Listing::PostList { .. }) && self.is_within_sensitive(path)
    }

    fn is_within_sensitive(&self, path: &PropertyPath) -> bool {
        self.sensitive.iter().any(|rule| path.is_within(rule))
    }

    /// Tells whether the value at `path` is never shown.
    pub fn is_sensitive(&self, path: &PropertyPath) -> bool {
        is_secret_name(path) || is_chosen_as_secret(path) || self.is_within_sensitive(path)
    }
}

impl TypeFacts {
    /// Tells whether the value at `path` may be shown although it is sensitive elsewhere, because the
    /// topology holds it word for word.
    pub fn is_plain_where_literal(&self, path: &PropertyPath) -> bool {
        !is_secret_name(path) && self.plain_where_literal.iter().any(|rule| path.is(rule))
    }
}

/// Maps in which people choose the names, so that what one says anywhere counts.
const MAPS_OF_CHOSEN_NAMES: &[&str] = &["tags", "metadata"];

/// Stands for a value of which nothing is known but its name.
const UNKNOWN: &str = "unknown";

/// Tells whether the name of the property at `path` is a secret's; of a named value (`{"name":
/// "Authorization", "value": …}`) the name of its member.
pub fn is_secret_name(path: &PropertyPath) -> bool {
    let mut names = path.keys_upwards();
    let name = names.next().unwrap_or_default();
    let is_value_of_secret = name.eq_ignore_ascii_case("value")
        && (path.last_member().is_some_and(secret::is_property_of_secret)
            || names.next().is_some_and(|parent| parent.eq_ignore_ascii_case("secrets")));
    is_value_of_secret || secret::is_property_of_secret(name)
}

/// Tells whether people have given the property at `path` the name of a secret: a tag, a header, a
/// named value. Azure returns its value as it does any other.
fn is_chosen_as_secret(path: &PropertyPath) -> bool {
    let mut names = path.keys_upwards();
    let name = names.next().unwrap_or_default();
    let parent = names.next().unwrap_or_default();
    let is_headers = parent.to_ascii_lowercase().ends_with("headers");
    let is_map = is_headers || MAPS_OF_CHOSEN_NAMES.iter().any(|m| parent.eq_ignore_ascii_case(m));
    let is_secret = |name: &str| {
        if is_headers {
            secret::is_secret_header(name, UNKNOWN)
        } else {
            secret::is_name_of_secret(name)
        }
    };
    match path.last_member() {
        Some(member) => name.eq_ignore_ascii_case("value") && is_secret(member),
        // `{"clientSecret": {"value": "…"}}`, as parameters are written.
        None if name.eq_ignore_ascii_case("value") => secret::is_property_of_secret(parent),
        None => is_map && is_secret(name),
    }
}

impl Literal {
    /// Returns the value as a body holds it.
    pub fn to_value(self) -> Value {
        match self {
            Self::Text(text) => Value::from(text),
            Self::Number(number) => Value::from(number),
            Self::Switch(switch) => Value::from(switch),
            Self::Empty => Value::Array(Vec::new()),
        }
    }

    /// Tells whether `value` is this one, texts compared without case.
    pub fn is(self, value: &Value) -> bool {
        match self {
            Self::Text(text) => value.as_str().is_some_and(|v| v.eq_ignore_ascii_case(text)),
            Self::Number(number) => value.as_f64() == Some(number as f64),
            Self::Switch(switch) => value.as_bool() == Some(switch),
            Self::Empty => value.as_array().is_some_and(Vec::is_empty),
        }
    }
}
