//! Refusals and notices as SARIF 2.1.0, the form that code scanning reads.

use std::collections::BTreeMap;

use plan::{Place, Plan};
use serde_json::{Value, json};

use crate::finding::{Finding, Level, findings, risks};
use crate::text::tail;

const NOT_EVALUATED: &str = "not-evaluated";
/// The bytes that a URI may hold unescaped besides letters and digits.
const URI_MARKS: &[u8] = b"-._~/";

/// Renders refusals, notices and risks as a SARIF 2.1.0 log, each at the line that declares what it speaks
/// of; `file` is the topology that they point at where that is not known.
///
/// What could not be looked at is told as a notification of the run, so that a log without results
/// is not taken for a clean bill. A result is recognised in the next run by its code and address.
/// Source: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.
pub fn sarif(plan: &Plan, file: Option<&str>) -> String {
    let mut findings = findings(plan);
    findings.extend(risks(plan));
    log(&plan.topology, &findings, not_evaluated(plan), file)
}

/// Something that is wrong with the text of a topology, or probably not meant.
#[derive(Debug, Clone)]
pub struct Mistake {
    /// What it is, by a word that stays.
    pub code: &'static str,
    /// True where there is no topology as long as it stands.
    pub is_error: bool,
    /// A sentence fragment.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
    /// Where it is.
    pub place: Place,
}

/// Renders the mistakes of a topology as a SARIF 2.1.0 log, as [`sarif`] renders a plan; `name` tells the logs
/// of several topologies apart.
pub fn sarif_of_text(name: &str, mistakes: &[Mistake]) -> String {
    let findings: Vec<Finding<'_>> = mistakes.iter().map(finding).collect();
    log(name, &findings, vec![], None)
}

fn finding(mistake: &Mistake) -> Finding<'_> {
    Finding {
        level: if mistake.is_error { Level::Error } else { Level::Warning },
        code: mistake.code,
        address: mistake.place.to_string().into(),
        message: (&mistake.message).into(),
        help: mistake.help.as_deref(),
        place: Some(&mistake.place),
    }
}

fn log(
    name: &str,
    findings: &[Finding<'_>],
    notifications: Vec<Value>,
    file: Option<&str>,
) -> String {
    let mut rules: BTreeMap<&str, Level> = BTreeMap::new();
    for finding in findings {
        let level = rules.entry(finding.code).or_insert(finding.level);
        *level = finding.level.min(*level);
    }
    let codes: Vec<&str> = rules.keys().copied().collect();
    let index = |code: &str| codes.binary_search(&code).unwrap_or_default();
    let results = findings.iter().map(|finding| result(finding, index(finding.code), file));
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "Evenkeel",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "notifications": [{
                    "id": NOT_EVALUATED,
                    "shortDescription": { "text": "a resource could not be looked at" },
                }],
                "rules": rules.iter().map(|(code, level)| rule(code, *level)).collect::<Vec<_>>(),
            } },
            "automationDetails": { "id": format!("evenkeel/{name}/") },
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": true,
                "toolExecutionNotifications": notifications,
            }],
            "results": results.collect::<Vec<_>>(),
        }],
    });
    let mut text = serde_json::to_string_pretty(&document).expect("a log is plain data");
    text.push('\n');
    text
}

/// Returns a code as an ID; that of a risk is its label.
fn rule_id(code: &str) -> String {
    code.replace(' ', "-")
}

fn rule(code: &str, level: Level) -> Value {
    let words = code.replace('-', " ");
    json!({
        "id": rule_id(code),
        "shortDescription": { "text": words },
        "defaultConfiguration": { "level": level_name(level) },
    })
}

fn result(finding: &Finding<'_>, rule: usize, file: Option<&str>) -> Value {
    let Finding { level, code, address, message, help, place } = finding;
    let help = help.map(|help| format!("\n{help}")).unwrap_or_default();
    let mut location = json!({
        "logicalLocations": [{ "fullyQualifiedName": address, "kind": "resource" }],
    });
    let region = match place {
        Some(place) => Some((
            &place.file[..],
            json!({
                "startLine": place.line,
                "startColumn": place.column,
            }),
        )),
        None => file.map(|file| (file, json!({ "startLine": 1 }))),
    };
    if let Some((file, region)) = region {
        location["physicalLocation"] =
            json!({ "artifactLocation": { "uri": uri(file) }, "region": region });
    }
    json!({
        "ruleId": rule_id(code),
        "ruleIndex": rule,
        "level": level_name(*level),
        "message": { "text": format!("{address}: {message}{help}") },
        "locations": [location],
        "partialFingerprints": { "codeAndAddress/v1": format!("{}:{address}", rule_id(code)) },
    })
}

fn not_evaluated(plan: &Plan) -> Vec<Value> {
    let hidden = plan.coverage.not_evaluated.iter();
    let notification = hidden.map(|(id, reason)| {
        json!({
            "descriptor": { "id": NOT_EVALUATED, "index": 0 },
            "level": "warning",
            "message": { "text": format!("{} was not evaluated: {reason}", tail(id)) },
        })
    });
    notification.collect()
}

fn level_name(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info => "note",
    }
}

/// Returns `path` as a URI reference: with forward slashes, relative where the path is.
fn uri(path: &str) -> String {
    let path = path.replace('\\', "/");
    let path = path.trim_start_matches("./");
    let escaped = path.bytes().map(|byte| match byte {
        plain if plain.is_ascii_alphanumeric() || URI_MARKS.contains(&plain) => {
            char::from(plain).to_string()
        }
        other => format!("%{other:02X}"),
    });
    escaped.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn log(plan: &Plan) -> Value {
        let mut plan = plan.clone();
        plan.places.clear();
        let plan = &plan;
        serde_json::from_str(&sarif(plan, Some("./top ologies/app.yaml"))).expect("JSON")
    }

    #[test]
    fn refusals_notices_and_gaps_are_told() {
        let known = sample::first_apply();
        let mut plan =
            Plan { notices: known.notices, coverage: known.coverage, ..sample::refused() };
        plan.actions = known.actions;
        insta::assert_snapshot!(sarif(&plan, Some("topologies/app.yaml")));
    }

    #[test]
    fn every_result_points_at_its_rule_and_its_place() {
        let plan = Plan { notices: sample::first_apply().notices, ..sample::refused() };
        let log = log(&plan);
        let run = &log["runs"][0];
        let results = run["results"].as_array().expect("results");
        assert_eq!(results.len(), plan.refusals.len() + plan.notices.len() + risks(&plan).len());
        for result in results {
            let at =
                usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small");
            assert_eq!(run["tool"]["driver"]["rules"][at]["id"], result["ruleId"]);
            let place = &result["locations"][0]["physicalLocation"];
            assert_eq!(place["artifactLocation"]["uri"], "top%20ologies/app.yaml");
        }
    }

    #[test]
    fn mistakes_of_a_text_are_told_where_they_stand() {
        let mistake = |line: u32, is_error: bool| Mistake {
            code: "unknown-key",
            is_error,
            message: "`regoin` is no key".into(),
            help: Some("write `region`".into()),
            place: Place { file: "topologies/a b.yaml".into(), line, column: 3 },
        };
        let text = sarif_of_text("a", &[mistake(4, false), mistake(7, true)]);
        let log: Value = serde_json::from_str(&text).expect("JSON");
        let run = &log["runs"][0];
        assert_eq!(run["tool"]["driver"]["rules"].as_array().map(Vec::len), Some(1));
        let told = run["results"].as_array().expect("results").iter().map(|result| {
            let place = &result["locations"][0]["physicalLocation"];
            assert_eq!(place["artifactLocation"]["uri"], "topologies/a%20b.yaml");
            (place["region"]["startLine"].clone(), result["level"].clone())
        });
        let told: Vec<_> = told.collect();
        assert_eq!(told, [(json!(4), json!("warning")), (json!(7), json!("error"))]);
    }

    #[test]
    fn a_plan_without_findings_is_an_empty_run() {
        let log = log(&Plan { actions: vec![], ..sample::drifted() });
        assert_eq!(log["runs"][0]["results"], json!([]));
        assert_eq!(log["version"], "2.1.0");
    }
}
