//! What the settings and connection strings of an app may be called.
//!
//! Source: <https://learn.microsoft.com/azure/app-service/configure-common>.

use serde_json::{Map, Value};

use crate::store::state::Stored;
use crate::wire::answer::Answer;

/// Refuses one name in two cases, and on Linux what cannot be the name of a variable.
pub(super) fn check<'a>(
    site: Option<&Stored>,
    names: impl Iterator<Item = &'a str>,
) -> Result<(), Answer> {
    let is_linux = site.is_some_and(is_linux);
    let mut seen = std::collections::BTreeSet::new();
    for name in names {
        if is_linux && name.contains(':') {
            let text = format!("AppSetting with name(s) '{name}' is not allowed.");
            return Err(Answer::web_error(400, "BadRequest", text));
        }
        if !seen.insert(name.to_lowercase()) {
            let text = format!("Parameter with name {name} already exists.");
            return Err(Answer::web_error(409, "Conflict", text));
        }
    }
    Ok(())
}

/// On Windows a setting keeps the spelling in which it was made.
pub(super) fn keep_spelling(site: Option<&Stored>, before: Option<&Stored>, body: &mut Value) {
    if site.is_none_or(is_linux) {
        return;
    }
    let old = before.and_then(|before| before.body["properties"].as_object());
    let (Some(old), Some(new)) = (old, body["properties"].as_object_mut()) else { return };
    let spelled = |name: String| {
        let mut names = old.keys();
        names.find(|known| known.eq_ignore_ascii_case(&name)).cloned().unwrap_or(name)
    };
    let kept: Map<String, Value> =
        std::mem::take(new).into_iter().map(|(name, value)| (spelled(name), value)).collect();
    *new = kept;
}

/// Returns the names of the list of settings that stands in a body.
pub(super) fn listed(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(|row| row["name"].as_str())
}

fn is_linux(site: &Stored) -> bool {
    site.property("/reserved").and_then(Value::as_bool) == Some(true)
}
