//! What must change in Azure, resource by resource; nothing here knows of order.

use std::collections::{BTreeMap, BTreeSet};

use plan::{Code, Coverage, Guard, Notice, PropertyChange};
use resource::catalogue::{self, Duty, Ownership};
use resource::{Expression, Observation, Observed, ResourceId, without_absent};
use serde_json::Value;

use crate::ahead;
use crate::desired::{Desired, DesiredResource, Mode};
use crate::diff::{self, Comparison};
use crate::ground;
use crate::last::Last;
use crate::ownership::{foreign_mark, is_owned};
use crate::resolve::{Secrets, resolve};
use crate::rights::{self, Right};
use crate::{lost, missing};
use crate::{unread, unwanted};

/// What the caller allows and knows.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Takes over every existing resource of a declared name.
    pub adopt_all: bool,
    /// Addresses or resource IDs whose data may be lost.
    pub permitted: BTreeSet<String>,
    /// Lifts the bound on the share of owned resources that one plan may delete.
    pub allow_mass_delete: bool,
    /// The secrets that could be read, for comparison only; they never enter a plan.
    pub secrets: Secrets,
    /// What was applied last.
    pub last: Last,
}

/// What happens to one resource.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// It does not exist yet.
    Create,
    /// It exists and is ours.
    Update,
    /// It exists without our mark and may be taken over.
    Adopt,
    /// A property that cannot be changed differs.
    Replace,
    /// It is ours and no longer wanted.
    Delete,
}

/// What differs for one resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The resource.
    pub id: ResourceId,
    /// Its address in the topology; of a deleted one that which it had, or its name.
    pub address: String,
    /// What happens to it.
    pub kind: Kind,
    /// The properties that differ; empty for a creation and a deletion.
    pub properties: Vec<PropertyChange>,
}

impl Change {
    /// Tells whether what is there goes, for good or for its like.
    pub fn takes_away(&self) -> bool {
        matches!(self.kind, Kind::Delete | Kind::Replace)
    }
}

/// All that must change, and why it may not.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// Sorted by resource ID.
    pub changes: BTreeMap<ResourceId, Change>,
    /// Reasons to refuse the plan.
    pub refusals: Vec<Guard>,
    /// Things to know.
    pub notices: Vec<Notice>,
    /// What was looked at.
    pub coverage: Coverage,
    /// Role assignments that give a declared right under another name.
    pub stand_ins: BTreeSet<ResourceId>,
}

/// Finds what must change in Azure to make `observed` into `desired`.
///
/// Pure and total: equal inputs give equal changes.
pub fn changes(desired: &Desired, observed: &Observed, options: &Options) -> Changes {
    let mut found = Changes {
        notices: desired.notices.clone(),
        refusals: desired.mistakes.clone(),
        coverage: Coverage { requests: observed.requests, ..Coverage::default() },
        ..Changes::default()
    };
    for resource in desired.resources() {
        if let Some(reason) = hidden_by(desired, observed, &resource.id) {
            found.coverage.not_evaluated.insert(resource.id.clone(), reason);
            continue;
        }
        found.coverage.evaluated += 1;
        match observed.get(&resource.id) {
            None => absent(&mut found, desired, resource, observed),
            Some(observation) => {
                present(&mut found, desired, observed, resource, observation, options);
            }
        }
    }
    // What is hidden and not declared matters too: something of ours may be among it.
    let hidden = observed.not_evaluated.iter();
    found.coverage.not_evaluated.extend(hidden.map(|(id, why)| (id.clone(), why.reason.clone())));
    remake_below_replaced(&mut found, desired, observed);
    unwanted::find(&mut found, desired, observed, &options.last);
    ahead::judge(&mut found, desired, observed);
    missing::judge(&mut found, desired, observed);
    lost::tell(&mut found, desired, observed, &options.last);
    found
}

/// Returns why a resource cannot be compared: it was not looked at, or what it lies in was not.
fn hidden_by(desired: &Desired, observed: &Observed, id: &ResourceId) -> Option<String> {
    let hidden = |id: &ResourceId| observed.not_evaluated.get(id).map(|why| why.reason.clone());
    hidden(id).or_else(|| {
        let holders = id.ancestors();
        // What is noted for a subscription is what a list of it did not show, not all in it.
        let holder =
            holders.into_iter().find(|id| desired.get(id).is_some() && hidden(id).is_some())?;
        Some(format!("`{}`, in which it lies, was not evaluated", holder.name()))
    })
}

/// What lies below a replaced resource goes with it, or before it where it keeps it from going: it is
/// made again, whatever differed.
fn remake_below_replaced(found: &mut Changes, desired: &Desired, observed: &Observed) {
    let replaced: Vec<ResourceId> = found
        .changes
        .values()
        .filter(|change| change.kind == Kind::Replace)
        .map(|change| change.id.clone())
        .collect();
    if replaced.is_empty() {
        return;
    }
    let is_below = |id: &ResourceId| replaced.iter().any(|top| id != top && id.is_within(top));
    for resource in desired.resources() {
        if resource.mode == Mode::Existing || !is_below(&resource.id) {
            continue;
        }
        let keeps = catalogue::facts_of(&resource.id).holds_parent
            && observed.get(&resource.id).is_some()
            && resource.id.parent().is_some_and(|parent| replaced.contains(&parent));
        let kind = if keeps { Kind::Replace } else { Kind::Create };
        found.insert(resource, kind, vec![]);
    }
}

fn absent(found: &mut Changes, desired: &Desired, resource: &DesiredResource, observed: &Observed) {
    if resource.mode == Mode::Existing {
        found.refusals.push(Guard {
            code: Code::ExistingNotFound,
            address: resource.address.clone(),
            message: format!("`{}` is declared `existing` and is not there", resource.id),
            help: "correct its name or resource group, or leave `existing` out to have it created"
                .to_owned(),
        });
        return;
    }
    if asks_for_nothing(resource) {
        return;
    }
    match rights::standing(desired, resource, observed) {
        Right::Absent | Right::Ours => found.insert(resource, Kind::Create, vec![]),
        Right::Given(other) => {
            found.stand_ins.insert(other);
        }
        Right::Foreign(guard) => found.refusals.push(guard),
    }
}

/// Tells whether all that is said of what comes with its parent is what shall not be in it: of a new
/// one that is true without a write.
fn asks_for_nothing(resource: &DesiredResource) -> bool {
    catalogue::facts_of(&resource.id).born_with_parent
        && holds_nothing(&without_absent(&resource.body))
}

/// Tells whether a value holds no value: an empty text is one.
fn holds_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().all(holds_nothing),
        Value::Object(map) => map.values().all(holds_nothing),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn present(
    found: &mut Changes,
    desired: &Desired,
    observed: &Observed,
    resource: &DesiredResource,
    observation: &Observation,
    options: &Options,
) {
    if resource.mode == Mode::Existing {
        return;
    }
    let owned = is_owned(observed, observation, &desired.topology)
        || parent_is_managed(desired, resource)
        || is_our_child(desired, observed, observation, options);
    if !owned && resource.mode == Mode::Ensured {
        return;
    }
    if let Some(other) = foreign_mark(observed, observation, &desired.topology) {
        found.refusals.push(of_another(&resource.address, &resource.id, &other));
        return;
    }
    let properties = compare(resource, observation, observed, options);
    if owned || is_cut_off_creation(resource, observation, &properties) {
        match properties {
            properties if properties.is_empty() => {}
            properties if properties.iter().any(|p| p.forces_replacement.is_some()) => {
                found.replace(resource, properties, options);
            }
            properties => found.insert(resource, Kind::Update, properties),
        }
        return;
    }
    if !(resource.adopt || options.adopt_all) {
        found.refusals.push(Guard {
            code: Code::AdoptionNotAllowed,
            address: resource.address.clone(),
            message: format!("`{}` exists and does not carry our mark", resource.id),
            help: "write `adopt: true` at its place in the topology, or pass `--adopt`, to take \
                   it over; `existing: true` to use it unchanged"
                .to_owned(),
        });
    }
    if properties.iter().any(|property| property.forces_replacement.is_some()) {
        found.refuse_adoption(resource, &properties);
    }
    found.insert(resource, Kind::Adopt, properties);
}

/// Makes the refusal of a change to what another topology looks after; no permission lifts it.
pub fn of_another(address: &str, id: &ResourceId, other: &str) -> Guard {
    Guard {
        code: Code::OfAnotherTopology,
        address: address.to_owned(),
        message: format!("`{id}` carries the mark of the topology `{other}`"),
        help: format!(
            "take it out of one of the two topologies; where `{other}` is gone for good, remove its \
             mark by hand"
        ),
    }
}

/// Tells whether a child that can bear no mark, of a resource that is only read, is ours: the last
/// applied text made it, or the record that proved the host name is ours.
fn is_our_child(
    desired: &Desired,
    observed: &Observed,
    observation: &Observation,
    options: &Options,
) -> bool {
    let id = &observation.id;
    matches!(catalogue::facts_of(id).ownership, Ownership::Parent | Ownership::None)
        && (options.last.known().is_some_and(|last| last.has_made(id))
            || Duty::Binding.is_of(id) && unwanted::has_our_proof(desired, observed, id.name()))
}

/// Tells whether this is what our own creation has left that was cut off before it could mark it:
/// a type that takes tags only after its creation, with none yet, and as wanted in all else.
fn is_cut_off_creation(
    resource: &DesiredResource,
    observation: &Observation,
    properties: &[PropertyChange],
) -> bool {
    let tags = observation.body.get("tags").and_then(Value::as_object);
    catalogue::facts_of(&resource.id).tags_by_patch
        && tags.is_none_or(|tags| tags.is_empty())
        && properties.iter().all(|property| is_tag(&property.path))
}

/// Tells whether a property is a tag, or all of them.
pub fn is_tag(path: &str) -> bool {
    path == "tags" || path.starts_with("tags.") || path.starts_with("tags[")
}

/// A child that cannot carry a mark goes with its parent, and the parent is ours or about to be.
fn parent_is_managed(desired: &Desired, resource: &DesiredResource) -> bool {
    let facts = catalogue::facts_of(&resource.id);
    matches!(facts.ownership, Ownership::Parent | Ownership::None)
        && resource
            .id
            .parent()
            .and_then(|parent| desired.get(&parent))
            .is_none_or(|parent| parent.mode != Mode::Existing)
}

fn compare(
    resource: &DesiredResource,
    observation: &Observation,
    observed: &Observed,
    options: &Options,
) -> Vec<PropertyChange> {
    let lookup = |expression: &Expression| resolve(expression, observed, &options.secrets);
    let holds_data = catalogue::facts_of(&resource.id).holds_data.is_some();
    let Comparison { mut changes, unknown, mut unverifiable, .. } =
        diff::compare(&resource.id.resource_type(), &resource.body, &observation.body, &lookup);
    if let Some(last) = options.last.known().and_then(|last| last.get(&resource.id)) {
        let facts = catalogue::facts_of(&resource.id);
        // A secret that this look could not read is as little to be compared as one that Azure keeps.
        let hidden = unknown.iter().filter(|unknown| unknown.expression.is_secret());
        unverifiable.extend(hidden.map(|unknown| unknown.path.clone()));
        changes.extend(unread::changed(facts, &unverifiable, &resource.body, &last.body));
    }
    changes.iter_mut().for_each(|change| bind_to_group(resource, change));
    changes.extend(ground::lost(resource, observation, observed));
    changes.extend(lost_identities(resource, observation, observed));
    // A value that is known only after an apply differs by definition, unless it is a secret that
    // this look could not read: then nothing is known of it.
    changes.extend(unknown.into_iter().filter_map(|unknown| {
        let pending = !unknown.expression.is_secret();
        // The value is another for certain where its resource is made in this plan; what holds data
        // is never replaced for a value that nobody knows.
        let is_new = !holds_data && is_made_by_plan(&unknown.expression, observed);
        pending.then(|| PropertyChange {
            path: unknown.path,
            before: None,
            after: Some(unknown.expression.to_value()),
            sensitive: false,
            forces_replacement: unknown.immutable.filter(|_| is_new).map(str::to_owned),
        })
    }));
    changes
}

/// Tells of a change to what lies in another group that it cannot be made in place, where it cannot.
fn bind_to_group(resource: &DesiredResource, change: &mut PropertyChange) {
    let rules = catalogue::facts_of(&resource.id).within_group;
    let Some((_, reason)) = rules.iter().find(|(path, _)| change.path == *path) else { return };
    let group = |value: &Option<Value>| {
        let id = ResourceId::parse(value.as_ref()?.as_str()?).ok()?;
        Some((id.subscription()?.to_lowercase(), id.resource_group()?.to_lowercase()))
    };
    if group(&change.before) != group(&change.after) {
        change.forces_replacement = Some((*reason).to_owned());
    }
}

/// Finds the declared identities that a resource holds as they were before they were made anew: it
/// runs as nobody until they are assigned to it again.
///
/// Source: <https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/managed-identities-faq>,
/// an identity of the same name is another one, and what it was assigned to keeps the old one.
fn lost_identities(
    resource: &DesiredResource,
    observation: &Observation,
    observed: &Observed,
) -> Vec<PropertyChange> {
    let members = |body: &Value| body.pointer("/identity/userAssignedIdentities").cloned();
    let wanted: Vec<ResourceId> = match members(&resource.body) {
        Some(Value::Object(map)) => {
            map.keys().filter_map(|id| ResourceId::parse(id).ok()).collect()
        }
        _ => return vec![],
    };
    let held = members(&observation.body);
    let held = held.as_ref().and_then(Value::as_object).into_iter().flatten();
    let lost = held.filter_map(|(name, shown)| {
        let id = ResourceId::parse(name).ok().filter(|id| wanted.contains(id))?;
        let shown = shown.get("principalId").filter(|shown| shown.is_string())?;
        let is_another = match observed.get(&id) {
            // What this plan makes anew has a principal that nobody knows yet.
            Some(_) if observed.is_renewed(&id) => true,
            Some(_) => observed.property(&id, "/properties/principalId")? != shown,
            None => !observed.not_evaluated.contains_key(&id),
        };
        is_another.then(|| PropertyChange {
            path: format!("identity.userAssignedIdentities.{}", id.name()),
            before: Some(shown.clone()),
            after: Some(Expression::reference(&id, "/properties/principalId").to_value()),
            sensitive: false,
            forces_replacement: None,
        })
    });
    lost.collect()
}

/// Tells whether a value comes from a resource that is not there yet, or is made anew.
fn is_made_by_plan(expression: &Expression, observed: &Observed) -> bool {
    expression.references().iter().any(|reference| {
        let id = &reference.id;
        let is_absent = observed.get(id).is_none() && !observed.not_evaluated.contains_key(id);
        is_absent || observed.is_renewed(id)
    })
}

impl Changes {
    /// Returns the changes to a resource and to what lies below it.
    pub fn within(&self, ancestor: &ResourceId) -> impl Iterator<Item = &Change> {
        // `web-2` sorts between `web` and `web/config`, so a shared prefix bounds the range.
        let ancestor = ancestor.clone();
        let prefix = ancestor.key().to_owned();
        self.changes
            .range(ancestor.clone()..)
            .take_while(move |(id, _)| id.key().starts_with(&prefix))
            .filter(move |(id, _)| id.is_within(&ancestor))
            .map(|(_, change)| change)
    }

    /// Returns the change with which a resource goes for good: its own delete, or that of what it lies in.
    pub fn gone_with(&self, id: &ResourceId) -> Option<&Change> {
        let mut changes = id.lineage().filter_map(|id| self.changes.get(&id));
        changes.find(|change| change.kind == Kind::Delete)
    }

    fn insert(&mut self, resource: &DesiredResource, kind: Kind, properties: Vec<PropertyChange>) {
        let change =
            Change { id: resource.id.clone(), address: resource.address.clone(), kind, properties };
        self.changes.insert(resource.id.clone(), change);
    }

    fn replace(
        &mut self,
        resource: &DesiredResource,
        properties: Vec<PropertyChange>,
        options: &Options,
    ) {
        let forced: Vec<&str> = properties
            .iter()
            .filter(|property| property.forces_replacement.is_some())
            .map(|property| property.path.as_str())
            .collect();
        let facts = catalogue::facts_of(&resource.id);
        if let Some(loss) = facts.holds_data {
            // Replacing what holds data is never the engine's choice, permission or not: the way
            // is a new resource beside the old one.
            self.refusals.push(Guard {
                code: Code::ReplacementLosesData,
                address: resource.address.clone(),
                message: format!(
                    "`{}` cannot be changed in place, and replacing the resource loses {loss}",
                    forced.join("`, `")
                ),
                help: "keep the value, or declare a new resource under another name and move the \
                       data"
                    .to_owned(),
            });
        } else if resource.protect && !is_permitted(options, &resource.address, &resource.id) {
            self.refusals.push(protected(&resource.address, &resource.id, "replaces"));
        }
        self.insert(resource, Kind::Replace, properties);
    }

    fn refuse_adoption(&mut self, resource: &DesiredResource, properties: &[PropertyChange]) {
        for property in properties.iter().filter(|p| p.forces_replacement.is_some()) {
            self.refusals.push(Guard {
                code: Code::AdoptionNeedsReplacement,
                address: resource.address.clone(),
                message: format!(
                    "the existing resource differs in `{}`, which cannot be changed in place",
                    property.path
                ),
                help: "write the observed value in the topology, or choose another name".to_owned(),
            });
        }
    }
}

/// Tells whether the caller permits the loss of this resource.
pub fn is_permitted(options: &Options, address: &str, id: &ResourceId) -> bool {
    options.permitted.contains(address)
        || options.permitted.iter().any(|permitted| permitted.eq_ignore_ascii_case(id.as_str()))
}

/// Tells whether the caller permits the loss of what the topology no longer declares: it has a name too,
/// which tells it where no text gives it an address.
pub fn may_be_lost(options: &Options, change: &Change) -> bool {
    is_permitted(options, &change.address, &change.id)
        || options.permitted.contains(change.id.name())
}

/// Makes the refusal of a plan that touches what is protected.
pub fn protected(address: &str, id: &ResourceId, verb: &str) -> Guard {
    let name = id.name();
    let named = if address.ends_with(name) { String::new() } else { format!(" (`{name}`)") };
    Guard {
        code: Code::Protected,
        address: address.to_owned(),
        message: format!("the plan {verb} `{address}`{named}, which is protected"),
        help: format!("pass `--permit {address}` once you are sure that it may be lost"),
    }
}
