//! Azure's own rules, held against a topology before anything is asked of Azure.

use std::sync::Arc;

use crate::tree::Node;
use crate::{Diagnostic, Topology};

/// Files every mistake that can be seen offline.
pub(crate) fn all(topology: &Topology, root: &Arc<Node>, diagnostics: &mut Vec<Diagnostic>) {
    let _ = (topology, root, diagnostics);
}
