//! App Service plans and their autoscale settings.

use plan::Band;
use planner::{DesiredResource, Expand, Expansion, Home, Life};
use resource::ResourceId;
use resource::types::AUTOSCALE;
use serde_json::{Value, json};
use topology::section::Entry;
use topology::{Duration, Sp};

use super::{Autoscale, Os, Plan, ScaleRule};

const DEFAULT_WINDOW_SECS: u64 = 300;
const DEFAULT_COOLDOWN_SECS: u64 = 300;

impl Expand for Plan {
    fn expand(&self, expansion: &mut Expansion<'_>, home: Home<'_>, _: &str) {
        plan(expansion, home, self);
    }
}

/// Returns the plan of a stamp.
pub(crate) fn id(expansion: &Expansion<'_>, home: Home<'_>) -> Option<ResourceId> {
    let plan = home.stamp()?.sections.one::<Plan>()?;
    plan.id(expansion, home, Plan::SECTION.key)
}

/// Adds the plan of a stamp, and what scales it.
fn plan(expansion: &mut Expansion<'_>, home: Home<'_>, plan: &Plan) {
    let Some(id) = id(expansion, home) else { return };
    let band = home.band(Band::Global);
    let body = plan_body(expansion, home, plan);
    let mut resource =
        DesiredResource::managed(home.address("plan"), id.clone(), band.clone(), body);
    if plan.autoscale.is_some() {
        // Autoscale changes the count from then on.
        resource.create_only =
            plan.instances.as_ref().map(|count| json!({ "sku": { "capacity": count.value } }));
    }
    expansion.add(resource, Life::of(plan), &plan.place);
    if let Some(autoscale) = &plan.autoscale {
        let group = id.parent().unwrap_or_else(|| id.clone());
        let autoscale_id = group.extension(AUTOSCALE, &autoscale.name);
        let mut body = autoscale_body(autoscale, id.as_str());
        body["location"] = json!(expansion.location(home, None));
        body["tags"] = expansion.tags(home, &plan.tags);
        let address = home.address("plan/autoscale");
        let resource = DesiredResource::managed(address, autoscale_id, band, body);
        expansion.add(resource, Life { adopt: plan.adopt, ..Life::default() }, &autoscale.place);
    }
}

fn plan_body(expansion: &Expansion<'_>, home: Home<'_>, plan: &Plan) -> Value {
    let linux = plan.os() == Os::Linux;
    let mut body = expansion.body(home, plan);
    body["kind"] = json!(if linux { "linux" } else { "app" });
    body["properties"]["reserved"] = json!(linux);
    if let (Some(count), None) = (&plan.instances, &plan.autoscale) {
        body["sku"]["capacity"] = json!(count.value);
    }
    body
}

fn autoscale_body(autoscale: &Autoscale, plan: &str) -> Value {
    let default = autoscale.default.as_ref().unwrap_or(&autoscale.min);
    let directions = [
        (autoscale.scale_out.as_ref(), "GreaterThan", "Increase"),
        (autoscale.scale_in.as_ref(), "LessThan", "Decrease"),
    ];
    let rules: Vec<Value> = directions
        .into_iter()
        .filter_map(|(rule, operator, direction)| Some((rule?, operator, direction)))
        .flat_map(|(rule, operator, direction)| rules(rule, operator, direction, plan))
        .collect();
    json!({ "properties": {
        "enabled": true,
        "targetResourceUri": plan,
        "profiles": [{
            "name": "default",
            // ARM wants whole numbers as text here.
            "capacity": {
                "minimum": autoscale.min.value.to_string(),
                "maximum": autoscale.max.value.to_string(),
                "default": default.value.to_string(),
            },
            "rules": rules,
        }],
    }})
}

fn rules(rule: &ScaleRule, operator: &str, direction: &str, plan: &str) -> Vec<Value> {
    let secs = |duration: &Option<Sp<Duration>>, default: u64| {
        duration.as_ref().map_or(default, |duration| duration.value.as_secs())
    };
    let metrics = [("CpuPercentage", &rule.cpu), ("MemoryPercentage", &rule.memory)];
    metrics
        .into_iter()
        .filter_map(|(metric, threshold)| Some((metric, threshold.as_ref()?)))
        .map(|(metric, threshold)| {
            json!({
                "metricTrigger": {
                    "metricName": metric,
                    "metricResourceUri": plan,
                    "timeGrain": "PT1M",
                    "statistic": "Average",
                    "timeWindow": iso(secs(&rule.window, DEFAULT_WINDOW_SECS)),
                    "timeAggregation": "Average",
                    "operator": operator,
                    "threshold": threshold.value.0,
                },
                "scaleAction": {
                    "direction": direction,
                    "type": "ChangeCount",
                    "value": rule.by.as_ref().map_or(1, |by| by.value).to_string(),
                    "cooldown": iso(secs(&rule.cooldown, DEFAULT_COOLDOWN_SECS)),
                },
            })
        })
        .collect()
}

/// Returns seconds as an ISO 8601 duration, in minutes where they are whole.
fn iso(secs: u64) -> String {
    if secs.is_multiple_of(60) { format!("PT{}M", secs / 60) } else { format!("PT{secs}S") }
}
