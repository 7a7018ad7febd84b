//! From conditions to the bodies that rules of the edge and of the firewall have them in.

use planner::Expansion;
use serde_json::{Value, json};
use topology::{Sp, Text};

use super::model::{Compared, Conditions, OPERATORS, Subject, Test};

/// One comparison: an operator of ARM, whether its opposite is meant, and the values.
struct Comparison<'a> {
    operator: &'static str,
    is_negated: bool,
    values: &'a [Sp<Text>],
}

fn comparisons<'a>(subject: &Subject, test: &'a Test) -> Vec<Comparison<'a>> {
    let mut all = vec![];
    for ((_, _, operator), (values, others)) in OPERATORS.iter().zip(test.values()) {
        let operator = match subject.compared {
            Compared::By(operator) => operator,
            Compared::Freely => operator,
        };
        for (values, is_negated) in [(values, false), (others, true)] {
            if !values.is_empty() {
                all.push(Comparison { operator, is_negated, values });
            }
        }
    }
    let exists = test.exists.as_ref().map(|exists| !exists.value);
    all.extend(exists.map(|is_negated| Comparison { operator: "Any", is_negated, values: &[] }));
    all
}

/// Returns how many comparisons there are.
pub fn count(conditions: &Conditions) -> usize {
    let tests = conditions.tests();
    tests.into_iter().map(|(subject, _, test)| comparisons(subject, test).len()).sum()
}

/// Returns the conditions of a custom rule of the firewall.
pub fn firewall(expansion: &Expansion<'_>, conditions: &Conditions) -> Value {
    let mut rows = vec![];
    for (subject, name, test) in conditions.tests() {
        let Some(variable) = subject.firewall else { continue };
        for comparison in comparisons(subject, test) {
            let plain = comparison.values.iter().map(|value| expansion.text(value));
            // Of a path the firewall knows no more than the address that it stands in.
            let (operator, values): (&str, Vec<Value>) = match comparison.operator {
                "Any" => ("Any", vec![]),
                operator if subject.key == "path" => {
                    let held = |value: Value| match value {
                        Value::String(path) => json!(path_pattern(operator, &path)),
                        other => other,
                    };
                    ("RegEx", plain.map(held).collect())
                }
                operator => (operator, plain.collect()),
            };
            let mut row = json!({
                "matchVariable": variable,
                "operator": operator,
                "negateCondition": comparison.is_negated,
                "matchValue": values,
                "transforms": test.transforms(),
            });
            if let Some(selector) = name.or(subject.header) {
                row["selector"] = json!(selector);
            }
            rows.push(row);
        }
    }
    json!(rows)
}

/// Returns the conditions of a rule of the edge.
pub fn rule(expansion: &Expansion<'_>, conditions: &Conditions) -> Vec<Value> {
    let mut rows = vec![];
    for (subject, name, test) in conditions.tests() {
        for comparison in comparisons(subject, test) {
            let values = comparison.values.iter().map(|value| {
                let value = expansion.text(value);
                match value.as_str().and_then(|text| text.strip_prefix('/')) {
                    // A path begins behind its slash there.
                    Some(rest) if has_start(subject, comparison.operator) => json!(rest),
                    _ => value,
                }
            });
            let mut parameters = json!({
                "typeName": subject.parameters,
                "operator": comparison.operator,
                "negateCondition": comparison.is_negated,
                "matchValues": values.collect::<Vec<_>>(),
                "transforms": test.transforms(),
            });
            if let Some(selector) = name {
                parameters["selector"] = json!(selector);
            }
            rows.push(json!({ "name": subject.rule, "parameters": parameters }));
        }
    }
    rows
}

/// Tells whether a value is the beginning of a path.
pub fn has_start(subject: &Subject, operator: &str) -> bool {
    subject.key == "path" && matches!(operator, "Equal" | "BeginsWith")
}

/// What stands before the path of an address.
const BEFORE: &str = "^(?:https?://[^/?#]+)?";
const AFTER: &str = "(?:[?]|$)";
const WITHIN: &str = "[^?]*";

/// Returns the pattern of the addresses whose paths are meant.
fn path_pattern(operator: &str, path: &str) -> String {
    let plain = escape(path);
    match operator {
        "Equal" => format!("{BEFORE}{plain}{AFTER}"),
        "BeginsWith" => format!("{BEFORE}{plain}"),
        "EndsWith" => format!("{BEFORE}{WITHIN}{plain}{AFTER}"),
        _ => format!("{BEFORE}{WITHIN}{plain}"),
    }
}

/// Reads such a pattern: how the path is compared, and with what.
pub fn path_of(pattern: &str) -> Option<(&'static str, String)> {
    let rest = pattern.strip_prefix(BEFORE)?;
    let ends = rest.strip_suffix(AFTER);
    let inner = ends.unwrap_or(rest).strip_prefix(WITHIN);
    let operator = match (inner.is_some(), ends.is_some()) {
        (false, true) => "Equal",
        (false, false) => "BeginsWith",
        (true, true) => "EndsWith",
        (true, false) => "Contains",
    };
    let plain = unescape(inner.or(ends).unwrap_or(rest));
    (path_pattern(operator, &plain) == pattern).then_some((operator, plain))
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if r"\.+*?()|[]{}^$".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        out.push(if c == '\\' { chars.next().unwrap_or(c) } else { c });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_from_its_pattern_as_it_was_put_in() {
        for operator in ["Equal", "BeginsWith", "EndsWith", "Contains"] {
            for path in ["/admin", "/a.b/c-d", "/", ".php", "(x)", "/a\\b"] {
                let pattern = path_pattern(operator, path);
                assert_eq!(path_of(&pattern), Some((operator, path.to_owned())), "{pattern}");
            }
        }
        assert_eq!(path_of("/promo"), None);
    }
}
