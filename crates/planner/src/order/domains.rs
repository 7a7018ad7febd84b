//! A custom domain is switched last: proof, bindings and certificates stand before its name moves.

use petgraph::stable_graph::NodeIndex;
use plan::{Action, ActionId, Code, Notice, Operation, PropertyChange, Severity, Verb, Write};
use resource::ResourceId;
use resource::catalogue::Duty;
use serde_json::{Value, json};

use super::{Scene, actions};
use crate::change::{Change, Kind};
use crate::desired::{DesiredResource, Domain, ManualRecord, proof_name};
use crate::rivals::rivals;

/// How long a person has to make a record by hand while an apply waits.
pub(super) const MANUAL_RECORD_TIMEOUT_SECS: u64 = 900;

impl Scene<'_> {
    /// Creates a binding in two writes where App Service issues its certificate: plain first, since
    /// the certificate needs the binding; secured afterwards.
    pub(super) fn add_split_binding(
        &mut self,
        change: &Change,
        resource: &DesiredResource,
    ) -> bool {
        let is_managed = self
            .desired
            .domains
            .iter()
            .any(|domain| domain.managed_certificate && domain.bindings.contains(&change.id));
        // A certificate that is there can be bound at once.
        let needs = self.desired.needs_of(&change.id);
        let is_split = is_managed
            && needs.iter().any(|need| {
                Duty::Certificate.is_of(&need.id) && self.changes.changes.contains_key(&need.id)
            });
        if !is_split {
            return false;
        }
        let mut plain = resource.body.clone();
        if let Some(properties) = plain["properties"].as_object_mut() {
            properties.remove("thumbprint");
            properties.insert("sslState".to_owned(), json!("Disabled"));
        }
        let write =
            |body: Value, create: bool| Operation::Write { write: Write::PutExact, body, create };
        self.graph.add(actions::action(Verb::Create, resource, write(plain, true)));
        let body = resource.body.clone();
        let mut secure = actions::action(Verb::Update, resource, write(body, false));
        secure.id = ActionId::at("secure", &resource.address);
        secure.changes = ["sslState", "thumbprint"]
            .iter()
            .map(|name| PropertyChange {
                path: format!("properties.{name}"),
                before: None,
                after: Some(resource.body["properties"][name].clone()),
                sensitive: false,
                forces_replacement: None,
            })
            .collect();
        secure.reasons.push("its certificate is issued once the name answers here".to_owned());
        self.graph.add(secure);
        true
    }

    /// Adds the edges of each domain's procedure.
    pub(super) fn switch_domains_last(&mut self) {
        for domain in &self.desired.domains {
            self.prove_before_binding(domain);
            self.bind_before_traffic(domain);
            self.tell_of_a_name_that_changes_hands(domain);
            if domain.managed_certificate {
                self.issue_after_switch(domain);
            } else {
                self.bind_before_switch(domain);
            }
        }
    }

    /// The TXT record (ours, or one made by hand) stands before the bindings that it proves.
    fn prove_before_binding(&mut self, domain: &Domain) {
        let created: Vec<NodeIndex> = domain
            .bindings
            .iter()
            .filter(|id| self.changes.changes.get(id).is_some_and(|c| c.kind == Kind::Create))
            .filter_map(|id| self.graph.first(id))
            .collect();
        if created.is_empty() {
            return;
        }
        let proof = match &domain.proof {
            Some(proof) => self.graph.last(proof),
            None => self.verify_by_hand(domain, created[0]),
        };
        for binding in created {
            if let Some(proof) = proof {
                self.graph.edge(proof, binding);
            }
        }
    }

    /// An app bears the name before a router leads to it: it answers requests for no other.
    fn bind_before_traffic(&mut self, domain: &Domain) {
        for id in &domain.bindings {
            let (Some(binding), Some(app)) = (self.graph.first(id), id.parent()) else { continue };
            let leads_there = |node: &NodeIndex| {
                let leads = self.graph.action(*node).new_leads();
                leads.iter().any(|lead| lead.to.key() == app.key())
            };
            let steps: Vec<NodeIndex> =
                self.graph.nodes().into_iter().filter(leads_there).collect();
            for step in steps {
                self.graph.edge_if_free(binding, step);
            }
        }
    }

    /// Where one app lets go of a name that another one is to bear, neither answers for it meanwhile.
    fn tell_of_a_name_that_changes_hands(&mut self, domain: &Domain) {
        let frees = |id: &&ResourceId| {
            let is_new = self.changes.changes.get(id).is_some_and(|it| it.kind == Kind::Create);
            let mut held = rivals(id, self.desired, self.observed).into_iter();
            is_new && held.any(|held| self.goes(&held))
        };
        let address = |id: &ResourceId| {
            let app = id.parent().and_then(|app| self.desired.get(&app));
            format!("`{}`", app.map_or(id.name(), |app| &app.address))
        };
        let taken: Vec<String> = domain.bindings.iter().filter(frees).map(address).collect();
        if taken.is_empty() {
            return;
        }
        self.notices.push(Notice {
            severity: Severity::Warning,
            code: Code::NameChangesHands.into(),
            address: domain.name.clone(),
            message: format!(
                "{} can bear it only when the app that bears it has let go of it: until traffic is \
                 led to the new one, requests for it are answered with 404 there",
                taken.join(" and ")
            ),
            help: Some(
                "for a name that serves live traffic change one stamp at a time, with its endpoint \
                 disabled meanwhile"
                    .to_owned(),
            ),
        });
    }

    /// Waits for a TXT record that only a person can make.
    fn verify_by_hand(&mut self, domain: &Domain, binding: NodeIndex) -> Option<NodeIndex> {
        let name = proof_name(&domain.name);
        let record: &ManualRecord =
            self.desired.manual_records.iter().find(|record| record.name == name)?;
        let template = self.graph.action(binding).clone();
        let node = self.graph.add_apart(Action {
            id: ActionId::at("verify TXT", &name),
            verb: Verb::Verify,
            address: domain.name.clone(),
            operation: Operation::VerifyDns {
                name,
                record_type: record.record_type.clone(),
                value: record.value.clone(),
                timeout_secs: MANUAL_RECORD_TIMEOUT_SECS,
                required: true,
            },
            changes: vec![],
            reasons: vec!["App Service binds a name only when this record proves it".to_owned()],
            ..template
        });
        for need in self.sites_of(domain) {
            self.graph.edge(need, node);
        }
        Some(node)
    }

    fn sites_of(&self, domain: &Domain) -> Vec<NodeIndex> {
        let sites = domain.bindings.iter().filter_map(|binding| binding.parent());
        sites.filter_map(|site| self.graph.last(&site)).collect()
    }

    fn bind_before_switch(&mut self, domain: &Domain) {
        let Some(record) = domain.record.as_ref().and_then(|id| self.graph.first(id)) else {
            return;
        };
        for id in &domain.bindings {
            if let Some(binding) = self.graph.last(id) {
                self.graph.edge(binding, record);
            }
        }
    }

    fn issue_after_switch(&mut self, domain: &Domain) {
        let record = domain.record.as_ref();
        let first = record.and_then(|id| self.graph.first(id));
        let last = record.and_then(|id| self.graph.last(id));
        // The plain binding that a certificate needs: of one that is there already there is none.
        let plain: Vec<NodeIndex> = domain
            .bindings
            .iter()
            .filter_map(|id| self.graph.first(id).filter(|node| self.graph.last(id) != Some(*node)))
            .collect();
        let mut previous: Option<NodeIndex> = None;
        for certificate in &domain.certificates {
            let Some(issue) = self.graph.first_write(certificate) else { continue };
            plain.iter().for_each(|binding| self.graph.edge(*binding, issue));
            last.iter().for_each(|record| self.graph.edge(*record, issue));
            // The authority's check reaches whichever region the profile answers: one at a time.
            previous.iter().for_each(|previous| self.graph.edge(*previous, issue));
            previous = self.graph.last(certificate);
        }
        // A binding that waits for its certificate comes after the switch, any other before it.
        let bindings: Vec<NodeIndex> =
            domain.bindings.iter().filter_map(|id| self.graph.first(id)).collect();
        for (binding, record) in bindings.into_iter().flat_map(|binding| Some((binding, first?))) {
            self.graph.edge_if_free(binding, record);
        }
        if previous.is_some() && first.is_some() {
            self.notices.push(Notice {
                severity: Severity::Warning,
                code: Code::ManagedCertificateGap.into(),
                address: domain.name.clone(),
                message: "App Service issues the certificate after the name is switched: HTTPS on \
                          it fails for some minutes"
                    .to_owned(),
                help: Some(
                    "for a name that serves live traffic use a certificate from Key Vault"
                        .to_owned(),
                ),
            });
        }
    }
}
