//! The operations by name, and which of them have not ended.

use std::collections::BTreeSet;

use crate::store::operation::Operation;
use crate::store::table::Table;

/// The operations, by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Operations {
    table: Table<Operation>,
    running: BTreeSet<String>,
}

impl FromIterator<(String, Operation)> for Operations {
    fn from_iter<I: IntoIterator<Item = (String, Operation)>>(rows: I) -> Self {
        let mut operations = Self::default();
        rows.into_iter().for_each(|(_, operation)| operations.insert(operation));
        operations
    }
}

impl Operations {
    /// Returns an operation.
    pub fn get(&self, name: &str) -> Option<&Operation> {
        self.table.get(name)
    }

    /// Puts an operation in the place of any other of its name.
    pub fn insert(&mut self, operation: Operation) {
        self.note(&operation);
        self.table.insert(operation.name.clone(), operation);
    }

    /// Returns the operations that have not ended.
    pub fn running(&self) -> impl Iterator<Item = &Operation> {
        self.running.iter().filter_map(|name| self.table.get(name))
    }

    /// Removes all.
    pub fn clear(&mut self) {
        self.table.clear();
        self.running.clear();
    }

    /// Returns the rows as they are kept.
    pub fn table(&self) -> &Table<Operation> {
        &self.table
    }

    /// Notes that all changes have been kept.
    pub fn kept(&mut self) {
        self.table.kept();
    }

    /// Takes over what another process has kept.
    pub fn take_over(&mut self, name: String, operation: Option<Operation>) {
        match &operation {
            Some(operation) => self.note(operation),
            None => drop(self.running.remove(&name)),
        }
        self.table.take_over(name, operation);
    }

    fn note(&mut self, operation: &Operation) {
        if operation.done {
            self.running.remove(&operation.name);
        } else {
            self.running.insert(operation.name.clone());
        }
    }
}
