//! What is at stake where a property changes: which of two values keeps more copies, guards better,
//! serves more or costs more.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde_json::Value;

use super::arrays::member_label;
use super::{PropertyPath, TypeFacts};

/// What a change can touch that a reader should look at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stake {
    /// How much may fail before service or data is gone.
    Redundancy,
    /// How well it is guarded against misuse and mistakes.
    Security,
    /// Whether it serves at all.
    Serving,
    /// Where traffic goes.
    Traffic,
    /// Who may do or reach what.
    Access,
    /// Whether an app restarts.
    Restart,
    /// What it costs.
    Cost,
}

/// How the values of a property stand to one another.
#[derive(Debug, Clone, Copy)]
pub enum Scale {
    /// Rungs of equal values, each rung worth more than the one before; texts without case.
    Rungs(&'static [&'static [&'static str]]),
    /// A number, also one that is written as a text: the greater, the more.
    Number,
    /// A list: the more members, the more.
    Members,
    /// A list: the fewer members, the more.
    FewerMembers,
    /// Something is worth more than nothing.
    Presence,
    /// What a function says.
    Rank(fn(&Value) -> Option<i64>),
    /// No value is worth more: every change counts, also of what lies below.
    Any,
}

/// A property whose change can matter, and which way.
///
/// Of cost it is a rise that counts, of everything else a fall.
#[derive(Debug, Clone, Copy)]
pub struct Staked {
    /// The property's path; `**.name` stands for a property of that name at any depth.
    pub path: &'static str,
    /// What is at stake.
    pub stake: Stake,
    /// How its values stand to one another.
    pub scale: Scale,
    /// What an absent value counts as; of one that is not on the scale nothing is claimed.
    pub absent: &'static str,
}

/// A switch that is worth more when it is on.
pub(super) const ON: Scale = Scale::Rungs(&[&["false"], &["true"]]);
/// A switch that is worth more when it is off.
pub(super) const OFF: Scale = Scale::Rungs(&[&["true"], &["false"]]);
/// The same as [`ON`], in words.
pub(super) const ENABLED: Scale = Scale::Rungs(&[&["Disabled", "Off"], &["Enabled", "On"]]);
/// Who may reach it from the network.
pub(super) const PRIVATE: Scale = Scale::Rungs(&[
    &["Enabled", "EnabledForAll", "Allow", "true"],
    &["SecuredByPerimeter"],
    &["Disabled", "Deny", "false"],
]);
/// The oldest TLS that is spoken, as the providers write it.
pub(super) const TLS: Scale = Scale::Rungs(&[
    &["None", "SSLv3"],
    &["1.0", "TLS1_0", "TLSv1_0", "Tls", "TLS10", "Tls1.0"],
    &["1.1", "TLS1_1", "TLSv1_1", "Tls11", "TLS11", "Tls1.1"],
    &["1.2", "TLS1_2", "TLSv1_2", "Tls12", "TLS12", "Tls1.2"],
    &["1.3", "TLS1_3", "TLSv1_3", "Tls13", "TLS13", "Tls1.3"],
]);

/// What is named alike by every provider and means the same, so that it holds of types too of
/// which nothing else is known.
///
/// Source: <https://learn.microsoft.com/azure/templates/>.
const ANYWHERE: &[Staked] = &[
    security("**.publicNetworkAccess", PRIVATE, "Enabled"),
    security("**.publicNetworkAccessForIngestion", PRIVATE, "Enabled"),
    security("**.publicNetworkAccessForQuery", PRIVATE, "Enabled"),
    security("**.networkAcls.defaultAction", PRIVATE, "Allow"),
    security("**.networkRuleSet.defaultAction", PRIVATE, "Allow"),
    security("**.minimumTlsVersion", TLS, ""),
    security("**.minimalTlsVersion", TLS, ""),
    security("**.minTlsVersion", TLS, ""),
    security("**.scmMinTlsVersion", TLS, ""),
    security("**.sslMinimalTlsVersion", TLS, ""),
    security("**.minProtocolVersion", TLS, ""),
    security("**.disableLocalAuth", ON, "false"),
    security("**.disableLocalAccounts", ON, "false"),
    security("**.httpsOnly", ON, "false"),
    security("**.supportsHttpsTrafficOnly", ON, "true"),
    security("**.allowInsecure", OFF, "false"),
    security("**.enablePurgeProtection", ON, "false"),
    security("**.enableSoftDelete", ON, "true"),
    security("**.adminUserEnabled", OFF, "false"),
    security("**.enableDdosProtection", ON, "false"),
    security("**.azureADOnlyAuthentication", ON, "false"),
    access("**.accessPolicies"),
    access("identity"),
    redundancy("**.zoneRedundant", ON, "false"),
    redundancy("**.isZoneRedundant", ON, "false"),
    redundancy("**.zoneRedundancy", ENABLED, "Disabled"),
    redundancy("**.zones", Scale::Members, ""),
    redundancy("**.availabilityZones", Scale::Members, ""),
    redundancy("**.geoRedundantBackup", ENABLED, "Disabled"),
    redundancy("**.highAvailability.mode", HIGH_AVAILABILITY, "Disabled"),
    redundancy("sku.capacity", Scale::Number, ""),
    redundancy("**.minReplicas", Scale::Number, ""),
    cost("sku.capacity", Scale::Number),
    cost("sku.tier", TIERS),
    cost("**.maxReplicas", Scale::Number),
    cost("**.zoneRedundant", ON),
];

const HIGH_AVAILABILITY: Scale =
    Scale::Rungs(&[&["Disabled"], &["SameZone"], &["ZoneRedundant", "Enabled"]]);

/// Tiers, as most providers call them.
pub(super) const TIERS: Scale = Scale::Rungs(&[
    &["Free"],
    &["Shared", "Developer"],
    &["Basic", "Burstable"],
    &["Standard", "GeneralPurpose"],
    &["Premium", "BusinessCritical", "MemoryOptimized", "PremiumV2", "PremiumV3"],
    &["Isolated", "IsolatedV2"],
]);

pub(super) const fn redundancy(path: &'static str, scale: Scale, absent: &'static str) -> Staked {
    Staked { path, stake: Stake::Redundancy, scale, absent }
}

pub(super) const fn security(path: &'static str, scale: Scale, absent: &'static str) -> Staked {
    Staked { path, stake: Stake::Security, scale, absent }
}

/// A switch by which something stops to serve; absent it serves.
pub(super) const fn serving(path: &'static str, scale: Scale, absent: &'static str) -> Staked {
    Staked { path, stake: Stake::Serving, scale, absent }
}

pub(super) const fn access(path: &'static str) -> Staked {
    Staked { path, stake: Stake::Access, scale: Scale::Any, absent: "" }
}

pub(super) const fn cost(path: &'static str, scale: Scale) -> Staked {
    Staked { path, stake: Stake::Cost, scale, absent: "" }
}

impl TypeFacts {
    /// Returns what a change from `before` to `after` at `path` puts at stake.
    pub fn stakes_of(
        &self,
        path: &PropertyPath,
        before: Option<&Value>,
        after: Option<&Value>,
    ) -> BTreeSet<Stake> {
        let mut found = BTreeSet::new();
        each_level(&mut path.clone(), before, after, &mut |path, before, after| {
            let all = self.stakes.iter().chain(ANYWHERE);
            let matter = all.filter(|staked| staked.counts(path, before, after));
            found.extend(matter.map(|staked| staked.stake));
        });
        let touches = |rules: &[&str]| rules.iter().any(|rule| path.is_within(rule));
        found.extend(touches(self.traffic).then_some(Stake::Traffic));
        found.extend(touches(self.restarts).then_some(Stake::Restart));
        found
    }
}

/// Visits a change and the changes that lie in it. What a list holds on one side alone is judged
/// as a member of the list, not by what is in it.
fn each_level(
    path: &mut PropertyPath,
    before: Option<&Value>,
    after: Option<&Value>,
    visit: &mut impl FnMut(&PropertyPath, Option<&Value>, Option<&Value>),
) {
    visit(path, before, after);
    if path.is_member() && (before.is_none() || after.is_none()) {
        return;
    }
    let object = |side: Option<&Value>| side.and_then(Value::as_object).cloned();
    let list = |side: Option<&Value>| side.and_then(Value::as_array).cloned();
    match (object(before), object(after), list(before), list(after)) {
        (None, None, Some(before), Some(after)) => {
            for (index, now) in before.iter().enumerate().filter(|(_, now)| now.is_object()) {
                let label = member_label(now, index);
                let then = after.iter().enumerate();
                let then = then.filter(|(at, then)| member_label(then, *at) == label);
                for (_, then) in then {
                    path.push_member(&label);
                    each_level(path, Some(now), Some(then), visit);
                    path.pop();
                }
            }
        }
        (None, None, _, _) => {}
        (before, after, _, _) => {
            let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
            let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
            for key in keys {
                path.push_key(key);
                each_level(path, before.get(key), after.get(key), visit);
                path.pop();
            }
        }
    }
}

impl Staked {
    fn counts(&self, path: &PropertyPath, before: Option<&Value>, after: Option<&Value>) -> bool {
        if matches!(self.scale, Scale::Any) {
            return path.is_within(self.path);
        }
        let order = if path.is(self.path) {
            self.compare(before, after)
        } else if matches!(self.scale, Scale::Members | Scale::FewerMembers)
            && path.is_member_of(self.path)
        {
            // A member of a list that is shown by its members.
            self.order(i64::from(before.is_some()), i64::from(after.is_some()))
        } else {
            return false;
        };
        match self.stake {
            Stake::Cost => order == Some(Ordering::Less),
            _ => order == Some(Ordering::Greater),
        }
    }

    /// Compares `before` with `after`; `None` where nothing can be said.
    fn compare(&self, before: Option<&Value>, after: Option<&Value>) -> Option<Ordering> {
        self.order(self.worth(before)?, self.worth(after)?)
    }

    fn order(&self, before: i64, after: i64) -> Option<Ordering> {
        let order = before.cmp(&after);
        Some(if matches!(self.scale, Scale::FewerMembers) { order.reverse() } else { order })
    }

    fn worth(&self, value: Option<&Value>) -> Option<i64> {
        let value = value.filter(|value| !value.is_null());
        let whole = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        match (self.scale, value) {
            (Scale::Rungs(rungs), value) => {
                let text = value.map_or_else(|| Some(self.absent.to_owned()), text)?;
                let at =
                    |rung: &&[&str]| rung.iter().any(|known| known.eq_ignore_ascii_case(&text));
                rungs.iter().position(at).map(whole)
            }
            (Scale::Number, None) => self.absent.parse().ok(),
            (Scale::Number, Some(value)) => number(value),
            (Scale::Members | Scale::FewerMembers, None) => Some(0),
            (Scale::Members | Scale::FewerMembers, Some(list)) => {
                list.as_array().map(|list| whole(list.len()))
            }
            (Scale::Presence, value) => Some(i64::from(value.is_some_and(is_something))),
            (Scale::Rank(rank), Some(value)) => rank(value),
            (Scale::Rank(_) | Scale::Any, _) => None,
        }
    }
}

/// Returns a scalar as it is written on a rung.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}

/// Reads a whole number, also one that is written as a text; autoscale settings write theirs so.
fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

fn is_something(value: &Value) -> bool {
    !super::is_empty(value) && *value != Value::Bool(false)
}

#[cfg(test)]
mod tests;
