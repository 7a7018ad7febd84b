//! Plans and outcomes for programs: versioned, and apart from the types that the engine uses.
//!
//! `docs/reference/json.md` describes the schema. A new member does not raise the version; a
//! changed or dropped one does.

use plan::{Action, ActionOutcome, ActionVerdict, Band, Outcome, Plan, PropertyChange, Verdict};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::model::{Kind, Model};
use crate::risks::sections;

/// Renders `plan` as the schema `evenkeel.plan/1`.
pub fn plan_json(plan: &Plan) -> String {
    let model = Model::new(plan);
    let counts = Kind::CHANGES.into_iter().map(|kind| (kind.word().to_owned(), model.count(kind)));
    let mut summary: Map<String, Value> =
        counts.map(|(word, count)| (word, Value::from(count))).collect();
    summary.insert("steps".into(), model.steps().into());
    let mut document = json!({
        "schema": "evenkeel.plan/1",
        "topology": plan.topology,
        "topologyHash": plan.topology_hash,
        "subscription": plan.subscription,
        "stamps": plan.stamps,
        "empty": plan.is_empty(),
        "applicable": plan.refusals.is_empty(),
        "summary": summary,
        "risks": risks(&model),
        "actions": plan.actions.iter().map(|action| self::action(plan, action)).collect::<Vec<_>>(),
        "refusals": data(&plan.refusals),
        "notices": data(&plan.notices),
        "coverage": {
            "evaluated": plan.coverage.evaluated,
            "unmanaged": data(&plan.coverage.unmanaged),
            "notEvaluated": data(&plan.coverage.not_evaluated),
            "requests": plan.coverage.requests,
        },
    });
    if let Some(verdicts) = &plan.verdicts {
        document["verdicts"] = self::verdicts(&model);
        document["lastApply"] = data(&verdicts.last_apply);
    }
    pretty(&document)
}

/// Returns what to look at first, the gravest first.
fn risks(model: &Model<'_>) -> Vec<Value> {
    let told = sections(model).into_iter().map(|section| {
        let entries = section.entries.iter();
        let items = entries.flat_map(|entry| &entry.items).map(|item| &item.action.address);
        let refused = section.refusals.iter().map(|refusal| &refusal.address);
        let mut addresses: Vec<&String> = vec![];
        for address in refused.chain(items) {
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
        json!({ "risk": section.label, "addresses": addresses })
    });
    told.collect()
}

/// Returns what an action does; of a body, what may be shown.
fn operation(action: &Action) -> Value {
    data(&action.operation.shown(&action.resource))
}

/// Counts the changes of a drift by who has moved.
fn verdicts(model: &Model<'_>) -> Value {
    let counts = Verdict::ALL.map(|verdict| (name(verdict), Value::from(model.judged(verdict))));
    let mut object = Map::from_iter(counts);
    let failed_over: Vec<_> = model.plan.failed_over().map(|notice| &notice.address).collect();
    object.insert("failedOver".to_owned(), data(&failed_over));
    Value::Object(object)
}

fn name(verdict: Verdict) -> String {
    data(&verdict).as_str().unwrap_or_default().to_owned()
}

/// Renders what came of `plan` as the schema `evenkeel.outcome/1`.
pub fn outcome_json(plan: &Plan, outcome: &Outcome) -> String {
    let actions = plan.actions.iter().filter_map(|action| {
        let result = camel_case(data(outcome.actions.get(&action.id)?));
        let mut object = Map::from_iter([
            ("id".to_owned(), data(&action.id)),
            ("address".to_owned(), data(&action.address)),
            ("resource".to_owned(), data(&action.resource)),
        ]);
        object.extend(result);
        Some(Value::Object(object))
    });
    let succeeded = |outcome: &&ActionOutcome| matches!(outcome, ActionOutcome::Succeeded { .. });
    let document = json!({
        "schema": "evenkeel.outcome/1",
        "topology": plan.topology,
        "subscription": plan.subscription,
        "success": outcome.is_success() && !outcome.interrupted,
        "interrupted": outcome.interrupted,
        "succeeded": outcome.actions.values().filter(succeeded).count(),
        "requests": outcome.requests,
        "writes": outcome.writes,
        "actions": actions.collect::<Vec<_>>(),
    });
    pretty(&document)
}

fn action(plan: &Plan, action: &Action) -> Value {
    let told = plan.verdicts.as_ref().and_then(|verdicts| verdicts.actions.get(&action.id));
    let (band, stamp) = match &action.band {
        Band::Global => ("global", None),
        Band::Stamp(stamp) => ("stamp", Some(stamp)),
        Band::Data => ("data", None),
    };
    let mut object = json!({
        "id": action.id,
        "verb": action.verb,
        "address": action.address,
        "resource": action.resource,
        "type": action.resource.resource_type(),
        "apiVersion": action.api_version,
        "band": band,
        "operation": camel_case(operation(action)),
        "changes": action.changes.iter().map(|c| change(c, told)).collect::<Vec<_>>(),
        "reasons": action.reasons,
        "risks": action.risks,
        "after": action.after,
    });
    if let Some(told) = told {
        object["verdict"] = data(&told.verdict);
    }
    if let Some(stamp) = stamp {
        object["stamp"] = data(stamp);
    }
    if let Some(place) = plan.places.get(&action.address) {
        object["place"] = data(place);
    }
    if let Some(permission) = &action.permission {
        object["permission"] = data(permission);
    }
    object
}

fn change(change: &PropertyChange, told: Option<&ActionVerdict>) -> Value {
    let shown = |value: &Option<Value>| {
        if change.sensitive { Value::Null } else { value.clone().unwrap_or_default() }
    };
    let mut object = json!({
        "path": change.path,
        "before": shown(&change.before),
        "after": shown(&change.after),
        "sensitive": change.sensitive,
        "unknown": change.after.as_ref().is_some_and(resource::contains_expression),
    });
    if let Some(told) = told.and_then(|told| told.properties.get(&change.path)) {
        object["verdict"] = data(&told.verdict);
        if let Some(base) = told.base.as_ref().filter(|_| !change.sensitive) {
            object["base"] = base.clone();
        }
    }
    if let Some(reason) = &change.forces_replacement {
        object["forcesReplacement"] = data(reason);
    }
    object
}

/// Returns the members of an object with their own names in camel case; what they hold is ARM's.
fn camel_case(object: Value) -> Map<String, Value> {
    let Value::Object(object) = object else { return Map::new() };
    let camel = |name: String| {
        let mut words = name.split('_');
        let first = words.next().unwrap_or_default().to_owned();
        words.fold(first, |name, word| match word.split_at_checked(1) {
            Some((head, rest)) => name + &head.to_ascii_uppercase() + rest,
            None => name,
        })
    };
    object.into_iter().map(|(name, value)| (camel(name), value)).collect()
}

fn data(value: &(impl Serialize + ?Sized)) -> Value {
    serde_json::to_value(value).expect("plans and outcomes are plain data")
}

fn pretty(document: &Value) -> String {
    let mut text = serde_json::to_string_pretty(document).expect("a document is plain data");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn plan_schema_is_stable() {
        insta::assert_snapshot!(plan_json(&sample::drifted()));
    }

    #[test]
    fn outcome_schema_is_stable() {
        let plan = sample::drifted();
        insta::assert_snapshot!(outcome_json(&plan, &sample::failed(&plan)));
    }

    #[test]
    fn sensitive_values_are_never_written() {
        let mut plan = sample::drifted();
        let change = plan.actions.iter_mut().flat_map(|a| &mut a.changes).next().expect("a change");
        change.before = Some(json!("hunter2"));
        change.sensitive = true;
        assert!(!plan_json(&plan).contains("hunter2"));
    }
}
