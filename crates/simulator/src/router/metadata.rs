//! The cloud's description of itself, by which `az cloud register` and Terraform find the rest.

use serde_json::json;

use crate::kind::azure::Azure;
use crate::wire::answer::Answer;
use crate::wire::request::Request;

/// Answers `/metadata/endpoints`.
pub(crate) fn endpoints(azure: &Azure, request: &Request) -> Answer {
    let origin = &azure.origin;
    let audiences =
        json!(["https://management.core.windows.net/", "https://management.azure.com/", origin]);
    if request.api_version() == Some("2015-01-01") {
        return Answer::json(
            200,
            json!({
                "galleryEndpoint": "https://gallery.azure.com/",
                "graphEndpoint": "https://graph.windows.net/",
                "portalEndpoint": "https://portal.azure.com",
                "authentication": {"loginEndpoint": origin, "audiences": audiences},
            }),
        );
    }
    Answer::json(
        200,
        json!({
            "name": "Simulator",
            "resourceManager": origin,
            "portal": "https://portal.azure.com",
            "authentication": {
                "loginEndpoint": origin,
                "audiences": audiences,
                // Any tenant of the cloud may log in.
                "tenant": "common",
                "identityProvider": "AAD",
            },
            "graph": "https://graph.windows.net/",
            "graphAudience": "https://graph.windows.net/",
            "microsoftGraphResourceId": "https://graph.microsoft.com/",
            "gallery": "https://gallery.azure.com/",
            "batch": "https://batch.core.windows.net/",
            "media": "https://rest.media.azure.net",
            "sqlManagement": "https://management.core.windows.net:8443/",
            "activeDirectoryDataLake": "https://datalake.azure.net/",
            "logAnalyticsResourceId": "https://api.loganalytics.io",
            "vmImageAliasDoc": "https://raw.githubusercontent.com/Azure/azure-rest-api-specs/master/arm-compute/quickstart-templates/aliases.json",
            "suffixes": {
                "acrLoginServer": "azurecr.io",
                "sqlServerHostname": "database.windows.net",
                "storage": "core.windows.net",
                "keyVaultDns": "vault.azure.net",
                "azureFrontDoorEndpointSuffix": "azurefd.net",
            },
        }),
    )
}
