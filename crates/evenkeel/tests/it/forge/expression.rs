//! As much of the expression language of GitHub Actions as `action.yml` uses.

use std::collections::BTreeMap;

/// What expressions speak of: `inputs.command`, `steps.plan.outputs.status`.
pub type Names = BTreeMap<String, String>;

/// Fills in every `${{ … }}` of a text.
pub fn filled(text: &str, names: &Names) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${{") {
        let (expression, after) = after.split_once("}}").expect("an expression ends");
        out.push_str(before);
        out.push_str(&value(expression, names));
        rest = after;
    }
    out + rest
}

/// Tells whether a condition holds.
pub fn holds(condition: &str, names: &Names) -> bool {
    !matches!(&value(condition, names)[..], "" | "false")
}

fn value(expression: &str, names: &Names) -> String {
    let expression = expression.trim();
    if let Some((left, right)) = expression.split_once("||") {
        let left = value(left, names);
        return if left.is_empty() || left == "false" { value(right, names) } else { left };
    }
    if let Some((left, right)) = expression.split_once("&&") {
        let left = value(left, names);
        return if left.is_empty() || left == "false" { left } else { value(right, names) };
    }
    if let Some((left, right)) = expression.split_once("==") {
        return (value(left, names) == value(right, names)).to_string();
    }
    if let Some(text) = expression.strip_prefix('\'') {
        return text.strip_suffix('\'').expect("a string ends").to_owned();
    }
    if expression == "!cancelled()" {
        return "true".to_owned();
    }
    let known = ["inputs.", "steps.", "github.", "env."];
    assert!(known.iter().any(|known| expression.starts_with(known)), "{expression}?");
    names.get(expression).cloned().unwrap_or_default()
}

#[test]
fn expressions_are_filled_in() {
    let names: Names = [("inputs.a".to_owned(), "x".to_owned())].into();
    assert_eq!(filled("-${{ inputs.b || inputs.a }}-", &names), "-x-");
    assert!(holds("inputs.a == 'x' && !cancelled()", &names));
    assert!(!holds("inputs.a == 'y'", &names));
}
