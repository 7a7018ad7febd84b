//! Which Azure a topology lives in.

use resource::Suffixes;
use serde::Serialize;

use crate::Sp;
use crate::record;

/// One of Microsoft's clouds, or endpoints of one's own.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Cloud {
    /// Azure as most people know it.
    #[default]
    Public,
    /// Azure Government of the United States.
    UsGovernment,
    /// Azure in China, operated by 21Vianet.
    China,
    /// Another cloud, such as Azure Stack or a simulator.
    Custom(Box<CloudEndpoints>),
}

impl Cloud {
    /// Returns the name that a topology calls it by; `custom` where it gives endpoints.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::UsGovernment => "usGovernment",
            Self::China => "china",
            Self::Custom(_) => "custom",
        }
    }

    /// Returns the DNS suffixes of its services.
    pub fn suffixes(&self) -> Suffixes {
        match self {
            Self::Public => Suffixes::default(),
            Self::UsGovernment => Suffixes::us_government(),
            Self::China => Suffixes::china(),
            Self::Custom(endpoints) => {
                let mut suffixes = Suffixes::default();
                if let Some(own) = &endpoints.suffixes {
                    for (suffix, own) in [
                        (&mut suffixes.traffic_manager, &own.traffic_manager),
                        (&mut suffixes.app_service, &own.app_service),
                        (&mut suffixes.storage, &own.storage),
                        (&mut suffixes.key_vault, &own.key_vault),
                    ] {
                        if let Some(own) = own {
                            suffix.clone_from(&own.value);
                        }
                    }
                }
                suffixes
            }
        }
    }
}

record! {
    /// The endpoints of another cloud.
    pub struct CloudEndpoints {
        /// The base URL of Azure Resource Manager.
        pub resource_manager: Sp<String>,
        /// The base URL of the Entra ID authority.
        pub authority: Sp<String>,
        /// The DNS suffixes of its services.
        pub suffixes: Option<CloudSuffixes>,
    }
}

record! {
    /// DNS suffixes of a cloud's services, without a leading dot.
    pub struct CloudSuffixes {
        /// Traffic Manager profiles; `trafficmanager.net` when left out.
        pub traffic_manager: Option<Sp<String>>,
        /// App Service; `azurewebsites.net` when left out.
        pub app_service: Option<Sp<String>>,
        /// Storage accounts; `core.windows.net` when left out.
        pub storage: Option<Sp<String>>,
        /// Key vaults; `vault.azure.net` when left out.
        pub key_vault: Option<Sp<String>>,
    }
}
