//! Traffic is moved only to what has shown that it serves.
//!
//! What must have answered before traffic comes is no property of the actions that happen to be
//! left: an apply that has stopped because an app did not answer is followed by a plan in which
//! that app needs no change, and which asks it all the same.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::stable_graph::NodeIndex;
use plan::{Action, ActionId, Code, Guard, Operation, Reliance};
use resource::ResourceId;
use resource::catalogue::{self, Destination, Lead, Members, Routing, facts_of, plain_host};
use serde_json::Value;

use super::Scene;
use super::question::Question;
use crate::change::Kind;

/// The way by which traffic comes to a destination.
#[derive(Clone, Copy, Default)]
pub(super) struct Way<'a> {
    /// The router, with its body, and its member that leads there.
    pub router: Option<(&'a ResourceId, &'a Value, &'a Value)>,
    /// How the member is called.
    pub label: Option<&'a str>,
}

/// What is to be asked, and before which steps.
struct Asked {
    question: Question,
    /// The resource that answers; none where it is only a host.
    id: Option<ResourceId>,
    steps: BTreeSet<NodeIndex>,
}

/// What the steps of a plan rely on, while it is found out.
#[derive(Default)]
struct Found {
    asked: BTreeMap<String, Asked>,
    /// The steps that need not ask: where another step asks, they wait for the answer too.
    excused: BTreeMap<String, BTreeSet<NodeIndex>>,
    reliances: BTreeMap<String, Reliance>,
    refusals: BTreeSet<Guard>,
}

impl Scene<'_> {
    /// Has each destination asked before the steps that lead traffic there.
    pub(super) fn ask_before_traffic(&mut self) {
        let steps: Vec<(NodeIndex, Action)> =
            self.graph.nodes().into_iter().map(|at| (at, self.graph.action(at).clone())).collect();
        let mut found = Found::default();
        for (at, action) in &steps {
            let leads = action.new_leads();
            let Operation::Write { body, create, .. } = &action.operation else { continue };
            if leads.is_empty() {
                continue;
            }
            let is_unused = *create && self.is_unused(&action.resource, body);
            if is_unused {
                self.unused.insert(action.resource.clone());
            }
            let mut look =
                Look { scene: self, found: &mut found, step: *at, seen: BTreeSet::new() };
            for lead in &leads {
                // Nobody is led there yet, so it may be made before its apps have code.
                if is_unused && look.scene.has_no_code(&lead.to) {
                    continue;
                }
                look.follow(&lead.to, way(&action.resource, body, lead));
            }
        }
        let Found { asked, mut excused, reliances, refusals } = found;
        self.refusals.extend(refusals);
        self.reliances = reliances;
        for (key, mut asked) in asked {
            asked.steps.extend(excused.remove(&key).unwrap_or_default());
            self.ask(key, &asked);
        }
    }

    /// Tells whether a router that is about to be made has no name and no router that leads to it.
    fn is_unused(&self, id: &ResourceId, body: &Value) -> bool {
        let is_router = matches!(facts_of(id).routing, Some(Routing::Many(_)));
        let to_it = |to: &Destination| match to {
            Destination::Resource(other) => other == id,
            Destination::Host(host) => self.is_named(host, id, body),
        };
        let mut seen = self.observed.resources.values();
        is_router
            && !seen.any(|seen| {
                let leads = catalogue::leads(&seen.id.resource_type(), &seen.body);
                leads.iter().any(|lead| to_it(&lead.to))
            })
    }

    fn has_no_code(&self, to: &Destination) -> bool {
        let Destination::Resource(id) = to else { return false };
        self.desired.probes.iter().any(|probe| probe.app == *id && !probe.has_artefact)
            || !self.desired.probes.iter().any(|probe| probe.app == *id)
    }

    /// Adds the probe of a destination, or has the steps wait for the one that is there.
    fn ask(&mut self, key: String, asked: &Asked) {
        let mut probes = BTreeSet::new();
        let mut left = asked.steps.clone();
        if let Some(id) = &asked.id {
            for barrier in self.probes_of(id) {
                let before = left.len();
                left.retain(|step| !self.graph.edge_if_free(barrier, *step));
                if left.len() < before {
                    probes.insert(self.graph.action(barrier).id.clone());
                }
            }
        }
        if !left.is_empty() {
            let changes = asked.id.as_ref().map(|id| self.changes_behind(id)).unwrap_or_default();
            let mut question = asked.question.action(&self.steps_told(&left));
            // One that the roll-out asks by stands behind these steps: this is another one.
            if let Some(step) = left.first().filter(|_| self.graph.has(&question.id)) {
                let step = &self.graph.action(*step).id;
                question.id = ActionId(format!("{} before {step}", question.id));
            }
            let probe = self.graph.add_apart(question);
            left.iter().for_each(|step| self.graph.edge(probe, *step));
            let needs: Vec<NodeIndex> =
                asked.question.needs().iter().filter_map(|id| self.graph.last(id)).collect();
            for need in needs {
                if !self.graph.edge_if_free(need, probe) {
                    // What is asked with is made by what waits for the answer: nobody can ask before.
                    self.graph.remove(probe);
                    let why = "the headers of its probe are known only afterwards";
                    self.reliances.insert(key, Reliance::Excused(why.to_owned()));
                    return;
                }
            }
            for change in changes {
                self.graph.edge_if_free(change, probe);
            }
            probes.insert(self.graph.action(probe).id.clone());
        }
        self.reliances.insert(key, Reliance::Asked(probes));
    }

    fn steps_told(&self, steps: &BTreeSet<NodeIndex>) -> String {
        let names: Vec<String> =
            steps.iter().map(|step| format!("`{}`", self.graph.action(*step).id)).collect();
        format!("traffic is led to it by {}", names.join(" and "))
    }

    fn probes_of(&self, id: &ResourceId) -> Vec<NodeIndex> {
        let is_probe = |node: &NodeIndex| {
            let action = self.graph.action(*node);
            action.resource == *id && matches!(action.operation, Operation::Probe { .. })
        };
        self.graph.nodes().into_iter().filter(is_probe).collect()
    }

    /// Returns the actions that change what answers in place of `id`: its own, and those of its
    /// stamp.
    fn changes_behind(&self, id: &ResourceId) -> Vec<NodeIndex> {
        let band = self.desired.get(id).map(|resource| &resource.band);
        let band = band.filter(|band| matches!(band, plan::Band::Stamp(_)));
        let is_behind = |node: &NodeIndex| {
            let action = self.graph.action(*node);
            let changes = matches!(
                action.operation,
                Operation::Write { .. } | Operation::Delete | Operation::Post { .. }
            );
            changes && (action.resource.is_within(id) || band == Some(&action.band))
        };
        self.graph.nodes().into_iter().filter(is_behind).collect()
    }

    /// Tells whether a router that is observed reports the destination healthy.
    fn is_healthy(&self, key: &str) -> bool {
        self.observed.resources.values().any(|seen| {
            let kind = seen.id.resource_type();
            let Some(Routing::Many(members)) = catalogue::facts(&kind).routing else {
                return false;
            };
            catalogue::leads(&kind, &seen.body).iter().any(|lead| {
                let health = lead.member.and_then(|member| member.pointer(members.health));
                lead.to.key() == key && health.and_then(Value::as_str) == Some(members.healthy)
            })
        })
    }

    /// Tells whether a router that is still to be made will have this name: its own, below the suffix
    /// of its service.
    fn is_named(&self, host: &str, id: &ResourceId, body: &Value) -> bool {
        let facts = facts_of(id);
        let unique = facts.unique_name.filter(|_| facts.routing.is_some());
        let will_be = unique.and_then(|name| name.host(id.name(), body, &self.desired.suffixes));
        will_be.is_some_and(|name| name == host)
    }

    /// Finds the resource that a host name stands for.
    fn named(&self, host: &str) -> Option<ResourceId> {
        let desired = self.desired.resources().map(|resource| (&resource.id, &resource.body));
        let observed = self.observed.resources.values().map(|seen| (&seen.id, &seen.body));
        let mut all = desired.chain(observed);
        all.find(|(id, body)| {
            let facts = facts_of(id);
            let answers = facts.serving.is_some() || facts.routing.is_some();
            let is_handle = |pointer: &str| {
                body.pointer(pointer).and_then(Value::as_str).is_some_and(|n| plain_host(n) == host)
            };
            answers
                && (facts.handles.iter().any(|h| is_handle(h.pointer))
                    || self.is_named(host, id, body))
        })
        .map(|(id, _)| id.clone())
    }
}

fn way<'a>(router: &'a ResourceId, body: &'a Value, lead: &'a Lead<'a>) -> Way<'a> {
    Way { router: lead.member.map(|member| (router, body, member)), label: lead.label.as_deref() }
}

/// The look at what one step relies on.
struct Look<'s, 'a, 'f> {
    scene: &'s Scene<'a>,
    found: &'f mut Found,
    step: NodeIndex,
    seen: BTreeSet<String>,
}

impl Look<'_, '_, '_> {
    fn follow(&mut self, to: &Destination, way: Way<'_>) {
        if !self.seen.insert(to.key().to_owned()) {
            return;
        }
        let id = match to {
            Destination::Resource(id) => id.clone(),
            Destination::Host(host) => match self.scene.named(host) {
                Some(id) => {
                    let leads_on = Reliance::LeadsOn([id.key().to_owned()].into());
                    self.found.reliances.insert(host.clone(), leads_on);
                    return self.follow(&Destination::Resource(id), way);
                }
                None if way.router.is_some() => return self.rely(to, None, way),
                None => return self.excuse(to, "it is not of this topology"),
            },
        };
        let facts = facts_of(&id);
        if facts.routing.is_some() {
            return self.lead_on(&id);
        }
        match facts.serving {
            Some(_) => self.rely(to, Some(&id), way),
            None => self.excuse(to, &format!("a resource of {} is not asked", id.resource_type())),
        }
    }

    /// A router counts as what it leads to: as the topology wants it, else as it is.
    fn lead_on(&mut self, id: &ResourceId) {
        let scene = self.scene;
        let desired = scene.desired.get(id).map(|resource| &resource.body);
        let body = desired.filter(|body| body.is_object());
        let body = body.or_else(|| scene.observed.get(id).map(|seen| &seen.body));
        let Some(body) = body else {
            let to = Destination::Resource(id.clone());
            return self.excuse(&to, "what it leads to is not seen");
        };
        let leads = catalogue::leads(&id.resource_type(), body);
        let keys = leads.iter().map(|lead| lead.to.key().to_owned()).collect();
        self.found.reliances.insert(id.key().to_owned(), Reliance::LeadsOn(keys));
        for lead in &leads {
            self.follow(&lead.to, way(id, body, lead));
        }
    }

    fn excuse(&mut self, to: &Destination, why: &str) {
        let reliance = || Reliance::Excused(why.to_owned());
        self.found.excused.entry(to.key().to_owned()).or_default().insert(self.step);
        self.found.reliances.entry(to.key().to_owned()).or_insert_with(reliance);
    }

    fn rely(&mut self, to: &Destination, id: Option<&ResourceId>, way: Way<'_>) {
        let key = to.key().to_owned();
        let scene = self.scene;
        let question = Question::new(scene, to, id, way);
        if let Some(permit) = question.permitted(scene) {
            return self.excuse(to, &format!("--permit {permit}"));
        }
        if id.is_some_and(|id| scene.is_declared_stopped(id)) {
            return self.excuse(to, "the topology has it stopped, and its router leaves it out");
        }
        if let Some(id) = id.filter(|id| scene.is_left_stopped(id)) {
            let leads_there = scene.graph.action(self.step).address.clone();
            self.found.refusals.insert(stopped(scene, id, leads_there, question.permit()));
            return self.excuse(to, "the plan is refused: it is stopped");
        }
        if !question.can_be_asked() {
            return self.excuse(to, "its router probes it by TCP");
        }
        let is_unchanged = id.is_none_or(|id| scene.changes_behind(id).is_empty());
        if is_unchanged && !question.asks_more() && scene.is_healthy(&key) {
            self.found.reliances.entry(key).or_insert(Reliance::Healthy);
            return;
        }
        let asked = self.found.asked.entry(key).or_insert_with(|| Asked {
            question,
            id: id.cloned(),
            steps: BTreeSet::new(),
        });
        asked.steps.insert(self.step);
    }
}

impl Scene<'_> {
    /// Tells whether an app is stopped in Azure and the topology does not say that it runs. One that is made
    /// anew runs.
    pub(super) fn is_left_stopped(&self, id: &ResourceId) -> bool {
        let is_remade = self.changes.changes.get(id).is_some_and(|it| it.kind == Kind::Replace);
        let Some(serving) = facts_of(id).serving.filter(|_| !is_remade) else { return false };
        let body = self.desired.get(id).map(|resource| &resource.body);
        let is_declared = body.is_some_and(|body| body.pointer(serving.switch).is_some());
        !is_declared && self.observed.property(id, serving.switch) == Some(&Value::Bool(false))
    }

    /// Tells whether the topology has an app stopped.
    pub(super) fn is_declared_stopped(&self, id: &ResourceId) -> bool {
        let switch = facts_of(id).serving.map(|serving| serving.switch);
        let body = self.desired.get(id).map(|resource| &resource.body);
        switch.zip(body).and_then(|(switch, body)| body.pointer(switch))
            == Some(&Value::Bool(false))
    }
}

/// Refuses to lead traffic to what nobody starts.
fn stopped(scene: &Scene<'_>, id: &ResourceId, leads_there: String, permit: &str) -> Guard {
    let app = scene.desired.get(id).map_or(id.name(), |resource| &resource.address);
    Guard {
        code: Code::NoTargetLeft,
        address: leads_there,
        message: format!("it would lead traffic to `{app}`, which is stopped in Azure"),
        help: format!("write `enabled: true` at `{app}`, or pass `--permit {permit}`"),
    }
}

/// Returns the members of a router's type.
pub(super) fn members_of(router: &ResourceId) -> Option<&'static Members> {
    match facts_of(router).routing {
        Some(Routing::Many(members)) => Some(members),
        _ => None,
    }
}
