//! Certificates: their tags need a write of their own.

use plan::{ActionId, Operation, Verb, Write};
use resource::catalogue::facts_of;
use serde_json::{Value, json};

use super::Scene;
use super::actions::action;
use crate::change::{Change, is_tag};
use crate::desired::DesiredResource;

impl Scene<'_> {
    /// PUT of a certificate ignores tags; a PATCH brings them once it is made.
    /// Source: <https://learn.microsoft.com/rest/api/appservice/certificates>, and the note in
    /// Terraform's provider that tags need a second call.
    pub(super) fn add_tags_of_new(&mut self, resource: &DesiredResource) {
        if !facts_of(&resource.id).tags_by_patch {
            return;
        }
        let mut action = action(Verb::Update, resource, set_tags(&resource.body["tags"]));
        action.reasons.push("creation ignores tags".to_owned());
        self.graph.add(action);
    }

    /// Updates a certificate: its tags by a PATCH, the rest by a PUT, which ignores them.
    pub(super) fn add_certificate_update(
        &mut self,
        verb: Verb,
        change: &Change,
        resource: &DesiredResource,
    ) {
        let (tags, rest): (Vec<_>, Vec<_>) =
            change.properties.iter().cloned().partition(|property| is_tag(&property.path));
        let is_all = rest.is_empty();
        if !is_all {
            let rest = Change { properties: rest, ..change.clone() };
            self.add_write(verb, &rest, resource, resource.body.clone());
        }
        if tags.is_empty() {
            return;
        }
        // A PATCH replaces all tags, and those of others stay.
        let observed = self.observed.property(&resource.id, "/tags").cloned();
        let mut all = observed.filter(Value::is_object).unwrap_or_else(|| json!({}));
        for (name, value) in resource.body["tags"].as_object().into_iter().flatten() {
            all[name] = value.clone();
        }
        let mut action = action(verb, resource, set_tags(&all));
        if !is_all {
            action.id = ActionId::at("tag", &resource.address);
        }
        action.changes = tags;
        self.graph.add(action);
    }
}

fn set_tags(tags: &Value) -> Operation {
    Operation::Write { write: Write::Patch, body: json!({ "tags": tags }), create: false }
}
