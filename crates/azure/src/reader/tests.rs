use resource::ResourceId;
use serde_json::json;

use super::*;
use crate::fake_arm::{Answer, FakeArm};
use reqwest::Method;

const SITE: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Web/sites/app";

#[tokio::test]
async fn rule_13_a_plan_needs_only_the_reader_role_and_its_transport_refuses_writes() {
    let arm = FakeArm::start(|_| Answer::new(200, json!({"properties": {}}))).await;
    let reader = arm.client().reader();
    for method in [Method::PUT, Method::PATCH, Method::DELETE, Method::POST] {
        let url = reader.client().url(SITE, "1");
        let error = reader.send(&Request::new(method, url)).await.expect_err("not a read");
        assert!(matches!(error, Error::NotARead { .. }));
    }
    let keys = reader.client().url(&format!("{SITE}/listKeys"), "1");
    assert!(reader.send(&Request::new(Method::POST, keys)).await.is_err());
    assert_eq!(arm.log(), [""; 0], "nothing may reach the network");

    let settings = ResourceId::parse(&format!("{SITE}/config/appsettings")).expect("valid ID");
    reader.get(&settings, "1").await.expect("the settings");
    assert_eq!(arm.log(), [format!("POST {SITE}/config/appsettings/list")]);
    assert_eq!(reader.counts(), Counts { requests: 1, writes: 0 });
}

#[tokio::test(start_paused = true)]
async fn list_follows_pages_empty_and_broken_ones_too() {
    let arm = FakeArm::start(|asked| {
        let next = |page: &str| format!("{}/list?api-version=1&$skiptoken={page}", asked.origin);
        match asked.query.split("skiptoken=").nth(1) {
            None => Answer::new(200, json!({"value": [{"id": "/a"}], "nextLink": next("2")})),
            Some("2") => Answer::new(200, json!({"value": [], "nextLink": next("3")})),
            Some("3") if asked.before == 2 => Answer::text(200, "{\"value\": [{\"id"),
            Some(_) => {
                Answer::new(200, json!({"value": [{"id": "/A"}, {"id": "/b"}], "nextLink": ""}))
            }
        }
    })
    .await;
    let members = arm.client().reader().list("/list", "1").await.expect("a list");
    assert_eq!(members, [json!({"id": "/a"}), json!({"id": "/b"})]);
    assert_eq!(arm.log().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn list_is_begun_again_when_a_link_has_gone_bad() {
    let arm = FakeArm::start(|asked| {
        let next = |page: &str| format!("{}/{page}?api-version=1", asked.origin);
        match (asked.path.as_str(), asked.before) {
            ("/list", 0) => {
                Answer::new(200, json!({"value": [{"id": "/a"}], "nextLink": next("bad")}))
            }
            ("/list", _) => {
                Answer::new(200, json!({"value": [{"id": "/a"}], "nextLink": next("good")}))
            }
            ("/good", _) => Answer::new(200, json!({"value": [{"id": "/b"}]})),
            _ => Answer::error(400, "InvalidSkipToken"),
        }
    })
    .await;
    let members = arm.client().reader().list("/list", "1").await.expect("a list");
    assert_eq!(members, [json!({"id": "/a"}), json!({"id": "/b"})]);

    let refusing = FakeArm::start(|_| Answer::error(403, "AuthorizationFailed")).await;
    assert!(refusing.client().reader().list("/list", "1").await.is_err());
    assert_eq!(refusing.log().len(), 1);
}

#[tokio::test]
async fn token_is_not_sent_to_a_foreign_page() {
    let arm = FakeArm::start(|_| {
        Answer::new(200, json!({"value": [], "nextLink": "https://evil.example/list"}))
    })
    .await;
    let error = arm.client().reader().list("/list", "1").await.expect_err("foreign");
    assert!(matches!(error, Error::ForeignHost { ref host, .. } if host == "evil.example"));
}

#[tokio::test]
async fn absent_resource_is_no_error() {
    let arm = FakeArm::start(|_| Answer::error(404, "ResourceNotFound")).await;
    let site = ResourceId::parse(SITE).expect("valid ID");
    assert_eq!(arm.client().reader().get(&site, "1").await.expect("an answer"), None);
}

#[tokio::test]
async fn answer_that_broke_off_is_asked_for_again() {
    let arm = FakeArm::start(|asked| match asked.before {
        0 => Answer::text(200, "{\"properties\": {\"a"),
        _ => Answer::new(200, json!({"properties": {}})),
    })
    .await;
    let site = ResourceId::parse(SITE).expect("valid ID");
    assert!(arm.client().reader().get(&site, "1").await.expect("an answer").is_some());

    let broken = FakeArm::start(|_| Answer::text(200, "<html>")).await;
    let error = broken.client().reader().get(&site, "1").await.expect_err("unreadable");
    assert!(
        error.to_string().ends_with("was answered with something else; a JSON object is expected")
    );
}

#[tokio::test]
async fn etag_is_taken_from_header_or_body() {
    let arm = FakeArm::start(|asked| {
        if asked.path.ends_with("header") {
            Answer::new(200, json!({"etag": "old"})).header("etag", "\"1\"")
        } else {
            Answer::new(200, json!({"etag": "2"}))
        }
    })
    .await;
    let reader = arm.client().reader();
    let mut etags = vec![];
    for name in ["header", "body"] {
        let id = ResourceId::in_group("s", "rg", "Microsoft.Network/dnsZones", name);
        etags.push(reader.get(&id, "1").await.expect("an answer").and_then(|found| found.etag));
    }
    assert_eq!(etags, [Some("\"1\"".to_owned()), Some("2".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn list_without_an_array_is_an_error_and_not_an_empty_list() {
    for body in [json!({}), json!({"value": null}), json!({"value": {"id": "/a"}}), json!("page")] {
        let answer = body.clone();
        let arm = FakeArm::start(move |_| Answer::new(200, answer.clone())).await;
        let error = arm.client().reader().list("/list", "1").await.expect_err("no list");
        assert!(matches!(error, Error::Unreadable { .. }), "{body}: {error}");
    }
    let nothing = FakeArm::start(|_| Answer::new(204, Value::Null)).await;
    assert!(nothing.client().reader().list("/list", "1").await.expect("nothing").is_empty());
}

#[tokio::test(start_paused = true)]
async fn list_of_something_else_is_an_error_and_not_a_shorter_list() {
    for member in [json!(null), json!(1), json!("/a"), json!([])] {
        let body = json!({"value": [{"id": "/a"}, member]});
        let answer = body.clone();
        let arm = FakeArm::start(move |_| Answer::new(200, answer.clone())).await;
        let error = arm.client().reader().list("/list", "1").await.expect_err("no list");
        assert!(matches!(error, Error::Unreadable { .. }), "{body}: {error}");
    }
}

#[tokio::test(start_paused = true)]
async fn link_that_leads_nowhere_is_an_error_and_not_the_last_page() {
    for link in [json!(7), json!({}), json!(true), json!("page 2")] {
        let told = link.clone();
        let arm = FakeArm::start(move |_| {
            Answer::new(200, json!({"value": [{"id": "/a"}], "nextLink": told.clone()}))
        })
        .await;
        let error = arm.client().reader().list("/list", "1").await.expect_err("no page");
        assert!(matches!(error, Error::Unreadable { .. }), "{link}: {error}");
    }
    let arm = FakeArm::start(|asked| {
        let next = format!("{}/list?api-version=1", asked.origin);
        Answer::new(200, json!({"value": [{"id": "/a"}], "nextLink": next}))
    })
    .await;
    let error = arm.client().reader().list("/list", "1").await.expect_err("a circle");
    assert!(matches!(error, Error::Endless { pages: 1, .. }), "{error}");
    assert_eq!(arm.log().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn chain_of_fresh_links_is_left_at_a_bound() {
    let arm = FakeArm::start(|asked| {
        let next = format!("{}/list?api-version=1&page={}", asked.origin, asked.before + 1);
        Answer::new(200, json!({"value": [], "nextLink": next}))
    })
    .await;
    let error = arm.client().reader().list("/list", "1").await.expect_err("endless");
    assert!(matches!(error, Error::Endless { pages: MOST_PAGES, .. }), "{error}");
    assert_eq!(arm.log().len(), MOST_PAGES);
}

#[tokio::test(start_paused = true)]
async fn answer_without_end_is_left_at_a_bound() {
    let arm = FakeArm::start(|_| Answer::text(200, &"[".repeat(17 << 20))).await;
    let site = ResourceId::parse(SITE).expect("valid ID");
    let error = arm.client().reader().get(&site, "1").await.expect_err("too large");
    assert!(matches!(error, Error::TooLarge { .. }), "{error}");
    assert_eq!(arm.log().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn page_of_a_proxy_does_not_say_that_a_resource_is_gone() {
    let arm = FakeArm::start(|_| Answer::text(404, "<html>no such page</html>")).await;
    let site = ResourceId::parse(SITE).expect("valid ID");
    let error = arm.client().reader().get(&site, "1").await.expect_err("says nothing");
    assert!(matches!(error, Error::Unreadable { .. }), "{error}");
}

#[tokio::test]
async fn a_name_is_asked_for_as_its_provider_answers() {
    let arm = FakeArm::start(|asked| {
        let is_taken = asked.path.ends_with("/taken") || asked.body["name"] == "taken";
        match (asked.path.contains("Cache"), asked.path.contains("DocumentDB"), is_taken) {
            (true, _, false) => Answer::new(200, json!(null)),
            (true, _, true) => Answer::error(409, "NameNotAvailable"),
            (_, true, false) => Answer::new(404, json!(null)),
            (_, true, true) => Answer::new(200, json!(null)),
            (_, _, is_taken) => Answer::new(200, json!({"nameAvailable": !is_taken})),
        }
    })
    .await;
    let reader = arm.client().reader();
    for kind in [
        "Microsoft.Cache/redis",
        "Microsoft.DocumentDB/databaseAccounts",
        "Microsoft.Storage/storageAccounts",
    ] {
        let id = ResourceId::in_group("s", "rg", kind, "it");
        let check = facts_of(&id).unique_name.expect("a unique name").check.expect("a check");
        for (name, is_free) in [("taken", false), ("free", true)] {
            let told = reader.is_name_free("s", kind, &check, name).await;
            assert_eq!(told.expect("an answer"), is_free, "{kind} {name}");
        }
    }
    assert_eq!(arm.log().len(), 6);
}
