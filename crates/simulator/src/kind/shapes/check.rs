//! A body held against its shape.

use std::fmt;

use serde_json::{Map, Number, Value, json};

use super::{Member, Shape};

/// What a service refuses a body for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mistake {
    /// Where it is, `properties.sku.name`; empty for the body itself.
    pub path: String,
    /// What is wrong there.
    pub problem: Problem,
}

/// What can be wrong with a value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Problem {
    /// It must be there and is not.
    Missing,
    /// It is something else than it should be.
    Wrong(&'static str),
    /// It is none of the words that are allowed.
    Unknown(String, Vec<String>),
    /// It is too small, too great, too short or too long.
    OutOfBounds,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() { "body" } else { &self.path };
        match &self.problem {
            Problem::Missing => write!(f, "The property '{path}' is required."),
            Problem::Wrong(expected) => {
                write!(f, "The value of property '{path}' is not valid: {expected} is expected.")
            }
            Problem::Unknown(value, allowed) => write!(
                f,
                "The value '{value}' of property '{path}' is not valid. Allowed values are: {}.",
                allowed.join(", ")
            ),
            Problem::OutOfBounds => {
                write!(f, "The value of property '{path}' is out of its bounds.")
            }
        }
    }
}

/// Checks a body and spells it as the service does: the names of its members, its closed words,
/// and texts that stand for numbers and switches.
///
/// A partial body, that of a PATCH, may leave out what a whole one must have.
pub(crate) fn check(shape: &Shape, body: &mut Value, is_partial: bool) -> Result<(), Mistake> {
    Walk { path: vec![], is_partial }.value(shape, body)
}

struct Walk {
    path: Vec<String>,
    is_partial: bool,
}

impl Walk {
    fn value(&mut self, shape: &Shape, value: &mut Value) -> Result<(), Mistake> {
        if value.is_null() {
            return Ok(());
        }
        match shape {
            Shape::Any => Ok(()),
            Shape::Text(bounds) => {
                if let Value::Number(_) | Value::Bool(_) = value {
                    *value = json!(value.to_string());
                }
                match value.as_str() {
                    Some(text) if bounds.hold(text.chars().count() as f64) => Ok(()),
                    Some(_) => self.mistake(Problem::OutOfBounds),
                    None => self.mistake(Problem::Wrong("a text")),
                }
            }
            Shape::Number(bounds) => {
                if let Some(number) = value.as_str().and_then(number) {
                    *value = Value::Number(number);
                }
                match value.as_f64() {
                    Some(number) if bounds.hold(number) => Ok(()),
                    Some(_) => self.mistake(Problem::OutOfBounds),
                    None => self.mistake(Problem::Wrong("a number")),
                }
            }
            Shape::Flag => {
                if let Some(flag) = value.as_str().and_then(flag) {
                    *value = Value::Bool(flag);
                }
                match value {
                    Value::Bool(_) => Ok(()),
                    _ => self.mistake(Problem::Wrong("true or false")),
                }
            }
            Shape::Word(words) => self.word(words, value),
            Shape::List(item, bounds) => match value.as_array_mut() {
                Some(items) if bounds.hold(items.len() as f64) => self.items(item, items),
                Some(_) => self.mistake(Problem::OutOfBounds),
                None => self.mistake(Problem::Wrong("a list")),
            },
            Shape::Object(members, rest) => match value.as_object_mut() {
                Some(map) => self.members(members, rest.as_deref(), map),
                None => self.mistake(Problem::Wrong("an object")),
            },
        }
    }

    fn word(&self, words: &[String], value: &mut Value) -> Result<(), Mistake> {
        let Some(text) = value.as_str() else {
            return self.mistake(Problem::Wrong("a text"));
        };
        match words.iter().find(|word| word.eq_ignore_ascii_case(text)) {
            Some(word) => {
                *value = json!(word);
                Ok(())
            }
            None => self.mistake(Problem::Unknown(text.to_owned(), words.to_vec())),
        }
    }

    fn items(&mut self, shape: &Shape, items: &mut [Value]) -> Result<(), Mistake> {
        // What stands in a list is whole, also in a PATCH.
        let is_partial = std::mem::replace(&mut self.is_partial, false);
        for (index, item) in items.iter_mut().enumerate() {
            self.path.push(format!("[{index}]"));
            self.value(shape, item)?;
            self.path.pop();
        }
        self.is_partial = is_partial;
        Ok(())
    }

    fn members(
        &mut self,
        members: &[Member],
        rest: Option<&Shape>,
        map: &mut Map<String, Value>,
    ) -> Result<(), Mistake> {
        spell_names(members, map);
        for (name, value) in map.iter_mut() {
            let known = members.iter().find(|member| member.name == *name);
            let Some(shape) = known.map(|member| &*member.shape).or(rest) else { continue };
            self.path.push(name.clone());
            self.value(shape, value)?;
            self.path.pop();
        }
        let is_absent = |name: &str| map.get(name).is_none_or(Value::is_null);
        let needed = |member: &&Member| member.is_needed && is_absent(&member.name);
        match members.iter().find(needed).filter(|_| !self.is_partial) {
            Some(missing) => {
                self.path.push(missing.name.clone());
                self.mistake(Problem::Missing)
            }
            None => Ok(()),
        }
    }

    fn mistake(&self, problem: Problem) -> Result<(), Mistake> {
        let path = self.path.join(".").replace(".[", "[");
        Err(Mistake { path, problem })
    }
}

/// Names of members count without case.
fn spell_names(members: &[Member], map: &mut Map<String, Value>) {
    let own = |name: &str| {
        let mut members = members.iter();
        members.find(|member| member.name.eq_ignore_ascii_case(name)).map(|member| &member.name)
    };
    if map.keys().all(|name| own(name).is_none_or(|spelled| spelled == name)) {
        return;
    }
    *map = std::mem::take(map)
        .into_iter()
        .map(|(name, value)| (own(&name).cloned().unwrap_or(name), value))
        .collect();
}

fn number(text: &str) -> Option<Number> {
    let whole = text.trim().parse::<i64>().ok().map(Number::from);
    whole.or_else(|| text.trim().parse().ok().and_then(Number::from_f64))
}

fn flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kind::shapes::parse;

    fn checked(body: Value, is_partial: bool) -> Result<Value, String> {
        let shape = json!({
            "location!": "text",
            "properties": {
                "tier": "Hot | Cool",
                "days": "number 1..9",
                "isOn": "flag",
                "rules": [{"name!": "text ..3"}, "..2"],
            },
            "tags": {"*": "text"},
        });
        let shape = parse(&shape, &Default::default()).expect("a shape");
        let mut body = body;
        check(&shape, &mut body, is_partial).map_err(|mistake| mistake.path)?;
        Ok(body)
    }

    #[test]
    fn names_words_numbers_and_switches_are_spelled_as_the_service_does() {
        let body = json!({"Location": "w", "properties": {"TIER": "hot", "days": "7", "isOn": "True", "other": {"Kept": 1}}, "tags": {"A": 1}});
        let spelled = json!({"location": "w", "properties": {"tier": "Hot", "days": 7, "isOn": true, "other": {"Kept": 1}}, "tags": {"A": "1"}});
        assert_eq!(checked(body, false), Ok(spelled));
    }

    #[test]
    fn mistakes_are_told_by_their_path() {
        let wrong = |properties: Value| {
            checked(json!({"location": "w", "properties": properties}), false).unwrap_err()
        };
        assert_eq!(wrong(json!({"tier": "Warm"})), "properties.tier");
        assert_eq!(wrong(json!({"tier": {}})), "properties.tier");
        assert_eq!(wrong(json!({"days": 10})), "properties.days");
        assert_eq!(wrong(json!({"days": "ten"})), "properties.days");
        assert_eq!(wrong(json!({"isOn": "yes"})), "properties.isOn");
        assert_eq!(wrong(json!({"rules": {}})), "properties.rules");
        assert_eq!(wrong(json!({"rules": [{}]})), "properties.rules[0].name");
        assert_eq!(wrong(json!({"rules": [{"name": "long"}]})), "properties.rules[0].name");
        let named = json!({"name": "a"});
        assert_eq!(wrong(json!({"rules": [named, named, named]})), "properties.rules");
        assert_eq!(wrong(json!("text")), "properties");
    }

    #[test]
    fn a_patch_may_leave_out_what_a_whole_body_must_have() {
        assert_eq!(checked(json!({}), false), Err("location".to_owned()));
        assert_eq!(checked(json!({"location": null}), false), Err("location".to_owned()));
        assert!(checked(json!({}), true).is_ok());
        let rules = json!({"properties": {"rules": [{}]}});
        assert_eq!(checked(rules, true), Err("properties.rules[0].name".to_owned()));
    }
}
