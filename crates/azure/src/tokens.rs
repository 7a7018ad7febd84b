//! The bearer token, kept until shortly before it ends.

use std::sync::Arc;

use azure_core::credentials::{AccessToken, TokenCredential};
use azure_core::time::{Duration, OffsetDateTime};
use resource::secret::KnownSecrets;
use tokio::sync::Mutex;

use crate::AuthError;

/// A token is renewed so long before its end; ARM's clock may differ from ours. One with a short
/// life is used for half of it, or else each request would log in.
const EARLY: Duration = Duration::minutes(5);

/// Makes a credential. Called again after a refused token, because credentials keep theirs.
pub(crate) type MakeCredential =
    Arc<dyn Fn() -> Result<Arc<dyn TokenCredential>, AuthError> + Send + Sync>;

/// The token of one client. One login serves all requests, and one task at a time logs in:
/// the Azure CLI's credential keeps nothing and would start a process for each request.
pub(crate) struct Tokens {
    make: MakeCredential,
    scope: String,
    secrets: KnownSecrets,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    credential: Option<Arc<dyn TokenCredential>>,
    token: Option<Kept>,
}

struct Kept {
    token: AccessToken,
    renew_at: OffsetDateTime,
}

impl Tokens {
    /// Makes a holder of tokens for `scope`; `secrets` learns each of them.
    pub fn new(make: MakeCredential, scope: String, secrets: KnownSecrets) -> Self {
        Self { make, scope, secrets, state: Mutex::default() }
    }

    /// Returns a token that is good for some minutes.
    pub async fn bearer(&self) -> Result<String, AuthError> {
        let mut state = self.state.lock().await;
        let now = OffsetDateTime::now_utc();
        if let Some(kept) = state.token.as_ref().filter(|kept| kept.renew_at > now) {
            return Ok(kept.token.token.secret().to_owned());
        }
        let credential = match &state.credential {
            Some(credential) => Arc::clone(credential),
            None => Arc::clone(state.credential.insert((self.make)()?)),
        };
        let token = credential.get_token(&[&self.scope], None).await.map_err(AuthError::refused)?;
        let text = token.token.secret().to_owned();
        self.secrets.add(&text);
        let life: Duration = token.expires_on - now;
        let half: OffsetDateTime = now + life / 2;
        state.token = Some(Kept { renew_at: half.max(token.expires_on - EARLY), token });
        Ok(text)
    }

    /// Forgets a token that ARM has refused, unless another task has already renewed it.
    pub async fn discard(&self, refused: &str) {
        let mut state = self.state.lock().await;
        if state.token.as_ref().is_some_and(|kept| kept.token.token.secret() == refused) {
            *state = State::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use async_trait::async_trait;
    use azure_core::credentials::TokenRequestOptions;

    use super::*;

    /// Gives numbered tokens of a lifetime.
    #[derive(Debug)]
    struct Numbered {
        given: AtomicUsize,
        lifetime: Duration,
    }

    #[async_trait]
    impl TokenCredential for Numbered {
        async fn get_token(
            &self,
            _scopes: &[&str],
            _options: Option<TokenRequestOptions<'_>>,
        ) -> azure_core::Result<AccessToken> {
            let number = self.given.fetch_add(1, Ordering::Relaxed);
            let end = OffsetDateTime::now_utc() + self.lifetime;
            Ok(AccessToken::new(format!("token-{number}"), end))
        }
    }

    fn tokens(lifetime: Duration) -> Tokens {
        let credential: Arc<dyn TokenCredential> =
            Arc::new(Numbered { given: AtomicUsize::new(0), lifetime });
        Tokens::new(
            Arc::new(move || Ok(Arc::clone(&credential))),
            "scope".to_owned(),
            KnownSecrets::default(),
        )
    }

    #[tokio::test]
    async fn one_login_serves_all_requests_also_with_short_tokens() {
        for lifetime in [Duration::hours(1), Duration::minutes(1)] {
            let tokens = tokens(lifetime);
            assert_eq!(tokens.bearer().await.expect("a token"), "token-0");
            assert_eq!(tokens.bearer().await.expect("a token"), "token-0");
        }
    }

    #[tokio::test]
    async fn spent_and_refused_tokens_are_renewed() {
        let tokens_of_the_past = tokens(Duration::seconds(-1));
        tokens_of_the_past.bearer().await.expect("a token");
        assert_eq!(tokens_of_the_past.bearer().await.expect("a token"), "token-1");

        let tokens = tokens(Duration::hours(1));
        let first = tokens.bearer().await.expect("a token");
        tokens.discard(&first).await;
        assert_eq!(tokens.bearer().await.expect("a token"), "token-1");
        tokens.discard(&first).await;
        assert_eq!(tokens.bearer().await.expect("a token"), "token-1", "renewed already");
    }
}
