//! All that a topology asks for, expanded to ARM resources and the dependencies between them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use petgraph::stable_graph::{NodeIndex, StableDiGraph};
use plan::{ApplyLock, Band, Guard, Notice, Place};
use resource::catalogue::Duty;
use resource::{Observation, ResourceId, ResourceType, Suffixes, types, walk_expressions};
use serde::Serialize;
use serde_json::{Map, Value};
use topology::Diagnostic;

use crate::applied::Note;
use crate::complete::clone;

/// What Evenkeel may do with a desired resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Mode {
    /// Created, kept as declared, deleted when it leaves the topology.
    Managed,
    /// Created where it is absent; one that exists without our mark is used as it is.
    Ensured,
    /// Read, never written: `existing: true`.
    Existing,
}

/// One resource that a topology asks for.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DesiredResource {
    /// The path in the topology.
    pub address: String,
    /// Where it is, or will be.
    pub id: ResourceId,
    /// The API version of its body.
    pub api_version: String,
    /// Where it stands in the picture.
    pub band: Band,
    /// What Evenkeel may do with it.
    pub mode: Mode,
    /// True where one that exists without our mark may be taken over.
    pub adopt: bool,
    /// True where deletion and replacement need a permission of their own.
    pub protect: bool,
    /// What is declared; may hold expressions.
    pub body: Value,
    /// What is sent at creation only, because others change it later (an instance count under
    /// autoscale) or because it cannot be read back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_only: Option<Value>,
    /// The ID under which an earlier version of this engine made it; one that is live there and is
    /// what is wanted stays there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub formerly: Option<ResourceId>,
    /// The app whose observed configuration stands where nothing is declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clone_of: Option<ResourceId>,
    /// True where values that others have put into the same set are kept (`asuid` TXT records).
    pub keep_foreign_values: bool,
    /// Dependencies that neither the ID nor the body shows.
    pub needs: BTreeSet<ResourceId>,
    /// Where it is declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

impl DesiredResource {
    /// Makes a managed resource that is neither adopted nor protected.
    pub fn managed(address: impl Into<String>, id: ResourceId, band: Band, body: Value) -> Self {
        let facts = resource::catalogue::facts_of(&id);
        Self {
            address: address.into(),
            api_version: facts.api_version.to_owned(),
            protect: facts.holds_data.is_some(),
            id,
            band,
            mode: Mode::Managed,
            adopt: false,
            body,
            create_only: None,
            formerly: None,
            clone_of: None,
            keep_foreign_values: false,
            needs: BTreeSet::new(),
            place: None,
        }
    }

    /// Returns the IDs that the body and the ID itself name.
    fn named_ids(&self) -> BTreeSet<ResourceId> {
        let mut ids = self.needs.clone();
        ids.extend(self.id.parent());
        ids.extend(self.clone_of.clone());
        ids.extend(ids_in(&self.body));
        ids
    }
}

/// Tells whether `id` is that of a change to a vault's access policies, which is no resource.
pub fn is_grant(id: &ResourceId) -> bool {
    Duty::VaultGrant.is_of(id)
}

/// Returns every resource ID that `body` names, as text or in an expression.
pub fn ids_in(body: &Value) -> BTreeSet<ResourceId> {
    let mut ids = BTreeSet::new();
    walk_expressions(body, &mut |expression| {
        ids.extend(expression.references().into_iter().map(|reference| reference.id.clone()));
    });
    collect_texts(body, &mut ids);
    ids
}

fn rename_in(value: &mut Value, from: &str, to: &str) {
    match value {
        Value::String(text) if text == from => to.clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(|item| rename_in(item, from, to)),
        Value::Object(map) => map.values_mut().for_each(|item| rename_in(item, from, to)),
        _ => {}
    }
}

fn collect_texts(value: &Value, ids: &mut BTreeSet<ResourceId>) {
    match value {
        Value::String(text) if text.starts_with("/subscriptions/") => {
            ids.extend(ResourceId::parse(text).ok());
        }
        Value::Array(items) => items.iter().for_each(|item| collect_texts(item, ids)),
        Value::Object(map) => {
            for (key, item) in map {
                if key.starts_with("/subscriptions/") {
                    ids.extend(ResourceId::parse(key).ok());
                }
                collect_texts(item, ids);
            }
        }
        _ => {}
    }
}

/// A domain and what must be in place before its name is switched.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Domain {
    /// The host name.
    pub name: String,
    /// What it leads to.
    pub leads_to: Option<ResourceId>,
    /// The record that routes it, where its zone is in Azure DNS.
    pub record: Option<ResourceId>,
    /// The record that proves its ownership, where its zone is in Azure DNS.
    pub proof: Option<ResourceId>,
    /// Its bindings, one for each app that answers for it.
    pub bindings: Vec<ResourceId>,
    /// Its certificates.
    pub certificates: Vec<ResourceId>,
    /// True where App Service issues the certificate, which needs the name switched first.
    pub managed_certificate: bool,
}

/// A state of a resource that something waits for, and that comes by itself once all is there.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Await {
    /// The resource.
    pub resource: ResourceId,
    /// Its address.
    pub address: String,
    /// A JSON pointer into its body.
    pub pointer: String,
    /// The values to wait for.
    pub values: Vec<Value>,
    /// When to give up.
    pub timeout_secs: u64,
    /// What must stand before, beside the resource itself.
    pub after: Option<ResourceId>,
    /// What may be written only then.
    pub before: BTreeSet<ResourceId>,
    /// Why.
    pub reason: String,
}

/// A record that must be made by hand, because its zone is not in Azure DNS.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ManualRecord {
    /// The domain that needs it.
    pub address: String,
    /// The fully qualified name.
    pub name: String,
    /// `CNAME` or `TXT`.
    pub record_type: String,
    /// What it should hold; may be an expression.
    pub value: Value,
    /// The zone that it lies in, where the topology names it.
    pub zone: Option<String>,
    /// How long resolvers may keep it, in seconds.
    pub ttl: u64,
}

/// Returns the full name of the TXT record that proves a host to App Service: of a wildcard that is
/// proved by the name above it.
///
/// Source: <https://learn.microsoft.com/azure/app-service/app-service-web-tutorial-custom-domain>.
pub fn proof_name(host: &str) -> String {
    format!("asuid.{}", host.strip_prefix("*.").unwrap_or(host))
}

/// A probe that tells whether a stamp serves.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StampProbe {
    /// The stamp.
    pub stamp: String,
    /// The app that is probed.
    pub app: ResourceId,
    /// Its address.
    pub address: String,
    /// The path, with its leading slash.
    pub path: String,
    /// Headers as the router's probe sends them.
    pub headers: Vec<(String, Value)>,
    /// The status codes that count as healthy, as inclusive ranges.
    pub expected: Vec<(u16, u16)>,
    /// A text that the answer must hold.
    pub holds: Option<String>,
    /// True where the app has something to run from its first start.
    pub has_artefact: bool,
    /// The profiles that route to it.
    pub routers: Vec<ResourceId>,
}

/// All that a topology asks for, expanded.
#[derive(Debug, Clone, Default)]
pub struct Desired {
    /// The topology's name: the value of the ownership mark.
    pub topology: String,
    /// The subscription of everything that names no other.
    pub subscription: String,
    /// The DNS suffixes of the services of its cloud.
    pub suffixes: Suffixes,
    /// SHA-256 of the expanded topology, in hexadecimal.
    pub hash: String,
    /// How the topology is remembered when it was applied; who knows its text says so.
    pub note: Note,
    /// Where the lock is that keeps two applies apart.
    pub apply_lock: Option<ApplyLock>,
    /// The stamps, in roll-out order.
    pub stamps: Vec<String>,
    /// The numbers of the stamps whose texts hold them.
    pub indexes: BTreeMap<String, u32>,
    /// Custom domains, for the procedure that switches them.
    pub domains: Vec<Domain>,
    /// States that something waits for.
    pub awaits: Vec<Await>,
    /// Records that must be made by hand.
    pub manual_records: Vec<ManualRecord>,
    /// How each stamp is probed.
    pub probes: Vec<StampProbe>,
    /// The status codes with which apps answer those whom they are declared to shut out, as we may be
    /// ourselves.
    pub refusals: BTreeMap<ResourceId, BTreeSet<u16>>,
    /// The text with which must answer whatever a router leads to, before it does.
    pub held: BTreeMap<ResourceId, String>,
    /// Scopes whose locks may be lifted for a change.
    pub liftable: BTreeSet<ResourceId>,
    /// Things to know that expansion found.
    pub notices: Vec<Notice>,
    /// What the topology asks for and nobody can give.
    pub mistakes: Vec<Guard>,
    /// Contradictions of the topology that show in its resources only.
    pub diagnostics: Vec<Diagnostic>,
    graph: StableDiGraph<DesiredResource, ()>,
    index: HashMap<ResourceId, NodeIndex>,
}

impl Desired {
    /// Adds a resource; of two that share an ID the first stays. That a topology asks for one
    /// twice is found where it is expanded.
    pub fn insert(&mut self, resource: DesiredResource) {
        if self.index.contains_key(&resource.id) {
            return;
        }
        let id = resource.id.clone();
        let node = self.graph.add_node(resource);
        self.index.insert(id, node);
    }

    /// Adds an access policy for a vault; all policies of one vault go in one write.
    ///
    /// `accessPolicies/add` adds without touching the policies of others.
    /// Source: <https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults/update-access-policy>.
    pub fn grant(&mut self, vault: &ResourceId, address: String, band: Band, policy: Value) {
        let id = vault.child("accessPolicies", "add");
        if let Some(existing) = self.get_mut(&id) {
            if let Some(policies) = existing.body["properties"]["accessPolicies"].as_array_mut() {
                policies.push(policy);
            }
            return;
        }
        let body = serde_json::json!({ "properties": { "accessPolicies": [policy] } });
        let facts = resource::catalogue::facts_of(vault);
        self.insert(DesiredResource {
            api_version: facts.api_version.to_owned(),
            protect: false,
            ..DesiredResource::managed(address, id, band, body)
        });
    }

    /// Tells whether `note` is that of this topology.
    pub fn is_of(&self, note: &Note) -> bool {
        note.is_of(self.note.text.as_deref().unwrap_or_default(), &self.hash)
    }

    /// Returns the same topology asking for nothing: what it owns is to go.
    pub fn without_resources(&self) -> Self {
        Self {
            topology: self.topology.clone(),
            subscription: self.subscription.clone(),
            suffixes: self.suffixes.clone(),
            hash: self.hash.clone(),
            note: self.note.clone(),
            apply_lock: self.apply_lock.clone(),
            stamps: self.stamps.clone(),
            liftable: self.liftable.clone(),
            ..Self::default()
        }
    }

    /// Returns where each address is declared.
    pub fn places(&self) -> BTreeMap<&str, &Place> {
        let placed = self.resources();
        placed.filter_map(|it| Some((it.address.as_str(), it.place.as_ref()?))).collect()
    }

    /// Returns where an address is declared.
    pub fn place_of(&self, address: &str) -> Option<&Place> {
        self.resources().find(|resource| resource.address == address)?.place.as_ref()
    }

    /// Removes a resource that turned out to be there in another form.
    pub fn remove(&mut self, id: &ResourceId) {
        if let Some(node) = self.index.remove(id) {
            self.graph.remove_node(node);
        }
    }

    /// Gives a resource another ID, in its body and in all that names it.
    pub fn rename(&mut self, from: &ResourceId, to: &ResourceId) {
        let Some(node) = self.index.remove(from) else { return };
        self.index.insert(to.clone(), node);
        if let Some(resource) = self.graph.node_weight_mut(node) {
            resource.id = to.clone();
        }
        for resource in self.graph.node_weights_mut() {
            rename_in(&mut resource.body, from.as_str(), to.as_str());
        }
        for domain in &mut self.domains {
            let named = domain.certificates.iter_mut().filter(|id| *id == from);
            named.for_each(|id| *id = to.clone());
        }
    }

    /// Draws the dependencies between all resources, from need to user.
    pub fn connect(&mut self) {
        self.graph.clear_edges();
        let nodes: Vec<NodeIndex> = self.graph.node_indices().collect();
        for user in nodes {
            for id in self.graph[user].named_ids() {
                if let Some(need) = self.nearest(&id).filter(|need| *need != user) {
                    self.graph.update_edge(need, user, ());
                }
            }
        }
    }

    /// Finds the desired resource that `id` names, or the nearest one above it.
    fn nearest(&self, id: &ResourceId) -> Option<NodeIndex> {
        let mut at = Some(id.clone());
        while let Some(current) = at {
            if let Some(node) = self.index.get(&current) {
                return Some(*node);
            }
            at = current.parent();
        }
        None
    }

    /// Returns the resource of this ID.
    pub fn get(&self, id: &ResourceId) -> Option<&DesiredResource> {
        self.index.get(id).map(|node| &self.graph[*node])
    }

    /// Returns the resource of this ID, to be changed.
    pub fn get_mut(&mut self, id: &ResourceId) -> Option<&mut DesiredResource> {
        let node = *self.index.get(id)?;
        self.graph.node_weight_mut(node)
    }

    /// Returns the resource of this address in the topology.
    pub fn by_address(&self, address: &str) -> Option<&DesiredResource> {
        self.resources().find(|resource| resource.address == address)
    }

    /// Returns every resource, in the order of expansion.
    pub fn resources(&self) -> impl Iterator<Item = &DesiredResource> {
        self.graph.node_weights()
    }

    /// Returns what `id` depends on directly.
    pub fn needs_of(&self, id: &ResourceId) -> Vec<&DesiredResource> {
        let Some(node) = self.index.get(id) else { return vec![] };
        self.graph
            .neighbors_directed(*node, petgraph::Direction::Incoming)
            .map(|need| &self.graph[need])
            .collect()
    }

    /// Returns the dependencies as pairs of addresses, need first.
    pub fn edges(&self) -> Vec<(&str, &str)> {
        let mut edges: Vec<_> = self
            .graph
            .edge_indices()
            .filter_map(|edge| self.graph.edge_endpoints(edge))
            .map(|(need, user)| {
                (self.graph[need].address.as_str(), self.graph[user].address.as_str())
            })
            .collect();
        edges.sort_unstable();
        edges
    }

    /// Returns the types of which everything in the subscriptions must be read: a right that is no
    /// longer declared, and a clone's permissions, are found among all role assignments.
    pub fn types_wanted(&self) -> Vec<(ResourceType, String)> {
        let kind = ResourceType::new(types::ASSIGNMENT);
        let version = resource::catalogue::facts(&kind).api_version.to_owned();
        vec![(kind, version)]
    }

    /// Returns what is created where it is not there, each with the name that only it may bear in the
    /// whole cloud, where it has one and that is known.
    pub fn made(&self) -> BTreeMap<ResourceId, Option<String>> {
        let made = self.resources().filter(|resource| resource.mode != Mode::Existing);
        made.map(|resource| {
            let unique = resource::catalogue::facts_of(&resource.id).unique_name;
            let name = unique.and_then(|unique| unique.of(resource.id.name(), &resource.body));
            (resource.id.clone(), name.map(str::to_owned))
        })
        .collect()
    }

    /// Returns what must be read from Azure to compare it: IDs with their API versions. What only follows
    /// an original is read when that says something.
    pub fn wants(&self) -> Vec<(ResourceId, String)> {
        let mut wants: BTreeMap<ResourceId, String> = self
            .resources()
            .filter(|resource| !self.only_follows(resource))
            .map(|resource| (resource.id.clone(), resource.api_version.clone()))
            .collect();
        for resource in self.resources() {
            let mut read = |id: &ResourceId| {
                let version = resource::catalogue::facts_of(id).api_version;
                if !version.is_empty() {
                    wants.entry(id.clone()).or_insert_with(|| version.to_owned());
                }
            };
            resource.clone_of.iter().chain(&resource.formerly).for_each(&mut read);
            walk_expressions(&resource.body, &mut |expression| {
                expression.references().iter().for_each(|reference| read(&reference.id));
            });
        }
        // A grant is no resource: what it grants is read in the vault.
        wants.retain(|id, _| !is_grant(id));
        wants.into_iter().collect()
    }

    /// Tells whether nothing is declared of a clone that comes with its parent, nor of its original.
    fn only_follows(&self, resource: &DesiredResource) -> bool {
        let facts = resource::catalogue::facts_of(&resource.id);
        let Some(source) = resource.clone_of.as_ref().filter(|_| facts.born_with_parent) else {
            return false;
        };
        says_nothing(resource) && self.get(source).is_none_or(says_nothing)
    }

    /// Returns what must be read besides because of what was seen and of what was applied last: the
    /// identities that a clone takes over, and what follows an original that says something.
    pub fn wants_of_clones(
        &self,
        seen: &[&Observation],
        last: Option<&Desired>,
    ) -> Vec<(ResourceId, String)> {
        let seen: HashMap<&ResourceId, &Observation> =
            seen.iter().map(|seen| (&seen.id, *seen)).collect();
        let mut wants = BTreeSet::new();
        for clone in self.resources() {
            let Some(source) = &clone.clone_of else { continue };
            let original = seen.get(source).copied();
            let users = original.map(|seen| &seen.body["identity"]["userAssignedIdentities"]);
            let users = users.and_then(Value::as_object).into_iter().flatten();
            wants.extend(users.filter_map(|(id, _)| ResourceId::parse(id).ok()));
            let had = |id| {
                let before = last.and_then(|last| last.get(id));
                before.is_some_and(|before| !says_nothing(before))
            };
            let follows = original.is_some_and(|seen| clone::follows(clone, seen));
            if self.only_follows(clone) && (follows || had(source) || had(&clone.id)) {
                wants.insert(clone.id.clone());
            }
        }
        let version = |id: &ResourceId| resource::catalogue::facts_of(id).api_version.to_owned();
        wants.into_iter().map(|id| (id.clone(), version(&id))).collect()
    }
}

/// Tells whether a resource is declared without a word of what is in it.
fn says_nothing(resource: &DesiredResource) -> bool {
    resource.body["properties"].as_object().is_some_and(Map::is_empty)
}
