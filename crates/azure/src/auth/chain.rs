//! Several ways to log in, tried one after the other.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::error::ErrorKind;
use tokio::sync::OnceCell;

use super::{Auth, AuthError, LogIn};

/// Tries its ways in order and stays with the first that gave a token.
pub(super) struct Chain {
    log_in: LogIn,
    ways: Vec<Auth>,
    chosen: OnceCell<Arc<dyn TokenCredential>>,
}

impl Chain {
    pub fn new(log_in: LogIn, ways: Vec<Auth>) -> Self {
        Self { log_in, ways, chosen: OnceCell::new() }
    }

    async fn try_way(&self, way: Auth, scopes: &[&str]) -> Result<Success, AuthError> {
        if way == Auth::ManagedIdentity && !self.log_in.has_managed_identity().await {
            return Err(AuthError::Refused("this machine has none".into()));
        }
        let credential = self.log_in.credential(way)?;
        let token = credential.get_token(scopes, None).await.map_err(AuthError::refused)?;
        Ok((credential, token))
    }
}

type Success = (Arc<dyn TokenCredential>, AccessToken);

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Chain {:?}", self.ways)
    }
}

#[async_trait]
impl TokenCredential for Chain {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        if let Some(chosen) = self.chosen.get() {
            return chosen.get_token(scopes, options).await;
        }
        let mut failures = vec![];
        for way in &self.ways {
            match self.try_way(*way, scopes).await {
                Ok((credential, token)) => {
                    tracing::debug!(?way, "logged in");
                    // Another task may have chosen meanwhile; its choice is as good.
                    let _ = self.chosen.set(credential);
                    return Ok(token);
                }
                Err(error) => failures.push(format!("{way:?}: {error}")),
            }
        }
        let error = AuthError::NothingWorked(failures);
        Err(azure_core::Error::with_message(ErrorKind::Credential, error.to_string()))
    }
}
