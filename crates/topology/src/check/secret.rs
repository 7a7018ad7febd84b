//! Secrets written out in the file.

use resource::secret::is_secret;

use super::Check;
use crate::{App, Part, Place, Raw, Resource, Sp, Text};

impl Check<'_> {
    /// Warns of settings that look like secrets.
    pub(super) fn plain_secrets(&mut self, app: &App) {
        for (key, value) in &app.settings {
            self.plain_secret(key, value);
        }
        for (key, string) in &app.connection_strings {
            self.plain_secret(key, &string.value);
        }
    }

    /// Warns of secrets in the body of a resource of the escape hatch.
    pub(super) fn plain_secrets_of_body(&mut self, resource: &Resource) {
        for part in [&resource.sku, &resource.identity, &resource.properties].into_iter().flatten()
        {
            self.plain_secrets_within("", part);
        }
    }

    fn plain_secrets_within(&mut self, key: &str, raw: &Sp<Raw>) {
        match &raw.value {
            Raw::Text(text) => self.plain_secret_at(key, text, &raw.place),
            Raw::List(items) => items.iter().for_each(|item| self.plain_secrets_within(key, item)),
            Raw::Map(map) => {
                for (own, value) in map {
                    // Lists of variables and headers: `{ name: DB_PASSWORD, value: … }`.
                    let name = map.get("name").filter(|_| own == "value");
                    let name = name.and_then(|name| match &name.value {
                        Raw::Text(text) => text.literal(),
                        _ => None,
                    });
                    self.plain_secrets_within(name.unwrap_or(own), value);
                }
            }
            Raw::Null | Raw::Bool(_) | Raw::Number(_) => {}
        }
    }

    /// Warns of a value that looks like a secret.
    pub(super) fn plain_secret(&mut self, key: &str, text: &Sp<Text>) {
        self.plain_secret_at(key, text, &text.place);
    }

    fn plain_secret_at(&mut self, key: &str, text: &Text, place: &Place) {
        if let [Part::Literal(value)] = text.0.as_slice()
            && is_secret(key, value)
        {
            let message = format!("`{key}` looks like a secret written out");
            let help = "write `${secret:env:NAME}` or `${secret:keyVault:<vault>/<name>}`";
            self.warning("plain-secret", place, message, help);
        }
    }
}
