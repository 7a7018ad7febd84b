//! The bearer token, kept until shortly before it ends.

use std::sync::Arc;

use azure_core::credentials::{AccessToken, TokenCredential};
use azure_core::time::{Duration, OffsetDateTime};
use tokio::sync::Mutex;

use crate::AuthError;

/// A token is renewed when it lives no longer than this; ARM's clock may differ from ours.
const EARLY: Duration = Duration::minutes(5);

/// Makes a credential. Called again after a refused token, because credentials keep theirs.
pub(crate) type MakeCredential =
    Arc<dyn Fn() -> Result<Arc<dyn TokenCredential>, AuthError> + Send + Sync>;

/// The token of one client. One login serves all requests, and one task at a time logs in:
/// the Azure CLI's credential keeps nothing and would start a process for each request.
pub(crate) struct Tokens {
    make: MakeCredential,
    scope: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    credential: Option<Arc<dyn TokenCredential>>,
    token: Option<AccessToken>,
}

impl Tokens {
    pub fn new(make: MakeCredential, scope: String) -> Self {
        Self { make, scope, state: Mutex::default() }
    }

    /// Returns a token that is good for some minutes.
    pub async fn bearer(&self) -> Result<String, AuthError> {
        let mut state = self.state.lock().await;
        let fresh = |token: &&AccessToken| token.expires_on - EARLY > OffsetDateTime::now_utc();
        if let Some(token) = state.token.as_ref().filter(fresh) {
            return Ok(token.token.secret().to_owned());
        }
        let credential = match &state.credential {
            Some(credential) => Arc::clone(credential),
            None => Arc::clone(state.credential.insert((self.make)()?)),
        };
        let token = credential.get_token(&[&self.scope], None).await.map_err(AuthError::refused)?;
        let text = token.token.secret().to_owned();
        state.token = Some(token);
        Ok(text)
    }

    /// Forgets a token that ARM has refused, unless another task has already renewed it.
    pub async fn discard(&self, refused: &str) {
        let mut state = self.state.lock().await;
        if state.token.as_ref().is_some_and(|token| token.token.secret() == refused) {
            *state = State::default();
        }
    }
}
