//! Whatever an outsider may choose acts in no format: names of properties of raw resources, values,
//! addresses, messages of services, names of files.

use plan::{Notice, Plan, Severity};
use serde_json::{Value, json};

use crate::{TextOptions, escape, sample};

/// What acts somewhere: on a terminal, on a build service, in a page, in a comment.
const HOSTILE: [&str; 12] = [
    "a\u{1b}[2J\u{1b}]0;x\u{7}b",
    "a\r\n##vso[task.setvariable variable=PATH]/x",
    "##[error]no ###[x",
    "a\n::error::no\n  ::add-mask::x\r::set-output name=x::y",
    "a\u{202e}gnp\u{2066}x\u{200b}\u{feff}",
    "a\u{9b}2J\u{85}b\u{2028}c\u{2029}d\0",
    "</code></pre></td><script>alert(1)</script><img src=x onerror=alert(1)>",
    "\"'><svg/onload=alert(1)> & ]]> -->",
    "</details></summary><details>",
    "``` x\n```\n~~~\n# heading\n@octo-org/admins #12 GH-12 ![a](https://b.example/c) [d](javascript:e)",
    "a | b `c` *d* _e_ $f$ \\ <!-- g --> www.h.example",
    "%0A::error::no%25;]=,:",
];

/// A format, how a run hands it out, and what must hold.
type Format = (&'static str, fn(&Plan) -> String, fn(&str, &str));

const FORMATS: [Format; 10] = [
    ("text", |plan| escape::lines(&crate::text(plan, &OPTIONS)).into_owned(), people),
    ("drift", |plan| escape::lines(&crate::drift(plan, &OPTIONS)).into_owned(), people),
    ("markdown", |plan| escape::lines(&crate::markdown(plan, LIMIT)).into_owned(), comment),
    ("issue", |plan| escape::lines(&crate::drift_markdown(plan, LIMIT)).into_owned(), comment),
    ("json", |plan| escape::json(&crate::plan_json(plan)).into_owned(), document),
    ("sarif", |plan| escape::json(&crate::sarif(plan, None)).into_owned(), document),
    ("html", html, page),
    ("junit", junit, page),
    ("github", |plan| crate::github(plan, Some("a.yaml")), github),
    ("azure-devops", |plan| crate::azure_devops(plan, Some("a.yaml")), azure_devops),
];

const OPTIONS: TextOptions = TextOptions { width: 100, styled: false, verbose: true };
const LIMIT: usize = crate::MARKDOWN_LIMIT;

fn html(plan: &Plan) -> String {
    escape::markup(&crate::html(plan, &sample::picture(), &sample::made())).into_owned()
}

fn junit(plan: &Plan) -> String {
    escape::markup(&crate::junit(plan, &sample::picture())).into_owned()
}

/// Makes a plan in which `text` stands wherever an outsider can put it.
fn plan_with(text: &str) -> Plan {
    let mut plan = sample::first_apply();
    let replacement = sample::replacement();
    plan.actions.extend(replacement.actions);
    for action in &mut plan.actions {
        for change in &mut action.changes {
            change.path = format!("properties.{text}.{}", change.path);
            change.before = change.before.take().map(|before| json!({ text: [before, text] }));
            change.after = Some(json!(text));
        }
        if let plan::Operation::Write { body, .. } = &mut action.operation
            && let Value::Object(map) = body
        {
            map.insert(text.to_owned(), json!(text));
            map.insert("tags".to_owned(), json!({ text: text, "plain": [text] }));
        }
        action.reasons.push(text.to_owned());
    }
    plan.notices.push(Notice {
        severity: Severity::Warning,
        code: "kept".into(),
        address: format!("weu/{text}"),
        message: format!("says `{text}` and {text}"),
        help: Some(text.to_owned()),
    });
    plan.refusals = sample::refused().refusals;
    plan.refusals[0].message = text.to_owned();
    plan.refusals[0].help = text.to_owned();
    for place in plan.places.values_mut() {
        place.file = format!("topologies/{text}.yaml");
    }
    for reason in plan.coverage.not_evaluated.values_mut() {
        *reason = text.to_owned();
    }
    plan
}

/// Nothing but line breaks moves, hides or commands.
fn inert(text: &str) {
    let acts = |c: char| c.is_control() && c != '\n' && c != '\t' || escape::is_deceptive(c);
    assert!(!text.contains(acts), "{:?}", text.find(acts).map(|at| text.get(at..at + 40)));
}

fn commands_nobody(text: &str) {
    assert!(!text.contains("##vso[") && !text.contains("##["), "{text}");
    let is_command = |line: &str| line.trim_start().starts_with("::");
    assert!(!text.lines().any(is_command), "{text}");
}

fn people(shown: &str, _: &str) {
    inert(shown);
    commands_nobody(shown);
}

/// What is not within a fence or code is neither markup nor a mention.
fn comment(shown: &str, plain: &str) {
    people(shown, plain);
    let mut fence: Option<String> = None;
    let mut outside = String::new();
    for line in shown.lines() {
        let ticks: String = line.chars().take_while(|c| *c == '`').collect();
        match &fence {
            Some(open) if line.trim_end() == open => fence = None,
            Some(_) => {}
            None if ticks.len() >= 3 => fence = Some(ticks),
            None => {
                // Code spans show what stands in them.
                let parts = line.split('`').enumerate();
                let prose: Vec<&str> =
                    parts.filter(|(at, _)| at % 2 == 0).map(|(_, part)| part).collect();
                outside.push_str(&prose.join("`"));
                outside.push('\n');
            }
        }
    }
    assert_eq!(fence, None, "a fence stays open:\n{shown}");
    for acting in ["<script", "<img", "<svg", "![", "](", "@octo", "GH-12", " #12", "<!-- g"] {
        assert!(!outside.contains(acting), "{acting}:\n{outside}");
    }
    for tag in ["details", "summary"] {
        let (open, shut) = (format!("<{tag}"), format!("</{tag}>"));
        assert_eq!(outside.matches(&open).count(), outside.matches(&shut).count(), "{outside}");
        assert_eq!(outside.matches(&shut).count(), plain.matches(&shut).count(), "{outside}");
    }
}

fn document(shown: &str, _: &str) {
    inert(shown);
    assert!(!shown.contains("##vso[") && !shown.contains("##["), "{shown}");
    serde_json::from_str::<Value>(shown).expect("JSON");
}

/// The tags are those that a harmless text gives, in the same order.
fn page(shown: &str, plain: &str) {
    inert(shown);
    commands_nobody(shown);
    let tags = |text: &str| -> Vec<String> {
        let found = text.split('<').skip(1);
        let name = |tag: &str| {
            let end = tag.find(|c: char| !c.is_ascii_alphanumeric() && c != '/' && c != '!');
            tag[..end.unwrap_or(tag.len())].to_owned()
        };
        found.map(name).collect()
    };
    let (shown, plain) = (tags(shown), tags(plain));
    let known: std::collections::BTreeSet<&String> = plain.iter().collect();
    // What differs in several lines is told in lines.
    let is_ours = |tag: &str| ["pre", "del", "ins"].contains(&tag.trim_start_matches('/'));
    let is_strange = |tag: &&String| !known.contains(tag) && !is_ours(tag);
    let strange: Vec<_> = shown.iter().filter(is_strange).collect();
    assert!(strange.is_empty(), "{strange:?}");
    let count = |tags: &[String], tag: &str| tags.iter().filter(|known| *known == tag).count();
    for tag in ["details", "script", "section", "testcase", "testsuite"] {
        let shut = format!("/{tag}");
        assert_eq!(count(&shown, tag), count(&plain, tag), "{tag}");
        assert_eq!(count(&shown, &shut), count(&plain, &shut), "{shut}");
    }
}

/// Each line is one annotation.
fn github(shown: &str, plain: &str) {
    inert(shown);
    assert_eq!(shown.lines().count(), plain.lines().count(), "{shown}");
    for line in shown.lines() {
        let rest = line.strip_prefix("::").expect("a command");
        let (head, _) = rest.split_once("::").expect("a command and its data");
        let level = head.split(' ').next();
        assert!(["error", "warning", "notice"].map(Some).contains(&level), "{line}");
    }
}

/// Each line is one issue of the log, or text that commands nobody.
fn azure_devops(shown: &str, plain: &str) {
    inert(shown);
    let is_issue = |line: &&str| line.starts_with("##vso[task.logissue type=");
    let issues = |text: &str| text.lines().filter(is_issue).count();
    assert_eq!(issues(shown), issues(plain), "{shown}");
    for line in shown.lines() {
        commands_nobody(line.strip_prefix("##vso[task.logissue type=").unwrap_or(line));
    }
}

#[test]
fn nothing_that_an_outsider_chooses_acts_in_any_format() {
    let plain = plan_with("plain");
    let joined = HOSTILE.join(" ");
    for (name, render, holds) in FORMATS {
        let plain = render(&plain);
        for text in HOSTILE.into_iter().chain([&*joined]) {
            let shown = render(&plan_with(text));
            let judged = std::panic::catch_unwind(|| holds(&shown, &plain));
            assert!(judged.is_ok(), "{name} with {text:?}");
        }
    }
}

#[test]
fn names_and_values_are_told_all_the_same() {
    let shown = plan_with("a\u{202e}b");
    for (name, render, _) in FORMATS {
        let text = render(&shown);
        let seen = ["a\\u{202e}b", "a\\u202eb", "a\u{fffd}b"];
        assert!(seen.iter().any(|seen| text.contains(seen)), "{name}:\n{text}");
    }
}
