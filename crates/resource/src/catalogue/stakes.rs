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
mod tests {
    use serde_json::json;

    use super::super::{facts, known_types};
    use super::*;
    use crate::ResourceType;

    /// Returns what is at stake at a path of a type, null standing for an absent value.
    fn at_stake(kind: &str, path: &str, before: Value, after: Value) -> Vec<Stake> {
        let facts = match kind.split_once(':') {
            Some((kind, document)) => facts(&ResourceType::new(kind)).document(document),
            None => facts(&ResourceType::new(kind)),
        };
        let side = |value: Value| Some(value).filter(|value| !value.is_null());
        let (before, after) = (side(before), side(after));
        let found = facts.stakes_of(&PropertyPath::parse(path), before.as_ref(), after.as_ref());
        found.into_iter().collect()
    }

    /// Checks that a change from worse to better is told of nothing, and back of `stake`.
    fn falls(stake: Stake, cases: &[(&str, &str, Value, Value)]) {
        for (kind, path, better, worse) in cases {
            let (better, worse) = (better.clone(), worse.clone());
            let down = at_stake(kind, path, better.clone(), worse.clone());
            assert!(down.contains(&stake), "{kind} {path}: {better} → {worse} tells {down:?}");
            let up = at_stake(kind, path, worse.clone(), better.clone());
            assert!(!up.contains(&stake), "{kind} {path}: {worse} → {better} tells {up:?}");
        }
    }

    #[test]
    fn fewer_copies_are_less_redundancy() {
        let storage = "Microsoft.Storage/storageAccounts";
        let cosmos = "Microsoft.DocumentDB/databaseAccounts";
        let profile = "Microsoft.Network/trafficManagerProfiles";
        let autoscale = "Microsoft.Insights/autoscalesettings";
        falls(
            Stake::Redundancy,
            &[
                (storage, "sku.name", json!("Standard_GZRS"), json!("Standard_GRS")),
                (storage, "sku.name", json!("Standard_RAGRS"), json!("standard_grs")),
                (storage, "sku", json!({"name": "Standard_ZRS"}), json!({"name": "Standard_LRS"})),
                ("Microsoft.Web/serverfarms", "sku.capacity", json!(3), json!(2)),
                ("Microsoft.Web/serverfarms", "properties.zoneRedundant", json!(true), Value::Null),
                (autoscale, "properties.profiles[day].capacity.minimum", json!("10"), json!("9")),
                (profile, "properties.endpoints[neu]", json!({"name": "neu"}), Value::Null),
                (
                    profile,
                    "properties.endpoints[neu].properties.endpointStatus",
                    json!("Enabled"),
                    json!("Disabled"),
                ),
                (cosmos, "properties.locations[North Europe]", json!({}), Value::Null),
                (cosmos, "properties.locations[weu].isZoneRedundant", json!(true), json!(false)),
                (cosmos, "properties.enableAutomaticFailover", json!(true), json!(false)),
                (
                    "Microsoft.Sql/servers/databases",
                    "properties.zoneRedundant",
                    json!(true),
                    json!(false),
                ),
                (
                    "Microsoft.Sql/servers/databases",
                    "properties.requestedBackupStorageRedundancy",
                    json!("Geo"),
                    json!("Local"),
                ),
                ("Microsoft.Cache/redis", "properties.sku.name", json!("Standard"), json!("Basic")),
                (
                    "Microsoft.ContainerService/managedClusters",
                    "properties.agentPoolProfiles[system].availabilityZones",
                    json!(["1", "2", "3"]),
                    json!(["1"]),
                ),
                ("Microsoft.Contoso/widgets", "zones", json!(["1", "2"]), json!(["1"])),
                (
                    "Microsoft.Contoso/widgets",
                    "properties.a.zoneRedundant",
                    json!(true),
                    json!(false),
                ),
            ],
        );
    }

    #[test]
    fn what_guards_less_is_weaker_security() {
        let storage = "Microsoft.Storage/storageAccounts";
        let web = "Microsoft.Web/sites/config:web";
        let waf = "Microsoft.Network/FrontDoorWebApplicationFirewallPolicies";
        falls(
            Stake::Security,
            &[
                (web, "properties.minTlsVersion", json!("1.2"), json!("1.0")),
                (storage, "properties.minimumTlsVersion", json!("TLS1_2"), json!("TLS1_1")),
                (
                    "Microsoft.Cache/redis",
                    "properties.minimumTlsVersion",
                    json!("1.2"),
                    json!("1.0"),
                ),
                (
                    "Microsoft.DocumentDB/databaseAccounts",
                    "properties.minimalTlsVersion",
                    json!("Tls12"),
                    json!("Tls"),
                ),
                ("Microsoft.Web/sites", "properties.httpsOnly", json!(true), json!(false)),
                ("Microsoft.Web/sites", "properties.httpsOnly", json!(true), Value::Null),
                (storage, "properties.publicNetworkAccess", json!("Disabled"), json!("Enabled")),
                (storage, "properties.publicNetworkAccess", json!("Disabled"), Value::Null),
                (storage, "properties.allowBlobPublicAccess", Value::Null, json!(true)),
                (storage, "properties.networkAcls.defaultAction", json!("Deny"), json!("Allow")),
                (storage, "properties.networkAcls", json!({"defaultAction": "Deny"}), Value::Null),
                (waf, "properties.policySettings.mode", json!("Prevention"), json!("Detection")),
                (
                    waf,
                    "properties.policySettings.enabledState",
                    json!("Enabled"),
                    json!("Disabled"),
                ),
                (
                    "Microsoft.KeyVault/vaults",
                    "properties.enablePurgeProtection",
                    json!(true),
                    json!(false),
                ),
                (
                    "Microsoft.DocumentDB/databaseAccounts",
                    "properties.ipRules",
                    json!([{"ipAddressOrRange": "1.2.3.4"}]),
                    json!([]),
                ),
                (
                    "Microsoft.Cdn/profiles/afdEndpoints/routes",
                    "properties.supportedProtocols",
                    json!(["Https"]),
                    json!(["Http", "Https"]),
                ),
                (
                    "Microsoft.Authorization/locks",
                    "properties.level",
                    json!("ReadOnly"),
                    json!("CanNotDelete"),
                ),
                (
                    "Microsoft.Network/virtualNetworks/subnets",
                    "properties.networkSecurityGroup",
                    json!({"id": "/x"}),
                    Value::Null,
                ),
                (
                    "Microsoft.Contoso/widgets",
                    "properties.publicNetworkAccess",
                    json!("Disabled"),
                    json!("Enabled"),
                ),
                (
                    "Microsoft.Contoso/widgets",
                    "properties.disableLocalAuth",
                    json!(true),
                    json!(false),
                ),
            ],
        );
    }

    #[test]
    fn what_stops_to_serve_is_told_apart_from_what_moves() {
        let profile = "Microsoft.Network/trafficManagerProfiles";
        let off =
            at_stake(profile, "properties.profileStatus", json!("Enabled"), json!("Disabled"));
        assert_eq!(off, [Stake::Serving, Stake::Traffic]);
        let on = at_stake(profile, "properties.profileStatus", json!("Disabled"), json!("Enabled"));
        assert_eq!(on, [Stake::Traffic]);
        let weight = "properties.endpoints[weu].properties.weight";
        assert_eq!(at_stake(profile, weight, json!(1), json!(5)), [Stake::Traffic]);
    }

    #[test]
    fn access_is_told_whichever_way_it_changes() {
        let vault = "Microsoft.KeyVault/vaults";
        let policy = "properties.accessPolicies[ops].permissions.secrets";
        for (before, after) in
            [(json!(["get"]), json!(["get", "set"])), (json!(["get"]), json!([]))]
        {
            assert_eq!(at_stake(vault, policy, before, after), [Stake::Access]);
        }
        let rules = "properties.securityRules[http].properties.sourceAddressPrefix";
        let group = "Microsoft.Network/networkSecurityGroups";
        assert_eq!(at_stake(group, rules, json!("10.0.0.0/8"), json!("*")), [Stake::Access]);
    }

    #[test]
    fn more_of_what_is_paid_for_costs_and_less_does_not() {
        let plan = "Microsoft.Web/serverfarms";
        let costs = |kind: &str, path: &str, before: Value, after: Value| {
            at_stake(kind, path, before, after).contains(&Stake::Cost)
        };
        assert!(costs(plan, "sku.name", json!("P1v3"), json!("P2v3")));
        assert!(!costs(plan, "sku.name", json!("P2v3"), json!("P1v3")));
        assert!(costs(plan, "sku.capacity", json!(1), json!(2)));
        let account = "Microsoft.Storage/storageAccounts";
        assert!(costs(account, "sku.name", json!("Standard_LRS"), json!("Standard_GRS")));
        assert!(costs("Microsoft.Contoso/widgets", "sku.tier", json!("Basic"), json!("Premium")));
    }

    #[test]
    fn what_is_new_in_a_list_is_no_loss() {
        let profile = "Microsoft.Network/trafficManagerProfiles";
        let off = json!({"name": "neu", "properties": {"endpointStatus": "Disabled"}});
        let found = at_stake(profile, "properties.endpoints[neu]", Value::Null, off);
        assert_eq!(found, [Stake::Traffic]);
    }

    #[test]
    fn of_what_is_not_on_a_scale_nothing_is_claimed() {
        let web = "Microsoft.Web/sites/config:web";
        for other in [json!("9.9"), json!({"$reference": "x"}), json!([1]), Value::Null] {
            assert!(
                !at_stake(web, "properties.minTlsVersion", json!("1.2"), other)
                    .contains(&Stake::Security)
            );
        }
    }

    #[test]
    fn every_staked_property_has_a_scale_that_can_move() {
        for facts in known_types() {
            let documents = facts.documents.iter().map(|(_, document)| *document);
            for staked in documents.chain([facts]).flat_map(|facts| facts.stakes).chain(ANYWHERE) {
                let Staked { path, scale, absent, .. } = staked;
                let is_on_scale = match scale {
                    Scale::Rungs(rungs) => {
                        assert!(rungs.len() > 1, "{path}");
                        rungs.iter().any(|rung| rung.contains(absent))
                    }
                    Scale::Number => absent.parse::<i64>().is_ok(),
                    _ => false,
                };
                assert!(absent.is_empty() || is_on_scale, "{}: {path}", facts.resource_type);
            }
        }
    }
}
