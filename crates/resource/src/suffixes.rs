//! The DNS suffixes of a cloud's services.

use serde::{Deserialize, Serialize};

/// The DNS suffixes below which the services of one cloud name what is theirs, without a leading dot;
/// those of the public cloud where nothing else is said.
///
/// Source: <https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure>
/// and <https://learn.microsoft.com/azure/china/resources-developer-guide>.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Suffixes {
    /// Traffic Manager profiles.
    pub traffic_manager: String,
    /// Default host names of App Service.
    pub app_service: String,
    /// Storage accounts, behind `blob.`, `queue.` and the like.
    pub storage: String,
    /// Key vaults.
    pub key_vault: String,
}

impl Default for Suffixes {
    fn default() -> Self {
        Self::of(["trafficmanager.net", "azurewebsites.net", "core.windows.net", "vault.azure.net"])
    }
}

/// A service below whose suffix its resources have host names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Traffic Manager.
    TrafficManager,
    /// App Service.
    AppService,
}

impl Suffixes {
    /// Returns those of the cloud of the US Government.
    pub fn us_government() -> Self {
        Self::of([
            "usgovtrafficmanager.net",
            "azurewebsites.us",
            "core.usgovcloudapi.net",
            "vault.usgovcloudapi.net",
        ])
    }

    /// Returns those of the cloud that 21Vianet runs in China.
    pub fn china() -> Self {
        Self::of([
            "trafficmanager.cn",
            "chinacloudsites.cn",
            "core.chinacloudapi.cn",
            "vault.azure.cn",
        ])
    }

    fn of(suffixes: [&str; 4]) -> Self {
        let [traffic_manager, app_service, storage, key_vault] = suffixes.map(str::to_owned);
        Self { traffic_manager, app_service, storage, key_vault }
    }

    /// Tells whether these are those of the public cloud.
    pub fn is_public(&self) -> bool {
        *self == Self::default()
    }

    /// Returns the suffix of a service.
    pub fn below(&self, service: Service) -> &str {
        match service {
            Service::TrafficManager => &self.traffic_manager,
            Service::AppService => &self.app_service,
        }
    }

    /// Tells whether a service gave a host its name, and no person.
    pub fn name_host(&self, service: Service, host: &str) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let rest = host.strip_suffix(&self.below(service).to_ascii_lowercase());
        rest.is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
    }
}

/// Tells whether a service of one of Microsoft's clouds gave a host its name, and no person.
pub fn is_of_a_service(host: &str) -> bool {
    let clouds = [Suffixes::default(), Suffixes::us_government(), Suffixes::china()];
    let services = [Service::TrafficManager, Service::AppService];
    clouds.iter().any(|cloud| services.iter().any(|service| cloud.name_host(*service, host)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_of_any_cloud_is_told_from_one_of_a_person() {
        for host in ["a.azurewebsites.net", "a.azurewebsites.us", "a.b.chinacloudsites.cn"] {
            assert!(is_of_a_service(host), "{host}");
        }
        for host in ["app.example.com", "azurewebsites.example.com", "azurewebsites.net"] {
            assert!(!is_of_a_service(host), "{host}");
        }
    }

    #[test]
    fn a_host_is_a_services_by_its_whole_suffix() {
        let ours = Suffixes { app_service: "Sites.corp.example".into(), ..Suffixes::china() };
        for (service, host) in [
            (Service::AppService, "a.sites.corp.example"),
            (Service::AppService, "A.B.SITES.corp.example."),
            (Service::TrafficManager, "a.trafficmanager.cn"),
        ] {
            assert!(ours.name_host(service, host), "{host}");
        }
        for (service, host) in [
            (Service::AppService, "a.azurewebsites.net"),
            (Service::AppService, "sites.corp.example"),
            (Service::AppService, ".sites.corp.example"),
            (Service::AppService, "asites.corp.example"),
            (Service::TrafficManager, "a.trafficmanager.net"),
        ] {
            assert!(!ours.name_host(service, host), "{host}");
        }
    }

    #[test]
    fn a_saved_text_without_suffixes_is_the_public_clouds() {
        let read: Suffixes = serde_json::from_str("{\"keyVault\":\"v.example\"}").expect("valid");
        assert_eq!(read, Suffixes { key_vault: "v.example".into(), ..Suffixes::default() });
        assert!(Suffixes::default().is_public() && !read.is_public());
    }
}
