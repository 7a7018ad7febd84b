//! Texts: what refers to another resource, what is secret, what is meant as it stands.

use resource::ResourceId;
use serde_json::Value;

use crate::addresses::Section;
use crate::draft::Draft;
use crate::node::{Map, Node, literal};
use crate::secrets;

/// Properties by which the language refers to a resource, and where they stand in its body.
const PROPERTIES: [(Section, &str, &str); 10] = [
    (Section::Apps, "principalId", "/identity/principalId"),
    (Section::Apps, "defaultHostName", "/properties/defaultHostName"),
    (Section::Storage, "blobEndpoint", "/properties/primaryEndpoints/blob"),
    (Section::Storage, "queueEndpoint", "/properties/primaryEndpoints/queue"),
    (Section::Storage, "tableEndpoint", "/properties/primaryEndpoints/table"),
    (Section::Storage, "fileEndpoint", "/properties/primaryEndpoints/file"),
    (Section::Vaults, "uri", "/properties/vaultUri"),
    (Section::Identities, "principalId", "/properties/principalId"),
    (Section::Identities, "clientId", "/properties/clientId"),
    (Section::TrafficManager, "fqdn", "/properties/dnsConfig/fqdn"),
];

impl Draft<'_> {
    /// Writes a text of the user's: a secret by the name of a variable, what another resource of
    /// the topology answers by a reference to it, anything else as it stands.
    pub(crate) fn value(
        &mut self,
        name: &str,
        owner: &str,
        value: &str,
        stamp: Option<usize>,
    ) -> Node {
        if let Some(reference) = self.reference_for(value, stamp) {
            return reference;
        }
        match secrets::is_secret(name, value) {
            true => self.secrets.refer(name, owner, value),
            false => literal(value),
        }
    }

    /// Returns the reference that stands for a value, where a resource of the topology answers it.
    pub(crate) fn reference_for(&self, value: &str, stamp: Option<usize>) -> Option<Node> {
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
        PROPERTIES.iter().find_map(|(section, property, pointer)| {
            let stamps = (0..self.placement.stamps.len()).map(Some).chain([None]);
            let mut entries = stamps.flat_map(|home| self.addresses.of(*section, home));
            let (id, _) = entries.find(|(id, _)| {
                let found = self.survey.observed.property(id, pointer);
                found.and_then(Value::as_str) == Some(value)
            })?;
            written(&id, property)
        })
    }

    /// Writes the headers of probes.
    pub(crate) fn headers(&mut self, owner: &str, headers: &Value) -> Map {
        let mut map = Map::default();
        for header in headers.as_array().into_iter().flatten() {
            let (Some(name), Some(value)) = (header["name"].as_str(), header["value"].as_str())
            else {
                continue;
            };
            let node = match secrets::is_secret(name, value) {
                true => self.secrets.refer(&format!("PROBE_{name}"), owner, value),
                false => literal(value),
            };
            map.set(name, node);
        }
        map
    }
}
