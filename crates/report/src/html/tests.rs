use plan::Plan;
use serde_json::json;

use super::*;
use crate::sample;

const HOSTILE: &str = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>";

#[test]
fn drift_is_drawn_in_bands() {
    insta::assert_snapshot!(body(&drift_html(
        &sample::drifted(),
        &sample::picture(),
        &sample::made()
    )));
}

#[test]
fn first_apply_is_drawn_in_bands() {
    insta::assert_snapshot!(body(&html(
        &sample::first_apply(),
        &sample::picture(),
        &sample::made()
    )));
}

/// Leaves out the style sheet and the drawing, which have tests of their own.
fn body(text: &str) -> String {
    let (_, body) = text.split_once("<body>").expect("a body");
    let (told, rest) = body.split_once("<svg").expect("a drawing");
    let (_, end) = rest.split_once("</svg>").expect("the drawing's end");
    format!("{told}<svg/>{end}")
}

#[test]
fn hostile_names_and_values_are_text() {
    let mut plan = sample::first_apply();
    plan.topology = HOSTILE.into();
    plan.subscription = HOSTILE.into();
    plan.stamps.push(HOSTILE.into());
    plan.notices[0].address = HOSTILE.into();
    plan.notices[0].message = HOSTILE.into();
    plan.notices[0].code = plan::NoticeCode::Topology(HOSTILE.into());
    plan.notices[0].help = Some(HOSTILE.into());
    plan.refusals = sample::refused().refusals;
    plan.refusals[0].message = HOSTILE.into();
    for action in &mut plan.actions {
        action.id.0 = format!("{HOSTILE}{}", action.id.0);
        action.address.push_str(HOSTILE);
        action.reasons.push(HOSTILE.into());
        action.permission = Some(HOSTILE.into());
        for change in &mut action.changes {
            change.path = HOSTILE.into();
            change.before = Some(json!(format!("a\n{HOSTILE}")));
            change.after = Some(json!(HOSTILE));
            change.forces_replacement = Some(HOSTILE.into());
        }
    }
    let made = Made { at: HOSTILE.into(), commit: Some(HOSTILE.into()) };
    let mut picture = sample::picture();
    for node in &mut picture.nodes {
        node.address.push_str(HOSTILE);
    }
    for text in [html(&plan, &picture, &made), drift_html(&plan, &picture, &made)] {
        assert!(text.contains("&lt;script&gt;"));
        assert!(!text.contains("<script") && !text.contains("<img"), "markup breaks out");
    }
}

#[test]
fn sensitive_values_are_never_written() {
    let mut plan = sample::drifted();
    for change in plan.actions.iter_mut().flat_map(|action| &mut action.changes) {
        change.before = Some(json!("hunter2"));
        change.after = Some(json!("hunter3"));
        change.sensitive = true;
    }
    let text = html(&plan, &sample::picture(), &sample::made());
    assert!(!text.contains("hunter") && text.contains("(sensitive value changed)"));
}

#[test]
fn nothing_is_loaded_from_elsewhere() {
    let text = html(&sample::first_apply(), &sample::picture(), &sample::made());
    let without_names = text.replace("http://www.w3.org/2000/svg", "");
    for loader in [" src=", "url(", "@import", "<link", "href=\"http", "<script", " onclick"] {
        assert!(!without_names.contains(loader), "{loader}");
    }
}

#[test]
fn every_tag_is_closed() {
    let text = html(&sample::replacement(), &sample::picture(), &sample::made());
    for tag in ["section", "details", "summary", "ul", "ol", "dl", "pre", "div", "li", "main"] {
        let opened =
            text.matches(&format!("<{tag}>")).count() + text.matches(&format!("<{tag} ")).count();
        assert_eq!(opened, text.matches(&format!("</{tag}>")).count(), "{tag}");
    }
}

#[test]
fn verdict_is_clear_where_nothing_moved() {
    let plan = Plan { actions: vec![], ..sample::drifted() };
    assert!(
        drift_html(&plan, &sample::picture(), &sample::made())
            .contains("<p class=\"clean\">No drift.</p>")
    );
}

#[test]
fn what_to_look_at_first_leads_to_its_boxes() {
    for plan in [sample::first_apply(), sample::replacement(), sample::drifted()] {
        let text = html(&plan, &sample::picture(), &sample::made());
        let (_, risks) = text.split_once("<dl class=\"risks\">").expect("risks");
        let (risks, _) = risks.split_once("</dl>").expect("their end");
        let targets: Vec<&str> = risks
            .split("href=\"#")
            .skip(1)
            .filter_map(|rest| rest.split_once('"').map(|(id, _)| id))
            .collect();
        assert!(!targets.is_empty(), "{risks}");
        for target in targets {
            assert_eq!(text.matches(&format!(" id=\"{target}\"")).count(), 1, "{target}");
        }
    }
}

#[test]
fn what_azure_has_lost_is_a_loss_and_what_stays_is_closed() {
    let missing = Plan { verdicts: None, ..sample::first_apply() };
    let text = drift_html(&missing, &sample::picture(), &sample::made());
    assert!(text.contains("<details class=\"card missing\">"), "{text}");
    assert!(!text.contains("class=\"card create\"") && !text.contains("chip create"));
    assert!(!text.contains("class=\"same\" open"));
}

#[test]
fn a_report_says_when_and_of_what_it_was_made() {
    let text = html(&sample::drifted(), &sample::picture(), &sample::made());
    let Made { at, commit } = sample::made();
    assert!(text.contains(&format!("<time datetime=\"{at}\">{at}</time>")));
    assert!(text.contains(&commit.expect("a commit")));
    assert!(text.contains(concat!("evenkeel ", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn page_grows_with_the_number_of_stamps_and_no_faster() {
    let length = |stamps| {
        let page = html(&sample::large(stamps), &Picture::default(), &sample::made());
        page.len()
    };
    let (few, many) = (length(100), length(1_000));
    assert!(many < few * 11, "100: {few} bytes, 1,000: {many} bytes");
}
