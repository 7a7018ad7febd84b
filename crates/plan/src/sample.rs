//! Small actions to build plans from in tests.

use std::collections::BTreeMap;

use resource::ResourceId;
use serde_json::{Value, json};

use crate::{Action, ActionId, Band, Coverage, Operation, Plan, PropertyChange, Risk, Verb, Write};

/// Returns a plan of `actions`, in the order given.
pub(crate) fn plan(actions: impl IntoIterator<Item = Action>) -> Plan {
    Plan {
        version: Plan::VERSION,
        topology: "northwind".into(),
        topology_hash: "00".into(),
        suffixes: resource::Suffixes::default(),
        apply_lock: None,
        subscription: "s".into(),
        stamps: vec!["weu".into(), "sea".into()],
        actions: actions.into_iter().collect(),
        fingerprints: BTreeMap::new(),
        reliances: BTreeMap::new(),
        unused: [].into(),
        parts: BTreeMap::new(),
        api_versions: BTreeMap::new(),
        places: BTreeMap::new(),
        notices: vec![],
        refusals: vec![],
        coverage: Coverage::default(),
        verdicts: None,
    }
}

/// Returns the ID of the web app `name`.
pub(crate) fn site(name: &str) -> ResourceId {
    ResourceId::in_group("s", "rg", resource::types::SITE, name)
}

/// Returns the ID of the Traffic Manager profile `name`.
pub(crate) fn profile(name: &str) -> ResourceId {
    ResourceId::in_group("s", "rg", resource::types::PROFILE, name)
}

/// Returns the ID of a record set in the zone `example.com`.
pub(crate) fn record(kind: &str, name: &str) -> ResourceId {
    zone().child(kind, name)
}

/// Returns the ID of the zone `example.com`.
pub(crate) fn zone() -> ResourceId {
    ResourceId::in_group("s", "rg-dns", resource::types::ZONE, "example.com")
}

/// Returns an update of the web app `name`, called `update {name}`.
pub(crate) fn update(name: &str) -> Action {
    action(Verb::Update, site(name)).named(&format!("update {name}")).writing(json!({}))
}

/// Returns a create of `id`, called `create {name}`.
pub(crate) fn create(id: ResourceId, body: Value) -> Action {
    let name = format!("create {}", id.name());
    let operation = Operation::Write { write: Write::PutExact, body, create: true };
    Action { operation, ..action(Verb::Create, id).named(&name) }
}

/// Returns a delete of `id`, called `delete {name}`.
pub(crate) fn delete(id: ResourceId) -> Action {
    let name = format!("delete {}", id.name());
    action(Verb::Delete, id).named(&name)
}

/// Returns an action that deletes, to be shaped further.
pub(crate) fn action(verb: Verb, resource: ResourceId) -> Action {
    Action {
        id: ActionId(resource.name().to_owned()),
        verb,
        address: resource.name().to_owned(),
        resource,
        api_version: "2024-01-01".into(),
        band: Band::Global,
        operation: Operation::Delete,
        changes: vec![],
        reasons: vec![],
        risks: [].into(),
        permission: None,
        after: [].into(),
    }
}

impl Action {
    /// Sets the action's name.
    pub(crate) fn named(self, name: &str) -> Self {
        Self { id: ActionId(name.to_owned()), ..self }
    }

    /// Adds predecessors.
    pub(crate) fn after<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Self {
        self.after.extend(names.into_iter().map(|name| ActionId(name.to_owned())));
        self
    }

    /// Puts the action into a stamp.
    pub(crate) fn in_stamp(self, stamp: &str) -> Self {
        Self { band: Band::Stamp(stamp.to_owned()), ..self }
    }

    /// Makes the action write `body` over what is there.
    pub(crate) fn writing(self, body: Value) -> Self {
        let operation = Operation::Write { write: Write::PutOver, body, create: false };
        Self { operation, ..self }
    }

    /// Adds a difference.
    pub(crate) fn changing(mut self, path: &str, before: Value, after: Value) -> Self {
        let present = |value: Value| (!value.is_null()).then_some(value);
        self.changes.push(PropertyChange {
            path: path.to_owned(),
            before: present(before),
            after: present(after),
            sensitive: false,
            forces_replacement: None,
        });
        self
    }

    /// Adds a risk.
    pub(crate) fn risking(mut self, risk: Risk) -> Self {
        self.risks.insert(risk);
        self
    }
}
