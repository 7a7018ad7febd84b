//! How many rows are looked at and written, which tells how the work grows with what is held.

/// How many rows of the store were looked at and written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RowCounts {
    /// Resources that were looked at in lists and searches.
    pub walked: u64,
    /// Rows that were written into the folder, if there is one.
    pub written: u64,
}
