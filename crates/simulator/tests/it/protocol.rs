//! Login, metadata, and what ARM does for every type.

use reqwest::{Method, StatusCode};
use serde_json::json;
use simulator::{Settings, Simulator};

use crate::client::{Client, reply, trusting};

#[tokio::test]
async fn urls_lead_to_the_host_that_was_asked() {
    let client = Client::start().await;
    let origin = client.simulator.resource_manager().replace("127.0.0.1", "localhost");
    let get = |path: &str| reply(client.http.get(format!("{origin}{path}")));
    let metadata = get("/metadata/endpoints?api-version=2022-09-01").await.body;
    assert_eq!(metadata["resourceManager"], origin);
    assert_eq!(metadata["authentication"]["loginEndpoint"], origin);
    assert_eq!(metadata["authentication"]["tenant"], "common");
    let openid = get("/any/v2.0/.well-known/openid-configuration").await.body;
    assert_eq!(openid["token_endpoint"], format!("{origin}/any/oauth2/v2.0/token"));
    let pem = client.http.get(format!("{origin}/simulator/ca.pem")).send().await.unwrap();
    assert_eq!(pem.text().await.unwrap(), client.simulator.ca_pem());
}

#[tokio::test]
async fn deployments_are_refused_and_nothing_is_made() {
    let client = Client::start().await;
    client.put("/resourceGroups/rg", json!({"location": "westeurope"})).await;
    let path = "/resourceGroups/rg/providers/Microsoft.Resources/deployments/one";
    let body = json!({"properties": {"mode": "Incremental", "template": {"resources": []}}});
    assert_eq!(client.put(path, body).await.status, StatusCode::NOT_IMPLEMENTED);
    assert_eq!(client.get(path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn wrong_secret_is_refused_and_no_token_is_challenged() {
    let client = Client::start().await;
    let simulator = &client.simulator;
    let url = format!("{}/{}/oauth2/v2.0/token", simulator.authority(), simulator.tenant());
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", simulator.client_id()),
        ("client_secret", "wrong"),
    ];
    let refused = reply(client.http.post(url).form(&form)).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert_eq!(refused.body["error"], "invalid_client");

    let bare = reply(client.http.get(client.url("/resourceGroups"))).await;
    assert_eq!(bare.status, StatusCode::UNAUTHORIZED);
    assert!(bare.header("www-authenticate").is_some_and(|text| text.contains("authorization_uri")));
}

#[tokio::test]
async fn expired_token_is_told_apart_from_a_forged_one() {
    let settings = Settings { token_lifetime_secs: 0, ..Settings::default() };
    let client = Client::with(settings).await;
    let expired = client.get("/resourceGroups").await;
    assert_eq!(expired.code(), "ExpiredAuthenticationToken");
    let forged = client.http.get(client.url("/resourceGroups")).bearer_auth("a.b.c");
    assert_eq!(reply(forged).await.code(), "InvalidAuthenticationToken");
}

#[tokio::test]
async fn discovery_and_metadata_name_this_origin() {
    let client = Client::start().await;
    let origin = client.simulator.resource_manager();
    let discovery = format!("{origin}/any/v2.0/.well-known/openid-configuration");
    let discovery = reply(client.http.get(discovery)).await;
    assert_eq!(discovery.body["token_endpoint"], format!("{origin}/any/oauth2/v2.0/token"));
    let cloud = format!("{origin}/metadata/endpoints?api-version=2022-09-01");
    let cloud = reply(client.http.get(cloud)).await;
    assert_eq!(cloud.body["resourceManager"], origin);
    assert_eq!(cloud.body["authentication"]["loginEndpoint"], origin);
}

#[tokio::test]
async fn both_http_versions_are_spoken() {
    let client = Client::start().await;
    let url = client.url("/resourceGroups");
    let second = client.http.get(&url).send().await.expect("an answer");
    assert_eq!(second.version(), reqwest::Version::HTTP_2);
    let old = trusting(&client.simulator).http1_only().build().expect("client");
    let first = old.get(&url).send().await.expect("an answer");
    assert_eq!(first.version(), reqwest::Version::HTTP_11);
}

#[tokio::test]
async fn unknown_type_is_stored_changed_listed_and_removed() {
    let client = Client::start().await;
    let group = client.put("/resourcegroups/RG", json!({"location": "West Europe"})).await;
    assert_eq!(group.status, StatusCode::CREATED);
    assert_eq!(group.body["location"], "westeurope");
    assert_eq!(group.body["id"], client.id("/resourceGroups/RG"));

    let path = "/resourceGroups/rg/providers/Contoso.Things/widgets/w1";
    let body = json!({"location": "westeurope", "tags": {"a": "1"}, "properties": {"size": 3, "on": true}});
    let made = client.put(path, body).await;
    assert_eq!(made.status, StatusCode::CREATED);
    assert_eq!(made.body["properties"]["provisioningState"], "Succeeded");
    assert_eq!(
        made.body["id"],
        client.id("/resourceGroups/RG/providers/Contoso.Things/widgets/w1")
    );

    let patched = client.patch(path, json!({"tags": {"b": "2"}, "properties": {"size": 4}})).await;
    assert_eq!(patched.body["tags"], json!({"b": "2"}));
    assert_eq!(patched.body["properties"]["size"], 4);
    assert_eq!(patched.body["properties"]["on"], true);

    let upper = client.get("/RESOURCEGROUPS/rg/providers/contoso.things/WIDGETS/W1").await;
    assert_eq!(upper.body, patched.body);
    for scope in ["", "/resourceGroups/rg"] {
        let list = client.get(&format!("{scope}/providers/Contoso.Things/widgets")).await;
        assert_eq!(list.body["value"], json!([patched.body]));
    }
    let filter = "/resources?$filter=tagName eq 'b' and tagValue eq '2'";
    let tagged = client.get(filter).await;
    assert_eq!(tagged.body["value"][0]["id"], patched.body["id"]);
    assert_eq!(client.delete(path).await.status, StatusCode::OK);
    assert_eq!(client.delete(path).await.status, StatusCode::NO_CONTENT);
    assert_eq!(client.get(path).await.code(), "ResourceNotFound");
}

#[tokio::test]
async fn what_it_hangs_on_must_exist() {
    let client = Client::start().await;
    let widget = "/resourceGroups/rg/providers/Contoso.Things/widgets/w1";
    let missing = client.put(widget, json!({})).await;
    assert_eq!((missing.status, missing.code()), (StatusCode::NOT_FOUND, "ResourceGroupNotFound"));
    client.put("/resourceGroups/rg", json!({"location": "westeurope"})).await;
    let child = client.put(&format!("{widget}/parts/p1"), json!({})).await;
    assert_eq!(child.code(), "ParentResourceNotFound");
    assert_eq!(
        client.get("/resourceGroups/none/providers/A.B/c/d").await.code(),
        "ResourceGroupNotFound"
    );
}

#[tokio::test]
async fn api_version_is_required() {
    let client = Client::start().await;
    let url = format!("{}{}", client.simulator.resource_manager(), client.id("/resourceGroups"));
    let token = client.simulator.access_token();
    let refused = reply(client.http.get(url).bearer_auth(token)).await;
    assert_eq!(refused.code(), "MissingApiVersionParameter");
}

#[tokio::test]
async fn group_goes_with_all_that_is_in_it() {
    let client = Client::start().await;
    client.put("/resourceGroups/rg", json!({"location": "westeurope"})).await;
    let widget = "/resourceGroups/rg/providers/Contoso.Things/widgets/w1";
    client.put(widget, json!({})).await;
    let accepted = client.delete("/resourceGroups/rg").await;
    assert_eq!(accepted.status, StatusCode::ACCEPTED);
    let location = accepted.header("location").expect("a place to poll").to_owned();
    assert!(accepted.header("retry-after").is_some());
    assert_eq!(client.get(&location).await.status, StatusCode::OK);
    assert_eq!(client.get("/resourceGroups/rg").await.code(), "ResourceGroupNotFound");
    assert_eq!(client.get("/providers/Contoso.Things/widgets").await.body["value"], json!([]));
}

#[tokio::test]
async fn long_lists_come_in_pages() {
    let settings = Settings { page_size: 2, ..Settings::default() };
    let client = Client::with(settings).await;
    client.put("/resourceGroups/rg", json!({"location": "westeurope"})).await;
    for n in 0..5 {
        let path = format!("/resourceGroups/rg/providers/Contoso.Things/widgets/w{n}");
        client.put(&path, json!({})).await;
    }
    let mut next = Some("/resourceGroups/rg/providers/Contoso.Things/widgets".to_owned());
    let mut sizes = Vec::new();
    while let Some(path) = next {
        let page = client.get(&path).await;
        sizes.push(page.body["value"].as_array().expect("rows").len());
        next = page.body["nextLink"].as_str().map(str::to_owned);
    }
    assert_eq!(sizes, [2, 2, 1]);
}

#[tokio::test]
async fn requests_are_counted_and_ids_echoed() {
    let client = Client::start().await;
    let request = client
        .request(Method::GET, "/resourceGroups")
        .header("x-ms-correlation-request-id", "11111111-2222-3333-4444-555555555555");
    let answer = reply(request).await;
    let echoed = answer.header("x-ms-correlation-request-id");
    assert_eq!(echoed, Some("11111111-2222-3333-4444-555555555555"));
    assert_eq!(answer.header("x-ms-ratelimit-remaining-subscription-reads"), None);
    client.put("/resourceGroups/rg", json!({"location": "westeurope"})).await;
    let counts = client.simulator.counts();
    assert_eq!((counts.reads, counts.writes, counts.total), (1, 1, 2));
    assert_eq!(client.simulator.log()[1].status, 201);
}

#[tokio::test]
async fn folder_carries_one_azure_through_several_processes() {
    let dir = tempfile::tempdir().expect("folder");
    let settings = || Settings { dir: Some(dir.path().to_owned()), ..Settings::default() };
    let first = Client::with(settings()).await;
    first.put("/resourceGroups/rg", json!({"location": "westeurope"})).await;
    // A second one works on the same folder while the first still runs.
    let second = Client::with(settings()).await;
    assert_eq!(second.get("/resourceGroups/rg").await.status, StatusCode::OK);
    second.put("/resourceGroups/other", json!({"location": "westeurope"})).await;
    assert_eq!(first.get("/resourceGroups/other").await.status, StatusCode::OK);
    assert_eq!(first.simulator.ca_pem(), second.simulator.ca_pem());
    second.simulator.stop().await;
    first.simulator.stop().await;
    let third = Client::with(settings()).await;
    assert_eq!(third.get("/resourceGroups/other").await.status, StatusCode::OK);
}

#[tokio::test]
async fn taken_port_is_an_error() {
    let client = Client::start().await;
    let port = client.simulator.address().port();
    let error =
        Simulator::start(Settings { port, ..Settings::default() }).await.expect_err("taken");
    assert!(error.to_string().contains(&port.to_string()));
}
