use std::sync::Arc;

use resource::Observation;
use serde_json::json;
use tokio::time::Instant;

use super::*;
use crate::fake_arm::{Answer, Asked, Events, FakeArm};
use crate::{Class, Event, Precondition, Settings};

const PROFILE: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Cdn/profiles/p";

fn id() -> ResourceId {
    ResourceId::parse(PROFILE).expect("valid ID")
}

fn state(state: &str) -> Value {
    json!({"id": PROFILE, "properties": {"provisioningState": state}})
}

async fn put(arm: &FakeArm) -> Result<Option<Observation>, Error> {
    let writer = arm.client().writer();
    let operation = writer.put(&id(), "1", &json!({}), Precondition::None).await?;
    writer.wait(operation).await
}

fn poll_url(asked: &Asked, name: &str) -> String {
    format!("{}/operations/{name}?api-version=2&t=1", asked.origin)
}

#[tokio::test(start_paused = true)]
async fn status_document_is_followed_and_the_resource_read_last() {
    let arm = FakeArm::start(|asked| match (asked.method.as_str(), asked.path.as_str()) {
        ("PUT", _) => Answer::new(201, state("Creating"))
            .header("azure-asyncoperation", poll_url(asked, "1"))
            .header("location", poll_url(asked, "never"))
            .header("retry-after", "10"),
        // `error` is present without a failure, and 202 is as good as 200.
        (_, "/operations/1") => match asked.before {
            0 => Answer::new(202, json!({"status": "InProgress", "error": {"code": "None"}})),
            1 => Answer::error(503, "ServerTimeout"),
            2 => Answer::new(200, json!({"status": "ProvisioningControlPlane"}))
                .header("azure-asyncoperation", poll_url(asked, "2")),
            _ => Answer::error(500, "the old URL is not asked again"),
        },
        (_, "/operations/2") => Answer::new(200, json!({"status": "succeeded"})),
        (_, PROFILE) => match asked.before {
            0 => Answer::error(404, "ResourceNotFound"),
            1 => Answer::new(200, state("Updating")),
            _ => Answer::new(200, state("Succeeded")),
        },
        other => panic!("unexpected {other:?}"),
    })
    .await;
    let found = put(&arm).await.expect("succeeded").expect("the resource");
    assert_eq!(found.body, state("Succeeded"));
    assert!(!arm.log().iter().any(|line| line.ends_with("never")));
}

#[tokio::test(start_paused = true)]
async fn location_ends_with_the_result() {
    let arm = FakeArm::start(|asked| match (asked.method.as_str(), asked.path.as_str()) {
        ("PUT", _) => Answer::new(202, Value::Null)
            .header("location", poll_url(asked, "1"))
            .header("retry-after", "17"),
        (_, "/operations/1") if asked.before < 2 => Answer::new(202, Value::Null),
        (_, "/operations/1") => Answer::new(200, state("Succeeded")),
        _ => Answer::new(200, state("Succeeded")),
    })
    .await;
    let start = Instant::now();
    put(&arm).await.expect("succeeded");
    // The wait of the first answer holds until another names one.
    assert_eq!(start.elapsed().as_secs(), 3 * 17);
}

#[tokio::test(start_paused = true)]
async fn location_that_ends_with_an_error_has_failed() {
    let arm = FakeArm::start(|asked| match asked.method.as_str() {
        "DELETE" => Answer::new(202, Value::Null).header("location", poll_url(asked, "1")),
        _ => Answer::error(409, "ResourceGroupDeletionBlocked"),
    })
    .await;
    let writer = arm.client().writer();
    let operation = writer.delete(&id(), "1", Precondition::None).await.expect("accepted");
    let error = writer.wait(operation).await.expect_err("failed");
    assert!(matches!(error, Error::OperationFailed { .. }));
    assert_eq!(error.code(), Some("ResourceGroupDeletionBlocked"));
    assert!(
        error.to_string().starts_with(&format!("DELETE {PROFILE} was accepted and then failed"))
    );
}

#[tokio::test(start_paused = true)]
async fn state_without_a_header_is_read_from_the_resource() {
    let arm = FakeArm::start(|asked| match (asked.method.as_str(), asked.before) {
        ("PUT", _) => Answer::new(200, state("RegisteringDns")),
        (_, 0) => Answer::new(200, state("RegisteringDns")),
        _ => Answer::new(200, state("Succeeded")),
    })
    .await;
    let found = put(&arm).await.expect("succeeded").expect("the resource");
    assert_eq!(found.body, state("Succeeded"));
    assert_eq!(arm.log().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn header_that_names_the_resource_itself_means_its_state() {
    let arm = FakeArm::start(|asked| match asked.method.as_str() {
        "PUT" => Answer::new(201, state("Creating"))
            .header("location", format!("{}{PROFILE}?api-version=1", asked.origin)),
        _ => Answer::new(200, state("Succeeded")),
    })
    .await;
    assert!(put(&arm).await.expect("succeeded").is_some());
}

#[tokio::test]
async fn finished_answer_costs_no_further_request() {
    let arm = FakeArm::start(|_| Answer::new(200, json!({"id": PROFILE, "properties": {}}))).await;
    assert_eq!(put(&arm).await.expect("succeeded"), None);
    assert_eq!(arm.log().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn failure_in_the_operation_is_told_with_its_code() {
    let arm = FakeArm::start(|asked| match asked.method.as_str() {
        "PUT" => Answer::new(202, json!({}))
            .header("azure-asyncoperation", poll_url(asked, "1")),
        _ => Answer::new(
            200,
            json!({"status": "Failed", "error": {"code": "PreconditionFailed", "message": "exists"}}),
        ),
    })
    .await;
    let error = put(&arm).await.expect_err("failed");
    assert_eq!(error.class(), Class::PreconditionFailed);
}

#[tokio::test(start_paused = true)]
async fn delete_ends_when_the_resource_is_gone() {
    let arm = FakeArm::start(|asked| match (asked.method.as_str(), asked.path.as_str()) {
        ("DELETE", _) => {
            Answer::new(202, Value::Null).header("azure-asyncoperation", poll_url(asked, "1"))
        }
        (_, "/operations/1") => Answer::error(404, "NotFound"),
        _ if asked.before < 2 => Answer::new(200, state("Succeeded")),
        _ => Answer::error(404, "ResourceNotFound"),
    })
    .await;
    let writer = arm.client().writer();
    let operation = writer.delete(&id(), "1", Precondition::None).await.expect("accepted");
    writer.wait(operation).await.expect("gone");
    assert_eq!(arm.log().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn stuck_operation_is_given_up_and_shown_meanwhile() {
    let arm = FakeArm::start(|asked| match asked.method.as_str() {
        "PUT" => Answer::new(201, state("Creating")),
        _ => Answer::new(200, state("Creating")),
    })
    .await;
    let events = Arc::new(Events::default());
    let client = arm.client_with(Settings { progress: events.clone(), ..arm.settings() });
    let vault = ResourceId::in_group("s", "rg", "Microsoft.KeyVault/vaults", "v");
    let writer = client.writer();
    let operation =
        writer.put(&vault, "1", &json!({}), Precondition::None).await.expect("accepted");
    let error = writer.wait(operation).await.expect_err("stuck");
    assert!(matches!(error, Error::StillRunning { ref status, .. } if status == "Creating"));
    let events = events.0.lock().expect("the events");
    assert!(events.iter().any(|event| matches!(event, Event::Polled { .. })));
}

#[tokio::test]
async fn scaled_time_allows_as_many_polls_as_real_time() {
    let arm = FakeArm::start(|asked| match (asked.method.as_str(), asked.before) {
        ("PUT", _) => Answer::new(201, state("Creating")),
        (_, 0..20) => Answer::new(200, state("Creating")),
        _ => Answer::new(200, state("Succeeded")),
    })
    .await;
    let client = arm.client_with(Settings { time_scale: 0.0, ..arm.settings() });
    let writer = client.writer();
    let operation = writer.put(&id(), "1", &json!({}), Precondition::None).await;
    let found = writer.wait(operation.expect("accepted")).await.expect("succeeded");
    assert_eq!(found.map(|found| found.body), Some(state("Succeeded")));
}

#[tokio::test]
async fn polling_url_outside_the_cloud_is_not_followed() {
    let arm = FakeArm::start(|_| {
        Answer::new(202, Value::Null).header("location", "https://evil.example/op")
    })
    .await;
    assert!(matches!(put(&arm).await, Err(Error::ForeignHost { .. })));
}

#[tokio::test(start_paused = true)]
async fn answer_that_is_not_arms_does_not_end_a_write() {
    for page in ["<html>signed in</html>", "", "[]"] {
        let arm = FakeArm::start(move |asked| match asked.method.as_str() {
            "PUT" => Answer::text(200, page),
            _ => Answer::new(200, state("Succeeded")),
        })
        .await;
        let writer = arm.client().writer();
        let begun = writer.put(&id(), "1", &json!({}), Precondition::None).await.expect("begun");
        assert!(begun.is_unconfirmed() && !begun.is_finished(), "{page}");
        assert!(writer.wait(begun).await.expect("read").is_some());
        assert_eq!(arm.log(), [format!("PUT {PROFILE}"), format!("GET {PROFILE}")]);
    }
}

#[tokio::test(start_paused = true)]
async fn wait_that_is_asked_for_stays_within_the_limit_of_the_operation() {
    for asked_for in ["0", "99999999999", "18446744073709551615"] {
        let arm = FakeArm::start(move |asked| match asked.method.as_str() {
            "PUT" => Answer::new(201, state("Creating")).header("retry-after", asked_for),
            _ => Answer::new(200, state("Updating")),
        })
        .await;
        let start = Instant::now();
        let error = put(&arm).await.expect_err("still running");
        assert!(matches!(error, Error::StillRunning { .. }), "{error}");
        let limit = std::time::Duration::from_secs(240 * 60 + 60);
        assert!(start.elapsed() <= limit, "{asked_for}: {:?}", start.elapsed());
        assert!(arm.log().len() <= 240 * 60 / 10 + 10, "{asked_for}: {}", arm.log().len());
    }
}
