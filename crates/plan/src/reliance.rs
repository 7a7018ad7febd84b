//! What the traffic that a plan moves relies on.

use std::collections::BTreeSet;

use resource::catalogue::{self, Lead};
use serde::{Deserialize, Serialize};

use crate::{Action, ActionId, Operation};

/// Why traffic may be led to a destination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Reliance {
    /// It leads on to other destinations, by [`resource::catalogue::Destination::key`]: they count.
    LeadsOn(BTreeSet<String>),
    /// One of these probes asks it, and the traffic is moved once it has answered.
    Asked(BTreeSet<ActionId>),
    /// Its router reports it healthy, and this plan does not change it before.
    Healthy,
    /// It is not asked, for this reason.
    Excused(String),
}

impl Action {
    /// Returns where the action leads traffic to which it was not led before, as far as its body and
    /// its changes tell: the careful reading.
    pub fn new_leads(&self) -> Vec<Lead<'_>> {
        let Operation::Write { body, create, .. } = &self.operation else { return vec![] };
        let resource_type = self.resource.resource_type();
        let is_new = |lead: &Lead<'_>| {
            let moves = |path: &str| catalogue::leads_anew(&resource_type, lead, path);
            *create || self.changes.iter().any(|change| moves(&change.path))
        };
        catalogue::leads(&resource_type, body).into_iter().filter(is_new).collect()
    }
}
