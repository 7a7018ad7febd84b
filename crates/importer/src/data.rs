//! Storage accounts, vaults and identities; the inverse of `planner/src/expand/data.rs`.

use resource::Observation;
use resource::types::{IDENTITY, SITE};
use serde_json::Value;
use topology::section::{self, Section};
use topology::{Storage, Vault};

use crate::draft::{Draft, Life, existing};
use crate::node::{Map, Node, literal};
use crate::plans::capital;
use crate::survey::text;

impl Draft<'_> {
    /// Writes the entries of a section, each by `body`, or as only read.
    fn each(
        &mut self,
        section: &'static Section,
        stamp: Option<usize>,
        body: impl Fn(&mut Self, &Observation, &mut Map),
    ) -> Map {
        let mut entries = Map::default();
        for (seen, key) in self.entries(section, stamp) {
            let mut map = self.head(seen, stamp);
            match self.life(seen) {
                Life::Existing(reason) => {
                    entries.set(&key, existing(map)).about(&seen.id).comment(capital(&reason));
                }
                Life::Owned | Life::Adopted => {
                    self.location(&mut map, seen);
                    body(self, seen, &mut map);
                    self.tail(&mut map, seen, stamp);
                    entries.set(&key, map).about(&seen.id);
                }
            }
        }
        entries
    }

    /// Writes the storage accounts.
    pub(crate) fn accounts(&mut self, stamp: Option<usize>) -> Map {
        self.each(&section::STORAGE, stamp, |draft, seen, map| {
            draft.declared::<Storage>(&seen.body, seen.id.as_str(), stamp, map);
            for (key, service) in [("containers", "blobServices"), ("queues", "queueServices")] {
                map.set_some(key, draft.members(seen, service, key));
            }
        })
    }

    /// Returns the containers or queues of an account that are the user's.
    fn members(&mut self, account: &Observation, service: &str, kind: &str) -> Vec<Node> {
        let service = account.id.child(service, "default");
        let survey = self.survey;
        let inside = survey.observed.resources.values().filter(|seen| {
            seen.id.parent().as_ref() == Some(&service) && seen.id.resource_type().last() == kind
        });
        let mut names = vec![];
        for seen in inside {
            let name = seen.id.name();
            let is_open =
                text(&seen.body, "/properties/publicAccess").is_some_and(|it| it != "None");
            if name.starts_with('$') || self.choices.left_out.contains_key(&seen.id) {
                continue;
            }
            if name.starts_with("azure-webjobs-") {
                self.remark(seen.id.as_str(), "the runtime of functions makes it");
            } else if is_open {
                let why = "it lets anonymous readers in, which the language cannot say";
                self.remark(seen.id.as_str(), why);
            } else {
                names.push(literal(name));
            }
        }
        names
    }

    /// Writes the key vaults.
    pub(crate) fn vaults(&mut self, stamp: Option<usize>) -> Map {
        self.each(&section::VAULTS, stamp, |draft, seen, map| {
            draft.declared::<Vault>(&seen.body, seen.id.as_str(), stamp, map);
            let properties = &seen.body["properties"];
            let rbac = properties["enableRbacAuthorization"] == true;
            let others = draft.policies_of_others(properties);
            if others > 0 && !rbac {
                let why = match others {
                    1 => "the access policy of another than the topology's identities stays as it is".to_owned(),
                    _ => format!("{others} access policies of others than the topology's identities stay as they are"),
                };
                draft.remark(seen.id.as_str(), why);
            }
        })
    }

    /// Counts the access policies of those that the topology knows nothing of.
    fn policies_of_others(&self, vault: &Value) -> usize {
        let is_known = |principal: &str| {
            let holders = [(SITE, "/identity/principalId"), (IDENTITY, "/properties/principalId")];
            holders.into_iter().any(|(kind, pointer)| {
                self.survey.of_type(kind).any(|seen| text(&seen.body, pointer) == Some(principal))
            })
        };
        let policies = vault["accessPolicies"].as_array().into_iter().flatten();
        policies.filter(|policy| !policy["objectId"].as_str().is_some_and(is_known)).count()
    }

    /// Writes the managed identities.
    pub(crate) fn identities(&mut self, stamp: Option<usize>) -> Map {
        self.each(&section::IDENTITIES, stamp, |draft, seen, map| {
            let holder = text(&seen.body, "/properties/principalId").unwrap_or_default().to_owned();
            draft.rights(&holder, stamp, map);
        })
    }
}
