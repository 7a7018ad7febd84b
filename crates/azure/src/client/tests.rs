use std::sync::Arc;

use resource::ResourceId;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::*;
use crate::fake_arm::{Answer, Events, FakeArm};

fn id(name: &str) -> ResourceId {
    ResourceId::in_group("s", "rg", "Microsoft.Network/trafficManagerProfiles", name)
}

#[tokio::test(start_paused = true)]
async fn throttled_request_waits_as_long_as_azure_asks() {
    let arm = FakeArm::start(|asked| match asked.before {
        0 => Answer::error(429, "TooManyRequests").header("retry-after", "17"),
        1 => Answer::error(503, "ServiceUnavailable"),
        _ => Answer::new(200, json!({"id": asked.path})),
    })
    .await;
    let events = Arc::new(Events::default());
    let client = arm.client_with(Settings { progress: events.clone(), ..arm.settings() });
    let start = Instant::now();
    let found = client.reader().get(&id("p"), "1").await.expect("an answer");
    assert!(found.is_some());
    assert!(start.elapsed() >= Duration::from_secs(17));
    assert_eq!(client.counts(), Counts { requests: 3, writes: 0 });
    let events = events.0.lock().expect("the events");
    let classes: Vec<Class> = events
        .iter()
        .filter_map(|event| match event {
            Event::Retrying { class, .. } => Some(*class),
            _ => None,
        })
        .collect();
    assert_eq!(classes, [Class::Throttled, Class::Transient]);
}

#[tokio::test(start_paused = true)]
async fn failing_service_is_given_up_after_some_attempts() {
    let arm = FakeArm::start(|_| Answer::text(502, "<html>Bad Gateway</html>")).await;
    let error = arm.client().reader().get(&id("p"), "1").await.expect_err("no answer");
    assert_eq!(error.status(), Some(502));
    assert_eq!(arm.log().len(), 7);
}

#[tokio::test(start_paused = true)]
async fn action_of_unknown_fate_is_not_repeated() {
    let arm = FakeArm::start(|_| Answer::error(500, "InternalServerError")).await;
    let writer = arm.client().writer();
    let result = writer.post(&id("p"), "start", "1", &Value::Null).await;
    assert_eq!(result.expect_err("refused").status(), Some(500));
    assert_eq!(arm.log().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn busy_resource_is_waited_for() {
    let arm = FakeArm::start(|asked| match asked.before {
        0..3 => Answer::error(409, "AnotherOperationInProgress"),
        _ => Answer::new(200, json!({})),
    })
    .await;
    let writer = arm.client().writer();
    writer.patch(&id("p"), "1", &json!({}), Precondition::None).await.expect("accepted");
    assert_eq!(writer.counts(), Counts { requests: 4, writes: 4 });
}

#[tokio::test]
async fn refused_token_is_renewed_once() {
    let arm = FakeArm::start(|asked| match asked.headers["authorization"].to_str() {
        Ok("Bearer token-2") => Answer::new(200, json!({})),
        _ => Answer::error(401, "ExpiredAuthenticationToken"),
    })
    .await;
    arm.client().reader().get(&id("p"), "1").await.expect("an answer");
    assert_eq!(arm.log().len(), 2);

    let never = FakeArm::start(|_| Answer::error(401, "InvalidAuthenticationToken")).await;
    let error = never.client().reader().get(&id("p"), "1").await.expect_err("refused");
    assert_eq!(error.class(), Class::Unauthenticated);
    assert_eq!(never.log().len(), 2);
}

#[tokio::test]
async fn errors_tell_what_to_look_for() {
    let arm = FakeArm::start(|_| {
        Answer::error(403, "AuthorizationFailed")
            .header("x-ms-correlation-request-id", "corr")
            .header("x-ms-request-id", "req")
    })
    .await;
    let error = arm.client().reader().get(&id("p"), "1").await.expect_err("refused");
    assert_eq!(error.code(), Some("AuthorizationFailed"));
    assert_eq!((error.correlation_id(), error.request_id()), (Some("corr"), Some("req")));
    assert_eq!(
        error.to_string(),
        "GET /subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/trafficManagerProfiles/p \
         was refused with 403: AuthorizationFailed: as the test asks"
    );
}

#[tokio::test]
async fn run_has_one_correlation_id_and_each_attempt_its_own() {
    let arm = FakeArm::start(|_| Answer::new(200, json!({}))).await;
    let client = arm.client();
    for name in ["a", "b"] {
        client.reader().get(&id(name), "1").await.expect("an answer");
    }
    let asked = arm.asked();
    let header = |at: usize, name: &str| asked[at].headers[name].clone();
    let correlation = "x-ms-correlation-request-id";
    assert_eq!(header(0, correlation), client.correlation_id().to_string().as_str());
    assert_eq!(header(0, correlation), header(1, correlation));
    assert_ne!(header(0, "x-ms-client-request-id"), header(1, "x-ms-client-request-id"));
}

#[tokio::test]
async fn trace_shows_exchanges_without_secrets() {
    let arm = FakeArm::start(|asked| Answer::new(200, asked.body.clone())).await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("trace.jsonl");
    let client = arm.client_with(Settings { trace_http: Some(file.clone()), ..arm.settings() });
    let body =
        json!({"properties": {"customHeaders": [{"name": "Authorization", "value": "hush"}]}});
    let none = Precondition::IfNoneMatch;
    client.writer().put(&id("p"), "1", &body, none).await.expect("accepted");

    let trace = std::fs::read_to_string(file).expect("a trace");
    assert!(!trace.contains("hush") && !trace.contains("token-1"), "{trace}");
    let line: Value = serde_json::from_str(trace.trim()).expect("a line of JSON");
    assert_eq!(line["request"]["method"], "PUT");
    assert_eq!(line["request"]["headers"]["If-None-Match"], "*");
    assert_eq!(line["response"]["status"], 200);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_echoes_a_secret_is_not_repeated() {
    let arm = FakeArm::start(|_| {
        let fault = json!({"code": "hush-hush", "message": "`hush-hush` is too short",
            "target": "hush-hush", "details": [{"code": "X", "message": "hush-hush"}]});
        Answer::new(400, json!({ "error": fault }))
    })
    .await;
    let dir = tempfile::tempdir().expect("a folder");
    let trace_http = Some(dir.path().join("trace.jsonl"));
    let settings = Settings { trace_http, ..arm.settings() };
    settings.secrets.add("hush-hush");
    let client = arm.client_with(settings);
    let body = json!({"properties": {"harmless": "hush-hush"}});
    let written = client.writer().put(&id("p"), "1", &body, Default::default()).await;
    let error = written.expect_err("refused");
    assert!(!format!("{error} {error:?}").contains("hush-hush"), "{error:?}");
    assert_eq!(error.code(), Some("(sensitive)"));
    let trace = std::fs::read_to_string(dir.path().join("trace.jsonl")).expect("a trace");
    assert!(trace.contains("harmless") && !trace.contains("hush-hush"), "{trace}");
    assert!(!trace.contains("token-1"), "{trace}");
}

#[tokio::test]
async fn an_answer_shorter_than_it_says_is_soon_given_up() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let origin = format!("http://{}", listener.local_addr().expect("an address"));
    let server = tokio::spawn(async move {
        let mut kept = vec![];
        loop {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let _ = stream.read(&mut [0; 4096]).await;
            let half = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"id\": ";
            stream.write_all(half.as_bytes()).await.expect("sent");
            // It stays open, so that nobody can tell that no more comes.
            kept.push(stream);
        }
    });
    let cloud = Cloud::custom(&origin, "https://login.example").expect("valid URLs");
    let mut settings = Settings { time_scale: 0.0, ..Settings::new(cloud) };
    settings.timeouts.body = Some(Duration::from_millis(50));
    let credential = Arc::new(crate::fake_arm::Tokens::default());
    let client = Client::with_credential(settings, credential).expect("valid settings");
    let error = client.reader().get(&id("p"), "1").await.expect_err("half an answer");
    assert!(matches!(error, Error::Stalled { attempts: STALLED_ATTEMPTS, .. }), "{error}");
    assert_eq!(client.counts().requests, 2);
    server.abort();
}
