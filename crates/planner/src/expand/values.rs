//! From texts of the language to values of a body.

use resource::{Expression, Part, SecretSource, absent, catalogue};
use serde_json::{Value, json};
use topology::property::ToArm;
use topology::{Raw, Target, Text};

use super::Expansion;

impl ToArm for Expansion<'_> {
    fn id(&self, target: &Target) -> Value {
        self.id_of(target).map_or(Value::Null, |id| json!(id.as_str()))
    }

    fn text(&self, text: &Text) -> Value {
        Expansion::text(self, text)
    }
}

impl Expansion<'_> {
    /// Returns the value of a text: plain where it holds neither secret nor reference.
    pub fn text(&self, text: &Text) -> Value {
        if let Some(literal) = text.literal() {
            return json!(literal);
        }
        let parts: Vec<Part> = text.0.iter().map(|part| self.part(part)).collect();
        match <[Part; 1]>::try_from(parts) {
            Ok([Part::Expression(expression)]) => expression.to_value(),
            Ok([Part::Literal(literal)]) => json!(literal),
            Err(parts) => join(parts),
        }
    }

    /// Returns the value of a part of a body that is written as ARM has it.
    pub fn raw(&self, raw: &Raw) -> Value {
        match raw {
            Raw::Null => absent(),
            Raw::Bool(value) => json!(value),
            Raw::Number(value) => Value::Number(value.clone()),
            Raw::Text(text) => self.text(text),
            Raw::List(items) => items.iter().map(|item| self.raw(&item.value)).collect(),
            Raw::Map(map) => Value::Object(
                map.iter().map(|(key, item)| (key.clone(), self.raw(&item.value))).collect(),
            ),
        }
    }

    /// Returns where the family of an entry says that a property of it stands.
    fn own_pointer(&self, target: &Target, property: &str) -> Option<String> {
        let Target::Entry { section, stamp, name } = target else { return None };
        let home = self.home(stamp.as_deref())?;
        self.language.family(section)?.pointer(self, home, name, property)
    }

    fn part(&self, part: &topology::Part) -> Part {
        match part {
            topology::Part::Literal(literal) => Part::Literal(literal.clone()),
            topology::Part::Secret(source) => {
                Part::Expression(Box::new(Expression::Secret(secret(source))))
            }
            topology::Part::Reference { target, property } => self.reference(target, property),
        }
    }

    fn reference(&self, target: &Target, property: &str) -> Part {
        let Some(id) = self.id_of(target) else { return Part::Literal(String::new()) };
        match property {
            "id" => Part::Literal(id.as_str().to_owned()),
            "name" => Part::Literal(id.name().to_owned()),
            property => {
                let own = self.own_pointer(target, property);
                let known = catalogue::facts_of(&id).answer(&id, property);
                let (id, pointer) = match (own, known) {
                    (None, Some((id, pointer))) => (id, pointer.to_owned()),
                    (own, _) => (id, own.unwrap_or_else(|| in_properties(property))),
                };
                Part::Expression(Box::new(Expression::reference(&id, &pointer)))
            }
        }
    }
}

/// Returns where a property stands that nobody knows otherwise.
fn in_properties(property: &str) -> String {
    format!("/properties/{}", property.replace('.', "/"))
}

/// Joins parts, without an expression where all are plain.
fn join(parts: Vec<Part>) -> Value {
    let literals: Option<Vec<&str>> = parts
        .iter()
        .map(|part| match part {
            Part::Literal(literal) => Some(literal.as_str()),
            Part::Expression(_) => None,
        })
        .collect();
    match literals {
        Some(literals) => json!(literals.concat()),
        None => Expression::Join(parts).to_value(),
    }
}

fn secret(source: &topology::SecretSource) -> SecretSource {
    match source {
        topology::SecretSource::Env(name) => SecretSource::Env(name.clone()),
        topology::SecretSource::KeyVault { vault, name } => {
            SecretSource::KeyVault { vault: vault.clone(), name: name.clone() }
        }
    }
}
