//! Recognises stamps: what stands in several regions under names that differ by one part.

use resource::catalogue::Duty;
use resource::types::{ASSIGNMENT, AUTOSCALE, PLAN, SITE};
use std::collections::{BTreeMap, BTreeSet};

use resource::{Observation, ResourceId, ResourceType};
use topology::section::Naming;

use crate::family::Language;
use crate::names::{is_region_part, parts};
use crate::survey::{Survey, id_at, region_of, text};

/// A regional copy of the application.
#[derive(Debug, Clone, PartialEq)]
pub struct Stamp {
    /// The part in which its names differ from its siblings'.
    pub name: String,
    /// The region.
    pub region: String,
    /// The group of its apps.
    pub group: ResourceId,
    /// The plan that its apps run on.
    pub plan: Option<ResourceId>,
}

/// Which resources belong to which stamp; what belongs to none is global.
#[derive(Debug, Default)]
pub struct Placement {
    /// The stamps, by name.
    pub stamps: Vec<Stamp>,
    homes: BTreeMap<ResourceId, usize>,
}

impl Placement {
    /// Returns the stamp of a resource, by its index.
    pub fn home(&self, id: &ResourceId) -> Option<usize> {
        self.homes.get(id).copied()
    }

    /// Returns the name of the stamp of a resource.
    pub fn stamp_of(&self, id: &ResourceId) -> Option<&str> {
        self.home(id).map(|at| &*self.stamps[at].name)
    }
}

/// Apps that run together: in one group, in one region, on one plan.
struct Unit {
    group: ResourceId,
    region: String,
    plan: Option<ResourceId>,
    sites: Vec<ResourceId>,
}

/// Recognises the stamps of what is to be imported.
pub fn recognise(survey: &Survey<'_>) -> Placement {
    let units = units(survey);
    let names = name_all(&units);
    let mut numbered: Vec<(String, Unit)> = names.into_iter().zip(units).collect();
    let mut placement = Placement::default();
    numbered.sort_by_key(|(name, unit)| (priority(survey, unit), name.clone()));
    for (at, (name, unit)) in numbered.into_iter().enumerate() {
        placement.homes.extend(unit.sites.into_iter().chain(unit.plan.clone()).map(|id| (id, at)));
        let Unit { group, region, plan, .. } = unit;
        placement.stamps.push(Stamp { name, region, group, plan });
    }
    let movable: Vec<&Observation> =
        survey.inside().filter(|seen| is_movable(survey.language, seen)).collect();
    let homes: Vec<(ResourceId, usize)> = movable
        .iter()
        .filter_map(|seen| {
            Some((seen.id.clone(), home_of(survey.language, seen, &movable, &placement.stamps)?))
        })
        .collect();
    placement.homes.extend(homes);
    placement
}

/// Returns the priority that routers give a unit: the order in which people think of the stamps, and
/// in which they are rolled out.
fn priority(survey: &Survey<'_>, unit: &Unit) -> u64 {
    let families = survey.language.families().iter();
    let priorities = families.filter_map(|family| family.priority(survey, &unit.sites));
    priorities.min().unwrap_or(u64::MAX)
}

fn units(survey: &Survey<'_>) -> Vec<Unit> {
    type Plans = BTreeMap<Option<ResourceId>, Vec<ResourceId>>;
    let mut places: BTreeMap<(ResourceId, String), Plans> = BTreeMap::new();
    for site in survey.inside().filter(|seen| seen.id.resource_type().is(SITE)) {
        let (Some(group), Some(region)) = (survey.group_of(&site.id), region_of(&site.body)) else {
            continue;
        };
        let plan = id_at(&site.body, "/properties/serverFarmId");
        // The plan's own answer is spelled better than what an app says of it.
        let plan = plan.map(|id| survey.observed.get(&id).map_or(id, |seen| seen.id.clone()));
        places.entry((group, region)).or_default().entry(plan).or_default().push(site.id.clone());
    }
    let used: BTreeSet<ResourceId> =
        places.values().flat_map(|plans| plans.keys().flatten().cloned()).collect();
    for plan in survey.inside().filter(|seen| seen.id.resource_type().is(PLAN)) {
        if let (Some(group), Some(region), false) =
            (survey.group_of(&plan.id), region_of(&plan.body), used.contains(&plan.id))
        {
            let place = places.entry((group, region)).or_default();
            if place.is_empty() {
                place.insert(Some(plan.id.clone()), vec![]);
            }
        }
    }
    // A stamp has one plan: the one with most web apps, before one that functions run on.
    let is_web = |site: &&ResourceId| {
        let kind = survey.observed.get(site).and_then(|seen| text(&seen.body, "/kind"));
        !kind.is_some_and(|kind| kind.contains("functionapp"))
    };
    let rank = |sites: &Vec<ResourceId>| (sites.iter().filter(is_web).count(), sites.len());
    let main = |plans: Plans| plans.into_iter().rev().max_by_key(|(_, sites)| rank(sites));
    places
        .into_iter()
        .filter_map(|((group, region), plans)| {
            let (plan, sites) = main(plans)?;
            Some(Unit { group, region, plan, sites })
        })
        .collect()
}

/// Names the units by the part in which their names differ, or else by their regions.
fn name_all(units: &[Unit]) -> Vec<String> {
    let found = differing_parts(units);
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut names = vec![];
    for (at, unit) in units.iter().enumerate() {
        let name = found.get(&at).cloned().unwrap_or_else(|| region_name(unit));
        let mut unique = name.clone();
        let mut number = 2;
        while !taken.insert(unique.to_ascii_lowercase()) {
            unique = format!("{name}-{number}");
            number += 1;
        }
        names.push(unique);
    }
    names
}

/// Finds the pattern with one open part that fits the names of most units, each with another part.
fn differing_parts(units: &[Unit]) -> BTreeMap<usize, String> {
    let mut patterns: BTreeMap<(usize, Vec<&str>), BTreeMap<usize, String>> = BTreeMap::new();
    for (at, unit) in units.iter().enumerate() {
        let plan = unit.plan.iter().map(|plan| (1, plan.name()));
        let sites = unit.sites.iter().map(|site| (2, site.name()));
        for (rank, name) in [(0, unit.group.name())].into_iter().chain(plan).chain(sites) {
            let split = parts(name);
            for open in 0..split.len() {
                let mut pattern = split.clone();
                pattern[open] = "";
                let part = split[open].to_owned();
                patterns.entry((rank, pattern)).or_default().insert(at, part);
            }
        }
    }
    let is_told_apart = |parts: &BTreeMap<usize, String>| {
        let different: BTreeSet<&String> = parts.values().collect();
        different.len() == parts.len()
            && parts.len() > 1
            && parts.values().all(|part| part.chars().all(|c| c.is_ascii_alphanumeric()))
    };
    let fitting = patterns.into_iter().filter(|(_, parts)| is_told_apart(parts));
    // Of equals the group's name counts before the plan's and the apps'.
    let best = fitting
        .max_by(|((rank, _), a), ((other, _), b)| a.len().cmp(&b.len()).then(other.cmp(rank)));
    best.map(|(_, parts)| parts).unwrap_or_default()
}

fn region_name(unit: &Unit) -> String {
    let names = std::iter::once(unit.group.name()).chain(unit.plan.iter().map(ResourceId::name));
    let names = names.chain(unit.sites.iter().map(ResourceId::name));
    let of_region = |part: &&str| is_region_part(part, &unit.region);
    let found = names.flat_map(parts).find(of_region);
    found.map_or_else(|| unit.region.clone(), str::to_owned)
}

/// Tells whether stamps are recognised by resources of a type, which have their stamps already.
pub fn is_unit(kind: &ResourceType) -> bool {
    kind.is(SITE) || kind.is(PLAN)
}

/// Tells whether a resource can stand in a stamp by itself.
fn is_movable(language: &Language, seen: &Observation) -> bool {
    let kind = seen.id.resource_type();
    let is_fixed = is_unit(&kind)
        || language.section_of_type(&kind).is_some_and(|section| !section.stands.has(true));
    let elsewhere = [ASSIGNMENT, AUTOSCALE];
    let is_elsewhere =
        elsewhere.iter().any(|other| kind.is(other)) || Duty::Certificate.is_of(&seen.id);
    !is_fixed && !is_elsewhere && kind.parent().is_none()
}

/// Finds the stamp to which a resource belongs by its name, or by having a twin in each other one.
fn home_of(
    language: &Language,
    seen: &Observation,
    all: &[&Observation],
    stamps: &[Stamp],
) -> Option<usize> {
    if stamps.len() < 2 {
        let named = |stamp: &Stamp| has_part(seen.id.name(), &stamp.name);
        return stamps.first().filter(|stamp| named(stamp)).map(|_| 0);
    }
    let kind = seen.id.resource_type();
    let is_there = |name: &str, group: Option<&ResourceId>| {
        all.iter().any(|other| {
            other.id.resource_type() == kind
                && other.id.name().eq_ignore_ascii_case(name)
                && group.is_none_or(|group| other.id.is_within(group))
        })
    };
    let others = |at: usize| stamps.iter().enumerate().filter(move |(other, _)| *other != at);
    let twin = |at: usize, other: &Stamp| {
        let name = seen.id.name().to_ascii_lowercase();
        let own = stamps[at].name.to_ascii_lowercase();
        name.contains(&own) && is_there(&name.replace(&own, &other.name), None)
    };
    let fits = |at: usize| {
        let stamp = &stamps[at];
        let is_in_group = seen.id.is_within(&stamp.group);
        let shares_group = others(at).any(|(_, other)| other.group == stamp.group);
        let name = seen.id.name();
        // In some names nothing parts the parts.
        let is_squeezed =
            language.section_of_type(&kind).is_some_and(|it| it.naming == Naming::Squeezed);
        let by_name = has_part(name, &stamp.name) || is_squeezed && name.contains(&stamp.name);
        by_name && (is_in_group && !shares_group || others(at).any(|(_, other)| twin(at, other)))
            || is_in_group
                && !shares_group
                && others(at).all(|(_, other)| is_there(name, Some(&other.group)))
    };
    (0..stamps.len()).filter(|at| fits(*at)).max_by_key(|at| stamps[*at].name.len())
}

fn has_part(name: &str, part: &str) -> bool {
    parts(name).iter().any(|own| own.eq_ignore_ascii_case(part))
}

#[cfg(test)]
mod tests {
    use resource::Observed;
    use serde_json::json;

    use super::*;
    use crate::family::tests::language;
    use resource::types::STORAGE_ACCOUNT;

    fn observed(resources: &[(&str, &str, &str, &str)]) -> Observed {
        let mut observed = Observed::default();
        for (group, kind, name, region) in resources {
            let id = ResourceId::in_group("s", group, kind, name);
            let farm = name.replace("app-", "asp-");
            let plan = ResourceId::in_group("s", group, PLAN, &farm);
            let body =
                json!({ "location": region, "properties": { "serverFarmId": plan.as_str() } });
            observed.insert(Observation { id, body, etag: None });
        }
        observed
    }

    fn found(observed: &Observed, groups: &[&str]) -> Placement {
        let scopes: Vec<ResourceId> =
            groups.iter().map(|name| ResourceId::group("s", name)).collect();
        recognise(&Survey::new(language(), observed, &scopes, None))
    }

    fn names(placement: &Placement) -> Vec<&str> {
        placement.stamps.iter().map(|stamp| &*stamp.name).collect()
    }

    #[test]
    fn groups_that_differ_by_one_part_are_stamps() {
        let observed = observed(&[
            ("rg-pki-weu", SITE, "app-pki-weu", "West Europe"),
            ("rg-pki-neu", SITE, "app-pki-neu", "northeurope"),
            ("rg-pki-weu", STORAGE_ACCOUNT, "stpkishared", "westeurope"),
            ("rg-pki-weu", STORAGE_ACCOUNT, "stpkiweu", "westeurope"),
            ("rg-pki-neu", STORAGE_ACCOUNT, "stpkineu", "northeurope"),
        ]);
        let placement = found(&observed, &["rg-pki-weu", "rg-pki-neu"]);
        assert_eq!(names(&placement), ["neu", "weu"]);
        let home = |group: &str, name: &str| {
            placement.stamp_of(&ResourceId::in_group("s", group, STORAGE_ACCOUNT, name))
        };
        assert_eq!(home("rg-pki-weu", "stpkishared"), None);
        assert_eq!(home("rg-pki-weu", "stpkiweu"), Some("weu"));
        assert_eq!(home("rg-pki-neu", "stpkineu"), Some("neu"));
    }

    #[test]
    fn stamps_may_share_a_group() {
        let observed = observed(&[
            ("rg-shop", SITE, "app-shop-1", "westeurope"),
            ("rg-shop", SITE, "app-shop-2", "swedencentral"),
        ]);
        assert_eq!(names(&found(&observed, &["rg-shop"])), ["1", "2"]);
    }

    #[test]
    fn an_app_alone_is_named_by_its_region() {
        let one = observed(&[("rg-shop", SITE, "app-shop-weu", "westeurope")]);
        assert_eq!(names(&found(&one, &["rg-shop"])), ["weu"]);
        let one = observed(&[("rg-shop", SITE, "app-shop", "westeurope")]);
        assert_eq!(names(&found(&one, &["rg-shop"])), ["westeurope"]);
    }

    #[test]
    fn without_apps_there_are_no_stamps() {
        let observed = observed(&[("rg-a", STORAGE_ACCOUNT, "sta", "westeurope")]);
        assert!(found(&observed, &["rg-a"]).stamps.is_empty());
    }

    #[test]
    fn a_thing_of_the_same_name_in_each_group_belongs_to_its_stamp() {
        const NETWORK: &str = "Microsoft.Network/virtualNetworks";
        let observed = observed(&[
            ("rg-a-weu", SITE, "app-a-weu", "westeurope"),
            ("rg-a-neu", SITE, "app-a-neu", "northeurope"),
            ("rg-a-weu", NETWORK, "vnet", "westeurope"),
            ("rg-a-neu", NETWORK, "vnet", "northeurope"),
        ]);
        let placement = found(&observed, &["rg-a-weu", "rg-a-neu"]);
        let network = ResourceId::in_group("s", "rg-a-neu", NETWORK, "vnet");
        assert_eq!(placement.stamp_of(&network), Some("neu"));
    }
}
