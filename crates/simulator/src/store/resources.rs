//! The resources by ID and by type.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use crate::store::state::Stored;
use crate::store::table::Table;

/// The resources, by the lower-case form of their ID.
#[derive(Debug, Clone, Default)]
pub(crate) struct Resources {
    table: Table<Stored>,
    /// The keys of each type, which is in lower case.
    by_type: BTreeMap<String, BTreeSet<String>>,
    /// How many rows have been looked at in walks over several.
    walked: Cell<u64>,
}

impl FromIterator<(String, Stored)> for Resources {
    fn from_iter<I: IntoIterator<Item = (String, Stored)>>(rows: I) -> Self {
        let mut resources = Self::default();
        rows.into_iter().for_each(|(_, stored)| resources.insert(stored));
        resources
    }
}

impl Resources {
    /// Returns a resource by its key.
    pub fn get(&self, key: &str) -> Option<&Stored> {
        self.table.get(key)
    }

    /// Returns a resource for changing; its ID must stay.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Stored> {
        self.table.get_mut(key)
    }

    /// Puts a resource in.
    pub fn insert(&mut self, stored: Stored) {
        self.index(&stored);
        self.table.insert(stored.id.key().to_owned(), stored);
    }

    /// Removes a resource.
    pub fn remove(&mut self, key: &str) -> Option<Stored> {
        let stored = self.table.remove(key)?;
        self.forget(&stored);
        Some(stored)
    }

    /// Removes all.
    pub fn clear(&mut self) {
        self.table.clear();
        self.by_type.clear();
    }

    /// Returns all, sorted by key.
    pub fn values(&self) -> impl Iterator<Item = &Stored> {
        self.counted(self.table.values())
    }

    /// Returns those whose key begins with `prefix`, which ends in a slash.
    pub fn below(&self, prefix: &str) -> impl Iterator<Item = &Stored> + use<'_> {
        let (from, to) = bounds(prefix);
        self.counted(self.table.range(from..to).map(|(_, stored)| stored))
    }

    /// Returns those of a type, in any spelling, sorted by key.
    pub fn of_type(&self, name: &str) -> impl Iterator<Item = &Stored> + use<'_> {
        let keys = self.by_type.get(&name.to_ascii_lowercase()).into_iter().flatten();
        self.counted(keys.filter_map(|key| self.table.get(key)))
    }

    /// Returns those of a type whose key begins with `prefix`, which ends in a slash.
    pub fn of_type_below(
        &self,
        name: &str,
        prefix: &str,
    ) -> impl Iterator<Item = &Stored> + use<'_> {
        let (from, to) = bounds(prefix);
        let keys = self.by_type.get(&name.to_ascii_lowercase());
        let keys = keys.into_iter().flat_map(move |keys| keys.range(from.clone()..to.clone()));
        self.counted(keys.filter_map(|key| self.table.get(key)))
    }

    /// Returns how many rows have been looked at in walks over several.
    pub fn walked(&self) -> u64 {
        self.walked.get()
    }

    /// Returns the rows as they are kept.
    pub fn table(&self) -> &Table<Stored> {
        &self.table
    }

    /// Notes that all changes have been kept.
    pub fn kept(&mut self) {
        self.table.kept();
    }

    /// Takes over what another process has kept.
    pub fn take_over(&mut self, key: String, stored: Option<Stored>) {
        match &stored {
            Some(stored) => self.index(stored),
            None => {
                if let Some(before) = self.table.get(&key).cloned() {
                    self.forget(&before);
                }
            }
        }
        self.table.take_over(key, stored);
    }

    fn index(&mut self, stored: &Stored) {
        let keys = self.by_type.entry(stored.kind().key()).or_default();
        keys.insert(stored.id.key().to_owned());
    }

    fn forget(&mut self, stored: &Stored) {
        if let Some(keys) = self.by_type.get_mut(&stored.kind().key()) {
            keys.remove(stored.id.key());
        }
    }

    fn counted<'a>(
        &self,
        rows: impl Iterator<Item = &'a Stored>,
    ) -> impl Iterator<Item = &'a Stored> {
        rows.inspect(|_| self.walked.set(self.walked.get() + 1))
    }
}

/// Returns the keys between which all lie that begin with `prefix`, which ends in a slash.
fn bounds(prefix: &str) -> (String, String) {
    // `0` follows the slash.
    (prefix.to_owned(), format!("{}0", prefix.trim_end_matches('/')))
}
