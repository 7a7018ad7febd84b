//! One resource as a box that opens its differences.

use std::collections::HashMap;

use plan::{Band, Plan, Verb, Verdict};
use resource::ResourceId;

use super::difference::{push_change, push_chief};
use super::verdict_class;
use crate::drift::word;
use crate::entry::is_loud;
use crate::markup::escape;
use crate::model::{Entry, Item, Kind, Model};
use crate::picture::{Picture, short_type};
use crate::properties::{Voice, is_shared};
use crate::step;

/// A resource of the topology or of the plan, with what is done to it.
pub(super) struct Card<'a> {
    /// Unique within the page.
    id: String,
    pub(super) band: Band,
    pub(super) address: String,
    resource: &'a ResourceId,
    told: Vec<(&'a Entry<'a>, &'a Item<'a>)>,
    not_evaluated: Option<&'a str>,
    is_refused: bool,
    plan: &'a Plan,
    voice: Voice,
}

impl Card<'_> {
    /// Returns the change that names the card: the first that is more than a step.
    fn kind(&self) -> Option<Kind> {
        let kinds = || self.told.iter().map(|(_, item)| item.kind);
        kinds().find(|kind| !matches!(kind, Kind::Step(_))).or_else(|| kinds().next())
    }

    /// Returns the verb of the change that names the card.
    pub(super) fn verb(&self) -> Option<Verb> {
        let kind = self.kind()?;
        self.told.iter().find(|(_, item)| item.kind == kind).map(|(_, item)| match kind {
            Kind::Replace => Verb::ReplaceCreate,
            _ => item.action.verb,
        })
    }

    /// Returns who has moved, where that was asked.
    fn verdict(&self) -> Option<Verdict> {
        Verdict::of_all(self.told.iter().filter_map(|(_, item)| item.verdict()))
    }

    fn label(&self) -> &str {
        let Band::Stamp(stamp) = &self.band else { return &self.address };
        let local = self.address.strip_prefix(&stamp[..]).and_then(|tail| tail.strip_prefix('/'));
        local.unwrap_or(&self.address)
    }

    /// Tells whether a reader should see the inside without asking.
    fn is_open(&self) -> bool {
        let is_grave = |kind| matches!(kind, Kind::Delete | Kind::Replace);
        self.told.iter().any(|(entry, item)| is_grave(item.kind) || is_loud(entry))
    }
}

/// Returns a card for each resource of `picture`, and for each that only the plan knows.
pub(super) fn cards<'a>(model: &'a Model<'a>, picture: &'a Picture, voice: Voice) -> Cards<'a> {
    let plan = model.plan;
    let card = |at: usize, band: &Band, address: &str, resource: &'a ResourceId| Card {
        id: format!("box{at}"),
        band: band.clone(),
        address: address.to_owned(),
        resource,
        told: vec![],
        not_evaluated: plan.coverage.not_evaluated.get(resource).map(String::as_str),
        is_refused: plan.refusals.iter().any(|refusal| refusal.address == address),
        plan,
        voice,
    };
    let mut cards: Vec<Card<'a>> = picture
        .nodes
        .iter()
        .enumerate()
        .map(|(at, node)| card(at, &node.band, &node.address, &node.resource))
        .collect();
    let mut places = Places::default();
    cards.iter().enumerate().for_each(|(at, card)| places.note(at, card));
    for entry in model.entries() {
        for item in &entry.items {
            if voice == Voice::Drift && !item.kind.is_difference() {
                continue;
            }
            let action = item.action;
            let at = places.of(&action.resource, &action.address).unwrap_or_else(|| {
                let new = card(cards.len(), &action.band, &action.address, &action.resource);
                places.note(cards.len(), &new);
                cards.push(new);
                cards.len() - 1
            });
            cards[at].told.push((entry, item));
        }
    }
    Cards { all: cards, places }
}

/// All cards of a page, found by what they tell of; a page may have thousands.
pub(super) struct Cards<'a> {
    pub(super) all: Vec<Card<'a>>,
    places: Places<'a>,
}

impl Cards<'_> {
    /// Returns the card of an address.
    pub(super) fn at(&self, address: &str) -> Option<&Card<'_>> {
        self.places.by_address.get(address).map(|at| &self.all[*at])
    }
}

/// Where the card of a resource stands; the first of several is meant.
#[derive(Default)]
struct Places<'a> {
    by_resource: HashMap<&'a ResourceId, usize>,
    by_address: HashMap<String, usize>,
}

impl<'a> Places<'a> {
    fn note(&mut self, at: usize, card: &Card<'a>) {
        self.by_resource.entry(card.resource).or_insert(at);
        self.by_address.entry(card.address.clone()).or_insert(at);
    }

    fn of(&self, resource: &ResourceId, address: &str) -> Option<usize> {
        self.by_resource.get(resource).or_else(|| self.by_address.get(address)).copied()
    }
}

/// Writes the address and place of `entry`, with a link to the box of each stamp.
///
/// The IDs are of what is inside a box: a browser opens the box to show it.
pub(super) fn push_links(text: &mut String, cards: &Cards<'_>, entry: &Entry<'_>) {
    let link = |item: &Item<'_>, words: &str| {
        let words = escape(words);
        match cards.places.of(&item.action.resource, &item.action.address) {
            Some(at) => format!("<a href=\"#{}\">{words}</a>", cards.all[at].id),
            None => words,
        }
    };
    let mut by_stamp = vec![];
    for item in entry.items.iter().filter(|item| item.stamp.is_some()) {
        by_stamp.push(link(item, item.stamp.unwrap_or_default()));
    }
    match (&entry.items[..], &entry.place[..]) {
        ([item, ..], "") => text.push_str(&link(item, entry.address)),
        ([item], place) => {
            text.push_str(&format!("{} {}", link(item, entry.address), escape(place)));
        }
        (_, place) => {
            let (address, place) = (escape(entry.address), escape(place));
            text.push_str(&format!("{address} {place} ({})", by_stamp.join(", ")));
        }
    }
}

/// Writes the cards of one band: what changes as boxes, then what stays as a list.
pub(super) fn push_all(text: &mut String, cards: &[&Card<'_>]) {
    let is_told = |card: &&&Card<'_>| {
        !card.told.is_empty() || card.is_refused || card.not_evaluated.is_some()
    };
    let told: Vec<_> = cards.iter().filter(is_told).collect();
    if !told.is_empty() {
        text.push_str("<ul class=\"cards\">\n");
        told.iter().for_each(|card| push(text, card));
        text.push_str("</ul>\n");
    }
    let same: Vec<_> = cards.iter().filter(|card| !is_told(card)).collect();
    if same.is_empty() {
        return;
    }
    text.push_str(&format!(
        "<details class=\"same\"><summary>{} unchanged</summary>\n<ul>\n",
        same.len()
    ));
    for card in same {
        text.push_str(&format!(
            "<li>{} <span class=\"quiet\">{}</span></li>\n",
            escape(card.label()),
            escape(&short_type(card.resource))
        ));
    }
    text.push_str("</ul>\n</details>\n");
}

fn push(text: &mut String, card: &Card<'_>) {
    let (class, mark, words) = match card.kind() {
        Some(kind @ Kind::Step(_)) => ("step", kind.mark(), kind.word()),
        Some(kind) if card.voice == Voice::Drift => {
            let (mark, class) = kind.seen(card.verdict());
            (class, mark, word(kind, card.verdict()))
        }
        Some(kind) => (kind.word(), kind.mark(), kind.word()),
        None if card.is_refused => ("delete", "✗", "refused"),
        None => ("unknown", "?", "not evaluated"),
    };
    let loud = card.told.iter().find(|(entry, _)| is_loud(entry)).map(|(entry, _)| entry);
    let badge = loud.map(|entry| {
        if entry.differs {
            format!(" <span class=\"badge\">{}</span>", escape(&entry.place))
        } else {
            " <span class=\"badge\">differs between stamps</span>".to_owned()
        }
    });
    let verdict = card.verdict().filter(|_| card.voice == Voice::Drift).map(|verdict| {
        let (class, words) = match verdict {
            Verdict::Both => ("both", "drift and pending"),
            Verdict::Unknown => ("unknown", "drift or pending"),
            verdict => (verdict_class(verdict), verdict_class(verdict)),
        };
        format!(" <span class=\"badge {class}\">{words}</span>")
    });
    let mut badge = verdict.unwrap_or_default() + &badge.unwrap_or_default();
    if card.voice == Voice::Plan {
        push_risks(&mut badge, card);
    }
    text.push_str(&format!(
        "<li><details class=\"card {class}\"{}><summary><span class=\"verb\"><span \
         aria-hidden=\"true\">{}</span> {words}</span> <b>{}</b>{badge} <span class=\"type\">{}</span>\
         </summary>\n<div class=\"inside\" id=\"{}\">\n",
        if card.is_open() { " open" } else { "" },
        escape(mark),
        escape(card.label()),
        escape(&short_type(card.resource)),
        card.id,
    ));
    if let Some(reason) = card.not_evaluated {
        text.push_str(&format!("<p>Not evaluated: {}</p>\n", escape(reason)));
    }
    for (entry, item) in &card.told {
        push_item(text, card, entry, item);
    }
    text.push_str(&format!(
        "<p class=\"id\">{}</p>\n</div>\n</details></li>\n",
        escape(card.resource.as_str())
    ));
}

/// Writes what a reader should look at first beside the name, once.
fn push_risks(text: &mut String, card: &Card<'_>) {
    let mut told = vec![];
    for label in card.told.iter().flat_map(|(entry, _)| entry.labels()) {
        // What is replaced or deleted says so itself.
        if !told.contains(&label) && !["replaces", "deletes"].contains(&label) {
            told.push(label);
            text.push_str(&format!(" <span class=\"badge risk\">{label}</span>"));
        }
    }
}

fn push_item(text: &mut String, card: &Card<'_>, entry: &Entry<'_>, item: &Item<'_>) {
    if let Kind::Step(name) = item.kind {
        let words = step::describe(card.plan, item.action).unwrap_or_default();
        let name = escape(name);
        text.push_str(&format!("<p><b>{name}</b> {}</p>\n", escape(&words)));
    }
    match item.kind {
        Kind::Create => push_chief(text, item),
        Kind::Replace if item.changes.is_empty() => push_chief(text, item),
        _ => {
            for change in &item.changes {
                let differs = !is_shared(&entry.at_path(&change.path));
                let told = item.verdict_at(&change.path);
                push_change(text, change, told, card.voice, differs);
            }
        }
    }
    let halves = [Some(item.action), item.replaced];
    if let Some(who) = halves.iter().flatten().find_map(|half| half.permission.as_ref()) {
        text.push_str(&format!("<p><b>permitted by</b> {}</p>\n", escape(who)));
    }
    if card.voice == Voice::Plan {
        for reason in &item.reasons {
            text.push_str(&format!("<p class=\"quiet\">because {}</p>\n", escape(reason)));
        }
    }
}
