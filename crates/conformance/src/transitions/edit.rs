//! Edits as teams make them.

use std::fmt;

use serde_json::{Map, Value, json};

use super::addresses::{Scope, addresses};
use super::draw::Draw;
use super::language::TOPOLOGY;
use super::shape::{Path, Shape, Site, Step, at, at_mut, put, remove, sites, written};

/// Keys that make a topology another one.
const FIXED: [&str; 3] = ["version", "name", "subscription"];
/// Sections that stand globally and in stamps.
const BANDS: [&str; 4] = ["identities", "vaults", "storage", "resources"];

/// The kinds of edit, each as often as it stands here.
const VERBS: [Verb; 16] = [
    Verb::Redraw,
    Verb::Redraw,
    Verb::Redraw,
    Verb::Unset,
    Verb::Unset,
    Verb::Set,
    Verb::Set,
    Verb::Add,
    Verb::Add,
    Verb::Remove,
    Verb::Remove,
    Verb::Rename,
    Verb::Reorder,
    Verb::ChangeCase,
    Verb::Move,
    Verb::Differ,
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    /// Another value.
    Redraw,
    /// A key that may be left out is left out.
    Unset,
    /// A key that was left out is written; what it stands instead of goes.
    Set,
    /// One more member.
    Add,
    /// One member less.
    Remove,
    /// A member under another name; references follow.
    Rename,
    /// Members in another order.
    Reorder,
    /// A name in another case.
    ChangeCase,
    /// From the stamps to the global part, or the other way.
    Move,
    /// A value of the module in an instance, or the other way; or `null` in an instance.
    Differ,
}

/// What was edited, for people.
#[derive(Debug, Clone)]
pub struct Edit {
    verb: Verb,
    place: String,
}

impl fmt::Display for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = match self.verb {
            Verb::Redraw => "change",
            Verb::Unset => "unset",
            Verb::Set => "set",
            Verb::Add => "add to",
            Verb::Remove => "remove",
            Verb::Rename => "rename",
            Verb::Reorder => "reorder",
            Verb::ChangeCase => "change the case of",
            Verb::Move => "move",
            Verb::Differ => "write elsewhere",
        };
        write!(f, "{verb} {}", self.place)
    }
}

/// Makes one edit; `None` where the one that was drawn cannot be made here.
pub fn edit(tree: &mut Value, draw: &mut Draw<'_>) -> Option<Edit> {
    let verb = draw.one(&VERBS);
    let all = sites(tree, &TOPOLOGY);
    let fitting: Vec<&Site> = all.iter().filter(|site| fits(verb, site, tree)).collect();
    // Every part of the language is as likely, however many of it there are.
    let mut labels: Vec<&str> = fitting.iter().map(|site| label(site)).collect();
    labels.sort_unstable();
    labels.dedup();
    let chosen = *labels.get(draw.below(labels.len()))?;
    let fitting: Vec<&Site> = fitting.into_iter().filter(|site| label(site) == chosen).collect();
    let site = (*fitting.get(draw.below(fitting.len()))?).clone();
    draw.in_stamp = Scope::of(&site.path) != Scope::Global;
    match verb {
        Verb::Redraw => redraw(tree, &site, draw)?,
        Verb::Unset | Verb::Remove => {
            remove(tree, &site.path)?;
        }
        Verb::Set => set(tree, &site, draw)?,
        Verb::Add => add(tree, &site, draw)?,
        Verb::Rename => rename(tree, &site, draw, false)?,
        Verb::ChangeCase => rename(tree, &site, draw, true)?,
        Verb::Reorder => reorder(tree, &site, draw)?,
        Verb::Move => shift(tree, &site, draw)?,
        Verb::Differ => differ(tree, &site, draw)?,
    }
    Some(Edit { verb, place: written(&site.path) })
}

/// Returns which part of the language a site is: its key, or the section that it is a member of.
fn label(site: &Site) -> &str {
    if let Some(key) = site.key {
        return key.name;
    }
    match &site.path[..] {
        [.., Step::Key(section), _] => section,
        _ => "",
    }
}

fn fits(verb: Verb, site: &Site, tree: &Value) -> bool {
    let Some(here) = at(tree, &site.path) else { return false };
    if let [Step::Key(first)] = &site.path[..]
        && FIXED.contains(&first.as_str())
    {
        return false;
    }
    let is_leaf = matches!(site.shape, Shape::Value(_) | Shape::Reference(_));
    let count = here.as_object().map(Map::len).or(here.as_array().map(Vec::len)).unwrap_or(0);
    match verb {
        Verb::Redraw => is_leaf,
        Verb::Unset => site.key.is_some_and(|key| key.odds < 100),
        Verb::Set => matches!(site.shape, Shape::Record(_)) && here.is_object(),
        Verb::Add => matches!(site.shape, Shape::Map(_) | Shape::List { .. }),
        Verb::Remove => is_member(site, tree),
        Verb::Rename => is_named_member(site, tree).is_some(),
        Verb::ChangeCase => is_named_member(site, tree).is_some_and(|any_case| any_case),
        Verb::Reorder => count > 1 && !matches!(site.shape, Shape::Value(_)),
        Verb::Move => match &site.path[..] {
            [Step::Key(band), Step::Key(_)] => BANDS.contains(&band.as_str()),
            [Step::Key(part), Step::Key(band), Step::Key(_)] => {
                part == "stamp" && BANDS.contains(&band.as_str())
            }
            _ => false,
        },
        Verb::Differ => match &site.path[..] {
            [Step::Key(part), rest @ ..] if part == "stamp" => !rest.is_empty(),
            [Step::Key(part), Step::Key(_), rest @ ..] if part == "stamps" => {
                !rest.is_empty() && rest != [Step::Key("region".to_owned())]
            }
            _ => false,
        },
    }
}

/// Tells whether a part is a member of a map of names or of a list.
fn is_member(site: &Site, tree: &Value) -> bool {
    matches!(site.path.last(), Some(Step::Index(_))) || is_named_member(site, tree).is_some()
}

/// Tells of a member of a map of names whether teams write such names in any case.
fn is_named_member(site: &Site, tree: &Value) -> Option<bool> {
    if site.key.is_some() {
        return None;
    }
    let (last, parent) = site.path.split_last()?;
    let Step::Key(_) = last else { return None };
    let parent = sites(tree, &TOPOLOGY).into_iter().find(|it| it.path == parent)?;
    match parent.shape {
        Shape::Map(members) => Some(members.any_case),
        _ => None,
    }
}

fn redraw(tree: &mut Value, site: &Site, draw: &mut Draw<'_>) -> Option<()> {
    let before = at(tree, &site.path)?.clone();
    let after = match site.shape {
        Shape::Reference(kinds) => {
            let known = addresses(tree, &Scope::of(&site.path));
            let others: Vec<&String> =
                known.iter().filter(|(kind, _)| kinds.contains(kind)).map(|(_, it)| it).collect();
            json!(others.get(draw.below(others.len()))?)
        }
        shape => {
            let fits = |drawn: &Value| {
                // An entry of `resources` changes its type seldom.
                *drawn != before && drawn.get("type") == before.get("type")
            };
            (0..12).map(|_| draw.shape(shape)).find(fits)?
        }
    };
    *at_mut(tree, &site.path)? = after;
    Some(())
}

fn set(tree: &mut Value, site: &Site, draw: &mut Draw<'_>) -> Option<()> {
    let Shape::Record(record) = site.shape else { return None };
    let map = at_mut(tree, &site.path)?.as_object_mut()?;
    let absent: Vec<_> = record
        .keys
        .iter()
        .filter(|key| !map.contains_key(key.name))
        .filter(|key| !["existing", "adopt"].contains(&key.name) && (draw.wide || !key.is_wide))
        .collect();
    let key = *absent.get(draw.below(absent.len()))?;
    let others = record.alternatives.iter().filter(|them| them.contains(&key.name));
    let others: Vec<&str> = others.flat_map(|them| them.iter().copied()).collect();
    map.retain(|name, _| !others.contains(&name.as_str()));
    map.insert(key.name.to_owned(), draw.shape(&key.shape));
    Some(())
}

fn add(tree: &mut Value, site: &Site, draw: &mut Draw<'_>) -> Option<()> {
    let here = at_mut(tree, &site.path)?;
    match site.shape {
        Shape::Map(members) => {
            let map = here.as_object_mut()?;
            let free: Vec<&str> = members
                .names
                .iter()
                .copied()
                .filter(|name| !map.keys().any(|known| known.eq_ignore_ascii_case(name)))
                .collect();
            let name = *free.get(draw.below(free.len()))?;
            let at = draw.below(map.len() + 1);
            map.shift_insert(at, name.to_owned(), draw.shape(&members.member));
        }
        Shape::List { member, .. } => {
            let drawn = draw.shape(member);
            let list = here.as_array_mut()?;
            list.insert(draw.below(list.len() + 1), drawn);
        }
        _ => return None,
    }
    Some(())
}

fn rename(tree: &mut Value, site: &Site, draw: &mut Draw<'_>, case: bool) -> Option<()> {
    let (Step::Key(before), parent) = site.path.split_last()? else { return None };
    let after = if case {
        other_case(before)?
    } else {
        let holder = sites(tree, &TOPOLOGY).into_iter().find(|it| it.path == parent)?;
        let Shape::Map(members) = holder.shape else { return None };
        let map = at(tree, parent)?.as_object()?;
        let free: Vec<&str> = members
            .names
            .iter()
            .copied()
            .filter(|name| !map.keys().any(|known| known.eq_ignore_ascii_case(name)))
            .collect();
        (*free.get(draw.below(free.len()))?).to_owned()
    };
    let old = address_of(&site.path);
    let map = at_mut(tree, parent)?.as_object_mut()?;
    let index = map.keys().position(|key| key == before)?;
    let value = map.shift_remove(before)?;
    map.shift_insert(index, after.clone(), value);
    let mut path = parent.to_vec();
    path.push(Step::Key(after));
    follow(tree, &old?, &address_of(&path)?);
    Some(())
}

fn other_case(name: &str) -> Option<String> {
    let first = name.chars().position(char::is_alphabetic)?;
    let changed = |(index, c): (usize, char)| match index == first {
        true if c.is_uppercase() => c.to_lowercase().to_string(),
        true => c.to_uppercase().to_string(),
        false => c.to_string(),
    };
    Some(name.chars().enumerate().map(changed).collect())
}

/// Returns by what others refer to the member at a path; empty where nobody does.
fn address_of(path: &[Step]) -> Option<String> {
    let names: Vec<&str> = path
        .iter()
        .map(|step| match step {
            Step::Key(key) => key.as_str(),
            Step::Index(_) => "",
        })
        .collect();
    Some(match names.as_slice() {
        ["stamp", "apps", app] | ["stamps", _, "apps", app] => (*app).to_owned(),
        ["stamp", rest @ ..] => rest.join("/"),
        ["stamps", stamp] => format!("{stamp}/"),
        ["stamps", _, rest @ ..] => rest.join("/"),
        rest => rest.join("/"),
    })
}

/// Makes every reference to `old` one to `new`.
fn follow(tree: &mut Value, old: &str, new: &str) {
    match tree {
        Value::String(text) => {
            if text == old || text.ends_with(&format!("/{old}")) && !text.starts_with('/') {
                let head = text.len() - old.len();
                *text = format!("{}{new}", &text[..head]);
            } else if old.ends_with('/') && text.starts_with(old) {
                *text = format!("{new}{}", &text[old.len()..]);
            } else if text.contains(&format!("{{{old}.")) {
                *text = text.replace(&format!("{{{old}."), &format!("{{{new}."));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| follow(item, old, new)),
        Value::Object(map) => map.values_mut().for_each(|value| follow(value, old, new)),
        _ => {}
    }
}

fn reorder(tree: &mut Value, site: &Site, draw: &mut Draw<'_>) -> Option<()> {
    match at_mut(tree, &site.path)? {
        Value::Object(map) => {
            let mut entries: Vec<(String, Value)> = std::mem::take(map).into_iter().collect();
            draw.shuffle(&mut entries);
            map.extend(entries);
        }
        Value::Array(items) => draw.shuffle(items),
        _ => return None,
    }
    Some(())
}

fn shift(tree: &mut Value, site: &Site, draw: &mut Draw<'_>) -> Option<()> {
    let to: Path = match &site.path[..] {
        [Step::Key(band), Step::Key(name)] => {
            let stamps: Vec<String> = tree.get("stamps")?.as_object()?.keys().cloned().collect();
            let holder = match (tree.get("stamp").is_some(), draw.chance(50)) {
                (true, true) => vec!["stamp".to_owned()],
                _ => vec!["stamps".to_owned(), stamps.get(draw.below(stamps.len()))?.clone()],
            };
            holder.into_iter().chain([band.clone(), name.clone()]).map(Step::Key).collect()
        }
        [_, rest @ ..] => rest.to_vec(),
        [] => return None,
    };
    let value = remove(tree, &site.path)?;
    if at(tree, &to).is_some() {
        return None;
    }
    put(tree, &to, value);
    Some(())
}

fn differ(tree: &mut Value, site: &Site, draw: &mut Draw<'_>) -> Option<()> {
    match &site.path[..] {
        [Step::Key(part), rest @ ..] if part == "stamp" => {
            let stamps: Vec<String> = tree.get("stamps")?.as_object()?.keys().cloned().collect();
            let stamp = stamps.get(draw.below(stamps.len()))?.clone();
            let mut to: Path = vec![Step::Key("stamps".to_owned()), Step::Key(stamp)];
            to.extend(rest.iter().cloned());
            if rest.iter().any(|step| matches!(step, Step::Index(_))) {
                return None;
            }
            let value = match site.shape {
                _ if draw.chance(30) => Value::Null,
                Shape::Value(_) if draw.chance(70) => draw.shape(site.shape),
                _ => at(tree, &site.path)?.clone(),
            };
            put(tree, &to, value);
        }
        [_, _, rest @ ..] => {
            let value = remove(tree, &site.path)?;
            let mut to: Path = vec![Step::Key("stamp".to_owned())];
            to.extend(rest.iter().cloned());
            if value.is_null() || to.iter().any(|step| matches!(step, Step::Index(_))) {
                return None;
            }
            put(tree, &to, value);
        }
        _ => return None,
    }
    Some(())
}
