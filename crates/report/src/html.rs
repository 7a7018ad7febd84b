//! A plan as one HTML file: the topology in three bands, each box opening its differences.

mod card;
mod difference;

use plan::{Band, Plan, Verdict};

use crate::drift::{basis, judged, word};
use crate::finding::{Level, findings};
use crate::markup::escape;
use crate::model::{Kind, Model};
use crate::picture::{Picture, band_name};
use crate::properties::Voice;
use crate::risks::sections;
use crate::svg::graph_svg;
use crate::text::{closing, no_changes, tail};
use card::{Card, Cards, cards};

/// Renders `plan` as one HTML file that needs nothing else: no script, no font, no image.
///
/// `picture` is the topology that it is a plan of. Whatever it holds is written as text; a policy in
/// the file forbids the browser to load or to run anything.
pub fn html(plan: &Plan, picture: &Picture, made: &Made) -> String {
    document(plan, picture, made, Voice::Plan)
}

/// When a report was made, and from which version of the topology.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The time, in RFC 3339.
    pub at: String,
    /// The commit of the topology in words, where git knows one.
    pub commit: Option<String>,
}

/// Renders `plan` as [`html`] does, told as what has moved in Azure.
pub fn drift_html(plan: &Plan, picture: &Picture, made: &Made) -> String {
    document(plan, picture, made, Voice::Drift)
}

fn document(plan: &Plan, picture: &Picture, made: &Made, voice: Voice) -> String {
    let model = Model::new(plan);
    let cards = cards(&model, picture, voice);
    let what = if voice == Voice::Plan { "plan" } else { "drift" };
    let mut text = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src \
         'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n\
         <title>{name}: {what}</title>\n<style>\n{style}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#main\">Skip to the changes</a>\n\
         <header>\n<p class=\"what\">Evenkeel {what}</p>\n<h1>{name}</h1>\n{verdict}\
         <p class=\"meta\">subscription {subscription} · <time datetime=\"{at}\">{at}</time>{commit} · \
         evenkeel {version}</p>\n</header>\n<main id=\"main\">\n",
        name = escape(&plan.topology),
        style = include_str!("html/style.css"),
        verdict = verdict(&model, voice),
        subscription = escape(&plan.subscription),
        at = escape(&made.at),
        commit = made.commit.iter().map(|c| format!(" · {}", escape(c))).collect::<String>(),
        version = env!("CARGO_PKG_VERSION"),
    );
    push_findings(&mut text, plan);
    if voice == Voice::Plan {
        push_risks(&mut text, &model, &cards);
    }
    push_bands(&mut text, picture, plan, &cards.all);
    if voice == Voice::Plan && !plan.actions.is_empty() {
        push_order(&mut text, plan);
    }
    push_coverage(&mut text, plan);
    push_drawing(&mut text, picture, &cards);
    text.push_str(&format!(
        "</main>\n<footer>{}</footer>\n</body>\n</html>\n",
        escape(&closing(plan))
    ));
    text
}

/// Returns the counts of what changes or has moved, or that nothing does.
fn verdict(model: &Model<'_>, voice: Voice) -> String {
    if voice == Voice::Drift && model.plan.verdicts.is_some() {
        return judgement(model);
    }
    let mut told = String::new();
    for kind in Kind::CHANGES {
        let count = model.count(kind);
        if count > 0 {
            let (mark, class, words) = match voice {
                Voice::Plan => (kind.mark(), kind.word(), kind.word()),
                _ => {
                    let (mark, class) = kind.seen(None);
                    (mark, class, word(kind, None))
                }
            };
            told.push_str(&format!(
                "<li class=\"chip {class}\"><span aria-hidden=\"true\">{}</span> <b>{count}</b> {words}</li>\n",
                escape(mark),
            ));
        }
    }
    if voice == Voice::Plan && model.steps() > 0 {
        let steps = model.steps();
        told.push_str(&format!(
            "<li class=\"chip step\"><b>{steps}</b> {} for safety</li>\n",
            if steps == 1 { "step" } else { "steps" }
        ));
    }
    if told.is_empty() {
        let plan = model.plan;
        let is_clear = plan.refusals.is_empty() && plan.coverage.not_evaluated.is_empty();
        let words = match voice {
            Voice::Drift if is_clear => "No drift.".to_owned(),
            _ => no_changes(plan),
        };
        return format!("<p class=\"clean\">{}</p>\n", escape(&words));
    }
    format!("<ul class=\"chips\" aria-label=\"Summary\">\n{told}</ul>\n")
}

/// Returns the counts of what has moved, by who has moved, and what that rests on.
fn judgement(model: &Model<'_>) -> String {
    let plan = model.plan;
    let mut told = String::new();
    for (verdict, words) in judged(model) {
        told.push_str(&format!("<li class=\"chip {}\">{words}</li>\n", verdict_class(verdict)));
    }
    for notice in plan.failed_over() {
        let name = escape(&notice.address);
        told.push_str(&format!("<li class=\"chip failed-over\">failed over: {name}</li>\n"));
    }
    if told.is_empty() {
        let is_clear = plan.refusals.is_empty() && plan.coverage.not_evaluated.is_empty();
        let words = if is_clear { "No drift.".to_owned() } else { no_changes(plan) };
        return format!("<p class=\"clean\">{}</p>\n", escape(&words));
    }
    let basis = basis(model).map(|words| format!("<p class=\"meta\">{}</p>\n", escape(&words)));
    let basis = basis.unwrap_or_default();
    format!("<ul class=\"chips\" aria-label=\"Summary\">\n{told}</ul>\n{basis}")
}

/// Returns the word and class of a verdict.
pub(crate) fn verdict_class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Drift => "drift",
        Verdict::Pending => "pending",
        Verdict::Both => "both",
        Verdict::Unknown => "unknown",
    }
}

fn push_findings(text: &mut String, plan: &Plan) {
    let findings = findings(plan);
    if findings.is_empty() {
        return;
    }
    let title =
        if plan.refusals.is_empty() { "Notices" } else { "Refused: this plan will not be applied" };
    text.push_str(&format!("<section class=\"findings\" aria-labelledby=\"findings\">\n<h2 id=\"findings\">{title}</h2>\n<ul>\n"));
    for finding in findings {
        let (class, level) = match finding.level {
            Level::Error => ("error", "refused"),
            Level::Warning => ("warning", "warning"),
            Level::Info => ("info", "note"),
        };
        let help =
            finding.help.map(|help| format!("<br><span class=\"quiet\">{}</span>", escape(help)));
        text.push_str(&format!(
            "<li class=\"{class}\"><b>{level}</b> <code>{}</code> {} <span class=\"quiet\">({})</span>{}</li>\n",
            escape(&finding.address),
            escape(&finding.message),
            escape(finding.code),
            help.unwrap_or_default(),
        ));
    }
    text.push_str("</ul>\n</section>\n");
}

fn push_risks(text: &mut String, model: &Model<'_>, cards: &Cards<'_>) {
    let sections = sections(model);
    if sections.is_empty() {
        return;
    }
    text.push_str("<section aria-labelledby=\"risks\">\n<h2 id=\"risks\">Look at these first</h2>\n<dl class=\"risks\">\n");
    for section in sections {
        let label = section.label;
        text.push_str(&format!("<dt class=\"{}\">{label}</dt><dd>", label.replace(' ', "-")));
        let refused = section.refusals.iter().map(|refusal| escape(&refusal.address));
        let told = section.entries.iter().map(|entry| {
            let mut links = String::new();
            card::push_links(&mut links, cards, entry);
            links
        });
        let mut names: Vec<_> = refused.chain(told).collect();
        names.dedup();
        text.push_str(&format!("{}</dd>\n", names.join("; ")));
    }
    text.push_str("</dl>\n</section>\n");
}

/// Writes the three bands; the stamps stand side by side in theirs.
fn push_bands(text: &mut String, picture: &Picture, plan: &Plan, cards: &[Card<'_>]) {
    let mut stamps: Vec<Band> = plan.stamps.iter().cloned().map(Band::Stamp).collect();
    let told = picture.nodes.iter().map(|node| &node.band);
    for band in told.chain(cards.iter().map(|card| &card.band)) {
        if matches!(band, Band::Stamp(_)) && !stamps.contains(band) {
            stamps.push(band.clone());
        }
    }
    let of = |band: &Band| cards.iter().filter(|card| card.band == *band).collect::<Vec<_>>();
    push_band(text, ("global", "Global"), &of(&Band::Global));
    if !stamps.is_empty() {
        text.push_str("<section class=\"band\" aria-labelledby=\"stamps\">\n<h2 id=\"stamps\">Stamps</h2>\n<div class=\"stamps\">\n");
        for (at, stamp) in stamps.iter().enumerate() {
            text.push_str(&format!(
                "<section class=\"stamp\" aria-labelledby=\"stamp{at}\">\n<h3 id=\"stamp{at}\">{}</h3>\n",
                escape(&band_name(stamp))
            ));
            card::push_all(text, &of(stamp));
            text.push_str("</section>\n");
        }
        text.push_str("</div>\n</section>\n");
    }
    push_band(text, ("data", "Data"), &of(&Band::Data));
}

fn push_band(text: &mut String, (id, name): (&str, &str), cards: &[&Card<'_>]) {
    if !cards.is_empty() {
        text.push_str(&format!(
            "<section class=\"band\" aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{name}</h2>\n"
        ));
        card::push_all(text, cards);
        text.push_str("</section>\n");
    }
}

fn push_order(text: &mut String, plan: &Plan) {
    text.push_str(&format!(
        "<section aria-labelledby=\"order\">\n<h2 id=\"order\">Order</h2>\n<details class=\"fold\">\
         <summary>{} actions, one after what it needs</summary>\n<ol>\n",
        plan.actions.len()
    ));
    for action in &plan.actions {
        let after: Vec<_> = action.after.iter().map(|id| escape(&id.0)).collect();
        let after = match &after[..] {
            [] => String::new(),
            ids => format!(" <span class=\"quiet\">after {}</span>", ids.join(", ")),
        };
        text.push_str(&format!("<li><b>{}</b>{after}</li>\n", escape(&action.id.0)));
    }
    text.push_str("</ol>\n</details>\n</section>\n");
}

fn push_coverage(text: &mut String, plan: &Plan) {
    let coverage = &plan.coverage;
    if coverage.not_evaluated.is_empty() && coverage.unmanaged.is_empty() {
        return;
    }
    text.push_str("<section aria-labelledby=\"kept\">\n<h2 id=\"kept\">Beyond this report</h2>\n");
    if !coverage.not_evaluated.is_empty() {
        text.push_str(&format!(
            "<details class=\"fold\" open><summary>{} not evaluated: nothing is said of these</summary>\n<ul>\n",
            coverage.not_evaluated.len()
        ));
        for (id, reason) in &coverage.not_evaluated {
            text.push_str(&format!("<li>{}: {}</li>\n", escape(&tail(id)), escape(reason)));
        }
        text.push_str("</ul>\n</details>\n");
    }
    if !coverage.unmanaged.is_empty() {
        text.push_str(&format!(
            "<details class=\"fold\"><summary>{} unmanaged, kept as they are</summary>\n<ul>\n",
            coverage.unmanaged.len()
        ));
        for id in &coverage.unmanaged {
            text.push_str(&format!("<li>{}</li>\n", escape(&tail(id))));
        }
        text.push_str("</ul>\n</details>\n");
    }
    text.push_str("</section>\n");
}

/// Writes the picture with its dependencies, marked as the cards are.
fn push_drawing(text: &mut String, picture: &Picture, cards: &Cards<'_>) {
    if picture.nodes.is_empty() {
        return;
    }
    let mut picture = picture.clone();
    for node in &mut picture.nodes {
        node.verb = cards.at(&node.address).and_then(Card::verb);
    }
    text.push_str(&format!(
        "<section aria-labelledby=\"drawing\">\n<h2 id=\"drawing\">Dependencies</h2>\n\
         <details class=\"fold\"><summary>Drawn as a picture</summary>\n<div class=\"drawing\">\n\
         {}</div>\n</details>\n</section>\n",
        graph_svg(&picture)
    ));
}

#[cfg(test)]
mod tests;
