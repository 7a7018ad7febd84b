//! Values in a body that are not plain JSON: what is known only later, and what must not be shown.
//!
//! A desired body is a [`serde_json::Value`] in which an object with the one key `$reference`,
//! `$secret`, `$join` or `$base64` stands for a value still to be found. The form survives a plan file, so a
//! plan names a secret without holding it and a principal ID before the principal exists.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ResourceId;

/// A value that is resolved from an observation, at apply time or from a secret store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Expression {
    /// A property of another resource.
    #[serde(rename = "$reference")]
    Reference(Reference),
    /// A secret, resolved just before it is sent.
    #[serde(rename = "$secret")]
    Secret(SecretSource),
    /// A text that is put together from literals and other expressions.
    #[serde(rename = "$join")]
    Join(Vec<Part>),
    /// The base64 of another text, as a header for basic authentication has it.
    #[serde(rename = "$base64")]
    Base64(Box<Expression>),
}

/// A property of a resource, by path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// The resource that holds the property.
    pub id: ResourceId,
    /// The property's path from the body's root, `/`-separated as in a JSON pointer
    /// (`/properties/defaultHostName`).
    pub pointer: String,
}

/// Where a secret comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SecretSource {
    /// The environment variable of this name.
    Env(String),
    /// A secret in a Key Vault.
    KeyVault {
        /// The vault's name.
        vault: String,
        /// The secret's name.
        name: String,
    },
}

/// One part of an [`Expression::Join`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Part {
    /// Text that is kept as it is.
    Literal(String),
    /// A value whose text is put in.
    Expression(Box<Expression>),
}

impl Expression {
    /// Reads the expression that `value` stands for, if it stands for one.
    pub fn read(value: &Value) -> Option<Self> {
        let object = value.as_object().filter(|object| object.len() == 1)?;
        if !object.keys().next()?.starts_with('$') {
            return None;
        }
        serde_json::from_value(value.clone()).ok()
    }

    /// Returns the JSON that stands for this expression in a body.
    pub fn to_value(&self) -> Value {
        serde_json::to_value(self).expect("an expression is plain data")
    }

    /// Makes a reference to the property at `pointer` of `id`.
    pub fn reference(id: &ResourceId, pointer: &str) -> Self {
        Self::Reference(Reference { id: id.clone(), pointer: pointer.to_owned() })
    }

    /// Tells whether the value, or a part of it, is secret.
    pub fn is_secret(&self) -> bool {
        match self {
            Self::Secret(_) => true,
            Self::Reference(_) => false,
            Self::Join(_) | Self::Base64(_) => !self.secrets().is_empty(),
        }
    }

    /// Returns the secrets that the value holds, the nested ones included.
    pub fn secrets(&self) -> Vec<&SecretSource> {
        match self {
            Self::Reference(_) => vec![],
            Self::Secret(source) => vec![source],
            Self::Base64(inner) => inner.secrets(),
            Self::Join(parts) => parts
                .iter()
                .flat_map(|part| match part {
                    Part::Literal(_) => vec![],
                    Part::Expression(inner) => inner.secrets(),
                })
                .collect(),
        }
    }

    /// Returns the references that the value rests on, the nested ones included.
    pub fn references(&self) -> Vec<&Reference> {
        match self {
            Self::Reference(reference) => vec![reference],
            Self::Secret(_) => vec![],
            Self::Base64(inner) => inner.references(),
            Self::Join(parts) => parts
                .iter()
                .flat_map(|part| match part {
                    Part::Literal(_) => vec![],
                    Part::Expression(inner) => inner.references(),
                })
                .collect(),
        }
    }
}

/// Returns the base64 of a text (RFC 4648, 4), as [`Expression::Base64`] stands for it.
pub fn base64(text: &str) -> String {
    STANDARD.encode(text)
}

/// Calls `visit` with each expression in `value`, outermost first.
pub fn walk_expressions(value: &Value, visit: &mut impl FnMut(&Expression)) {
    if let Some(expression) = Expression::read(value) {
        return visit(&expression);
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| walk_expressions(item, visit)),
        Value::Object(map) => map.values().for_each(|item| walk_expressions(item, visit)),
        _ => {}
    }
}

/// Tells whether any expression is left in `value`.
pub fn contains_expression(value: &Value) -> bool {
    let mut found = false;
    walk_expressions(value, &mut |_| found = true);
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_expression_survives_json() {
        let id = ResourceId::group("s", "rg");
        let expression = Expression::Join(vec![
            Part::Literal("https://".into()),
            Part::Expression(Box::new(Expression::reference(&id, "/name"))),
        ]);
        let value = json!({ "properties": { "host": expression.to_value() } });
        assert_eq!(Expression::read(&value["properties"]["host"]), Some(expression));
        assert!(contains_expression(&value));
    }

    #[test]
    fn an_ordinary_object_is_no_expression() {
        assert_eq!(Expression::read(&json!({ "$schema": "x" })), None);
        assert_eq!(Expression::read(&json!({ "a": 1 })), None);
    }
}
