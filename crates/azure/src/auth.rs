//! Logging in: which of azure_identity's credentials, and the chain that tries several.

mod chain;
mod federated;

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use azure_core::cloud::{CloudConfiguration, CustomConfiguration};
use azure_core::credentials::{Secret, TokenCredential};
use azure_core::http::{ClientOptions, ExponentialRetryOptions, RetryOptions, Transport};
use azure_identity::{
    AzureCliCredential, ClientAssertionCredential, ClientAssertionCredentialOptions,
    ClientSecretCredential, ClientSecretCredentialOptions, ManagedIdentityCredential,
    ManagedIdentityCredentialOptions, UserAssignedId,
};
use resource::secret::KnownSecrets;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::Cloud;
use chain::Chain;
use federated::{FileAssertion, GitHubAssertion, PipelinesAssertion};

/// How to log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Auth {
    /// The first that is configured: the environment's service principal, a federated token (of
    /// Kubernetes, GitHub or Azure Pipelines), a managed identity. Where none is, a managed identity of the
    /// machine or else the Azure CLI.
    Default,
    /// A service principal from `AZURE_TENANT_ID`, `AZURE_CLIENT_ID` and `AZURE_CLIENT_SECRET`.
    Environment,
    /// The token file that Kubernetes projects (`AZURE_FEDERATED_TOKEN_FILE`).
    WorkloadIdentity,
    /// The managed identity of the machine or app; `AZURE_CLIENT_ID` chooses a user-assigned one.
    ManagedIdentity,
    /// Whoever is logged in with `az login`.
    Cli,
    /// The service connection of an Azure Pipelines job.
    AzurePipelines,
    /// The OpenID Connect token of a GitHub Actions job.
    GitHub,
    /// A service principal that the caller names, or else the environment's.
    ClientSecret,
}

/// A service principal and its secret.
#[derive(Debug, Clone)]
pub struct ClientSecret {
    /// The tenant's ID or domain.
    pub tenant: String,
    /// The application's ID.
    pub client_id: String,
    /// The application's secret.
    pub secret: SecretString,
}

/// Why no token could be had.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// A variable that the login needs is not set.
    #[error("the environment variable `{0}` is not set")]
    MissingVariable(&'static str),
    /// The name is not a way to log in.
    #[error("`{0}` is not a way to log in; known are {known}", known = Auth::NAMES.join(", "))]
    UnknownName(String),
    /// Entra ID, or the program that was asked, refused.
    #[error("{0}")]
    Refused(String),
    /// Nothing in the surroundings could log in.
    #[error("found no way to log in ({})", .0.join("; "))]
    NothingWorked(Vec<String>),
}

impl AuthError {
    /// Keeps the text of every cause: a refused certificate shows only in the last one.
    pub(crate) fn refused(error: azure_core::Error) -> Self {
        let mut text = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(inner) = cause {
            let inner_text = inner.to_string();
            if !text.contains(&inner_text) {
                text = format!("{text}: {inner_text}");
            }
            cause = inner.source();
        }
        Self::Refused(text)
    }
}

impl Auth {
    /// The names by which `--auth` knows the ways to log in.
    pub const NAMES: [&'static str; 8] = [
        "default",
        "environment",
        "workload-identity",
        "managed-identity",
        "cli",
        "azure-pipelines",
        "github",
        "client-secret",
    ];
}

impl FromStr for Auth {
    type Err = AuthError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Ok(match name.to_ascii_lowercase().as_str() {
            "default" => Self::Default,
            "environment" => Self::Environment,
            "workload-identity" => Self::WorkloadIdentity,
            "managed-identity" => Self::ManagedIdentity,
            "cli" => Self::Cli,
            "azure-pipelines" => Self::AzurePipelines,
            "github" => Self::GitHub,
            "client-secret" => Self::ClientSecret,
            _ => return Err(AuthError::UnknownName(name.to_owned())),
        })
    }
}

/// What a GitHub job has that logs in with its own token.
const GITHUB: [&str; 4] = [
    "ACTIONS_ID_TOKEN_REQUEST_URL",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "AZURE_CLIENT_ID",
    "AZURE_TENANT_ID",
];

/// What an Azure Pipelines job has that logs in as its service connection.
const PIPELINES: [&str; 5] = [
    "SYSTEM_OIDCREQUESTURI",
    "SYSTEM_ACCESSTOKEN",
    "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
    "AZURESUBSCRIPTION_TENANT_ID",
    "AZURESUBSCRIPTION_CLIENT_ID",
];

/// Retries of a login; with the library's own eight a refused certificate is told after 80 s.
const LOG_IN_RETRIES: u32 = 3;

/// Reads an environment variable; tests give their own.
type Lookup = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Makes credentials that speak through our HTTP client.
#[derive(Clone)]
pub(crate) struct LogIn {
    http: reqwest::Client,
    cloud: Cloud,
    client_secret: Option<ClientSecret>,
    secrets: KnownSecrets,
    lookup: Lookup,
}

impl LogIn {
    pub fn new(http: reqwest::Client, cloud: Cloud, client_secret: Option<ClientSecret>) -> Self {
        let lookup: Lookup = Arc::new(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
        Self { http, cloud, client_secret, secrets: KnownSecrets::default(), lookup }
    }

    /// Tells `secrets` of every token that a login is made with.
    pub fn telling(self, secrets: KnownSecrets) -> Self {
        Self { secrets, ..self }
    }

    #[cfg(test)]
    fn with_variables(mut self, variables: &[(&str, &str)]) -> Self {
        let owned = variables.iter().map(|(name, value)| (name.to_string(), value.to_string()));
        let map: std::collections::HashMap<String, String> = owned.collect();
        self.lookup = Arc::new(move |name| map.get(name).cloned());
        self
    }

    /// Makes the credential for one way to log in.
    pub fn credential(&self, auth: Auth) -> Result<Arc<dyn TokenCredential>, AuthError> {
        match auth {
            Auth::Default => Ok(self.chain()),
            Auth::Environment => self.secret(self.secret_from_environment()?),
            Auth::ClientSecret => match &self.client_secret {
                Some(secret) => self.secret(secret.clone()),
                None => self.secret(self.secret_from_environment()?),
            },
            Auth::WorkloadIdentity => self.workload_identity(),
            Auth::ManagedIdentity => self.managed_identity(),
            Auth::Cli => Ok(AzureCliCredential::new(None).map_err(AuthError::refused)?),
            Auth::AzurePipelines => self.pipelines(),
            Auth::GitHub => self.github(),
        }
    }

    /// Takes the first way that is configured; where none is, what the machine has is tried.
    fn chain(&self) -> Arc<dyn TokenCredential> {
        let is_set = |names: &[&str]| names.iter().all(|name| (self.lookup)(name).is_some());
        let configured = [
            (Auth::ClientSecret, self.client_secret.is_some()),
            // A secret without the rest is a mistake that must be told, not passed over.
            (Auth::Environment, is_set(&["AZURE_CLIENT_SECRET"])),
            (Auth::WorkloadIdentity, is_set(&["AZURE_FEDERATED_TOKEN_FILE"])),
            (Auth::GitHub, is_set(&GITHUB)),
            (Auth::AzurePipelines, is_set(&PIPELINES)),
            (Auth::ManagedIdentity, is_set(&["IDENTITY_ENDPOINT"])),
        ];
        let chosen = configured.into_iter().find(|(_, is_configured)| *is_configured);
        let ways = match chosen {
            // Whose login is configured shall not log in as somebody else when it is refused.
            Some((way, _)) => vec![way],
            None => vec![Auth::ManagedIdentity, Auth::Cli],
        };
        Arc::new(Chain::new(self.clone(), ways))
    }

    /// Tells whether a managed identity can be asked for at all.
    ///
    /// The credential itself retries a missing metadata service for 100 s, so one request with a
    /// limit of one second comes first. Source:
    /// <https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service>.
    pub(crate) async fn has_managed_identity(&self) -> bool {
        if (self.lookup)("IDENTITY_ENDPOINT").is_some() {
            return true;
        }
        let probe = self
            .http
            .get("http://169.254.169.254/metadata/instance?api-version=2021-02-01")
            .header("Metadata", "true")
            .timeout(Duration::from_secs(1));
        probe.send().await.is_ok_and(|answer| answer.status().is_success())
    }

    fn variable(&self, name: &'static str) -> Result<String, AuthError> {
        (self.lookup)(name).ok_or(AuthError::MissingVariable(name))
    }

    fn secret_from_environment(&self) -> Result<ClientSecret, AuthError> {
        Ok(ClientSecret {
            tenant: self.variable("AZURE_TENANT_ID")?,
            client_id: self.variable("AZURE_CLIENT_ID")?,
            secret: self.variable("AZURE_CLIENT_SECRET")?.into(),
        })
    }

    fn secret(&self, of: ClientSecret) -> Result<Arc<dyn TokenCredential>, AuthError> {
        let options = ClientSecretCredentialOptions { client_options: self.client_options() };
        let secret = Secret::new(of.secret.expose_secret().to_owned());
        let made = ClientSecretCredential::new(&of.tenant, of.client_id, secret, Some(options));
        Ok(made.map_err(AuthError::refused)?)
    }

    fn workload_identity(&self) -> Result<Arc<dyn TokenCredential>, AuthError> {
        let client = self.variable("AZURE_CLIENT_ID")?;
        let tenant = self.variable("AZURE_TENANT_ID")?;
        let path = self.variable("AZURE_FEDERATED_TOKEN_FILE")?.into();
        self.federated(tenant, client, FileAssertion { path, secrets: self.secrets.clone() })
    }

    fn managed_identity(&self) -> Result<Arc<dyn TokenCredential>, AuthError> {
        let options = ManagedIdentityCredentialOptions {
            user_assigned_id: (self.lookup)("AZURE_CLIENT_ID").map(UserAssignedId::ClientId),
            client_options: self.client_options(),
        };
        Ok(ManagedIdentityCredential::new(Some(options)).map_err(AuthError::refused)?)
    }

    fn github(&self) -> Result<Arc<dyn TokenCredential>, AuthError> {
        let assertion = GitHubAssertion {
            http: self.http.clone(),
            url: self.variable("ACTIONS_ID_TOKEN_REQUEST_URL")?,
            token: self.variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN")?.into(),
            secrets: self.secrets.clone(),
        };
        let (tenant, client) =
            (self.variable("AZURE_TENANT_ID")?, self.variable("AZURE_CLIENT_ID")?);
        self.federated(tenant, client, assertion)
    }

    fn pipelines(&self) -> Result<Arc<dyn TokenCredential>, AuthError> {
        let assertion = PipelinesAssertion {
            http: self.http.clone(),
            url: self.variable("SYSTEM_OIDCREQUESTURI")?,
            connection: self.variable("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID")?,
            token: self.variable("SYSTEM_ACCESSTOKEN")?.into(),
            secrets: self.secrets.clone(),
        };
        let tenant = self.variable("AZURESUBSCRIPTION_TENANT_ID")?;
        self.federated(tenant, self.variable("AZURESUBSCRIPTION_CLIENT_ID")?, assertion)
    }

    fn federated<A: azure_identity::ClientAssertion + 'static>(
        &self,
        tenant: String,
        client: String,
        assertion: A,
    ) -> Result<Arc<dyn TokenCredential>, AuthError> {
        let options = Some(self.assertion_options());
        let made = ClientAssertionCredential::new(tenant, client, assertion, options);
        Ok(made.map_err(AuthError::refused)?)
    }

    fn assertion_options(&self) -> ClientAssertionCredentialOptions {
        ClientAssertionCredentialOptions { client_options: self.client_options() }
    }

    fn client_options(&self) -> ClientOptions {
        let mut cloud = CustomConfiguration::default();
        cloud.authority_host = self.cloud.authority.as_str().trim_end_matches('/').to_owned();
        ClientOptions {
            transport: Some(Transport::new(Arc::new(self.http.clone()))),
            cloud: Some(Arc::new(CloudConfiguration::Custom(cloud))),
            retry: RetryOptions::exponential(ExponentialRetryOptions {
                max_retries: LOG_IN_RETRIES,
                ..ExponentialRetryOptions::default()
            }),
            ..ClientOptions::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log_in(variables: &[(&str, &str)]) -> LogIn {
        LogIn::new(reqwest::Client::new(), Cloud::public(), None).with_variables(variables)
    }

    #[test]
    fn every_name_is_a_way_to_log_in() {
        for name in Auth::NAMES {
            name.parse::<Auth>().expect("a known name");
        }
        let error = "kerberos".parse::<Auth>().expect_err("unknown");
        assert!(error.to_string().contains("known are default, environment"));
    }

    #[test]
    fn missing_variable_is_named() {
        let log_in = log_in(&[("AZURE_TENANT_ID", "t"), ("AZURE_CLIENT_ID", "c")]);
        let error = log_in.credential(Auth::Environment).expect_err("no secret");
        assert_eq!(error.to_string(), "the environment variable `AZURE_CLIENT_SECRET` is not set");
    }

    #[tokio::test]
    async fn a_configured_login_that_is_refused_is_an_error() {
        for (variables, told) in [
            (vec![("AZURE_CLIENT_SECRET", "s")], "`AZURE_TENANT_ID` is not set"),
            (vec![("AZURE_FEDERATED_TOKEN_FILE", "/none")], "`AZURE_CLIENT_ID` is not set"),
        ] {
            let error = log_in(&variables).chain().get_token(&["x"], None).await;
            let error = error.expect_err("refused").to_string();
            assert!(error.contains(told) && !error.contains("Cli"), "{error}");
        }
    }

    #[test]
    fn what_is_configured_is_taken_and_nothing_else() {
        let names = |variables: &[(&str, &str)]| format!("{:?}", log_in(variables).chain());
        assert_eq!(names(&[]), "Chain [ManagedIdentity, Cli]");
        assert_eq!(names(&GITHUB.map(|name| (name, "x"))), "Chain [GitHub]");
        assert_eq!(names(&[("AZURE_FEDERATED_TOKEN_FILE", "/f")]), "Chain [WorkloadIdentity]");
        assert_eq!(names(&[("AZURE_CLIENT_SECRET", "s")]), "Chain [Environment]");
        // The variables of a build service alone configure nothing: a step may have used `az login`.
        assert_eq!(names(&[(GITHUB[0], "x"), (GITHUB[1], "x")]), "Chain [ManagedIdentity, Cli]");
    }
}
