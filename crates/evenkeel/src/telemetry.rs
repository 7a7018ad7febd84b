//! The log on stderr, and traces for an OpenTelemetry collector where the environment names one.

mod safe;

use std::env;
use std::sync::mpsc;
use std::time::Duration;

use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{ExporterBuildError, MetricExporter, SpanExporter};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::cli::{Command, Global, LogFormat};
use crate::output::{self, Form};
use crate::progress::LogLine;
use safe::Safe;

/// What a trace holds besides what the log shows: our own spans.
const TRACED: &str = "off,evenkeel=info,azure=info,executor=info";

/// How long the last traces may take to be sent.
const LAST_TRACES: Duration = Duration::from_secs(2);

/// Ends the export of traces when the run ends.
pub struct Telemetry {
    traces: Option<SdkTracerProvider>,
}

impl Telemetry {
    /// Starts the log, and the export of traces where `OTEL_EXPORTER_OTLP_ENDPOINT` (or
    /// `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`) is set.
    pub fn start(global: &Global, command: &Command) -> Self {
        let is_service = matches!(command, Command::Watch(_));
        // A failed login is told once, by the error itself.
        let quiet = "typespec_client_core=warn,azure_identity=warn";
        let default = match global.verbose {
            0 if is_service => format!("warn,evenkeel=info,{quiet}"),
            0 => format!("warn,{quiet}"),
            1 => format!("info,azure=debug,executor=debug,{quiet}"),
            _ => "trace,h2=info,hyper_util=info,rustls=info".to_owned(),
        };
        let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
        let format =
            global.log_format.unwrap_or(if is_service { LogFormat::Json } else { LogFormat::Text });
        let form = match format {
            LogFormat::Text => Form::People,
            LogFormat::Json => Form::Json,
        };
        let log = tracing_subscriber::fmt::layer().with_writer(move || LogLine { form });
        let log = match format {
            LogFormat::Text => log
                .with_target(false)
                .with_ansi(output::is_styled_stderr())
                .with_filter(filter)
                .boxed(),
            LogFormat::Json => log.json().flatten_event(true).with_filter(filter).boxed(),
        };
        let traces = wants("TRACES").then(traces).and_then(|made| told(made, "traces"));
        let spans = traces.as_ref().map(|traces| {
            let tracer = traces.tracer("evenkeel");
            let layer = tracing_opentelemetry::layer().with_tracer(tracer);
            layer.with_filter(EnvFilter::new(TRACED))
        });
        tracing_subscriber::registry().with(log).with(spans).init();
        Self { traces }
    }

    /// Sends what is left, and waits for it a bounded time.
    pub fn stop(self) {
        let Some(traces) = self.traces else { return };
        let (ended, end) = mpsc::channel();
        // The exporter blocks, longer than it is told to where its collector only listens.
        std::thread::spawn(move || ended.send(traces.shutdown()));
        match end.recv_timeout(LAST_TRACES) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => output::say(&format!("warning: traces were not sent: {error}")),
            Err(_) => output::say("warning: traces were not sent in time"),
        }
    }
}

/// Returns an exporter of metrics, where the environment names a collector.
pub fn metric_exporter() -> Option<MetricExporter> {
    let made = wants("METRICS").then(|| MetricExporter::builder().with_http().build());
    made.and_then(|made| told(made, "metrics"))
}

/// Returns what names this program in metrics and traces.
pub fn resource() -> Resource {
    Resource::builder()
        .with_service_name(env::var("OTEL_SERVICE_NAME").unwrap_or_else(|_| "evenkeel".into()))
        .with_attribute(opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build()
}

/// Tells whether a collector is named for this signal.
///
/// Source: <https://opentelemetry.io/docs/specs/otel/protocol/exporter/>.
fn wants(signal: &str) -> bool {
    let is_set = |name: &str| env::var(name).is_ok_and(|value| !value.is_empty());
    let is_disabled = env::var("OTEL_SDK_DISABLED").is_ok_and(|value| value == "true");
    !is_disabled
        && (is_set("OTEL_EXPORTER_OTLP_ENDPOINT")
            || is_set(&format!("OTEL_EXPORTER_OTLP_{signal}_ENDPOINT")))
}

fn traces() -> Result<SdkTracerProvider, ExporterBuildError> {
    let exporter = Safe(SpanExporter::builder().with_http().build()?);
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource()).build())
}

/// Tells why telemetry cannot be sent; the run itself goes on.
fn told<T>(made: Result<T, ExporterBuildError>, what: &str) -> Option<T> {
    made.inspect_err(|error| output::say(&format!("warning: no {what} will be sent: {error}"))).ok()
}
