//! The one model that every format is told from.

use std::collections::{BTreeMap, BTreeSet};

use plan::{
    Action, ActionVerdict, Band, Operation, Plan, PropertyChange, PropertyVerdict, Risk, Verb,
    Verdict,
};
use serde_json::Value;

/// What an entry tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Create,
    Update,
    Replace,
    Delete,
    Adopt,
    /// Not a change, but what makes one safe; by its name.
    Step(&'static str),
}

impl Kind {
    pub(crate) const CHANGES: [Self; 5] =
        [Self::Create, Self::Update, Self::Replace, Self::Delete, Self::Adopt];

    /// Returns what a reader calls an action.
    pub(crate) fn of(action: &Action) -> Self {
        match (&action.operation, action.verb) {
            (Operation::Wait { .. }, _) => Self::Step("wait"),
            (_, verb) => Self::of_verb(verb),
        }
    }

    pub(crate) fn of_verb(verb: Verb) -> Self {
        match verb {
            Verb::Create => Self::Create,
            Verb::Update => Self::Update,
            Verb::ReplaceDelete | Verb::ReplaceCreate => Self::Replace,
            Verb::Delete => Self::Delete,
            Verb::Adopt => Self::Adopt,
            Verb::LiftLock => Self::Step("lift"),
            Verb::RestoreLock => Self::Step("restore"),
            Verb::CutEdge => Self::Step("cut"),
            Verb::Verify => Self::Step("verify"),
            Verb::Start => Self::Step("start"),
            Verb::Note => Self::Step("note"),
        }
    }

    /// Tells whether it changes what the topology speaks of; a conversion that the service carries
    /// out is a step of a plan, and a difference all the same.
    pub(crate) fn is_difference(self) -> bool {
        !matches!(self, Self::Step(name) if name != "start")
    }

    pub(crate) fn mark(self) -> &'static str {
        match self {
            Self::Create => "+",
            Self::Update => "~",
            Self::Replace => "-/+",
            Self::Delete => "-",
            Self::Adopt => ">",
            Self::Step(_) => "·",
        }
    }

    /// Returns the mark and the name of the colour of what has moved: what Azure has lost is a loss,
    /// though the next apply creates it.
    pub(crate) fn seen(self, verdict: Option<Verdict>) -> (&'static str, &'static str) {
        match (self, verdict) {
            (kind, Some(Verdict::Pending)) => (kind.mark(), kind.word()),
            (Self::Create, _) => ("-", "missing"),
            (Self::Delete, _) => ("+", "unexpected"),
            (kind, _) => (kind.mark(), kind.word()),
        }
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Replace => "replace",
            Self::Delete => "delete",
            Self::Adopt => "adopt",
            Self::Step(name) => name,
        }
    }
}

/// One change or step of one stamp, or of no stamp; both halves of a replacement.
#[derive(Debug, Clone)]
pub(crate) struct Item<'a> {
    pub(crate) kind: Kind,
    pub(crate) action: &'a Action,
    /// The delete half of a replacement.
    pub(crate) replaced: Option<&'a Action>,
    pub(crate) stamp: Option<&'a str>,
    pub(crate) changes: Vec<&'a PropertyChange>,
    pub(crate) reasons: Vec<&'a str>,
    pub(crate) risks: BTreeSet<Risk>,
    /// Who has moved, where that was asked.
    told: Option<&'a ActionVerdict>,
}

impl<'a> Item<'a> {
    /// Returns who has moved, where that was asked.
    pub(crate) fn verdict(&self) -> Option<Verdict> {
        self.told.map(|told| told.verdict)
    }

    /// Returns who has moved a property, where that was asked.
    pub(crate) fn verdict_at(&self, path: &str) -> Option<&'a PropertyVerdict> {
        self.told.and_then(|told| told.properties.get(path))
    }

    /// Returns what a create writes.
    pub(crate) fn body(&self) -> Option<Value> {
        match self.action.operation.shown(&self.action.resource) {
            Operation::Write { body, .. } => Some(body),
            _ => None,
        }
    }
}

/// What is told once: one item, or the same address in several stamps.
#[derive(Debug, Clone)]
pub(crate) struct Entry<'a> {
    pub(crate) kind: Kind,
    /// The address, without the stamp where the entry lies in stamps.
    pub(crate) address: &'a str,
    pub(crate) items: Vec<Item<'a>>,
    /// Where the entry is told, in words; empty outside stamps.
    pub(crate) place: String,
    /// True where stamps differ and a reader should see it.
    pub(crate) differs: bool,
}

/// What each stamp sees of one property.
pub(crate) type AtPath<'a> = Vec<(Option<&'a str>, Option<&'a PropertyChange>)>;

impl<'a> Entry<'a> {
    /// Returns the paths that change in any stamp, in the order in which they are first told.
    pub(crate) fn paths(&self) -> Vec<&'a str> {
        let mut paths: Vec<&str> = vec![];
        for change in self.items.iter().flat_map(|item| &item.changes) {
            if !paths.contains(&&change.path[..]) {
                paths.push(&change.path);
            }
        }
        paths
    }

    /// Returns the change at `path` of each stamp.
    pub(crate) fn at_path(&self, path: &str) -> AtPath<'a> {
        let of_item = |item: &Item<'a>| {
            (item.stamp, item.changes.iter().find(|change| change.path == path).copied())
        };
        self.items.iter().map(of_item).collect()
    }

    /// Returns who has moved, where that was asked; the same in every stamp.
    pub(crate) fn verdict(&self) -> Option<Verdict> {
        self.items.first().and_then(Item::verdict)
    }

    pub(crate) fn risks(&self) -> BTreeSet<Risk> {
        self.items.iter().flat_map(|item| item.risks.iter().copied()).collect()
    }

    /// Returns the address and the place: `web in both stamps`.
    pub(crate) fn full_name(&self) -> String {
        match &self.place[..] {
            "" => self.address.to_owned(),
            place => format!("{} {place}", self.address),
        }
    }
}

/// A plan, sorted for a reader.
#[derive(Debug)]
pub(crate) struct Model<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) global: Vec<Entry<'a>>,
    pub(crate) stamps: Vec<Entry<'a>>,
    pub(crate) data: Vec<Entry<'a>>,
    /// The stamps that the plan touches, in the order of its actions.
    pub(crate) touched: Vec<&'a str>,
}

impl<'a> Model<'a> {
    pub(crate) fn new(plan: &'a Plan) -> Self {
        let mut model =
            Self { plan, global: vec![], stamps: vec![], data: vec![], touched: vec![] };
        let items = items(plan);
        let mut places: BTreeMap<(Kind, Option<Verdict>, &str, usize), usize> = BTreeMap::new();
        let mut times: BTreeMap<(Kind, &str), usize> = BTreeMap::new();
        for item in items {
            let kind = item.kind;
            let address = local_address(item.action);
            let entry = |item| {
                let place = String::new();
                Entry { kind, address, items: vec![item], place, differs: false }
            };
            match &item.action.band {
                Band::Global => model.global.push(entry(item)),
                Band::Data => model.data.push(entry(item)),
                Band::Stamp(stamp) => {
                    if !model.touched.contains(&&stamp[..]) {
                        model.touched.push(stamp);
                    }
                    // The second action of an address in one stamp meets the second in another.
                    let time = times.entry((kind, &item.action.address)).or_default();
                    *time += 1;
                    let place = (kind, item.verdict(), address, *time);
                    match places.get(&place) {
                        Some(at) => model.stamps[*at].items.push(item),
                        None => {
                            places.insert(place, model.stamps.len());
                            model.stamps.push(entry(item));
                        }
                    }
                }
            }
        }
        model.place_stamps();
        model
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry<'a>> {
        self.global.iter().chain(&self.stamps).chain(&self.data)
    }

    /// Counts changes of one kind; the same change in two stamps counts twice.
    pub(crate) fn count(&self, kind: Kind) -> usize {
        self.entries().filter(|entry| entry.kind == kind).map(|entry| entry.items.len()).sum()
    }

    /// Counts the changes of one verdict.
    pub(crate) fn judged(&self, verdict: Verdict) -> usize {
        let items = self.entries().filter(|entry| entry.kind.is_difference());
        items.flat_map(|entry| &entry.items).filter(|i| i.verdict() == Some(verdict)).count()
    }

    /// Counts the steps that make a change safe; a note only remembers.
    pub(crate) fn steps(&self) -> usize {
        let is_safety = |kind| matches!(kind, Kind::Step(name) if name != "note");
        let steps = self.entries().filter(|entry| is_safety(entry.kind));
        steps.map(|entry| entry.items.len()).sum()
    }

    /// Says of each entry in which stamps it is, and whether stamps differ.
    fn place_stamps(&mut self) {
        let all: Vec<&str> = match &self.plan.stamps[..] {
            [] => self.touched.clone(),
            stamps => stamps.iter().map(String::as_str).collect(),
        };
        let mut seen: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for entry in &self.stamps {
            let stamps = entry.items.iter().filter_map(|item| item.stamp);
            seen.entry(entry.address).or_default().extend(stamps);
        }
        for entry in &mut self.stamps {
            let here: Vec<_> = entry.items.iter().filter_map(|item| item.stamp).collect();
            let is_everywhere = all.iter().all(|stamp| here.contains(stamp));
            let is_change =
                matches!(entry.kind, Kind::Update | Kind::Replace | Kind::Delete | Kind::Adopt);
            // A stamp that the plan does not touch at this address is as the topology says.
            let is_alone = all.iter().any(|stamp| !seen[entry.address].contains(stamp))
                && here.iter().any(|stamp| all.contains(stamp));
            entry.differs = is_change && is_alone;
            entry.place = match (is_everywhere, here.len()) {
                (true, 2) => "in both stamps".to_owned(),
                (true, count) if count > 2 => format!("in all {count} stamps"),
                _ if entry.differs => format!("only in {}", here.join(", ")),
                _ => format!("in {}", here.join(", ")),
            };
        }
    }
}

fn items(plan: &Plan) -> Vec<Item<'_>> {
    let mut items: Vec<Item<'_>> = vec![];
    // Delete halves whose create half has not come yet.
    let mut halves: Vec<usize> = vec![];
    for action in &plan.actions {
        let half = halves.iter().position(|at| completes(action, items[*at].action));
        if let Some(half) = half {
            let item = &mut items[halves.remove(half)];
            item.replaced = Some(std::mem::replace(&mut item.action, action));
            item.add(action);
            continue;
        }
        if action.verb == Verb::ReplaceDelete {
            halves.push(items.len());
        }
        items.push(Item::new(action));
    }
    if let Some(verdicts) = &plan.verdicts {
        for item in &mut items {
            item.told = verdicts.actions.get(&item.action.id);
        }
    }
    items
}

/// Tells whether `create` is the other half of `delete`: of the same resource, or of a record that
/// takes the name of a record of another type.
fn completes(create: &Action, delete: &Action) -> bool {
    match create.verb {
        Verb::ReplaceCreate => create.resource == delete.resource,
        Verb::Create => create.address == delete.address && create.after.contains(&delete.id),
        _ => false,
    }
}

impl<'a> Item<'a> {
    fn new(action: &'a Action) -> Self {
        let stamp = match &action.band {
            Band::Stamp(stamp) => Some(&stamp[..]),
            Band::Global | Band::Data => None,
        };
        let kind = Kind::of(action);
        let mut item = Self {
            kind,
            action,
            replaced: None,
            stamp,
            changes: vec![],
            reasons: vec![],
            risks: [].into(),
            told: None,
        };
        item.add(action);
        item
    }

    fn add(&mut self, action: &'a Action) {
        for change in &action.changes {
            if !self.changes.iter().any(|known| known.path == change.path) {
                self.changes.push(change);
            }
        }
        for reason in &action.reasons {
            if !self.reasons.contains(&&reason[..]) {
                self.reasons.push(reason);
            }
        }
        self.risks.extend(&action.risks);
        if action.changes.iter().any(|change| change.sensitive) {
            self.risks.insert(Risk::Secret);
        }
    }
}

fn local_address(action: &Action) -> &str {
    let Band::Stamp(stamp) = &action.band else { return &action.address };
    let tail = action.address.strip_prefix(&stamp[..]).and_then(|tail| tail.strip_prefix('/'));
    tail.unwrap_or(&action.address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn the_same_address_in_each_stamp_is_one_entry() {
        let plan = sample::drifted();
        let model = Model::new(&plan);
        let names: Vec<_> = model.stamps.iter().map(Entry::full_name).collect();
        assert_eq!(names, ["web in both stamps", "web in weu", "jobs only in sea"]);
        assert_eq!(
            model.stamps.iter().map(|entry| entry.differs).collect::<Vec<_>>(),
            [false, false, true]
        );
        assert_eq!(model.count(Kind::Update), 4);
    }

    #[test]
    fn both_halves_of_a_replacement_are_one_entry() {
        let plan = sample::replacement();
        let model = Model::new(&plan);
        assert_eq!(model.count(Kind::Replace), 1);
        assert!(model.stamps[0].risks().contains(&Risk::Deletes));
    }
}
