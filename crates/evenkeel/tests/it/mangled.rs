//! Whatever an answer has become on its way, a run ends, within bounds, and believes nothing that Azure has
//! not said.

use std::collections::HashMap;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use evenkeel::Allow;
use evenkeel::pass;
use evenkeel::session::{Azure, Session};
use executor::{Cancel, Options};
use futures_util::StreamExt;
use plan::{Outcome, Plan};
use simulator::Simulator;

const TOPOLOGY: &str = "
version: 1
name: osprey
subscription: 11111111-2222-3333-4444-555555555555
location: westeurope
dns: { osprey.example.org: { records: { '@': { txt: [hello] } } } }
trafficManager:
  main:
    routing: priority
    monitor: { protocol: https, path: /health }
    endpoints: { one: { host: one.example.com, location: westeurope, priority: 1 } }
";

/// The time between two bytes of an answer that never ends; shorter than a connection may be silent.
const DRIP: Duration = Duration::from_millis(500);

/// How long a run may take that is answered nothing but nonsense: what it is told here to wait for an answer,
/// as often as it asks.
const LONGEST_RUN: Duration = Duration::from_secs(180);

/// What becomes of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A page instead of JSON, with a success.
    Page,
    /// A page instead of JSON, with 404.
    PageNotFound,
    /// A success and nothing else.
    Nothing,
    /// A byte-order mark before the same JSON.
    Mark,
    /// The first half.
    Truncated,
    /// The first half, of what is said to be more; the rest never comes.
    Short,
    /// Blanks before the same JSON, more than anybody waits for.
    Huge,
    /// As much, in a few bytes of gzip.
    Bomb,
    /// JSON of another shape.
    WrongTypes,
    /// An array.
    Array,
    /// A page of a list that has no end.
    Endless,
    /// A byte now and then, for ever: never so late that the connection would count as dead.
    Drip,
    /// A redirect to somebody else.
    Redirect,
    /// 429, to be asked again at once.
    RetryNow,
    /// 429, to be asked again after all time.
    RetryNever,
}

const ALL: [Form; 15] = [
    Form::Page,
    Form::PageNotFound,
    Form::Nothing,
    Form::Mark,
    Form::Truncated,
    Form::Short,
    Form::Huge,
    Form::Bomb,
    Form::WrongTypes,
    Form::Array,
    Form::Endless,
    Form::Drip,
    Form::Redirect,
    Form::RetryNow,
    Form::RetryNever,
];

/// Which requests it happens to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    Never,
    Always,
    /// The one of this number, and its repetitions.
    At(usize),
}

/// Stands between the engine and Azure.
struct Proxy {
    shared: Arc<Shared>,
}

struct Shared {
    target: String,
    origin: String,
    http: reqwest::Client,
    form: Form,
    when: When,
    /// The number of each request, by what is asked.
    numbers: Mutex<HashMap<String, usize>>,
}

impl Proxy {
    async fn start(simulator: &Simulator, form: Form, when: When) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let authority = reqwest::Certificate::from_pem_bundle(simulator.ca_pem().as_bytes());
        let http = reqwest::Client::builder()
            .tls_certs_merge(authority.expect("certificates"))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client");
        let target = simulator.resource_manager().to_owned();
        let numbers = Mutex::default();
        let shared = Arc::new(Shared { target, origin, http, form, when, numbers });
        let app = Router::new().fallback(answer).with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { shared }
    }

    fn requests(&self) -> usize {
        self.shared.numbers.lock().expect("the numbers").len()
    }
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let number = {
        let mut numbers = shared.numbers.lock().expect("the numbers");
        let next = numbers.len();
        *numbers.entry(format!("{method} {uri}")).or_insert(next)
    };
    let is_mangled = match shared.when {
        When::Never => false,
        When::Always => true,
        When::At(at) => at == number || uri.path() == "/endless",
    };
    if is_mangled && shared.form == Form::Endless && method == Method::GET {
        let next = format!("{}/endless?api-version=1&page={number}", shared.origin);
        return axum::Json(serde_json::json!({ "value": [], "nextLink": next })).into_response();
    }
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let mut request = shared.http.request(method, format!("{}{path}", shared.target)).body(body);
    for (name, value) in &headers {
        if !matches!(name.as_str(), "host" | "content-length" | "accept-encoding") {
            request = request.header(name, value);
        }
    }
    let real = request.send().await.expect("the simulator answers");
    let (status, real_headers) = (real.status(), real.headers().clone());
    let text = real.text().await.expect("text").replace(&shared.target, &shared.origin);
    let mut answer = (status, text.clone()).into_response();
    for name in ["location", "azure-asyncoperation", "etag", "retry-after", "content-type"] {
        if let Some(value) = real_headers.get(name) {
            let value = value.to_str().expect("text").replace(&shared.target, &shared.origin);
            answer.headers_mut().insert(name, value.parse().expect("a value"));
        }
    }
    if is_mangled { mangled(shared.form, answer, &text) } else { answer }
}

fn mangled(form: Form, mut answer: Response, text: &str) -> Response {
    let header = |response: Response, name: &'static str, value: &'static str| {
        let mut response = response;
        response.headers_mut().insert(name, HeaderValue::from_static(value));
        response
    };
    let is_success = answer.status().is_success();
    match form {
        Form::Page => (StatusCode::OK, "<html>sign in</html>").into_response(),
        Form::PageNotFound => (StatusCode::NOT_FOUND, "<html>no such page</html>").into_response(),
        Form::Nothing => StatusCode::OK.into_response(),
        Form::Mark => {
            *answer.body_mut() = Body::from(format!("\u{feff}{text}"));
            answer
        }
        Form::Truncated => {
            let half: String = text.chars().take(text.chars().count() / 2).collect();
            *answer.body_mut() = Body::from(half);
            answer
        }
        Form::Short => {
            let half = text.as_bytes()[..text.len() / 2].to_vec();
            let begun = futures_util::stream::iter([Ok::<_, std::io::Error>(half)]);
            *answer.body_mut() = Body::from_stream(begun.chain(futures_util::stream::pending()));
            answer.headers_mut().insert("content-length", (text.len() + 10).into());
            answer
        }
        Form::Huge => {
            *answer.body_mut() = Body::from(format!("{}{text}", " ".repeat(17 << 20)));
            answer
        }
        Form::Bomb => {
            let level = flate2::Compression::fast();
            let mut gzip = flate2::write::GzEncoder::new(vec![], level);
            gzip.write_all(&vec![b' '; 64 << 20]).expect("packed");
            let bomb = gzip.finish().expect("packed");
            header((StatusCode::OK, bomb).into_response(), "content-encoding", "gzip")
        }
        Form::WrongTypes if is_success => axum::Json(serde_json::json!({
            "id": 5, "name": [], "type": null, "tags": "x", "location": 7, "properties": [1],
            "value": { "a": 1 }, "nextLink": 3, "status": {},
        }))
        .into_response(),
        Form::Array => axum::Json(serde_json::json!([1])).into_response(),
        Form::Redirect => {
            header(StatusCode::FOUND.into_response(), "location", "https://elsewhere.example/")
        }
        Form::Drip => {
            let drops = futures_util::stream::unfold((), |()| async {
                tokio::time::sleep(DRIP).await;
                Some((Ok::<_, std::io::Error>(" "), ()))
            });
            Body::from_stream(drops).into_response()
        }
        Form::RetryNow => header(StatusCode::TOO_MANY_REQUESTS.into_response(), "retry-after", "0"),
        Form::RetryNever => {
            let never = "18446744073709551615";
            header(StatusCode::TOO_MANY_REQUESTS.into_response(), "retry-after", never)
        }
        Form::Endless | Form::WrongTypes => answer,
    }
}

/// Plans and applies by way of a proxy; returns what it told, and how many requests it saw.
async fn run(
    simulator: &Simulator,
    form: Form,
    when: When,
) -> (Result<(Plan, Outcome), String>, usize) {
    let proxy = Proxy::start(simulator, form, when).await;
    let parsed = topology::parse(&topology::Input {
        language: families::language(),
        file: "topology.yaml".as_ref(),
        text: TOPOLOGY,
        env: &|_| None,
        read: &|_| Err(std::io::ErrorKind::NotFound.into()),
        overlays: &[],
    });
    let desired =
        planner::expand(families::language(), &parsed.topology.expect("a sound topology"));
    let azure = Azure::join_through(simulator, &proxy.shared.origin);
    let azure = azure.unwrap_or_else(|e| panic!("{e}"));
    let session = Session { azure, desired, history: Default::default() };
    let disk = tempfile::tempdir().expect("a folder");
    let told = async {
        let plan = session.plan(&Allow::default()).await?;
        let cancel = Cancel::default();
        let options = Options::default();
        let outcome = pass::carry_out(&session.azure, &plan, disk.path(), options, &cancel).await?;
        Ok::<_, evenkeel::exit::Failure>((plan, outcome))
    };
    let told = told.await.map_err(|failure| failure.to_string());
    (told, proxy.requests())
}

/// Asserts that what was told is true, and that a calm run mends what is left.
async fn judge(simulator: &Simulator, told: &Result<(Plan, Outcome), String>, what: &str) {
    let (after, _) = run(simulator, Form::Mark, When::Never).await;
    let (plan, outcome) = after.unwrap_or_else(|error| panic!("{what}: {error}"));
    if let Ok((_, before)) = told
        && before.is_success()
    {
        assert!(plan.is_empty(), "{what}: was told to be done, and is not: {plan:#?}");
    }
    assert!(outcome.is_success(), "{what}: {outcome:#?}");
}

async fn fresh() -> Simulator {
    let subscription = "11111111-2222-3333-4444-555555555555".to_owned();
    let settings = simulator::Settings { subscription, ..simulator::Settings::default() };
    Simulator::start(settings).await.expect("a simulator")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_run_believes_answers_that_are_all_mangled() {
    for form in ALL {
        let simulator = fresh().await;
        let begun = Instant::now();
        let (told, _) = run(&simulator, form, When::Always).await;
        assert!(begun.elapsed() < LONGEST_RUN, "{form:?} took {:?}", begun.elapsed());
        match form {
            Form::Mark => {
                assert!(told.as_ref().is_ok_and(|(_, told)| told.is_success()), "{told:?}");
            }
            _ => assert!(told.is_err(), "{form:?}: {told:?}"),
        }
        judge(&simulator, &told, &format!("{form:?}")).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_run_believes_a_mangled_answer_to_any_of_its_requests() {
    let (_, requests) = run(&fresh().await, Form::Mark, When::Never).await;
    assert!(requests > 8, "{requests}");
    let forms = [
        Form::Page,
        Form::PageNotFound,
        Form::Nothing,
        Form::Truncated,
        Form::Short,
        Form::RetryNever,
    ];
    for form in forms {
        for at in 0..requests {
            let simulator = fresh().await;
            let (told, _) = run(&simulator, form, When::At(at)).await;
            judge(&simulator, &told, &format!("{form:?} at {at}: {told:?}")).await;
        }
    }
}
