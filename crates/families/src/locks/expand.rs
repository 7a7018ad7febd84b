//! From a lock to its resource.

use plan::Band;
use planner::{DesiredResource, Expand, Expansion, Home, Life};
use resource::types::LOCK;
use serde_json::json;
use topology::property::Record;

use super::Lock;

impl Expand for Lock {
    fn expand(&self, expansion: &mut Expansion<'_>, _: Home<'_>, key: &str) {
        let Some(on) = expansion.id_of(&self.on.value) else { return };
        let mut body = json!({});
        self.put(&mut body, &*expansion);
        if let Some(notes) = &self.notes {
            body["properties"]["notes"] = json!(notes.value);
        }
        let id = on.extension(LOCK, &self.name);
        let mut resource = DesiredResource::managed(format!("locks/{key}"), id, Band::Global, body);
        // A lock that is there already does what is asked for: taking it over adds a note.
        resource.adopt = true;
        resource.protect = false;
        expansion.add(resource, Life::default(), &self.place);
    }
}
