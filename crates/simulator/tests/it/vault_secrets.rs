//! The secrets of vaults, as the documentation of their data plane has it.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::client::{Client, Reply, login, reply, trusting};

const VAULT: &str = "/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv-shop";
const SECRET: &str =
    "/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv-shop/secrets/password";
const SEED: &str = "
seed:
  - put: /subscriptions/${subscription}/resourceGroups/rg
    body: {location: westeurope}
  - put: /subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv-shop
    apiVersion: \"2024-11-01\"
    body: {location: westeurope, properties: {tenantId: '${tenant}', sku: {family: A, name: standard}, accessPolicies: []}}
  - put: /subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv-shop/secrets/password
    apiVersion: \"2024-11-01\"
    body: {properties: {value: hush}}
";

/// A vault, and somebody who asks it.
struct Vault {
    arm: Client,
    http: reqwest::Client,
    token: String,
}

impl Vault {
    async fn start() -> Self {
        let arm = Client::seeded(SEED).await;
        let host = "kv-shop.vault.azure.net";
        let http = trusting(&arm.simulator).resolve(host, arm.simulator.address());
        let http = http.build().expect("a client");
        let token = login(&arm.simulator, &http, "https://vault.azure.net").await;
        Self { arm, http, token }
    }

    async fn ask(&self, method: Method, path: &str) -> Reply {
        self.ask_as(&self.token, method, path).await
    }

    async fn ask_as(&self, token: &str, method: Method, path: &str) -> Reply {
        let port = self.arm.simulator.address().port();
        let url = format!("https://kv-shop.vault.azure.net:{port}{path}");
        reply(self.http.request(method, url).bearer_auth(token)).await
    }
}

#[tokio::test]
async fn a_secret_is_answered_to_who_has_a_token_for_vaults() {
    let vault = Vault::start().await;
    let read = vault.ask(Method::GET, "/secrets/password?api-version=7.4").await;
    assert_eq!((read.status, &read.body["value"]), (StatusCode::OK, &json!("hush")));
    let id = read.body["id"].as_str().expect("an ID").to_owned();
    let path = id.strip_prefix("https://kv-shop.vault.azure.net").expect("of this vault");
    let again = vault.ask(Method::GET, &format!("{path}?api-version=7.4")).await;
    assert_eq!(again.body, read.body);
    let list = vault.ask(Method::GET, "/secrets?api-version=7.4").await;
    assert_eq!(list.body["value"][0]["id"], "https://kv-shop.vault.azure.net/secrets/password");
    assert!(list.body["value"][0].get("value").is_none(), "{:?}", list.body);
    let arm = login(&vault.arm.simulator, &vault.http, "https://management.azure.com").await;
    let refused = vault.ask_as(&arm, Method::GET, "/secrets/password?api-version=7.4").await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    let challenge = refused.header("www-authenticate").unwrap_or_default();
    assert!(challenge.contains("resource=\"https://vault.azure.net\""), "{challenge}");
}

#[tokio::test]
async fn what_is_not_there_not_enabled_or_shut_off_is_refused() {
    let vault = Vault::start().await;
    let get = async |path: &str| vault.ask(Method::GET, path).await;
    assert_eq!(get("/secrets/none?api-version=7.4").await.code(), "SecretNotFound");
    assert_eq!(get("/secrets/password/0000?api-version=7.4").await.code(), "SecretNotFound");
    assert_eq!(get("/secrets/password").await.status, StatusCode::BAD_REQUEST);
    assert!(vault.arm.get(SECRET).await.body["properties"].get("value").is_none());
    let off = json!({"properties": {"attributes": {"enabled": false}}});
    assert_eq!(vault.arm.patch(SECRET, off).await.status, StatusCode::OK);
    assert_eq!(get("/secrets/password?api-version=7.4").await.status, StatusCode::FORBIDDEN);
    let on = json!({"properties": {"attributes": {"enabled": true}}});
    vault.arm.patch(SECRET, on).await;
    assert_eq!(get("/secrets/password?api-version=7.4").await.body["value"], "hush");
    let closed = json!({"properties": {"publicNetworkAccess": "Disabled"}});
    assert!(vault.arm.patch(VAULT, closed).await.status.is_success());
    assert_eq!(get("/secrets/password?api-version=7.4").await.status, StatusCode::FORBIDDEN);
}
