//! From a plan and what scales it to its entry; the inverse of `expand.rs`.

use importer::{
    Draft, Import, Life, Map, Placement, Survey, capital, duration, existing, id_at, literal,
    plain, text,
};
use resource::types::AUTOSCALE;
use resource::{Observation, ResourceId};
use serde_json::Value;

use super::Plan;

impl Import for Plan {
    fn tells(survey: &Survey<'_>, placement: &Placement, id: &ResourceId) -> bool {
        id.resource_type().is(AUTOSCALE) && scales_stamp(survey, placement, id)
    }

    fn gives_way(id: &ResourceId) -> bool {
        id.resource_type().is(AUTOSCALE)
    }

    fn import(draft: &mut Draft<'_>, stamp: Option<usize>, home: &mut Map) {
        if let Some(at) = stamp {
            plan(draft, at, home);
        }
    }
}

fn scales_stamp(survey: &Survey<'_>, placement: &Placement, id: &ResourceId) -> bool {
    let body = survey.observed.get(id).map(|seen| &seen.body);
    let plan = body.and_then(|body| id_at(body, "/properties/targetResourceUri"));
    plan.is_some_and(|plan| placement.stamps.iter().any(|stamp| stamp.plan == Some(plan.clone())))
}

/// Writes the plan of a stamp.
fn plan(draft: &mut Draft<'_>, at: usize, stamp: &mut Map) {
    let Some(id) = draft.placement.stamps[at].plan.clone() else { return };
    let Some(seen) = draft.survey.observed.get(&id) else {
        draft.remark(id.as_str(), "it could not be read; its apps name it");
        return;
    };
    let map = draft.head(seen, Some(at));
    if let Life::Existing(reason) = draft.life(seen) {
        stamp.set("plan", existing(map)).about(&id).comment(capital(&reason));
        return;
    }
    let map = plan_body(draft, seen, at, map);
    stamp.set("plan", map).about(&id);
}

fn plan_body(draft: &mut Draft<'_>, seen: &Observation, at: usize, mut map: Map) -> Map {
    let body = &seen.body;
    let sku = text(body, "/sku/name").unwrap_or_default();
    draft.declared::<Plan>(body, seen.id.as_str(), Some(at), &mut map);
    let is_linux = body["properties"]["reserved"] == true;
    map.set_default("os", literal(if is_linux { "linux" } else { "windows" }));
    let autoscale = autoscale_of(draft, &seen.id);
    match (autoscale, body["sku"]["capacity"].as_u64()) {
        (Some(autoscale), _) => {
            if let Some(written) = self::autoscale(autoscale) {
                map.set("autoscale", written).about(&autoscale.id);
            }
        }
        (None, Some(count)) if count > 0 && !is_elastic(sku) => {
            map.set("instances", count);
        }
        (None, _) => {}
    }
    draft.tail(&mut map, seen, Some(at));
    map
}

/// Finds the autoscale setting of a plan that the language can tell of.
fn autoscale_of<'d>(draft: &Draft<'d>, plan: &ResourceId) -> Option<&'d Observation> {
    draft.survey.of_type(AUTOSCALE).find(|seen| {
        id_at(&seen.body, "/properties/targetResourceUri").as_ref() == Some(plan)
            && !draft.choices.raw.contains_key(&seen.id)
            && !draft.choices.left_out.contains_key(&seen.id)
    })
}

fn autoscale(seen: &Observation) -> Option<Map> {
    let profile = &seen.body["properties"]["profiles"][0];
    let count = |key: &str| -> Option<u64> {
        let value = &profile["capacity"][key];
        value.as_u64().or_else(|| value.as_str()?.parse().ok())
    };
    let mut map = Map::default();
    map.set_default("name", literal(seen.id.name()));
    map.set("min", count("minimum")?);
    map.set("max", count("maximum")?);
    if let Some(default) = count("default") {
        map.set_default("default", default);
    }
    for (key, direction) in [("scaleOut", "Increase"), ("scaleIn", "Decrease")] {
        map.set_some(key, rule(&profile["rules"], direction));
    }
    Some(map)
}

fn rule(rules: &Value, direction: &str) -> Map {
    let mut map = Map::default();
    let is_meant = |rule: &&Value| rule["scaleAction"]["direction"] == direction;
    let mut last = None;
    for rule in rules.as_array().into_iter().flatten().filter(is_meant) {
        let trigger = &rule["metricTrigger"];
        let key = match text(trigger, "/metricName") {
            Some("CpuPercentage") => "cpu",
            Some("MemoryPercentage") => "memory",
            _ => continue,
        };
        if let Some(threshold) = trigger["threshold"].as_f64() {
            map.set(key, plain(format!("{threshold}%")));
        }
        last = Some(rule);
    }
    let Some(rule) = last else { return map };
    let by = text(rule, "/scaleAction/value").and_then(|by| by.parse::<u64>().ok());
    if let Some(by) = by {
        map.set_default("by", by);
    }
    let mut time = |key: &str, pointer: &str| {
        if let Some(secs) = text(rule, pointer).and_then(seconds) {
            map.set_default(key, duration(secs));
        }
    };
    time("window", "/metricTrigger/timeWindow");
    time("cooldown", "/scaleAction/cooldown");
    map
}

/// Reads an ISO 8601 duration of days, hours, minutes and seconds.
fn seconds(text: &str) -> Option<u64> {
    let (mut total, mut number) = (0_u64, String::new());
    for c in text.strip_prefix('P')?.chars() {
        let size = match c {
            'T' => continue,
            'D' => 86_400,
            'H' => 3600,
            'M' => 60,
            'S' => 1,
            digit => {
                number.push(digit);
                continue;
            }
        };
        total += number.parse::<u64>().ok()? * size;
        number.clear();
    }
    Some(total)
}

/// Tells whether the service counts the workers of plans of this size itself.
fn is_elastic(sku: &str) -> bool {
    ["Y", "FC", "EP", "WS", "F1", "D1"].iter().any(|family| sku.starts_with(family))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read() {
        assert_eq!(seconds("PT5M"), Some(300));
        assert_eq!(seconds("P1DT1H30S"), Some(90_030));
        assert_eq!(seconds("soon"), None);
    }
}
