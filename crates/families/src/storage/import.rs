//! From a storage account that was observed to its entry.

use importer::{Import, Told, text};
use resource::Observation;

use super::Storage;

impl Import for Storage {
    fn child(seen: &Observation) -> Told {
        let is_open = text(&seen.body, "/properties/publicAccess").is_some_and(|it| it != "None");
        match seen.id.name() {
            // Azure's own.
            name if name.starts_with('$') => Told::Not,
            name if name.starts_with("azure-webjobs-") => {
                Told::Remarked("the runtime of functions makes it")
            }
            _ if is_open => {
                Told::Remarked("it lets anonymous readers in, which the language cannot say")
            }
            _ => Told::Named,
        }
    }
}
