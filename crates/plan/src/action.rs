//! One thing that a plan does.

use std::collections::BTreeSet;
use std::fmt;

use resource::ResourceId;
use resource::catalogue::{declared, masked, masked_header, masked_text};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Risk;

/// Names an action: what it does, and to what.
///
/// It follows from these alone, so an action has one name in all plans that hold it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ActionId(pub String);

impl ActionId {
    /// Names what is done to a resource that a topology declares, or to a part of one.
    pub fn at(words: &str, address: &str) -> Self {
        Self(format!("{words} {address}"))
    }

    /// Names what is done to a resource that no address leads to; `home` is the subscription that
    /// goes without saying.
    pub fn on(words: &str, id: &ResourceId, home: &str) -> Self {
        Self(format!("{words} {}", subject(id, home)))
    }
}

/// Returns the type of a resource, and its path from the group on: `Microsoft.Web/sites rg/app`.
///
/// No two resources are told alike: what hangs on another one is told with it. `home` is the
/// subscription that goes without saying.
pub fn subject(id: &ResourceId, home: &str) -> String {
    let own = id.resource_type();
    let depth = own.as_str().matches('/').count();
    let mut lineage = id.lineage();
    let mut path: Vec<String> =
        lineage.by_ref().take(depth).map(|it| it.name().to_owned()).collect();
    let scope = lineage.next();
    if let Some(scope) = scope.as_ref().filter(|scope| scope.key().contains("/providers/")) {
        path.reverse();
        return format!("{own} {} on {}", path.join("/"), subject(scope, home));
    }
    path.extend(scope.as_ref().and_then(ResourceId::resource_group).map(str::to_owned));
    path.reverse();
    let foreign = id.subscription().filter(|it| !it.eq_ignore_ascii_case(home));
    let foreign = foreign.map_or_else(String::new, |it| format!(" in {it}"));
    format!("{own} {}{foreign}", path.join("/"))
}

impl fmt::Display for ActionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a resource stands in the picture: above the stamps, in one of them, or below them all.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Band {
    /// Routing, DNS and domains.
    Global,
    /// The stamp of this name.
    Stamp(String),
    /// Data that outlives every stamp.
    Data,
}

/// What a reader calls the action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Verb {
    /// Makes a resource that does not exist.
    Create,
    /// Changes properties of a resource that we own.
    Update,
    /// The delete half of a replacement.
    ReplaceDelete,
    /// The create half of a replacement.
    ReplaceCreate,
    /// Deletes a resource that carries our mark.
    Delete,
    /// Takes over a resource that exists and does not carry our mark.
    Adopt,
    /// Lifts a management lock for the actions that need it.
    LiftLock,
    /// Puts a lifted lock back.
    RestoreLock,
    /// Removes a relation before the delete of what it points to.
    CutEdge,
    /// Waits until Azure or the world is in a state that later actions need.
    Verify,
    /// Starts an operation of the service that is not a write of a body.
    Start,
    /// Notes on one resource which topology was applied, once all else has succeeded.
    Note,
}

/// How a body reaches ARM.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Write {
    /// PUT of the desired body laid over what is observed at that moment.
    PutOver,
    /// PUT of the body exactly as it stands.
    PutExact,
    /// PATCH of the body as a merge patch.
    Patch,
}

/// What the executor does for an action. It makes no choice of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Operation {
    /// Writes `body`, expressions resolved, and waits until ARM has finished.
    Write {
        /// PUT or PATCH, and over what.
        write: Write,
        /// What is wanted; may hold expressions, never a secret.
        body: Value,
        /// True where the resource must not exist yet (`If-None-Match: *` where the type knows it).
        create: bool,
    },
    /// Deletes the resource and waits until it is gone.
    Delete,
    /// Deletes the lock `self.resource`, noting its body for [`Operation::RestoreLock`].
    LiftLock {
        /// The lock as it was observed, so that it can be put back after a failure too.
        lock: Value,
    },
    /// Writes the lock back. Runs also when an action that it depends on has failed.
    RestoreLock {
        /// The lock as it was observed.
        lock: Value,
    },
    /// POSTs to an action of the resource and waits for the operation.
    Post {
        /// The action's name, `startAccountMigration`.
        action: String,
        /// The body that is sent.
        body: Value,
    },
    /// Reads the resource until the property at `pointer` is there (and equals one of `values`,
    /// where any are given).
    WaitFor {
        /// A JSON pointer into the body.
        pointer: String,
        /// The values to wait for; empty where any value will do.
        values: Vec<Value>,
        /// When to give up.
        timeout_secs: u64,
    },
    /// Probes a URL the way the routing layer does, until it answers as expected.
    Probe {
        /// The URL; may be an expression.
        url: Value,
        /// The headers that the router's probe sends; values may be expressions.
        headers: Vec<(String, Value)>,
        /// The status codes that count as healthy, as inclusive ranges.
        expected: Vec<(u16, u16)>,
        /// A text that the answer must hold besides, where one is asked for. One that turns the probe away
        /// (4xx) and counts as healthy all the same need not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        holds: Option<String>,
        /// When to give up.
        timeout_secs: u64,
    },
    /// Asks DNS whether a record is there. The record is not ours to write.
    VerifyDns {
        /// The fully qualified name, without trailing dot.
        name: String,
        /// `CNAME`, `A`, `TXT`…
        record_type: String,
        /// The value that is wanted; may be an expression.
        value: Value,
        /// When to give up.
        timeout_secs: u64,
        /// False where a missing record is reported and does not fail the apply.
        required: bool,
    },
    /// Waits, for what no request can tell (resolvers that still hold an old record).
    Wait {
        /// How long DNS needs to forget, and the like.
        secs: u64,
    },
}

impl Operation {
    /// Returns what is done to `resource` as it may be shown: the one way from a plan to a report, so that
    /// no format can forget what another hides.
    pub fn shown(&self, resource: &ResourceId) -> Self {
        let text = masked_text;
        match self {
            Self::Write { write, body, create } => {
                Self::Write { write: *write, body: declared(resource, body), create: *create }
            }
            Self::Delete => Self::Delete,
            Self::LiftLock { lock } => Self::LiftLock { lock: masked(resource, lock) },
            Self::RestoreLock { lock } => Self::RestoreLock { lock: masked(resource, lock) },
            Self::Post { action, body } => {
                Self::Post { action: action.clone(), body: masked(resource, body) }
            }
            Self::WaitFor { pointer, values, timeout_secs } => Self::WaitFor {
                pointer: pointer.clone(),
                values: values.iter().map(text).collect(),
                timeout_secs: *timeout_secs,
            },
            Self::Probe { url, headers, expected, holds, timeout_secs } => Self::Probe {
                url: text(url),
                headers: headers
                    .iter()
                    .map(|(name, value)| (name.clone(), masked_header(name, value)))
                    .collect(),
                expected: expected.clone(),
                holds: holds.clone(),
                timeout_secs: *timeout_secs,
            },
            Self::VerifyDns { name, record_type, value, timeout_secs, required } => {
                Self::VerifyDns {
                    name: name.clone(),
                    record_type: record_type.clone(),
                    value: text(value),
                    timeout_secs: *timeout_secs,
                    required: *required,
                }
            }
            Self::Wait { secs } => Self::Wait { secs: *secs },
        }
    }
}

/// One property that differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PropertyChange {
    /// Path as people write it: `properties.endpoints[weu].weight`.
    pub path: String,
    /// The observed value; `None` where Azure has none. Masked where it is sensitive.
    pub before: Option<Value>,
    /// The desired value; `None` where it is removed. May be an expression.
    pub after: Option<Value>,
    /// True where neither value may be shown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sensitive: bool,
    /// Why this change forces a replacement, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forces_replacement: Option<String>,
}

/// One thing that a plan does: a change, or what makes a change safe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Action {
    /// Unique within the plan.
    pub id: ActionId,
    /// What a reader calls it.
    pub verb: Verb,
    /// The resource's path in the topology, `weu/web`; what has none shows its resource ID's tail.
    pub address: String,
    /// The resource that is written, deleted or waited for.
    pub resource: ResourceId,
    /// The API version of every request for it.
    pub api_version: String,
    /// Where it stands in the picture.
    pub band: Band,
    /// What the executor does.
    pub operation: Operation,
    /// What differs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<PropertyChange>,
    /// Why the action is there and why it stands where it stands, as sentence fragments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// What a reader should look at first.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub risks: BTreeSet<Risk>,
    /// Who permitted a loss of data, and where: "`protect: false` on storage/portal". A plan with an
    /// action of [`Risk::LosesData`] and no permission is not valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permission: Option<String>,
    /// Actions that must have succeeded (for [`Operation::RestoreLock`]: ended) before this one.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub after: BTreeSet<ActionId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_resources_are_told_alike() {
        let group = ResourceId::group("one", "rg");
        let site = ResourceId::in_group("one", "rg", "Microsoft.Web/sites", "app");
        let zone = |kind: &str| {
            ResourceId::in_group("one", "rg", &format!("Microsoft.Network/{kind}"), "example.com")
        };
        let told = [
            (group.clone(), "Microsoft.Resources/resourceGroups rg"),
            (site.clone(), "Microsoft.Web/sites rg/app"),
            (site.child("slots", "new"), "Microsoft.Web/sites/slots rg/app/new"),
            (
                ResourceId::in_group("two", "rg", "Microsoft.Web/sites", "app"),
                "Microsoft.Web/sites rg/app in two",
            ),
            (zone("dnsZones").child("A", "app"), "Microsoft.Network/dnsZones/A rg/example.com/app"),
            (
                zone("privateDnsZones").child("A", "app"),
                "Microsoft.Network/privateDnsZones/A rg/example.com/app",
            ),
            (
                group.extension("Microsoft.Authorization/locks", "keep"),
                "Microsoft.Authorization/locks rg/keep",
            ),
            (
                site.extension("Microsoft.Authorization/locks", "keep"),
                "Microsoft.Authorization/locks keep on Microsoft.Web/sites rg/app",
            ),
            (
                ResourceId::subscription_scope("one")
                    .extension("Microsoft.Authorization/locks", "keep"),
                "Microsoft.Authorization/locks keep",
            ),
        ];
        for (id, wanted) in told {
            assert_eq!(ActionId::on("delete", &id, "one").0, format!("delete {wanted}"));
        }
    }
}
