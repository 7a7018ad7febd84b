//! Whatever an outsider may choose acts in no format: names of properties of raw resources, values,
//! addresses, messages of services, names of files.

use std::collections::BTreeMap;

use plan::{ActionOutcome, Band, Notice, Outcome, Plan, Severity};
use serde_json::{Value, json};

use crate::{Made, Next, Picture, TextOptions, escape, sample};

/// What acts somewhere: on a terminal, on a build service, in a page, in a comment.
const HOSTILE: [&str; 13] = [
    "a\u{1b}[2J\u{1b}]0;x\u{7}b",
    "a\r\n##vso[task.setvariable variable=PATH]/x",
    "##[error]no ###[x",
    "a\n::error::no\n  ::add-mask::x\r::set-output name=x::y",
    "a\u{202e}gnp\u{2066}x\u{200b}\u{feff}\u{ad}\u{34f}\u{206a}\u{3164}",
    "a\u{9b}2J\u{85}b\u{2028}c\u{2029}d\0",
    "</code></pre></td><script>alert(1)</script><img src=x onerror=alert(1)>",
    "\"'><svg/onload=alert(1)> & ]]> -->",
    "</details></summary><details>",
    "``` x\n```\n~~~\n# heading\n@octo-org/admins #12 GH-12 ![a](https://b.example/c) [d](javascript:e)",
    "a | b `c` *d* _e_ $f$ \\ <!-- g --> www.h.example",
    "%0A::error::no%25;]=,:",
    "\"]\n  click n0 \"javascript:e\"\n%%{init: {}}%% \\",
];

/// A format, how a run hands it out, and what must hold.
type Format = (&'static str, fn(&Plan) -> String, fn(&str, &str));

const FORMATS: [Format; 19] = [
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
    ("outcome", |plan| escape::lines(&told(plan, &sample::failed(plan))).into_owned(), people),
    ("outcome of a stop", |plan| escape::lines(&told(plan, &stopped(plan))).into_owned(), people),
    ("outcome as json", outcome_json, document),
    ("moved", moved, people),
    ("show", show, people),
    ("dot", |plan| crate::graph_dot(&picture(plan)), dot),
    ("mermaid", |plan| crate::graph_mermaid(&picture(plan)), mermaid),
    ("svg", |plan| escape::markup(&crate::graph_svg(&picture(plan))).into_owned(), page),
    ("question", question, people),
];

const OPTIONS: TextOptions = TextOptions { width: 100, styled: false, verbose: true };
const LIMIT: usize = crate::MARKDOWN_LIMIT;

fn html(plan: &Plan) -> String {
    let made = Made { at: sample::made().at, commit: Some(text_of(plan).to_owned()) };
    escape::markup(&crate::html(plan, &picture(plan), &made)).into_owned()
}

fn junit(plan: &Plan) -> String {
    escape::markup(&crate::junit(plan, &picture(plan))).into_owned()
}

/// Returns the text that stands wherever an outsider can put it.
fn text_of(plan: &Plan) -> &str {
    plan.notices.iter().find_map(|notice| notice.help.as_deref()).expect("a text")
}

fn next(plan: &Plan) -> Next {
    let file = format!("topologies/{}.yaml", text_of(plan));
    Next { apply: format!("evenkeel apply {file}"), review: format!("evenkeel plan {file}") }
}

/// Returns what is told of an outcome in which Azure's messages are the text.
fn told(plan: &Plan, outcome: &Outcome) -> String {
    crate::outcome(plan, &with_messages(plan, outcome), &next(plan), &OPTIONS)
}

fn with_messages(plan: &Plan, outcome: &Outcome) -> Outcome {
    let text = || text_of(plan).to_owned();
    let mut outcome = outcome.clone();
    for ended in outcome.actions.values_mut() {
        if let ActionOutcome::Failed { errors, code, correlation_id, .. } = ended {
            *errors = vec![text(), format!("says {}\n{}", text(), text())];
            (*code, *correlation_id) = (Some(text()), Some(text()));
        }
    }
    outcome
}

fn stopped(plan: &Plan) -> Outcome {
    let mut outcome = sample::interrupted(plan);
    if let Some(last) = plan.actions.last() {
        outcome.actions.insert(last.id.clone(), ActionOutcome::Moved);
    }
    outcome
}

fn outcome_json(plan: &Plan) -> String {
    let outcome = with_messages(plan, &sample::failed(plan));
    escape::json(&crate::outcome_json(plan, &outcome)).into_owned()
}

fn moved(plan: &Plan) -> String {
    let all = plan.actions.iter().map(|action| (action.id.clone(), ActionOutcome::Moved));
    let outcome = Outcome { actions: all.collect(), ..sample::succeeded(plan) };
    let mut fresh = plan.clone();
    for change in fresh.actions.iter_mut().flat_map(|action| &mut action.changes) {
        change.before = Some(json!({ text_of(plan): [text_of(plan)] }));
    }
    escape::lines(&crate::moved(plan, &outcome, &fresh, &OPTIONS)).into_owned()
}

fn show(plan: &Plan) -> String {
    let text = text_of(plan);
    let body = json!({ text: { text: text }, "list": [text, { text: 1 }] });
    let changes = plan.actions.iter().flat_map(|action| action.changes.clone());
    let changes: Vec<_> = changes.collect();
    let shown = crate::show(&format!("weu/{text}"), Some(&body), Some(&body), &changes, &OPTIONS);
    escape::lines(&shown).into_owned()
}

fn question(plan: &Plan) -> String {
    let asked = crate::question(plan, Some(text_of(plan)), true, &OPTIONS);
    escape::lines(&asked.text).into_owned()
}

/// Returns a picture in which stamps and addresses hold the text.
fn picture(plan: &Plan) -> Picture {
    let text = text_of(plan);
    let named = |address: &str| format!("{address}{text}");
    let mut picture = sample::picture();
    for node in &mut picture.nodes {
        node.address = named(&node.address);
        if let Band::Stamp(stamp) = &mut node.band {
            stamp.push_str(text);
        }
    }
    for (from, to) in &mut picture.edges {
        (*from, *to) = (named(from), named(to));
    }
    picture
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
        action.address.push_str(text);
        if let Band::Stamp(stamp) = &mut action.band {
            stamp.push_str(text);
        }
    }
    plan.stamps.iter_mut().for_each(|stamp| stamp.push_str(text));
    plan.topology.push_str(text);
    let places = std::mem::take(&mut plan.places).into_iter();
    plan.places = places
        .map(|(address, place)| (format!("{address}{text}"), place))
        .collect::<BTreeMap<_, _>>();
    plan.notices[0].help = None;
    plan.notices.push(Notice {
        severity: Severity::Warning,
        code: plan::NoticeCode::Topology("kept".into()),
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
    let acts = |c: char| c.is_control() && c != '\n' && c != '\t' || resource::is_deceptive(c);
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
    // The hidden first line holds a name, in which no more than letters, digits, dots and dashes stay.
    let (marker, shown) = shown.split_once('\n').expect("a marker");
    let name = marker.strip_prefix("<!-- evenkeel:").and_then(|rest| rest.strip_suffix(" -->"));
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || ":-_.".contains(c);
    assert!(name.is_some_and(|name| name.chars().all(is_of_name)), "{marker}");
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

/// Whatever names hold, the picture has the same lines, and texts end where they end.
fn dot(shown: &str, plain: &str) {
    let unescaped = |text: &str| text.replace("\\\\", "").replace("\\\"", "");
    same_texts(&unescaped(shown), &unescaped(plain));
}

/// As in [`dot`]; labels are HTML besides, and a directive may stand anywhere.
fn mermaid(shown: &str, plain: &str) {
    same_texts(shown, plain);
    for acting in ["%%{", "<script", "<img", "<svg", "</"] {
        assert_eq!(shown.matches(acting).count(), plain.matches(acting).count(), "{shown}");
    }
}

fn same_texts(shown: &str, plain: &str) {
    people(shown, plain);
    assert_eq!(shown.lines().count(), plain.lines().count(), "{shown}");
    assert_eq!(shown.matches('"').count(), plain.matches('"').count(), "{shown}");
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
        let seen = ["a\\u{202e}b", "a\\\\u{202e}b", "a\\u202eb", "a\u{fffd}b"];
        assert!(seen.iter().any(|seen| text.contains(seen)), "{name}:\n{text}");
    }
}
