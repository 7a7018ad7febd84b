//! Texts: what refers to another resource, what is secret, what is meant as it stands.

use resource::catalogue::facts_of;
use resource::secret::may_be_secret;
use resource::{ResourceId, inner, parted};
use serde_json::Value;

use crate::draft::Draft;
use crate::node::{Node, literal};

/// Answers that many resources share: they tell nothing of whom a value is meant to be of.
const SHARED: [&str; 2] = ["tenantId", "verificationId"];

impl Draft<'_> {
    /// Writes a text of the user's: a secret by the name of a variable, what another resource of
    /// the topology answers by a reference to it, anything else as it stands.
    pub fn value(&mut self, name: &str, owner: &str, value: &str, stamp: Option<usize>) -> Node {
        if let Some(reference) = self.reference_for(value, stamp) {
            return reference;
        }
        if may_be_secret(name, value) {
            self.secrets.refer(name, owner, value)
        } else {
            literal(value)
        }
    }

    /// Returns the reference that stands for a value, where a resource of the topology answers it.
    pub fn reference_for(&self, value: &str, stamp: Option<usize>) -> Option<Node> {
        let written = |id: &ResourceId, property: &str| {
            let address = self.addresses.reference(id, stamp)?;
            Some(Node::Text(format!("{{{address}.{property}}}")))
        };
        if value.starts_with("/subscriptions/") {
            let id = ResourceId::parse(value).ok()?;
            // A reference writes the ID as the topology spells it.
            return written(&id, "id");
        }
        if value.len() < 8 {
            return None;
        }
        let stamps = || (0..self.placement.stamps.len()).map(Some).chain([None]);
        let sections = self.survey.language.sections();
        let told = sections.iter().filter(|section| section.resource_type().is_some());
        let homes = told.flat_map(|section| stamps().map(move |home| (*section, home)));
        let mut entries = homes.flat_map(|(section, home)| self.addresses.of(section, home));
        entries.find_map(|(id, _)| {
            let answers = facts_of(&id).answers.iter().filter(|(name, _)| !SHARED.contains(name));
            let mut answers = answers.map(|(name, pointer)| (*name, *pointer));
            let (name, _) = answers.find(|(_, place)| {
                let (path, pointer) = parted(place);
                let found = self.survey.observed.property(&inner(&id, path), pointer);
                found.and_then(Value::as_str) == Some(value)
            })?;
            written(&id, name)
        })
    }
}
