//! The clouds: where ARM and Entra ID are, and what services call themselves there.

use resource::Suffixes;
use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::Error;

/// One of Azure's clouds, or a custom one.
///
/// Source of the endpoints:
/// <https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure> and
/// <https://learn.microsoft.com/azure/china/resources-developer-guide>.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cloud {
    /// The name that topologies use: `public`, `usGovernment`, `china` or `custom`.
    pub name: String,
    /// The origin of Azure Resource Manager.
    pub resource_manager: Url,
    /// The origin of Entra ID's token endpoint.
    pub authority: Url,
    /// The scope that tokens for ARM are asked for.
    pub scope: String,
    /// The DNS suffixes of its services.
    pub suffixes: Suffixes,
}

/// Why an endpoint of a custom cloud cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CloudError {
    /// The text is not an absolute `http` or `https` URL.
    #[error("`{0}` is not an absolute https URL")]
    NotAUrl(String),
    /// Tokens and secrets would cross the network in the clear.
    #[error("`{0}` is not https, and only this machine is reached without it")]
    NotEncrypted(String),
}

impl Cloud {
    /// Returns the public cloud.
    pub fn public() -> Self {
        Self::known(
            "public",
            "https://management.azure.com",
            "https://login.microsoftonline.com",
            Suffixes::default(),
        )
    }

    /// Returns the cloud of the US Government.
    pub fn us_government() -> Self {
        Self::known(
            "usGovernment",
            "https://management.usgovcloudapi.net",
            "https://login.microsoftonline.us",
            Suffixes::us_government(),
        )
    }

    /// Returns the cloud that 21Vianet runs in China.
    pub fn china() -> Self {
        Self::known(
            "china",
            "https://management.chinacloudapi.cn",
            "https://login.chinacloudapi.cn",
            Suffixes::china(),
        )
    }

    /// Returns a cloud with its own endpoints, whose services have the suffixes of the public cloud
    /// unless [`Cloud::suffixes`] is changed.
    pub fn custom(resource_manager: &str, authority: &str) -> Result<Self, CloudError> {
        let resource_manager = absolute(resource_manager)?;
        let authority = absolute(authority)?;
        let scope = scope_of(&resource_manager);
        Ok(Self { name: "custom".into(), resource_manager, authority, scope, ..Self::public() })
    }

    /// Returns the cloud of a name, in any case, or `None` for a name that is none of the three.
    pub fn by_name(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "public" => Some(Self::public()),
            "usgovernment" => Some(Self::us_government()),
            "china" => Some(Self::china()),
            _ => None,
        }
    }

    /// Tells whether a bearer token for ARM may be sent to the host of `url`.
    ///
    /// Polling and paging URLs may name a regional front end, which is a subdomain of ARM's host.
    pub fn is_resource_manager(&self, url: &Url) -> bool {
        let (Some(own), Some(other)) = (self.resource_manager.host_str(), url.host_str()) else {
            return false;
        };
        let same_port =
            url.port_or_known_default() == self.resource_manager.port_or_known_default();
        let below = other.strip_suffix(own).is_some_and(|front| front.ends_with('.'));
        url.scheme() == self.resource_manager.scheme() && same_port && (own == other || below)
    }

    /// Returns the scope that tokens for Key Vaults are asked for.
    pub(crate) fn key_vault_scope(&self) -> String {
        format!("https://{}/.default", self.suffixes.key_vault)
    }

    /// Returns the URL of the newest version of a secret. A name that is no host name is refused:
    /// the token must not be sent elsewhere.
    pub(crate) fn key_vault_secret_url(&self, vault: &str, name: &str) -> Result<Url, Error> {
        let is_plain = |text: &str| {
            !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        };
        let text =
            format!("https://{vault}.{}/secrets/{name}?api-version=7.4", self.suffixes.key_vault);
        match Url::parse(&text) {
            Ok(url) if is_plain(vault) && is_plain(name) => Ok(url),
            _ => Err(Error::SetUp { what: format!("`{vault}/{name}` names no Key Vault secret") }),
        }
    }

    fn known(name: &str, resource_manager: &str, authority: &str, suffixes: Suffixes) -> Self {
        let resource_manager = Url::parse(resource_manager).expect("a constant URL");
        Self {
            name: name.to_owned(),
            scope: scope_of(&resource_manager),
            resource_manager,
            authority: Url::parse(authority).expect("a constant URL"),
            suffixes,
        }
    }
}

fn scope_of(resource_manager: &Url) -> String {
    format!("{}/.default", resource_manager.as_str().trim_end_matches('/'))
}

fn absolute(text: &str) -> Result<Url, CloudError> {
    let url = Url::parse(text).map_err(|_| CloudError::NotAUrl(text.to_owned()))?;
    match url.scheme() {
        "https" if url.has_host() => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" if url.has_host() => Err(CloudError::NotEncrypted(text.to_owned())),
        _ => Err(CloudError::NotAUrl(text.to_owned())),
    }
}

/// Tells whether a URL leads to this very machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("valid URL")
    }

    #[test]
    fn tokens_go_to_the_resource_manager_and_its_regions_only() {
        let cloud = Cloud::public();
        assert!(cloud.is_resource_manager(&url("https://management.azure.com/x")));
        assert!(cloud.is_resource_manager(&url("https://management.azure.com:443/x")));
        assert!(cloud.is_resource_manager(&url("https://westeurope.management.azure.com/x")));
        assert!(!cloud.is_resource_manager(&url("http://management.azure.com/x")));
        assert!(!cloud.is_resource_manager(&url("https://evilmanagement.azure.com/x")));
        assert!(!cloud.is_resource_manager(&url("https://management.azure.com.evil.example/x")));
        assert!(!cloud.is_resource_manager(&url("https://management.azure.com:8443/x")));
    }

    #[test]
    fn scope_is_the_resource_manager_with_default() {
        assert_eq!(Cloud::public().scope, "https://management.azure.com/.default");
        let custom = Cloud::custom("https://127.0.0.1:7443", "https://127.0.0.1:7443");
        assert_eq!(custom.expect("valid").scope, "https://127.0.0.1:7443/.default");
    }

    #[test]
    fn endpoint_that_is_no_url_is_named() {
        let error = Cloud::custom("management", "https://login.example").expect_err("not a URL");
        assert_eq!(error.to_string(), "`management` is not an absolute https URL");
        for host in ["http://arm.example", "http://127.0.0.1.evil.example", "http://10.0.0.1"] {
            let error = Cloud::custom(host, "https://login.example").expect_err("not encrypted");
            assert_eq!(error, CloudError::NotEncrypted(host.to_owned()));
        }
        for host in ["http://127.0.0.1:1", "http://[::1]:1", "http://localhost:1"] {
            Cloud::custom(host, "https://login.example").expect("this machine");
        }
    }

    #[test]
    fn secrets_are_asked_of_the_vaults_of_the_cloud() {
        let mut cloud =
            Cloud::custom("https://arm.corp.example", "https://login.corp.example").expect("valid");
        cloud.suffixes.key_vault = "vault.corp.example".to_owned();
        let secret = cloud.key_vault_secret_url("kv", "token").expect("plain names");
        assert_eq!(secret.host_str(), Some("kv.vault.corp.example"));
        assert_eq!(cloud.key_vault_scope(), "https://vault.corp.example/.default");
        for vault in ["evil.example/", "kv.evil", ""] {
            cloud.key_vault_secret_url(vault, "token").expect_err("no plain name");
        }
    }
}
