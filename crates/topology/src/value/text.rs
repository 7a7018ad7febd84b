//! Texts that may hold secrets and references.

use std::fmt;

use schemars::json_schema;
use serde::Serialize;

use super::Target;
use crate::inline_schema;

/// A text in parts: what is written, secrets, and properties of other resources.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Text(pub Vec<Part>);

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Part {
    /// Written in the file.
    Literal(String),
    /// A secret, resolved when it is sent.
    Secret(SecretSource),
    /// A property of a resource, such as `{weu/web.defaultHostName}`.
    Reference {
        /// The resource.
        target: Target,
        /// The property, such as `defaultHostName`; of an entry of `resources`, a dotted path.
        property: String,
    },
}

/// Where a secret comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum SecretSource {
    /// The environment variable of this name: `${secret:env:NAME}`.
    Env(String),
    /// A secret of a key vault: `${secret:keyVault:<vault>/<name>}`.
    KeyVault {
        /// The vault's name in Azure.
        vault: String,
        /// The secret's name.
        name: String,
    },
}

impl Text {
    /// Returns the text if it holds neither secret nor reference.
    pub fn literal(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Part::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// Returns whether some part is a secret.
    pub fn is_secret(&self) -> bool {
        self.0.iter().any(|part| matches!(part, Part::Secret(_)))
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.0 {
            match part {
                Part::Literal(text) => f.write_str(text)?,
                Part::Secret(SecretSource::Env(name)) => write!(f, "${{secret:env:{name}}}")?,
                Part::Secret(SecretSource::KeyVault { vault, name }) => {
                    write!(f, "${{secret:keyVault:{vault}/{name}}}")?;
                }
                Part::Reference { target, property } => write!(f, "{{{target}.{property}}}")?,
            }
        }
        Ok(())
    }
}

inline_schema!(Text, _ => json_schema!({ "type": ["string", "number", "boolean"] }));
