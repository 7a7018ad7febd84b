//! Values that become known on the way: references, secrets, and texts made of them.

use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt};
use resource::catalogue::facts_of;
use resource::{
    Expression, Observation, Part, Reference, ResourceId, SecretSource, base64, walk_expressions,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::ActionError;
use crate::run::Run;

/// How long a property of a resource that this run has written may be missing.
const NOT_YET: Duration = Duration::from_secs(180);
/// The wait between two looks.
const AGAIN: Duration = Duration::from_secs(5);

/// Secrets that an action has used; none of them may be in a text that it leaves behind.
#[derive(Default)]
pub(crate) struct UsedSecrets(Vec<SecretString>);

impl UsedSecrets {
    /// Returns `text` without the secrets.
    pub fn redact(&self, text: &str) -> String {
        let used = self.0.iter().map(ExposeSecret::expose_secret);
        // A secret of two letters would blacken innocent text and is none.
        used.filter(|secret| secret.len() > 2)
            .fold(text.to_owned(), |text, secret| text.replace(secret, "(sensitive value)"))
    }
}

impl Run<'_> {
    /// Returns `value` with every expression replaced by what it stands for.
    pub async fn resolve(
        &self,
        value: &Value,
        used: &mut UsedSecrets,
    ) -> Result<Value, ActionError> {
        let mut expressions = vec![];
        walk_expressions(value, &mut |expression| expressions.push(expression.clone()));
        let mut values = Vec::with_capacity(expressions.len());
        for expression in &expressions {
            values.push(self.evaluate(expression, used).await?);
        }
        let mut resolved = value.clone();
        substitute(&mut resolved, &mut values.into_iter());
        Ok(resolved)
    }

    fn evaluate<'f>(
        &'f self,
        expression: &'f Expression,
        used: &'f mut UsedSecrets,
    ) -> BoxFuture<'f, Result<Value, ActionError>> {
        async move {
            match expression {
                Expression::Reference(reference) => self.property(reference).await,
                Expression::Secret(source) => {
                    let secret = self.world.secret(source).await.map_err(|error| {
                        ActionError::World { what: describe(source), source: Box::new(error) }
                    })?;
                    let text = secret.expose_secret().to_owned();
                    used.0.push(secret);
                    Ok(Value::String(text))
                }
                Expression::Base64(inner) => {
                    let text = base64(&text_of(&self.evaluate(inner, used).await?)?);
                    if expression.is_secret() {
                        used.0.push(text.clone().into());
                    }
                    Ok(Value::String(text))
                }
                Expression::Join(parts) => {
                    let mut text = String::new();
                    for part in parts {
                        match part {
                            Part::Literal(literal) => text.push_str(literal),
                            Part::Expression(inner) => {
                                text.push_str(&text_of(&self.evaluate(inner, used).await?)?);
                            }
                        }
                    }
                    if expression.is_secret() {
                        used.0.push(text.clone().into());
                    }
                    Ok(Value::String(text))
                }
            }
        }
        .boxed()
    }

    /// Returns a property of another resource, waiting for it where this run has made the resource.
    async fn property(&self, reference: &Reference) -> Result<Value, ActionError> {
        let Reference { id, pointer } = reference;
        match pointer.as_str() {
            "/id" => return Ok(id.as_str().into()),
            "/name" => return Ok(id.name().into()),
            _ => {}
        }
        let mut watch = self.writer.reader().stopwatch();
        loop {
            let found = self.cached(id).await?;
            let value = found.as_ref().and_then(|found| found.body.pointer(pointer));
            if let Some(value) = value.filter(|value| !value.is_null() && *value != "") {
                return Ok(value.clone());
            }
            if !self.has_written(id) || watch.elapsed() > NOT_YET {
                return Err(ActionError::Unresolved { id: id.clone(), pointer: pointer.clone() });
            }
            self.forget(id);
            watch.pause(AGAIN).await;
        }
    }

    async fn cached(&self, id: &ResourceId) -> Result<Option<Observation>, ActionError> {
        if let Some(found) = self.cache.lock().expect("no panic while locked").get(id) {
            return Ok(Some(found.clone()));
        }
        let found = self.read(id, &self.api_version(id)?).await?;
        if let Some(found) = &found {
            self.cache.lock().expect("no panic while locked").insert(id.clone(), found.clone());
        }
        Ok(found)
    }

    /// Returns the API version that the plan uses for a resource, else the catalogue's.
    pub fn api_version(&self, id: &ResourceId) -> Result<String, ActionError> {
        let own = self.plan.actions.iter().find(|action| action.resource == *id);
        let own = own.map(|action| &action.api_version).or_else(|| self.plan.api_versions.get(id));
        match own.map_or(facts_of(id).api_version, String::as_str) {
            "" => Err(ActionError::NoApiVersion { id: id.clone() }),
            known => Ok(known.to_owned()),
        }
    }
}

fn substitute(value: &mut Value, values: &mut impl Iterator<Item = Value>) {
    if Expression::read(value).is_some() {
        *value = values.next().expect("a value for each expression");
        return;
    }
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| substitute(item, values)),
        Value::Object(map) => map.values_mut().for_each(|item| substitute(item, values)),
        _ => {}
    }
}

pub(crate) fn text_of(value: &Value) -> Result<String, ActionError> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(flag) => Ok(flag.to_string()),
        _ => Err(ActionError::NotText { what: "a part of a joined value" }),
    }
}

fn describe(source: &SecretSource) -> String {
    match source {
        SecretSource::Env(name) => format!("read the secret in `{name}`"),
        SecretSource::KeyVault { vault, name } => {
            format!("read the secret `{name}` in Key Vault `{vault}`")
        }
    }
}
