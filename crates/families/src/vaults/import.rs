//! From a vault that was observed to its entry.

use importer::{Draft, Import, Map, Node, literal, text};
use resource::Observation;
use resource::types::SITE;
use serde_json::Value;

use super::{KEY_VAULT, Vault};
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

/// Returns what an identity may do in vaults without RBAC.
pub(crate) fn access(draft: &Draft<'_>, principal: &str, stamp: Option<usize>) -> Vec<Node> {
    let mut all = vec![];
    for vault in draft.survey.of_type(KEY_VAULT) {
        let policies = vault.body["properties"]["accessPolicies"].as_array();
        let own = policies.into_iter().flatten().find(|policy| policy["objectId"] == principal);
        let Some(own) = own else { continue };
        let mut access = Map::default();
        access.set("vault", draft.target_in::<Vault>(&vault.id, stamp));
        for kind in ["secrets", "keys", "certificates"] {
            let rights = own["permissions"][kind].as_array().into_iter().flatten();
            let rights: Vec<Node> = rights.filter_map(Value::as_str).map(right).collect();
            access.set_some(kind, rights);
        }
        if access.members.len() > 1 {
            all.push(Node::Map(access));
        }
    }
    all
}

/// Azure answers rights in any case; the language has those of the documentation.
fn right(text: &str) -> Node {
    const MIXED: [&str; 2] = ["wrapKey", "unwrapKey"];
    let known = MIXED.iter().find(|known| known.eq_ignore_ascii_case(text));
    literal(&known.map_or_else(|| text.to_ascii_lowercase(), |known| (*known).to_owned()))
}
