//! What somebody is asked before a plan is carried out.

use plan::{Plan, Risk};
use resource::catalogue::facts_of;

use crate::entry::tone;
use crate::model::{Entry, Kind, Model};
use crate::page::{Page, TextOptions, Tone};

/// Resources of one kind that are named; the rest is counted.
const NAMED: usize = 6;

/// What somebody is asked before a plan is carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The text, which ends where the answer is typed.
    pub text: String,
    /// What has to be typed; `None` where a yes is enough.
    pub wanted: Option<String>,
}

/// Asks whether `plan` shall be carried out: where, how many of each kind, and by name what is
/// deleted or replaced.
///
/// `subscription` is the display name of the plan's subscription, where it could be read. A yes is
/// enough, unless data is lost or `by_name` says that the topology's name has to be typed anyway.
pub fn question(
    plan: &Plan,
    subscription: Option<&str>,
    by_name: bool,
    options: &TextOptions,
) -> Question {
    let model = Model::new(plan);
    let losses = losses(plan);
    let is_typed = by_name || !losses.is_empty();
    let mut page = Page::new(*options);
    write_counts(&mut page, &model, subscription, is_typed);
    for loss in &losses {
        page.hanging(2, (Tone::Removed, "loses data for good: "), loss);
    }
    let mut text = page.into_text().trim_end().to_owned();
    if is_typed {
        text.push_str(&format!("\nType `{}` to go on:", plan.topology));
    }
    text.push(' ');
    Question { text, wanted: is_typed.then(|| plan.topology.clone()) }
}

fn write_counts(page: &mut Page, model: &Model<'_>, subscription: Option<&str>, is_typed: bool) {
    let id = &model.plan.subscription;
    let place = match subscription {
        Some(name) => (format!("{name} "), format!("({id}): ")),
        None => (String::new(), format!("{id}: ")),
    };
    let mut parts: Vec<(Tone, Vec<String>)> = vec![];
    for kind in Kind::CHANGES {
        let addresses = addresses(model, kind);
        if addresses.is_empty() {
            continue;
        }
        let count = format!("{} {}", addresses.len(), kind.word());
        parts.push(match kind {
            // What goes away is said by name, and louder than the rest.
            Kind::Delete | Kind::Replace => (Tone::Loss, named(&count, &addresses)),
            _ => (tone(kind), vec![count]),
        });
    }
    parts.extend(match model.steps() {
        0 => None,
        1 => Some((Tone::Quiet, vec!["1 step".to_owned()])),
        steps => Some((Tone::Quiet, vec![format!("{steps} steps")])),
    });
    let last = parts.len().saturating_sub(1);
    for (at, (_, words)) in parts.iter_mut().enumerate() {
        let end = if at < last {
            ", "
        } else if is_typed {
            ""
        } else {
            "? [y/N]"
        };
        words.last_mut().expect("each part has words").push_str(end);
    }
    let mut spans = vec![
        (Tone::Plain, "Apply to subscription "),
        (Tone::Strong, &place.0[..]),
        (Tone::Plain, &place.1[..]),
    ];
    let words = parts.iter().flat_map(|(tone, words)| words.iter().map(|word| (*tone, &word[..])));
    spans.extend(words);
    page.spans(2, &spans);
}

/// Returns the addresses of one kind, a stamp's with the stamp.
fn addresses<'a>(model: &Model<'a>, kind: Kind) -> Vec<&'a str> {
    let entries = model.entries().filter(|entry: &&Entry<'_>| entry.kind == kind);
    entries.flat_map(|entry| &entry.items).map(|item| &item.action.address[..]).collect()
}

/// Returns `2 delete (weu/a, weu/b)` in pieces between which a line may end.
fn named(count: &str, addresses: &[&str]) -> Vec<String> {
    let told = &addresses[..addresses.len().min(NAMED)];
    let mut words: Vec<String> = told.iter().map(|address| format!("{address}, ")).collect();
    match addresses.len() - told.len() {
        0 => {
            let last = words.last_mut().expect("there is an address");
            last.truncate(last.len() - ", ".len());
        }
        rest => words.push(format!("and {rest} more")),
    }
    words[0].insert_str(0, &format!("{count} ("));
    words.last_mut().expect("there is an address").push(')');
    words
}

/// Returns what is lost for good, each with its address.
fn losses(plan: &Plan) -> Vec<String> {
    let losing = plan.actions.iter().filter(|action| action.risks.contains(&Risk::LosesData));
    losing
        .map(|action| match facts_of(&action.resource).holds_data {
            Some(data) => format!("{}, {data}", action.address),
            None => action.address.clone(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn asked(plan: &Plan, width: usize) -> Question {
        let options = TextOptions { width, ..TextOptions::default() };
        question(plan, Some("Contoso Prod"), false, &options)
    }

    #[test]
    fn question_names_the_subscription_the_counts_and_what_goes_away() {
        let Question { text, wanted } = asked(&sample::first_apply(), 100);
        assert_eq!(wanted, None);
        insta::assert_snapshot!(text);
        insta::assert_snapshot!("question_60_columns", asked(&sample::first_apply(), 60).text);
    }

    #[test]
    fn loss_of_data_asks_for_the_name() {
        let Question { text, wanted } = asked(&sample::replacement(), 80);
        assert_eq!(wanted.as_deref(), Some("northwind"));
        insta::assert_snapshot!(text);
    }

    #[test]
    fn without_a_display_name_the_id_stands_alone() {
        let plan = sample::drifted();
        let text = question(&plan, None, false, &TextOptions::default()).text;
        let start = format!("Apply to subscription {}: 4 update", plan.subscription);
        assert!(text.starts_with(&start), "{text}");
    }

    #[test]
    fn many_deletes_are_counted_beyond_the_first() {
        let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
        assert_eq!(named("8 delete", &names).concat(), "8 delete (a, b, c, d, e, f, and 2 more)");
        assert_eq!(named("1 delete", &names[..1]).concat(), "1 delete (a)");
    }
}
