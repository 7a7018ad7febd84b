//! From texts of the language to values of a body.

use resource::{Expression, Part, SecretSource, catalogue};
use serde_json::{Value, json};
use topology::property::ToArm;
use topology::{Resource, Target, Text};

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

    /// Returns the value of an application setting. App Service resolves a Key Vault secret
    /// itself, so that the secret never passes through here.
    /// Source: <https://learn.microsoft.com/azure/app-service/app-service-key-vault-references>.
    pub(super) fn setting(&self, text: &Text) -> Value {
        if let [topology::Part::Secret(topology::SecretSource::KeyVault { vault, name })] =
            text.0.as_slice()
        {
            return json!(format!("@Microsoft.KeyVault(VaultName={vault};SecretName={name})"));
        }
        self.text(text)
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
                let entry = self.topology.find::<Resource>(target);
                let known = catalogue::facts_of(&id).answer(&id, property);
                let (id, pointer) = match known.filter(|_| entry.is_none()) {
                    Some((id, pointer)) => (id, pointer.to_owned()),
                    None => (id, pointer(entry, property)),
                };
                Part::Expression(Box::new(Expression::reference(&id, &pointer)))
            }
        }
    }
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

/// Returns where a property of the language stands in the resource's body; of a raw entry any path
/// can be asked for.
fn pointer(entry: Option<&Resource>, property: &str) -> String {
    let path = property.replace('.', "/");
    let top = property.split('.').next().unwrap_or_default();
    let is_whole = match top {
        "properties" | "identity" | "location" | "tags" | "etag" | "kind" | "zones" => true,
        // Providers have some of these below `properties`: where the entry writes it, it is.
        "sku" => entry.is_some_and(|entry| entry.sku.is_some()),
        "plan" => entry.is_some_and(|entry| entry.plan.is_some()),
        "managedBy" => entry.is_some_and(|entry| entry.managed_by.is_some()),
        "extendedLocation" => entry.is_some_and(|entry| entry.extended_location.is_some()),
        _ => false,
    };
    if is_whole { format!("/{path}") } else { format!("/properties/{path}") }
}
