//! Each tenant's answers against those of the first.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::Value;
use topology::{Comparison, Expiry, Sp};

use crate::field::{self, Fields};
use crate::{Answer, Answers, Compared, Difference, Entry, Finding, Parity, Unread, date};

/// Stands between an entry and what it lies in.
const WITHIN: &str = " / ";

/// Compares the answers of tenants, each with those of the first; `now` decides what expires soon.
pub fn compare(
    topology: &str,
    comparisons: &[Comparison],
    tenants: &[Answers],
    now: Timestamp,
) -> Parity {
    let mut compared = vec![];
    for (at, comparison) in comparisons.iter().enumerate() {
        let asked = tenants.iter().map(|tenant| tenant.answers.get(at)).collect();
        let mut parts = Comparing::all(comparison, tenants, now);
        parts.one("", asked);
        compared.extend(parts.finished());
    }
    let tenants = tenants.iter().map(|tenant| tenant.tenant.clone()).collect();
    Parity { topology: topology.to_owned(), tenants, compared }
}

/// A comparison, with those that are made for each of its entries.
struct Comparing<'a> {
    comparison: &'a Comparison,
    tenants: &'a [Answers],
    /// What each tenant's own address looks like.
    own: Vec<Vec<String>>,
    now: Timestamp,
    compared: Compared,
    /// The fields that some entry has, of those that the comparison names.
    seen: BTreeSet<&'a str>,
    below: Vec<Comparing<'a>>,
}

/// The entries of a tenant by their keys.
type Keyed<'e> = BTreeMap<String, &'e Entry>;

impl<'a> Comparing<'a> {
    fn all(comparison: &'a Comparison, tenants: &'a [Answers], now: Timestamp) -> Self {
        let below = comparison.for_each.iter().map(|below| Self::all(below, tenants, now));
        Self {
            comparison,
            tenants,
            own: tenants.iter().map(|tenant| addresses(&tenant.url)).collect(),
            now,
            compared: Compared {
                path: comparison.path.to_string(),
                place: comparison.path.place.to_string(),
                counts: vec![Some(0); tenants.len()],
                fields: 0,
                findings: vec![],
                not_evaluated: vec![],
            },
            seen: BTreeSet::new(),
            below: below.collect(),
        }
    }

    /// Compares the answers of all tenants for one entry above; `None` of one that was not asked.
    fn one(&mut self, above: &str, answers: Vec<Option<&Answer>>) {
        let answers = answers.into_iter().enumerate();
        let keyed: Vec<_> = answers.map(|(at, answer)| self.keyed(above, at, answer?)).collect();
        for (at, entries) in keyed.iter().enumerate() {
            for (key, entry) in entries.iter().flatten() {
                self.expiry(at, &joined(above, key), entry);
            }
        }
        let Some((Some(first), others)) = keyed.split_first() else { return };
        for (at, here) in others.iter().enumerate() {
            let Some(here) = here else { continue };
            let keys: BTreeSet<_> = first.keys().chain(here.keys()).collect();
            for key in keys {
                self.pair(&joined(above, key), at + 1, [first.get(key), here.get(key)]);
            }
        }
        self.go_below(above, &keyed);
    }

    /// Compares what was asked for with the entries that the first tenant and another have.
    fn go_below(&mut self, above: &str, keyed: &[Option<Keyed<'_>>]) {
        let Some((Some(first), others)) = keyed.split_first() else { return };
        for (key, entry) in first {
            let here: Vec<_> =
                others.iter().map(|other| other.as_ref()?.get(key).copied()).collect();
            // That no other tenant has the entry itself has been told.
            if here.iter().all(Option::is_none) {
                continue;
            }
            let entries: Vec<_> = [Some(*entry)].into_iter().chain(here).collect();
            for (at, below) in self.below.iter_mut().enumerate() {
                let answers = entries.iter().map(|entry| entry.as_ref()?.below.get(at)).collect();
                below.one(&joined(above, key), answers);
            }
        }
    }

    /// Returns the entries of an answer by their keys, after telling what has none.
    fn keyed<'e>(&mut self, above: &str, at: usize, answer: &'e Answer) -> Option<Keyed<'e>> {
        let entries = match answer {
            Ok(entries) => entries,
            Err(reason) => {
                self.unread(above, at, reason.clone());
                self.compared.counts[at] = None;
                return None;
            }
        };
        if let Some(count) = &mut self.compared.counts[at] {
            *count += entries.len();
        }
        let named = [&self.comparison.only, &self.comparison.secret];
        let named =
            named.into_iter().flatten().chain(self.comparison.expires.iter().map(|it| &it.field));
        for name in named {
            if entries.iter().any(|entry| field::find(&entry.value, name).is_some()) {
                self.seen.insert(name.as_str());
            }
        }
        let mut keyed = Keyed::new();
        for entry in entries {
            match key(&entry.value, &self.comparison.key) {
                Ok(key) if keyed.contains_key(&key) => {
                    let reason = if key.is_empty() {
                        "it has several entries, and no `key` tells them apart".to_owned()
                    } else {
                        format!("it has `{}` more than once", field::named(&key))
                    };
                    self.unread(above, at, reason);
                    return None;
                }
                Ok(key) => {
                    keyed.insert(key, entry);
                }
                Err(reason) => {
                    self.unread(above, at, reason);
                    return None;
                }
            }
        }
        Some(keyed)
    }

    fn unread(&mut self, entry: &str, at: usize, reason: String) {
        let tenant = self.tenants[at].tenant.clone();
        self.compared.not_evaluated.push(Unread { tenant, entry: entry.to_owned(), reason });
    }

    fn find(&mut self, at: usize, entry: &str, difference: Difference) {
        let tenant = self.tenants[at].tenant.clone();
        self.compared.findings.push(Finding { tenant, entry: entry.to_owned(), difference });
    }

    /// Compares an entry of the first tenant with that of the tenant `at`.
    fn pair(&mut self, name: &str, at: usize, entries: [Option<&&Entry>; 2]) {
        let [first, here] = match entries {
            [Some(first), Some(here)] => [first, here],
            [Some(_), None] => return self.find(at, name, Difference::Lacks),
            [None, _] => return self.lacks_first(name),
        };
        let fields = |entry: &Entry, at: usize| {
            field::compared(&entry.value, self.comparison, &self.own[at])
        };
        let (first, here): (Fields, Fields) = (fields(first, 0), fields(here, at));
        let paths: BTreeSet<_> = first.keys().chain(here.keys()).collect();
        self.compared.fields += paths.len();
        for path in paths {
            let values = [first.get(path), here.get(path)];
            if values[0] == values[1] {
                continue;
            }
            let key = name.rsplit(WITHIN).next().unwrap_or(name);
            let [first, here] = field::told(self.comparison, key, path, values);
            self.find(at, name, Difference::Differs { field: path.clone(), first, here });
        }
    }

    /// Tells once that the first tenant lacks what others have.
    fn lacks_first(&mut self, name: &str) {
        let first = &self.tenants[0].tenant;
        let is_told = |it: &Finding| {
            it.difference == Difference::Lacks && it.entry == name && it.tenant == *first
        };
        if !self.compared.findings.iter().any(is_told) {
            self.find(0, name, Difference::Lacks);
        }
    }

    /// Tells that an entry expires soon, or that nobody knows when.
    fn expiry(&mut self, at: usize, name: &str, entry: &Entry) {
        let Some(expires) = &self.comparison.expires else { return };
        let value = field::find(&entry.value, &expires.field);
        let Some(value) = value.filter(|value| !value.is_null()) else { return };
        let Some(end) = date::read(value) else {
            let reason = format!("`{}` is no date", expires.field.value);
            return self.unread(name, at, reason);
        };
        if let Some(difference) = self.soon(expires, end) {
            self.find(at, name, difference);
        }
    }

    fn soon(&self, expires: &Expiry, end: Timestamp) -> Option<Difference> {
        let left = end.duration_since(self.now);
        if left > expires.within().try_into().ok()? {
            return None;
        }
        let on = end.strftime("%F").to_string();
        Some(Difference::Expires { on, days: left.as_secs().div_euclid(86_400) })
    }

    /// Returns what came of it, the comparisons below behind their own.
    fn finished(mut self) -> Vec<Compared> {
        let has_entries = self.compared.counts.iter().flatten().any(|count| *count > 0);
        let named = self.comparison.only.iter().chain(&self.comparison.secret);
        let named = named.chain(self.comparison.expires.iter().map(|it| &it.field));
        let unseen: BTreeSet<&str> =
            named.map(|name| name.as_str()).filter(|name| !self.seen.contains(name)).collect();
        for name in unseen.into_iter().filter(|_| has_entries) {
            // A slip of the pen must not pass for something that is the same everywhere.
            self.compared.not_evaluated.push(Unread {
                tenant: String::new(),
                entry: String::new(),
                reason: format!("no entry has a field `{name}`"),
            });
        }
        self.compared.not_evaluated.sort();
        self.compared.not_evaluated.dedup();
        let below = self.below.into_iter().flat_map(Self::finished);
        [self.compared].into_iter().chain(below).collect()
    }
}

/// Returns what an entry is known by.
fn key(value: &Value, fields: &[Sp<String>]) -> Result<String, String> {
    // What has no fields is known by itself.
    if fields.is_empty() {
        let is_single = value.is_object() || value.is_array();
        return Ok(if is_single { String::new() } else { field::text(value) });
    }
    let mut parts = vec![];
    for name in fields {
        match field::find(value, name) {
            Some(value) if !value.is_null() => parts.push(field::text(value)),
            _ => return Err(format!("an entry has no `{}`", name.value)),
        }
    }
    Ok(parts.join(" "))
}

fn joined(above: &str, key: &str) -> String {
    let key = field::named(key);
    if above.is_empty() { key } else { format!("{above}{WITHIN}{key}") }
}

/// Returns what of an address may stand in a value, the longest first: all of it, its origin, its host.
fn addresses(url: &str) -> Vec<String> {
    let whole = url.trim_end_matches('/');
    let host = whole.split_once("://").map_or(whole, |(_, rest)| rest);
    let host = host.split('/').next().unwrap_or(host);
    let mut found = vec![whole.to_owned(), host.to_owned()];
    found.retain(|text| !text.is_empty());
    found
}
