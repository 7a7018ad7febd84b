//! The escape hatch: any ARM resource, as ARM wants it.

use plan::Band;
use resource::{ResourceId, absent, catalogue};
use serde_json::{Map, Value, json};
use topology::Sp;
use topology::{Raw, Resource};

use super::{Expansion, Home};
use crate::desired::DesiredResource;
use crate::family::Expand;

impl Expand for Resource {
    fn expand(&self, expansion: &mut Expansion<'_>, home: Home<'_>, key: &str) {
        let Some(id) = expansion.raw_id(home, key, self) else { return };
        let default = expansion.default_location(home, &id, self);
        let has_location = self.location.is_some() || default.is_some();
        let body = expansion.raw_body(home, self, has_location);
        let address = home.address(&format!("resources/{key}"));
        let mut desired = DesiredResource::managed(address, id, home.band(Band::Global), body);
        desired.api_version = self.api_version.value.clone();
        desired.create_only = default.map(|location| json!({ "location": location }));
        expansion.add_entry(self, desired);
    }

    fn id(&self, expansion: &Expansion<'_>, home: Home<'_>, key: &str) -> Option<ResourceId> {
        expansion.raw_id(home, key, self)
    }
}

impl Expansion<'_> {
    fn raw_body(&self, home: super::Home<'_>, resource: &Resource, has_location: bool) -> Value {
        let mut body = Map::new();
        let mut set = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                body.insert(name.to_owned(), value);
            }
        };
        set("location", resource.location.as_ref().map(|location| json!(location.value)));
        set("kind", resource.kind.as_ref().map(|kind| json!(kind.value)));
        let zones: Vec<&str> = resource.zones.iter().map(|zone| zone.value.as_str()).collect();
        set("zones", (!zones.is_empty()).then(|| json!(zones)));
        // Only what has a region is known to carry tags.
        let tagged = has_location || !resource.tags.is_empty();
        set("tags", tagged.then(|| self.tags(home, &resource.tags)));
        let members = [
            ("sku", &resource.sku),
            ("identity", &resource.identity),
            ("plan", &resource.plan),
            ("managedBy", &resource.managed_by),
            ("managedByExtended", &resource.managed_by_extended),
            ("extendedLocation", &resource.extended_location),
            ("scale", &resource.scale),
            ("placement", &resource.placement),
            ("properties", &resource.properties),
        ];
        for (name, member) in members {
            set(name, member.as_ref().map(|member| self.raw(&member.value)));
        }
        Value::Object(body)
    }

    /// Returns the region of a new resource that names none; it may lie elsewhere later.
    fn default_location(
        &self,
        home: super::Home<'_>,
        id: &ResourceId,
        resource: &Resource,
    ) -> Option<String> {
        // An extension is where its scope is.
        if resource.location.is_some() || resource.scope.is_some() {
            return None;
        }
        let region = self.location(home, None)?;
        catalogue::facts_of(id).default_location(&region).map(str::to_owned)
    }

    /// Returns the value of a part of a body that is written as ARM has it.
    pub(super) fn raw(&self, raw: &Raw) -> Value {
        match raw {
            Raw::Null => absent(),
            Raw::Bool(value) => json!(value),
            Raw::Number(value) => Value::Number(value.clone()),
            Raw::Text(text) => self.text(text),
            Raw::List(items) => items.iter().map(|item: &Sp<Raw>| self.raw(&item.value)).collect(),
            Raw::Map(map) => Value::Object(
                map.iter().map(|(key, item)| (key.clone(), self.raw(&item.value))).collect(),
            ),
        }
    }
}
