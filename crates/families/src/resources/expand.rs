//! The escape hatch: any ARM resource, as ARM wants it.

use plan::Band;
use planner::{DesiredResource, Expand, Expansion, Home};
use resource::{ResourceId, catalogue};
use serde_json::{Map, Value, json};
use topology::section::Entry;

use super::Resource;

impl Expand for Resource {
    fn expand(&self, expansion: &mut Expansion<'_>, home: Home<'_>, key: &str) {
        let Some(id) = self.id(expansion, home, key) else { return };
        let default = default_location(expansion, home, &id, self);
        let has_location = self.location.is_some() || default.is_some();
        let body = self::body(expansion, home, self, has_location);
        let address = Self::SECTION.address(home.name(), key);
        let mut desired = DesiredResource::managed(address, id, home.band(Band::Global), body);
        desired.api_version = self.api_version.value.clone();
        desired.create_only = default.map(|location| json!({ "location": location }));
        expansion.add_entry(self, desired);
    }

    fn id(&self, expansion: &Expansion<'_>, home: Home<'_>, key: &str) -> Option<ResourceId> {
        if let Some(id) = &self.id {
            return ResourceId::parse(id.literal()?).ok();
        }
        let kind = &self.resource_type.value;
        let name: &str = if self.name.is_empty() { key } else { &self.name };
        if let Some(scope) = &self.scope {
            return Some(expansion.id_of(scope)?.extension(kind, name));
        }
        if let Some(parent) = &self.parent {
            let last = kind.rsplit('/').next()?;
            return Some(expansion.id_of(parent)?.child(last, name));
        }
        let group: &str = match (self.resource_group.is_empty(), home.stamp()) {
            (false, _) => &self.resource_group,
            (true, Some(stamp)) => &stamp.resource_group,
            (true, None) => &expansion.topology().resource_group,
        };
        Some(expansion.in_group(home, None, group, kind, name))
    }

    fn pointer(&self, property: &str) -> Option<String> {
        Some(pointer(self, property))
    }
}

fn body(
    expansion: &Expansion<'_>,
    home: Home<'_>,
    resource: &Resource,
    has_location: bool,
) -> Value {
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
    set("tags", tagged.then(|| expansion.tags(home, &resource.tags)));
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
        set(name, member.as_ref().map(|member| expansion.raw(&member.value)));
    }
    Value::Object(body)
}

/// Returns the region of a new resource that names none; it may lie elsewhere later.
fn default_location(
    expansion: &Expansion<'_>,
    home: Home<'_>,
    id: &ResourceId,
    resource: &Resource,
) -> Option<String> {
    // An extension is where its scope is.
    if resource.location.is_some() || resource.scope.is_some() {
        return None;
    }
    let region = expansion.location(home, None)?;
    catalogue::facts_of(id).default_location(&region).map(str::to_owned)
}

/// Returns where a property of an entry stands in its resource's body; any path can be asked for.
fn pointer(entry: &Resource, property: &str) -> String {
    let path = property.replace('.', "/");
    let top = property.split('.').next().unwrap_or_default();
    let is_whole = match top {
        "properties" | "identity" | "location" | "tags" | "etag" | "kind" | "zones" => true,
        // Providers have some of these below `properties`: where the entry writes it, it is.
        "sku" => entry.sku.is_some(),
        "plan" => entry.plan.is_some(),
        "managedBy" => entry.managed_by.is_some(),
        "extendedLocation" => entry.extended_location.is_some(),
        _ => false,
    };
    if is_whole { format!("/{path}") } else { format!("/properties/{path}") }
}
