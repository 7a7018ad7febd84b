//! From a change to the actions that carry it out.

use std::collections::{BTreeMap, BTreeSet};

use plan::{Action, ActionId, Band, Operation, PropertyChange, Risk, Verb, Write, subject};
use resource::catalogue::{
    self, AnswersFor, Duty, Literal, Ownership, PropertyPath, TypeFacts, Update,
};
use resource::{Expression, ResourceId, is_absent, without_absent};
use serde_json::{Value, json};

use super::Scene;
use crate::change::{Change, Kind, is_permitted, may_be_lost};
use crate::desired::{DesiredResource, is_grant};
use crate::diff;
use crate::ground::grounds;
use crate::guard::loss;
use crate::merge::merge;
use crate::ownership::sign;
use crate::rivals::awaits;

impl Scene<'_> {
    /// Adds the actions of each change.
    pub(super) fn add_actions(&mut self) {
        for change in self.changes.changes.values() {
            match (&change.kind, self.desired.get(&change.id)) {
                (Kind::Delete, _) | (_, None) => self.add_delete(change),
                (Kind::Create, Some(resource)) => self.add_create(change, resource),
                (Kind::Replace, Some(resource)) => self.add_replace(change, resource),
                (Kind::Update | Kind::Adopt, Some(resource)) => self.add_update(change, resource),
            }
        }
    }

    fn add_create(&mut self, change: &Change, resource: &DesiredResource) {
        if self.add_split_binding(change, resource) {
            return;
        }
        if is_grant(&resource.id) && resource.id.name() != "add" {
            let mut action = action(Verb::Update, resource, self.create(resource, true));
            // One address may have rights both taken and replaced.
            let words = format!("{} rights of", resource.id.name());
            action.id = ActionId::at(&words, &resource.address);
            action.changes = self.rights_taken(resource);
            self.graph.add(action);
            return;
        }
        // A document that comes with its parent is new to a reader where the parent is.
        let is_born = catalogue::facts_of(&resource.id).born_with_parent;
        let parent = resource.id.parent();
        let is_new = !is_born || parent.is_some_and(|id| self.observed.get(&id).is_none());
        // What is there and is made goes with what it lies in, which is replaced.
        let is_remade = !is_born && self.observed.get(&resource.id).is_some();
        let verb = match (is_remade, is_new) {
            (true, _) => Verb::ReplaceCreate,
            (false, true) => Verb::Create,
            (false, false) => Verb::Update,
        };
        let mut action = action(verb, resource, self.create(resource, !is_born));
        action.changes = if is_new { vec![] } else { all_new(&resource.id, &resource.body) };
        if is_remade {
            action.reasons.push("goes with what it lies in, which is replaced".to_owned());
        }
        self.graph.add(action);
        self.add_tags_of_new(resource);
    }

    fn add_update(&mut self, change: &Change, resource: &DesiredResource) {
        let verb = if change.kind == Kind::Adopt { Verb::Adopt } else { Verb::Update };
        if catalogue::facts_of(&resource.id).tags_by_patch {
            return self.add_certificate_update(verb, change, resource);
        }
        if self.add_redundancy_change(change, resource, verb) {
            return;
        }
        self.add_write(verb, change, resource, resource.body.clone());
    }

    pub(super) fn add_write(
        &mut self,
        verb: Verb,
        change: &Change,
        resource: &DesiredResource,
        body: Value,
    ) {
        let facts = catalogue::facts_of(&resource.id);
        let (write, body) = match facts.update {
            Update::Patch => {
                let patch = patch(facts, &body, &change.properties);
                (Write::Patch, with_fresh(facts, patch, &mut PropertyPath::root()))
            }
            Update::PutOver => (Write::PutOver, body),
        };
        let mut action = action(verb, resource, Operation::Write { write, body, create: false });
        action.changes = change.properties.clone();
        self.graph.add(action);
    }

    fn add_replace(&mut self, change: &Change, resource: &DesiredResource) {
        let mut delete = action(Verb::ReplaceDelete, resource, Operation::Delete);
        delete.changes = change.properties.clone();
        delete.risks.insert(Risk::Deletes);
        if catalogue::facts_of(&resource.id).holds_data.is_some() {
            delete.risks.insert(Risk::LosesData);
            delete.permission = if resource.protect {
                is_permitted(self.options, &resource.address, &resource.id)
                    .then(|| format!("--permit {}", resource.address))
            } else {
                Some(format!("`protect: false` at {}", resource.address))
            };
        }
        let mut create = action(Verb::ReplaceCreate, resource, self.create(resource, true));
        create.changes = change.properties.clone();
        self.graph.add(delete);
        self.graph.add(create);
        self.add_tags_of_new(resource);
    }

    /// Returns the write that makes a resource, or gives one that was born with its parent what is
    /// declared.
    fn create(&self, resource: &DesiredResource, create: bool) -> Operation {
        let mut body = resource.body.clone();
        if let Some(extra) = &resource.create_only {
            merge(&mut body, extra);
        }
        if create {
            body = without_absent(&body);
            let owner = self.observed.owner.as_deref();
            sign(&resource.id, &mut body, &self.desired.topology, owner);
        }
        let facts = catalogue::facts_of(&resource.id);
        let write = match facts.update {
            // What is born with its parent holds the service's own values: they are kept.
            Update::Patch if !create => Write::Patch,
            Update::PutOver if !create => Write::PutOver,
            _ => Write::PutExact,
        };
        Operation::Write { write, body, create }
    }

    /// Returns the names that go with a deleted resource: what answers under them is of interest to
    /// a reader, and to the checker.
    fn names_lost(&self, id: &ResourceId) -> Vec<PropertyChange> {
        const NAMES: [&str; 3] = [
            "properties.dnsConfig.fqdn",
            "properties.CNAMERecord.cname",
            "properties.defaultHostName",
        ];
        let answered = match catalogue::facts_of(id).answers_for {
            Some(AnswersFor::Property(pointer)) => Some(pointer[1..].replace('/', ".")),
            Some(AnswersFor::Name) | None => None,
        };
        let lost = NAMES.iter().map(|path| (*path).to_owned()).chain(answered).filter_map(|path| {
            let pointer = format!("/{}", path.replace('.', "/"));
            let name = self.observed.property(id, &pointer)?;
            Some(PropertyChange {
                path,
                before: Some(name.clone()),
                after: None,
                sensitive: false,
                forces_replacement: None,
            })
        });
        lost.collect()
    }

    /// Returns where the nearest resource above `id` stands that the topology still asks for. A group
    /// is none: what lies in it alone goes with whatever else is removed there.
    fn band_above(&self, id: &ResourceId) -> Option<Band> {
        let mut above = id.ancestors();
        let above =
            above.find_map(|id| self.desired.get(&id)).filter(|up| !Duty::Group.is_of(&up.id));
        let above = above.or_else(|| self.remade_ground(id));
        // What frees a name is part of the turn of what is to bear it.
        Some(above.or_else(|| awaits(id, self.desired, self.observed))?.band.clone())
    }

    /// Returns where what the topology no longer knows stands in the picture.
    ///
    /// What goes with its whole stamp stands where it stood at the last apply. What goes from a stamp that
    /// stays has a turn of its own: other stamps may wait for it.
    fn band_of_delete(&self, id: &ResourceId) -> Band {
        if let Some(band) = self.band_above(id) {
            return band;
        }
        let before = self.options.last.known().and_then(|last| last.get(id));
        let stays = |band: &Band| self.desired.resources().any(|resource| resource.band == *band);
        let band = before.map(|before| &before.band);
        if let Some(band) = band.filter(|band| matches!(band, Band::Stamp(_)) && !stays(band)) {
            return band.clone();
        }
        let is_global = id.lineage().any(|id| {
            self.observed.property(&id, "/location").is_some_and(|region| region == "global")
        });
        match id.resource_group() {
            Some(_) if is_global => Band::Global,
            Some(_) if catalogue::facts_of(id).holds_data.is_some() => Band::Data,
            Some(group) => Band::Stamp(group.to_owned()),
            None => Band::Global,
        }
    }

    /// Returns what a deleted resource stands on where that is made anew: it waits for the delete, which
    /// is thus part of its stamp's turn.
    fn remade_ground(&self, id: &ResourceId) -> Option<&DesiredResource> {
        self.ground(id, &self.observed.get(id)?.body)
    }

    /// Returns what a resource of this body stands on where that is made anew.
    pub(super) fn ground(&self, id: &ResourceId, body: &Value) -> Option<&DesiredResource> {
        let is_remade = |id: &ResourceId| {
            self.changes.changes.get(id).is_some_and(|change| change.kind == Kind::Replace)
        };
        let named = grounds(id, body, self.desired.get(id)).map(|ground| ground.id);
        named.filter(is_remade).find_map(|ground| self.desired.get(&ground))
    }

    /// Returns what a change to a vault's access policies takes from whom.
    fn rights_taken(&self, resource: &DesiredResource) -> Vec<PropertyChange> {
        let policies = |value: Option<&Value>| value.and_then(Value::as_array).cloned();
        let vault = resource.id.parent();
        let held = vault
            .and_then(|id| policies(self.observed.property(&id, "/properties/accessPolicies")));
        let sent = policies(resource.body.pointer("/properties/accessPolicies"));
        let goes = resource.id.name() == "remove";
        let change = |policy: Value| {
            let object = policy["objectId"].as_str().unwrap_or_default().to_owned();
            let before = held.iter().flatten().find(|held| held["objectId"] == policy["objectId"]);
            PropertyChange {
                path: format!("properties.accessPolicies[{object}]"),
                before: before.cloned(),
                after: (!goes).then_some(policy),
                sensitive: false,
                forces_replacement: None,
            }
        };
        sent.into_iter().flatten().map(change).collect()
    }

    fn add_delete(&mut self, change: &Change) {
        let facts = catalogue::facts_of(&change.id);
        let mut risks = BTreeSet::from([Risk::Deletes]);
        let declared = self.options.last.known().and_then(|last| last.get(&change.id));
        let reason = match (facts.ownership, declared) {
            (Ownership::Parent | Ownership::None, _) => {
                "was declared at the last apply and is no longer in the topology"
            }
            _ => "carries our mark and is no longer in the topology",
        };
        let mut reasons = vec![reason.to_owned()];
        let mut permission = None;
        if let Some(loss) = loss(&change.id) {
            risks.insert(Risk::LosesData);
            reasons.push(format!("loses {loss}"));
            permission =
                may_be_lost(self.options, change).then(|| format!("--permit {}", change.address));
        }
        if Duty::Group.is_of(&change.id) {
            permission = Some("this plan deletes everything in it".to_owned());
        }
        self.graph.add(Action {
            id: self.name_of_delete(change),
            verb: Verb::Delete,
            address: change.address.clone(),
            resource: change.id.clone(),
            api_version: declared
                .map_or_else(|| facts.api_version.to_owned(), |last| last.api_version.clone()),
            band: self.band_of_delete(&change.id),
            operation: Operation::Delete,
            changes: self.names_lost(&change.id),
            reasons,
            risks,
            permission,
            after: BTreeSet::new(),
        });
    }

    /// Returns how the ID of an action tells of a resource: by its address where it is declared, or by
    /// what it is. Nothing else is told alike.
    pub(super) fn told(&self, id: &ResourceId) -> String {
        match self.desired.get(id) {
            Some(resource) => resource.address.clone(),
            None => subject(id, &self.desired.subscription),
        }
    }

    /// Names the delete of what the topology no longer declares: by the address that it had, or by
    /// what it is where it had none.
    fn name_of_delete(&self, change: &Change) -> ActionId {
        if change.address == change.id.name() {
            ActionId::on("delete", &change.id, &self.desired.subscription)
        } else {
            ActionId::at("delete", &change.address)
        }
    }
}

/// Makes an action on a desired resource.
pub(super) fn action(verb: Verb, resource: &DesiredResource, operation: Operation) -> Action {
    Action {
        id: ActionId::at(verb_name(verb), &resource.address),
        verb,
        address: resource.address.clone(),
        resource: resource.id.clone(),
        api_version: resource.api_version.clone(),
        band: resource.band.clone(),
        operation,
        changes: vec![],
        reasons: vec![],
        risks: BTreeSet::new(),
        permission: None,
        after: BTreeSet::new(),
    }
}

fn verb_name(verb: Verb) -> &'static str {
    match verb {
        Verb::Create => "create",
        Verb::Update => "update",
        Verb::ReplaceDelete => "delete to replace",
        Verb::ReplaceCreate => "create to replace",
        Verb::Delete => "delete",
        Verb::Adopt => "adopt",
        Verb::LiftLock => "lift lock",
        Verb::RestoreLock => "restore lock",
        Verb::CutEdge => "cut",
        Verb::Verify => "verify",
        Verb::Start => "start",
        Verb::Note => "note",
    }
}

/// Shows each declared property as new.
fn all_new(id: &ResourceId, body: &Value) -> Vec<PropertyChange> {
    let mut leaves = BTreeMap::new();
    collect_leaves(catalogue::facts_of(id), body, &mut PropertyPath::root(), &mut leaves);
    leaves
        .into_iter()
        .map(|(path, (value, sensitive))| PropertyChange {
            path,
            before: None,
            sensitive,
            after: Some(value),
            forces_replacement: None,
        })
        .collect()
}

fn collect_leaves(
    facts: &TypeFacts,
    value: &Value,
    path: &mut PropertyPath,
    leaves: &mut BTreeMap<String, (Value, bool)>,
) {
    match value {
        Value::Object(map) if Expression::read(value).is_none() => {
            for (key, item) in map.iter().filter(|(_, item)| !is_absent(item)) {
                path.push_key(key);
                collect_leaves(facts, item, path, leaves);
                path.pop();
            }
        }
        leaf => {
            leaves.insert(path.to_string(), diff::shown(facts, path, leaf.clone()));
        }
    }
}

/// Returns the top-level and second-level members of `body` in which something differs.
///
/// ARM's PATCH merges, but several providers replace a sub-object that is sent, so a sub-object is
/// sent whole; `tags` are replaced by every provider, so the executor lays them over the observed
/// ones.
fn patch(facts: &TypeFacts, body: &Value, changes: &[PropertyChange]) -> Value {
    let mut patch = json!({});
    for change in changes {
        let mut segments = change.path.split(['.', '[']);
        let (top, second) = (segments.next().unwrap_or_default(), segments.next());
        match (body.get(top), second) {
            (Some(members), Some(second)) if top == "properties" => {
                if let Some(member) = members.get(second) {
                    patch[top][second] = member.clone();
                }
            }
            (Some(member), _) => patch[top] = member.clone(),
            (None, _) => {}
        }
    }
    for required in facts.patch_always {
        if let Some(member) = body.pointer(required) {
            set_pointer(&mut patch, required, member.clone());
        }
    }
    patch
}

/// Returns a patch with what a new resource has where nothing shall be: some services take a null for
/// nothing said.
fn with_fresh(facts: &TypeFacts, value: Value, path: &mut PropertyPath) -> Value {
    if is_absent(&value) {
        return facts.fresh_at(path).map_or(value, Literal::to_value);
    }
    let Value::Object(map) = value else { return value };
    let members = map.into_iter().map(|(key, member)| {
        path.push_key(&key);
        let member = with_fresh(facts, member, path);
        path.pop();
        (key, member)
    });
    Value::Object(members.collect())
}

fn set_pointer(value: &mut Value, pointer: &str, member: Value) {
    let mut at = value;
    for segment in pointer.split('/').skip(1) {
        at = &mut at[segment];
    }
    *at = member;
}
