//! From a vault that was observed to its entry.

use importer::{Draft, Import, Map, text};
use resource::Observation;
use resource::types::SITE;
use serde_json::Value;

use super::Vault;
use crate::identities::IDENTITY;

impl Import for Vault {
    fn body(draft: &mut Draft<'_>, seen: &Observation, stamp: Option<usize>, map: &mut Map) {
        draft.declared::<Self>(&seen.body, seen.id.as_str(), stamp, map);
        let properties = &seen.body["properties"];
        let rbac = properties["enableRbacAuthorization"] == true;
        let others = policies_of_others(draft, properties);
        if others > 0 && !rbac {
            let why = match others {
                1 => "the access policy of another than the topology's identities stays as it is"
                    .to_owned(),
                _ => format!(
                    "{others} access policies of others than the topology's identities stay as they are"
                ),
            };
            draft.remark(seen.id.as_str(), why);
        }
    }
}

/// Counts the access policies of those that the topology knows nothing of.
fn policies_of_others(draft: &Draft<'_>, vault: &Value) -> usize {
    let is_known = |principal: &str| {
        let holders = [(SITE, "/identity/principalId"), (IDENTITY, "/properties/principalId")];
        holders.into_iter().any(|(kind, pointer)| {
            draft.survey.of_type(kind).any(|seen| text(&seen.body, pointer) == Some(principal))
        })
    };
    let policies = vault["accessPolicies"].as_array().into_iter().flatten();
    policies.filter(|policy| !policy["objectId"].as_str().is_some_and(is_known)).count()
}
