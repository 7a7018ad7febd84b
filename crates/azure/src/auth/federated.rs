//! Tokens of a build service that Entra ID takes in exchange for its own.

use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use azure_core::error::{Error, ErrorKind};
use azure_core::http::ClientMethodOptions;
use azure_identity::ClientAssertion;
use resource::secret::KnownSecrets;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

/// The largest answer that is read; a token has some kilobytes.
const LARGEST_ANSWER: usize = 256 << 10;

/// How long the whole answer may take, also one that comes byte by byte.
const PATIENCE: Duration = Duration::from_secs(30);

/// The token in a file, as Kubernetes projects it and renews it there: read anew each time it is asked for.
///
/// Source: <https://learn.microsoft.com/azure/aks/workload-identity-overview>.
#[derive(Debug)]
pub(super) struct FileAssertion {
    pub path: PathBuf,
    pub secrets: KnownSecrets,
}

/// The OpenID Connect token of a GitHub Actions job with `id-token: write`.
///
/// Source: <https://docs.github.com/actions/reference/security/oidc>.
#[derive(Debug)]
pub(super) struct GitHubAssertion {
    pub http: reqwest::Client,
    pub url: String,
    pub token: SecretString,
    pub secrets: KnownSecrets,
}

/// The OpenID Connect token of an Azure Pipelines service connection.
///
/// Source: <https://learn.microsoft.com/rest/api/azure/devops/distributedtask/oidctoken/create>.
#[derive(Debug)]
pub(super) struct PipelinesAssertion {
    pub http: reqwest::Client,
    pub url: String,
    pub connection: String,
    pub token: SecretString,
    pub secrets: KnownSecrets,
}

#[async_trait]
impl ClientAssertion for FileAssertion {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        let read = files::read(&self.path, LARGEST_ANSWER as u64);
        let token = read.map_err(|error| {
            let path = self.path.display();
            let message = format!("cannot read the identity token in `{path}`: {error}");
            Error::with_message(ErrorKind::Credential, message)
        })?;
        self.secrets.add(&token);
        Ok(token.trim().to_owned())
    }
}

#[async_trait]
impl ClientAssertion for GitHubAssertion {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        #[derive(Deserialize)]
        struct Answer {
            value: String,
        }
        let request = self
            .http
            .get(&self.url)
            .query(&[("audience", "api://AzureADTokenExchange")])
            .bearer_auth(self.token.expose_secret());
        let answer: Answer = fetch(request, "GitHub").await?;
        self.secrets.add(&answer.value);
        Ok(answer.value)
    }
}

#[async_trait]
impl ClientAssertion for PipelinesAssertion {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        #[derive(Deserialize)]
        struct Answer {
            #[serde(rename = "oidcToken")]
            token: String,
        }
        let query = [("api-version", "7.1"), ("serviceConnectionId", self.connection.as_str())];
        let request = self
            .http
            .post(&self.url)
            .query(&query)
            .header("Content-Length", "0")
            .bearer_auth(self.token.expose_secret());
        let answer: Answer = fetch(request, "Azure Pipelines").await?;
        self.secrets.add(&answer.token);
        Ok(answer.token)
    }
}

async fn fetch<T: serde::de::DeserializeOwned>(
    request: reqwest::RequestBuilder,
    who: &str,
) -> azure_core::Result<T> {
    let refused = |why: String| {
        let message = format!("{who} gave no identity token: {why}");
        Error::with_message(ErrorKind::Credential, message)
    };
    let failed = |error: reqwest::Error| refused(error.without_url().to_string());
    let answer = request.timeout(PATIENCE).send().await;
    let mut answer = answer.and_then(reqwest::Response::error_for_status).map_err(failed)?;
    let mut body = vec![];
    while let Some(chunk) = answer.chunk().await.map_err(failed)? {
        body.extend_from_slice(&chunk);
        if body.len() > LARGEST_ANSWER {
            return Err(refused(format!("its answer is larger than {LARGEST_ANSWER} bytes")));
        }
    }
    // What the parser says would quote the answer, which is a secret.
    serde_json::from_slice(&body).map_err(|_| refused("its answer holds none".to_owned()))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::extract::Query;
    use axum::http::{HeaderMap, StatusCode};
    use axum::routing::get;
    use axum::{Json, Router};
    use serde_json::{Value, json};
    use std::collections::HashMap;

    use super::*;

    async fn token(
        Query(query): Query<HashMap<String, String>>,
        headers: HeaderMap,
    ) -> Result<Json<Value>, StatusCode> {
        let bearer = headers.get("authorization").and_then(|value| value.to_str().ok());
        let right = bearer == Some("Bearer ask")
            && query.get("audience").is_some_and(|a| a == "api://AzureADTokenExchange")
            && query.get("run").is_some_and(|run| run == "7");
        right.then(|| Json(json!({"value": "jwt"}))).ok_or(StatusCode::FORBIDDEN)
    }

    #[tokio::test]
    async fn job_token_is_asked_for_with_the_audience_of_entra() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let endless = || async {
            let pieces = std::iter::repeat_with(|| Ok::<_, std::io::Error>(vec![b'x'; 1 << 16]));
            Body::from_stream(futures_util::stream::iter(pieces))
        };
        let app = Router::new()
            .route("/token", get(token))
            .route("/endless", get(endless))
            .route("/page", get(|| async { "hush" }));
        tokio::spawn(async move { axum::serve(listener, app).await });

        let assertion = |ask: &str| GitHubAssertion {
            http: reqwest::Client::new(),
            url: format!("http://{address}/token?run=7"),
            token: ask.to_owned().into(),
            secrets: KnownSecrets::default(),
        };
        assert_eq!(assertion("ask").secret(None).await.expect("a token"), "jwt");
        let fetched = |path: &str| {
            let request = reqwest::Client::new().get(format!("http://{address}/{path}"));
            async { fetch::<Value>(request, "GitHub").await.expect_err("refused").to_string() }
        };
        let error = fetched("endless").await;
        assert!(error.contains("larger than 262144 bytes"), "{error}");
        let error = fetched("page").await;
        assert!(error.contains("holds none") && !error.contains("hush"), "{error}");
        let error = assertion("other").secret(None).await.expect_err("refused").to_string();
        assert!(error.contains("403") && !error.contains("other"), "{error}");
    }

    #[tokio::test]
    async fn token_of_a_file_is_read_anew_and_within_bounds() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("token");
        let secrets = KnownSecrets::default();
        let assertion = FileAssertion { path: path.clone(), secrets: secrets.clone() };
        for token in ["first-token\n", "second-token"] {
            std::fs::write(&path, token).expect("written");
            assert_eq!(assertion.secret(None).await.expect("a token"), token.trim());
            assert_eq!(secrets.scrub(token.trim()), resource::secret::SCRUBBED);
        }
        for path in [folder.path().join("none"), folder.path().to_owned(), "/dev/zero".into()] {
            let assertion = FileAssertion { path: path.clone(), secrets: secrets.clone() };
            let error = assertion.secret(None).await.expect_err("refused").to_string();
            assert!(error.contains(&*path.to_string_lossy()), "{error}");
        }
    }
}
