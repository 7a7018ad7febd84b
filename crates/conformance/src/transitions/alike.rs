//! Whether two Azures hold the same, but for what a service makes.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// All that an Azure holds, by resource ID in lower case.
pub type Holdings = BTreeMap<String, Value>;

/// What a service makes, draws or counts, and what only remembers.
const MADE: [&str; 21] = [
    "etag",
    "systemdata",
    "createdon",
    "updatedon",
    "createdby",
    "updatedby",
    "createdtime",
    "changedtime",
    "creationtime",
    "creationdate",
    "lastmodifiedtimeutc",
    "modifieddate",
    "createddate",
    "evenkeel-applied",
    "evenkeel-owner",
    "nameservers",
    "resourceguid",
    // Views of what another document holds.
    "siteconfig",
    "siteproperties",
    "numberofrecordsets",
    "numberofsites",
];

/// One thing that is not alike.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unlike {
    /// The resource.
    pub id: String,
    /// Where in it; empty where it is the whole.
    pub path: String,
    /// What is there.
    pub found: Option<String>,
    /// What should be there.
    pub wanted: Option<String>,
}

impl Unlike {
    /// Returns what kind of difference it is: by type and property.
    pub fn kind(&self) -> String {
        let kind = type_of(&self.id);
        if self.path.is_empty() {
            let what = if self.found.is_some() { "is left" } else { "is missing" };
            return format!("{kind} {what}");
        }
        let what = match (&self.found, &self.wanted) {
            (Some(_), None) => "is left",
            (None, Some(_)) => "is missing",
            _ => "differs",
        };
        format!("{kind} `{}` {what}", plain(&kind, &self.path))
    }
}

/// Leaves names out of a path.
fn plain(kind: &str, path: &str) -> String {
    let is_named = |parts: &[&str]| {
        parts.last() == Some(&"tags")
            || parts.last() == Some(&"properties")
                && ["config/appsettings", "config/connectionstrings"]
                    .iter()
                    .any(|it| kind.ends_with(it))
            || parts.last() == Some(&"userassignedidentities")
    };
    let mut parts: Vec<&str> = vec![];
    for part in path.split('\u{1f}') {
        let part = match is_named(&parts) {
            true => "*",
            false if part.starts_with('[') => "[]",
            false => part,
        };
        parts.push(part);
    }
    parts.join(".").replace(".[]", "[]")
}

/// Returns the type of a resource by its ID, with the name where the type has only a few.
fn type_of(id: &str) -> String {
    let Some((_, rest)) = id.rsplit_once("/providers/") else {
        return if id.contains("/resourcegroups/") { "resourceGroups".into() } else { id.into() };
    };
    let parts: Vec<&str> = rest.split('/').collect();
    let mut kind = vec![parts.first().copied().unwrap_or_default()];
    let mut rest = parts.iter().skip(1);
    while let Some(segment) = rest.next() {
        kind.push(segment);
        let name = rest.next();
        if *segment == "config" {
            kind.extend(name);
        }
    }
    kind.join("/")
}

/// Compares what is found with what is wanted.
pub fn compare(found: &Holdings, wanted: &Holdings) -> Vec<Unlike> {
    let (found, wanted) = (settled(found), settled(wanted));
    let mut unlike = vec![];
    for (id, body) in &wanted {
        match found.get(id) {
            Some(other) => values(id, "", Some(other), Some(body), &mut unlike),
            None => unlike.push(whole(id, false)),
        }
    }
    unlike.extend(found.keys().filter(|id| !wanted.contains_key(*id)).map(|id| whole(id, true)));
    unlike
}

fn whole(id: &str, is_found: bool) -> Unlike {
    let there = Some("there".to_owned());
    let (found, wanted) = if is_found { (there, None) } else { (None, there) };
    Unlike { id: id.to_owned(), path: String::new(), found, wanted }
}

fn values(
    id: &str,
    path: &str,
    found: Option<&Value>,
    wanted: Option<&Value>,
    unlike: &mut Vec<Unlike>,
) {
    let below =
        |step: &str| if path.is_empty() { step.to_owned() } else { format!("{path}\u{1f}{step}") };
    match (found, wanted) {
        (found, wanted) if is_nothing(found) && is_nothing(wanted) => {}
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            let mut keys: Vec<&String> = one.keys().chain(other.keys()).collect();
            keys.sort();
            keys.dedup();
            for key in keys {
                values(id, &below(key), one.get(key), other.get(key), unlike);
            }
        }
        (Some(Value::Array(one)), Some(Value::Array(other))) => {
            lists(id, path, one, other, unlike);
        }
        (found, wanted) if found == wanted => {}
        (found, wanted) => unlike.push(Unlike {
            id: id.to_owned(),
            path: path.to_owned(),
            found: found.map(short),
            wanted: wanted.map(short),
        }),
    }
}

/// Compares two lists: members with names by name, others as sets.
fn lists(id: &str, path: &str, one: &[Value], other: &[Value], unlike: &mut Vec<Unlike>) {
    let name = |value: &Value| {
        ["name", "id", "objectid"].iter().find_map(|key| value.get(*key)).map(Value::to_string)
    };
    let is_named = one.iter().chain(other).all(|value| name(value).is_some());
    let map = |list: &[Value]| -> Map<String, Value> {
        let key = |value: &Value| {
            if is_named { name(value).unwrap_or_default() } else { value.to_string() }
        };
        list.iter().map(|value| (format!("[{}]", key(value)), value.clone())).collect()
    };
    let (one, other) = (map(one), map(other));
    if one.len() == 1 && other.len() == 1 && !is_named {
        let step = format!("{path}\u{1f}[0]");
        values(id, &step, one.values().next(), other.values().next(), unlike);
        return;
    }
    values(id, path, Some(&Value::Object(one)), Some(&Value::Object(other)), unlike);
}

fn is_nothing(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::Array(items)) => items.is_empty(),
        Some(Value::Object(map)) => map.is_empty(),
        _ => false,
    }
}

fn short(value: &Value) -> String {
    value.to_string().chars().take(200).collect()
}

/// Brings holdings into a form in which equal ones are equal.
fn settled(holdings: &Holdings) -> Holdings {
    let drawn = drawn(holdings);
    let mut settled = Holdings::new();
    for (id, body) in holdings.iter().filter(|(id, _)| !is_made(id)) {
        let mut body = body.clone();
        let texts = kept(holdings, id, &mut body, &drawn);
        tidy(&mut body, &drawn, false);
        for (pointer, text) in texts {
            if let Some(place) = body.pointer_mut(pointer) {
                *place = text;
            }
        }
        let id =
            if id.contains("/roleassignments/") { assignment(id, &mut body) } else { id.clone() };
        settled.insert(id, body);
    }
    settled
}

/// Takes the parts out of a body in which case counts: they are compared as they stand. Each comes
/// with the place it goes back to.
fn kept(
    holdings: &Holdings,
    id: &str,
    body: &mut Value,
    drawn: &BTreeMap<String, String>,
) -> Vec<(&'static str, Value)> {
    let is_txt = id.contains("/dnszones/") && id.contains("/txt/");
    let is_settings = id.ends_with("/config/appsettings");
    // Names of settings are environment variables: only Linux tells their case apart.
    let site = id.trim_end_matches("/config/appsettings");
    let kind = holdings.get(site).and_then(|site| site["kind"].as_str()).unwrap_or_default();
    let parts = [
        (true, "/tags", "/tags", false),
        (is_txt, "/properties/TXTRecords", "/properties/txtrecords", true),
        (is_settings, "/properties", "/properties", kind.contains("linux")),
    ];
    let mut kept = vec![];
    for (is_here, pointer, place, are_keys_kept) in parts {
        let Some(part) = body.pointer_mut(pointer).filter(|_| is_here) else { continue };
        let mut part = part.take();
        if let Value::Object(map) = &mut part {
            let entries = std::mem::take(map);
            let entries = entries.into_iter().filter_map(|(key, value)| {
                let lower = key.to_ascii_lowercase();
                let value = match value.as_str().map(|it| drawn.get(&it.to_ascii_lowercase())) {
                    Some(Some(owner)) => Value::String(owner.clone()),
                    _ => value,
                };
                let is_made = MADE.contains(&lower.as_str());
                (!is_made).then_some((if are_keys_kept { key } else { lower }, value))
            });
            map.extend(entries);
        }
        kept.push((place, part));
    }
    kept
}

/// Tells whether a resource is what a service makes beside one that was asked for.
fn is_made(id: &str) -> bool {
    id.contains("/dnszones/") && (id.ends_with("/soa/@") || id.ends_with("/ns/@"))
        || id.contains("/accountmigrations/")
}

/// Returns each ID that a directory has drawn, with the resource it was drawn for.
fn drawn(holdings: &Holdings) -> BTreeMap<String, String> {
    let mut drawn = BTreeMap::new();
    for (id, body) in holdings {
        for (pointer, what) in [
            ("/identity/principalId", "principal"),
            ("/properties/principalId", "principal"),
            ("/properties/clientId", "client"),
        ] {
            let is_own = pointer.starts_with("/identity") || id.contains("userassignedidentities");
            if let Some(Value::String(guid)) = body.pointer(pointer).filter(|_| is_own) {
                drawn.insert(guid.to_ascii_lowercase(), format!("{what} of {id}"));
            }
        }
    }
    drawn
}

fn tidy(value: &mut Value, drawn: &BTreeMap<String, String>, is_inner: bool) {
    match value {
        Value::Object(map) => {
            let entries = std::mem::take(map);
            for (key, mut value) in entries {
                let key = key.to_ascii_lowercase();
                if MADE.contains(&key.as_str()) || key == "tags" && is_inner {
                    continue;
                }
                tidy(&mut value, drawn, true);
                map.insert(key, value);
            }
            // Members of a list without names are told by their text.
            map.sort_keys();
        }
        Value::Array(items) => items.iter_mut().for_each(|item| tidy(item, drawn, true)),
        Value::String(text) => {
            *text = without_owner(&text.to_ascii_lowercase());
            if is_time(text) {
                "a time".clone_into(text);
            } else if let Some(secs) = duration_secs(text) {
                *text = format!("{secs} s");
            } else if let Some(owner) = drawn.get(text.as_str()) {
                text.clone_from(owner);
            }
        }
        _ => {}
    }
}

/// Takes the owner, which is drawn, out of a note: `evenkeel: tr/0a1b2c3d` is `evenkeel: tr`.
fn without_owner(text: &str) -> String {
    let Some((before, mark)) = text.split_once("evenkeel: ") else { return text.to_owned() };
    let Some((name, rest)) = mark.split_once('/') else { return text.to_owned() };
    let (owner, rest) = rest.split_at_checked(8).unwrap_or((rest, ""));
    let is_owner = owner.len() == 8 && owner.chars().all(|c| c.is_ascii_hexdigit());
    if is_owner { format!("{before}evenkeel: {name}{rest}") } else { text.to_owned() }
}

/// Returns how long a duration of ISO 8601 is, in lower case: `pt5m` is `pt300s`.
fn duration_secs(text: &str) -> Option<u64> {
    let mut secs = 0;
    let mut number = String::new();
    for c in text.strip_prefix("pt")?.chars() {
        let unit = match c {
            '0'..='9' => {
                number.push(c);
                continue;
            }
            'h' => 3600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        secs += number.parse::<u64>().ok()? * unit;
        number.clear();
    }
    number.is_empty().then_some(secs)
}

fn is_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_date = |bytes: &[u8]| {
        bytes.iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            10 => *byte == b't',
            _ => byte.is_ascii_digit(),
        })
    };
    bytes.len() > 18 && is_date(&bytes[..11])
}

/// Returns what a role assignment says, in place of its name, which anyone may choose.
fn assignment(id: &str, body: &mut Value) -> String {
    let scope = id.rsplit_once("/roleassignments/").map_or(id, |(scope, _)| scope);
    let text = |pointer: &str| {
        body.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let role = text("/properties/roledefinitionid");
    let role = role.rsplit('/').next().unwrap_or_default();
    // Without slashes, or its type could not be told from its ID.
    let principal = text("/properties/principalid").replace('/', " ");
    let name = format!("{scope}/roleassignments/{role} to {principal}");
    if let Some(map) = body.as_object_mut() {
        map.retain(|key, _| key != "id" && key != "name");
    }
    name
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn one(body: Value) -> Holdings {
        let id = "/subscriptions/s/resourcegroups/g/providers/microsoft.web/sites/a";
        Holdings::from([(id.to_owned(), body)])
    }

    fn kinds(found: Value, wanted: Value) -> Vec<String> {
        compare(&one(found), &one(wanted)).iter().map(Unlike::kind).collect()
    }

    #[test]
    fn what_a_service_draws_is_alike() {
        let body = |principal: &str, time: &str| {
            json!({
                "etag": time,
                "identity": { "principalId": principal },
                "properties": { "changed": time, "owner": principal, "list": [1, 2] },
            })
        };
        let (one, other) = (body("P1", "2026-01-01T00:00:00Z"), body("p2", "2026-02-02T10:00:00Z"));
        assert!(kinds(one, other).is_empty());
    }

    #[test]
    fn one_duration_is_one_in_any_form_and_order_of_keys() {
        let rule =
            |long: &str, short: &str| json!({ "rules": [{ "window": long }, { "a": short }] });
        let (one, other) = (rule("PT5M", "PT1H30S"), rule("PT300S", "PT3630S"));
        assert!(kinds(one.clone(), other).is_empty());
        assert!(!kinds(one, rule("PT6M", "PT1H30S")).is_empty());
        let keys = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
        let one = keys(r#"{ "rules": [{ "b": 1, "a": 2 }, 3] }"#);
        assert!(kinds(one, keys(r#"{ "rules": [3, { "a": 2, "b": 1 }] }"#)).is_empty());
    }

    #[test]
    fn nothing_written_in_any_way_is_nothing() {
        assert!(kinds(json!({ "tags": {} }), json!({ "tags": null, "list": [] })).is_empty());
    }

    #[test]
    fn differences_are_told_by_type_and_property() {
        let found = json!({ "tags": { "team": "web" }, "properties": { "a": 1, "b": [1, 2] } });
        let wanted = json!({ "properties": { "a": 2, "b": [2, 1], "c": true } });
        assert_eq!(
            kinds(found, wanted),
            [
                "microsoft.web/sites `properties.a` differs",
                "microsoft.web/sites `properties.c` is missing",
                "microsoft.web/sites `tags` is left",
            ]
        );
    }

    #[test]
    fn a_right_is_told_by_what_it_says() {
        let scope = "/subscriptions/s/resourcegroups/g";
        let right = |name: &str, principal: &str| {
            let id = format!("{scope}/providers/microsoft.authorization/roleassignments/{name}");
            let body = json!({ "id": id, "name": name, "properties": {
                "principalId": principal, "roleDefinitionId": "/x/roleDefinitions/R",
            }});
            Holdings::from([(id, body)])
        };
        assert!(compare(&right("1", "p"), &right("2", "P")).is_empty());
        assert_eq!(compare(&right("1", "p"), &right("1", "q")).len(), 2);
    }
}
