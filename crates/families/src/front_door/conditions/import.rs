//! From the conditions of a rule, of the edge or of the firewall, to what a topology says of them.

use importer::{Draft, Map, Node, literal, one_or_many, text};
use serde_json::Value;

use super::expand::{has_start, path_of};
use super::model::{Compared, OPERATORS, SUBJECTS, Subject, Transform};

/// A condition as both have it.
struct Row<'a> {
    subject: &'static Subject,
    selector: Option<&'a str>,
    operator: &'a str,
    is_negated: bool,
    values: Vec<String>,
    transforms: Vec<&'a str>,
}

/// Returns what is written under `if` for the conditions of a custom rule of the firewall; nothing
/// where the language has no word for one.
pub fn of_firewall(draft: &mut Draft<'_>, owner: &str, rule: &Value) -> Option<Map> {
    let rows = rule["matchConditions"].as_array().into_iter().flatten();
    written(draft, owner, rows.map(firewall_row).collect::<Option<_>>()?)
}

/// Returns the same for a rule of the edge.
pub fn of_rule(draft: &mut Draft<'_>, owner: &str, properties: &Value) -> Option<Map> {
    let rows = properties["conditions"].as_array().into_iter().flatten();
    written(draft, owner, rows.map(rule_row).collect::<Option<_>>()?)
}

/// Tells whether the language has a word for every condition of a rule of the edge.
pub fn says(properties: &Value) -> bool {
    let rows = properties["conditions"].as_array().into_iter().flatten();
    let rows: Option<Vec<Row<'_>>> = rows.map(rule_row).collect();
    rows.is_some_and(|rows| put(&rows, &mut |_, value| literal(value)).is_some())
}

fn firewall_row(row: &Value) -> Option<Row<'_>> {
    let variable = text(row, "/matchVariable")?;
    let operator = text(row, "/operator")?;
    let selector = text(row, "/selector").filter(|it| !it.is_empty());
    let values = texts(&row["matchValue"]);
    let paths: Option<Vec<_>> = values.iter().map(|value| path_of(value)).collect();
    let path = paths
        .filter(|paths| operator == "RegEx" && !paths.is_empty())
        .filter(|paths| paths.iter().all(|(operator, _)| *operator == paths[0].0));
    let is_it = |subject: &&'static Subject| {
        let is_header = match subject.header {
            Some(header) => selector.is_some_and(|it| it.eq_ignore_ascii_case(header)),
            None => subject.named.is_some() == selector.is_some(),
        };
        subject.firewall == Some(variable)
            && is_header
            && fits(subject, operator)
            && (subject.key == "path") == (path.is_some() && variable == "RequestUri")
    };
    let subject = SUBJECTS.iter().find(is_it)?;
    let (operator, values) = match path.filter(|_| subject.key == "path") {
        Some(paths) => (paths[0].0, paths.into_iter().map(|(_, path)| path).collect()),
        None => (operator, values.into_iter().map(str::to_owned).collect()),
    };
    Some(Row {
        subject,
        selector: selector.filter(|_| subject.header.is_none()),
        operator,
        is_negated: row["negateCondition"] == true,
        values,
        transforms: texts(&row["transforms"]),
    })
}

fn rule_row(row: &Value) -> Option<Row<'_>> {
    let name = text(row, "/name")?;
    let parameters = &row["parameters"];
    let operator = text(parameters, "/operator")?;
    let subject =
        SUBJECTS.iter().find(|subject| subject.rule == name && fits(subject, operator))?;
    let whole = |value: &str| {
        let start = if has_start(subject, operator) { "/" } else { "" };
        format!("{start}{}", value.strip_prefix('/').filter(|_| !start.is_empty()).unwrap_or(value))
    };
    Some(Row {
        subject,
        selector: text(parameters, "/selector").filter(|it| !it.is_empty()),
        operator,
        is_negated: parameters["negateCondition"] == true,
        values: texts(&parameters["matchValues"]).into_iter().map(whole).collect(),
        transforms: texts(&parameters["transforms"]),
    })
}

fn fits(subject: &Subject, operator: &str) -> bool {
    match subject.compared {
        Compared::By(own) => own == operator,
        Compared::Freely => {
            operator == "Any" || OPERATORS.iter().any(|(_, _, arm)| *arm == operator)
        }
    }
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn written(draft: &mut Draft<'_>, owner: &str, rows: Vec<Row<'_>>) -> Option<Map> {
    put(&rows, &mut |name, value| draft.value(name, owner, value, None))
}

/// Writes conditions; `spell` says how a value is written that stands under a name.
fn put(rows: &[Row<'_>], spell: &mut dyn FnMut(&str, &str) -> Node) -> Option<Map> {
    let mut map = Map::default();
    for row in rows {
        let key = match row.operator {
            "Any" => "exists",
            operator => {
                // What is compared by one operator alone has whole values.
                let arm = match row.subject.compared {
                    Compared::By(_) => "Equal",
                    Compared::Freely => operator,
                };
                let (is, is_not, _) = OPERATORS.iter().find(|(.., known)| *known == arm)?;
                if row.is_negated { is_not } else { is }
            }
        };
        let test = match row.selector {
            Some(name) => map.child(row.subject.key).child(name),
            None => map.child(row.subject.key),
        };
        let transforms = transforms(&row.transforms)?;
        // Two of one kind, or of two minds about what is done before, cannot be said.
        let is_first = test.members.is_empty();
        if test.get(key).is_some() || !is_first && test.get("transform") != transforms.as_ref() {
            return None;
        }
        match key {
            "exists" => test.set(key, !row.is_negated),
            _ => {
                let values = row
                    .values
                    .iter()
                    .map(|value| spell(row.selector.unwrap_or(row.subject.key), value));
                test.set(key, one_or_many(values.collect()))
            }
        };
        if let Some(transforms) = transforms.filter(|_| is_first) {
            test.set("transform", transforms);
        }
    }
    Some(map)
}

fn transforms(names: &[&str]) -> Option<Option<Node>> {
    let all: Option<Vec<Node>> = names
        .iter()
        .map(|name| Transform::of_arm(name).map(|transform| literal(transform.as_str())))
        .collect();
    Some(Some(one_or_many(all?)).filter(|node| !node.is_empty()))
}
