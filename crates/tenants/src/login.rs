//! What a request says of who sends it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use resource::secret::KnownSecrets;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::client::Http;
use crate::{Error, Login, OAuth, Settings};

/// What a token endpoint answers. Source: RFC 6749, 5.1.
#[derive(Deserialize)]
struct Token {
    access_token: SecretString,
}

impl Login {
    /// Returns the value of `Authorization`; of OAuth it takes a request.
    pub(crate) async fn header(
        &self,
        http: &Http,
        settings: &Settings,
    ) -> Result<SecretString, Error> {
        match self {
            Self::Basic { user, password } => {
                Ok(basic(user.expose_secret(), password.expose_secret(), &settings.secrets))
            }
            Self::OAuth(oauth) => {
                let token = oauth.token(http, settings).await;
                token.map_err(|error| Error::NoToken(Box::new(error)))
            }
        }
    }
}

impl OAuth {
    /// Asks for a token for the client credentials; the client says who it is as RFC 6749, 2.3.1, has it.
    async fn token(&self, http: &Http, settings: &Settings) -> Result<SecretString, Error> {
        let part = |secret: &SecretString| encoded(secret.expose_secret());
        let login = basic(&part(&self.client_id), &part(&self.secret), &settings.secrets);
        let mut form = "grant_type=client_credentials".to_owned();
        if let Some(scope) = &self.scope {
            form.push_str("&scope=");
            form.push_str(&encoded(scope));
        }
        let bytes = http.post(&self.token, &login, form).await?;
        let path = self.token.path().to_owned();
        let token: Token = serde_json::from_slice(&bytes).map_err(|_| Error::NoJson { path })?;
        let header = format!("Bearer {}", token.access_token.expose_secret());
        settings.secrets.add(token.access_token.expose_secret());
        Ok(header.into())
    }
}

/// Returns the header of a user and a password. Source: RFC 7617.
fn basic(user: &str, password: &str, secrets: &KnownSecrets) -> SecretString {
    let pair = STANDARD.encode(format!("{user}:{password}"));
    secrets.add(&pair);
    format!("Basic {pair}").into()
}

/// Encodes a text as a form does.
fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
