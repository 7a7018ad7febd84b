//! Rows by key, which remember what was changed since they were last kept.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeBounds;

/// Rows by key.
#[derive(Debug, Clone)]
pub(crate) struct Table<V> {
    rows: BTreeMap<String, V>,
    changed: BTreeSet<String>,
}

impl<V> Default for Table<V> {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), changed: BTreeSet::new() }
    }
}

impl<V> FromIterator<(String, V)> for Table<V> {
    /// Makes a table of which nothing has been kept yet.
    fn from_iter<I: IntoIterator<Item = (String, V)>>(rows: I) -> Self {
        let mut table = Self::default();
        rows.into_iter().for_each(|(key, row)| table.insert(key, row));
        table
    }
}

impl<V> Table<V> {
    /// Returns a row.
    pub fn get(&self, key: &str) -> Option<&V> {
        self.rows.get(key)
    }

    /// Returns a row for changing; it counts as changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut V> {
        let row = self.rows.get_mut(key)?;
        self.changed.insert(key.to_owned());
        Some(row)
    }

    /// Puts a row in the place of any other with its key.
    pub fn insert(&mut self, key: String, row: V) {
        self.changed.insert(key.clone());
        self.rows.insert(key, row);
    }

    /// Removes a row.
    pub fn remove(&mut self, key: &str) -> Option<V> {
        let row = self.rows.remove(key)?;
        self.changed.insert(key.to_owned());
        Some(row)
    }

    /// Removes all rows.
    pub fn clear(&mut self) {
        let rows = std::mem::take(&mut self.rows);
        self.changed.extend(rows.into_keys());
    }

    /// Returns the rows whose keys lie in a range.
    pub fn range<'a, R: RangeBounds<String>>(
        &'a self,
        range: R,
    ) -> impl Iterator<Item = (&'a String, &'a V)> + use<'a, R, V> {
        self.rows.range(range)
    }

    /// Tells whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Returns all rows with their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &V)> {
        self.rows.iter()
    }

    /// Returns all rows.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.rows.values()
    }

    /// Returns all keys.
    pub fn keys(&self) -> impl Iterator<Item = &String> {
        self.rows.keys()
    }

    /// Returns what was changed since the last [`Table::kept`]: `None` for what is gone.
    pub fn changes(&self) -> impl Iterator<Item = (&str, Option<&V>)> {
        self.changed.iter().map(|key| (key.as_str(), self.rows.get(key)))
    }

    /// Notes that all changes have been kept.
    pub fn kept(&mut self) {
        self.changed.clear();
    }

    /// Takes over what another process has kept.
    pub fn take_over(&mut self, key: String, row: Option<V>) {
        match row {
            Some(row) => drop(self.rows.insert(key, row)),
            None => drop(self.rows.remove(key.borrow() as &str)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(table: &Table<u8>) -> Vec<(&str, Option<u8>)> {
        table.changes().map(|(key, row)| (key, row.copied())).collect()
    }

    #[test]
    fn only_what_was_touched_counts_as_changed() {
        let mut table: Table<u8> =
            ["a", "b", "c"].map(|key| (key.to_owned(), 1)).into_iter().collect();
        assert_eq!(changes(&table).len(), 3);
        table.kept();
        assert_eq!(changes(&table), []);
        *table.get_mut("b").expect("a row") = 2;
        table.remove("c");
        table.remove("nothing");
        assert_eq!(table.get("a"), Some(&1));
        assert_eq!(changes(&table), [("b", Some(2)), ("c", None)]);
        table.kept();
        table.clear();
        assert_eq!(changes(&table), [("a", None), ("b", None)]);
    }

    #[test]
    fn what_others_have_kept_is_not_kept_again() {
        let mut table = Table::default();
        table.take_over("a".to_owned(), Some(1));
        table.take_over("b".to_owned(), None);
        assert_eq!(table.get("a"), Some(&1));
        assert_eq!(changes(&table), []);
    }
}
