//! Drift with verdicts, in every form that tells it.

use std::collections::BTreeMap;

use plan::{
    Action, ActionVerdict, Code, LastApply, Notice, Plan, PropertyVerdict, Severity, Verdict,
    Verdicts,
};
use serde_json::{Value, json};

use crate::sample;
use crate::{TextOptions, drift, drift_html, drift_markdown, junit, plan_json};

/// Judges every change of `plan`: `of` tells the verdict on a property and what was applied last.
fn judged(
    mut plan: Plan,
    last_apply: LastApply,
    of: impl Fn(&Action, &str) -> (Verdict, Option<Value>),
) -> Plan {
    let mut actions = BTreeMap::new();
    for action in plan.actions.iter().filter(|action| action.verb != plan::Verb::Verify) {
        let properties: BTreeMap<_, _> = action
            .changes
            .iter()
            .map(|change| {
                let (verdict, base) = of(action, &change.path);
                (change.path.clone(), PropertyVerdict { verdict, base })
            })
            .collect();
        let verdict = Verdict::of_all(properties.values().map(|property| property.verdict));
        let verdict = verdict.unwrap_or_else(|| of(action, "").0);
        actions.insert(action.id.clone(), ActionVerdict { verdict, properties });
    }
    plan.verdicts = Some(Verdicts { last_apply, actions });
    plan
}

fn before() -> LastApply {
    let version = "3f1c2a9d8b7e6f5a4c3b2d1e0f9a8b7c6d5e4f3a".to_owned();
    LastApply::Before { noted: "9d2f4c1b0a7e8d6f".to_owned(), version }
}

fn drifted() -> Plan {
    judged(sample::drifted(), LastApply::Same, |_, _| (Verdict::Drift, None))
}

fn pending() -> Plan {
    judged(sample::first_apply(), before(), |_, _| (Verdict::Pending, None))
}

/// One profile in which both have moved, an app that one stamp has drifted from and the other is yet
/// to get.
fn both() -> Plan {
    judged(sample::drifted(), before(), |action, path| match (&action.address[..], path) {
        (_, "properties.dnsConfig.ttl") => (Verdict::Both, Some(json!(300))),
        ("trafficManager/main", _) => (Verdict::Pending, None),
        ("weu/web", _) => (Verdict::Drift, None),
        _ => (Verdict::Pending, None),
    })
}

fn unknown(last_apply: LastApply) -> Plan {
    judged(sample::drifted(), last_apply, |_, _| (Verdict::Unknown, None))
}

fn failed_over() -> Plan {
    let notice = Notice {
        severity: Severity::Warning,
        code: Code::FailedOver.into(),
        address: "trafficManager/main".to_owned(),
        message: "traffic goes to `sea`, as `weu` is Degraded".to_owned(),
        help: Some("mend `weu`: traffic returns by itself once its probes succeed".to_owned()),
    };
    let plan = Plan { actions: vec![], notices: vec![notice], ..sample::drifted() };
    judged(plan, LastApply::Same, |_, _| (Verdict::Drift, None))
}

fn lost() -> LastApply {
    LastApply::Lost { noted: "9d2f4c1b0a7e8d6f".to_owned() }
}

fn cases() -> [(&'static str, Plan); 5] {
    [
        ("drift_only", drifted()),
        ("pending_only", pending()),
        ("both_in_one_resource", both()),
        ("unknown", unknown(lost())),
        ("failed_over", failed_over()),
    ]
}

#[test]
fn each_verdict_is_told_as_text() {
    for (name, plan) in cases() {
        let options = TextOptions { width: 100, ..TextOptions::default() };
        insta::assert_snapshot!(format!("text_{name}"), drift(&plan, &options));
    }
}

#[test]
fn each_verdict_is_a_test_result() {
    for (name, plan) in cases() {
        insta::assert_snapshot!(format!("junit_{name}"), junit(&plan, &sample::picture()));
    }
}

/// Returns what verdicts add to the document.
fn additions(plan: &Plan) -> Value {
    let document: Value = serde_json::from_str(&plan_json(plan)).expect("JSON");
    let actions = document["actions"].as_array().expect("actions").iter().map(|action| {
        let changes = action["changes"].as_array().expect("changes").iter().map(|change| {
            let mut told = json!({ "path": change["path"], "verdict": change["verdict"] });
            if let Some(base) = change.get("base") {
                told["base"] = base.clone();
            }
            told
        });
        let changes: Vec<Value> = changes.collect();
        json!({ "id": action["id"], "verdict": action["verdict"], "changes": changes })
    });
    let actions: Vec<Value> = actions.collect();
    json!({
        "schema": document["schema"], "verdicts": document["verdicts"],
        "lastApply": document["lastApply"], "actions": actions,
    })
}

#[test]
fn each_verdict_is_data() {
    for (name, plan) in cases() {
        let told = serde_json::to_string_pretty(&additions(&plan)).expect("plain data");
        insta::assert_snapshot!(format!("json_{name}"), told);
    }
    // A plan that nobody has judged says nothing of it.
    let document: Value = serde_json::from_str(&plan_json(&sample::drifted())).expect("JSON");
    assert!(document.get("verdicts").is_none() && document.get("lastApply").is_none());
    assert!(document["actions"][0].get("verdict").is_none());
}

#[test]
fn a_page_shows_each_verdict_as_a_badge() {
    let page = drift_html(&both(), &sample::picture(), &sample::made());
    for told in [
        "<li class=\"chip drift\">1 drifted</li>",
        "<li class=\"chip pending\">2 pending</li>",
        "<li class=\"chip both\">1 drifted and pending</li>",
        "<span class=\"badge drift\">drift</span>",
        "<span class=\"badge pending\">pending</span>",
        "<span class=\"badge both\">drift and pending</span>",
        "<p class=\"quiet\">was 300 when it was applied</p>",
    ] {
        assert!(page.contains(told), "{told}\n{page}");
    }
    let page = drift_html(&failed_over(), &sample::picture(), &sample::made());
    assert!(page.contains("<li class=\"chip failed-over\">failed over: trafficManager/main</li>"));
}

#[test]
fn nothing_is_claimed_that_is_not_known() {
    for last_apply in [lost(), LastApply::Never] {
        let plan = unknown(last_apply);
        for text in [
            drift(&plan, &TextOptions::default()),
            drift_markdown(&plan, usize::MAX),
            junit(&plan, &sample::picture()),
        ] {
            for claim in ["changed in Azure", "drifted", "should be", "pending:"] {
                assert!(!text.contains(claim), "{claim}: {text}");
            }
        }
        assert!(drift(&plan, &TextOptions::default()).contains("is not known"));
    }
}

#[test]
fn a_conversion_that_is_all_that_is_missing_is_drift() {
    let mut plan = sample::drifted();
    plan.actions.truncate(1);
    plan.actions[0].verb = plan::Verb::Start;
    let plan = judged(plan, LastApply::Same, |_, _| (Verdict::Drift, None));
    let text = drift(&plan, &TextOptions::default());
    assert!(text.starts_with("northwind: 1 drifted\n"), "{text}");
    assert!(text.contains("changed in Azure     trafficManager/main"), "{text}");
    assert!(junit(&plan, &sample::picture()).contains("failures=\"1\""));
}

#[test]
fn an_issue_begins_with_the_verdicts() {
    let text = drift_markdown(&both(), usize::MAX);
    let wanted = "### northwind: 1 drifted, 2 pending, 1 drifted and pending\n";
    assert!(text.contains(wanted), "{text}");
    assert!(text.contains("as in commit 3f1c2a9d8b7e"), "{text}");
}

#[test]
fn what_may_not_be_shown_is_not_shown_as_it_was_either() {
    let mut plan = sample::drifted();
    for change in plan.actions.iter_mut().flat_map(|action| &mut action.changes) {
        change.sensitive = true;
    }
    let plan = judged(plan, before(), |_, _| (Verdict::Both, Some(json!("hunter2"))));
    for text in [
        drift(&plan, &TextOptions::default()),
        junit(&plan, &sample::picture()),
        drift_html(&plan, &sample::picture(), &sample::made()),
        plan_json(&plan),
    ] {
        assert!(!text.contains("hunter2"), "{text}");
    }
}
