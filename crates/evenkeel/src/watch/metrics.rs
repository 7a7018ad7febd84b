//! What a watcher measures, for Prometheus and for OpenTelemetry alike.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Gauge, Histogram, Meter, MeterProvider};
use opentelemetry_sdk::metrics::{PeriodicReader, SdkMeterProvider};
use prometheus::{Encoder, Registry, TextEncoder};

use super::round::Finding;
use crate::exit::Failure;
use crate::{output, telemetry};

/// Upper bounds of the buckets of a round's duration, in seconds.
const DURATION_BOUNDS: [f64; 10] = [0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0];

/// The instruments of a watcher.
pub struct Metrics {
    provider: SdkMeterProvider,
    registry: Registry,
    rounds: Counter<u64>,
    duration: Histogram<f64>,
    requests: Counter<u64>,
    waits: Counter<u64>,
    resources: Gauge<u64>,
    coverage: Gauge<u64>,
    last_success: Gauge<u64>,
    interval: Gauge<f64>,
}

impl Metrics {
    /// Makes the instruments; they are pushed as well where the environment names a collector.
    pub fn new(interval: Duration) -> Result<Self, Failure> {
        let registry = Registry::new();
        let pulled = opentelemetry_prometheus::exporter().with_registry(registry.clone()).build();
        let mut provider = SdkMeterProvider::builder()
            .with_resource(telemetry::resource())
            .with_reader(pulled.context("cannot make the Prometheus endpoint")?);
        if let Some(exporter) = telemetry::metric_exporter() {
            provider = provider.with_reader(PeriodicReader::builder(exporter).build());
        }
        let provider = provider.build();
        let metrics = Self::of(&provider.meter("evenkeel"), provider, registry);
        metrics.interval.record(interval.as_secs_f64(), &[]);
        Ok(metrics)
    }

    fn of(meter: &Meter, provider: SdkMeterProvider, registry: Registry) -> Self {
        Self {
            provider,
            registry,
            rounds: meter
                .u64_counter("evenkeel.watch.rounds")
                .with_description("Rounds, by result: clean, changes, refused, invalid or failed.")
                .build(),
            duration: meter
                .f64_histogram("evenkeel.watch.duration")
                .with_unit("s")
                .with_boundaries(DURATION_BOUNDS.to_vec())
                .with_description("How long a round took.")
                .build(),
            requests: meter
                .u64_counter("evenkeel.azure.requests")
                .with_description("Requests that were sent to Azure.")
                .build(),
            waits: meter
                .u64_counter("evenkeel.azure.waits")
                .with_description("Requests that were held back or repeated, by cause.")
                .build(),
            resources: meter
                .u64_gauge("evenkeel.drift.resources")
                .with_description("Resources that are not as the topology says, by verdict.")
                .build(),
            coverage: meter
                .u64_gauge("evenkeel.resources")
                .with_description("Resources by coverage: evaluated, unmanaged or not evaluated.")
                .build(),
            last_success: meter
                .u64_gauge("evenkeel.watch.last_success")
                .with_unit("s")
                .with_description("When Azure was last looked at in full, in seconds since 1970.")
                .build(),
            interval: meter
                .f64_gauge("evenkeel.watch.interval")
                .with_unit("s")
                .with_description("How long a watcher waits between two rounds.")
                .build(),
        }
    }

    /// Notes a round.
    pub fn note(&self, finding: &Finding) {
        let topology = || KeyValue::new("topology", output::line(&finding.topology));
        self.rounds.add(1, &[topology(), KeyValue::new("result", finding.ending.name())]);
        self.duration.record(finding.duration.as_secs_f64(), &[topology()]);
        self.requests.add(finding.requests as u64, &[topology()]);
        let Some(counts) = &finding.tally else { return };
        // A verdict that no longer holds is told as nought, or its last value would stay.
        for (verdict, count) in &counts.by_verdict {
            let verdict = KeyValue::new("verdict", *verdict);
            self.resources.record(*count as u64, &[topology(), verdict]);
        }
        for (name, count) in [
            ("evaluated", counts.evaluated),
            ("unmanaged", counts.unmanaged),
            ("not evaluated", counts.not_evaluated),
        ] {
            self.coverage.record(count as u64, &[topology(), KeyValue::new("coverage", name)]);
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.last_success.record(now.as_secs(), &[topology()]);
    }

    /// Renders all for Prometheus.
    pub fn render(&self) -> Result<String, prometheus::Error> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    /// Sends what is left.
    pub fn stop(&self) {
        if let Err(error) = self.provider.shutdown() {
            tracing::warn!(%error, "metrics were not sent");
        }
    }
}

impl azure::Progress for Metrics {
    fn event(&self, event: azure::Event) {
        let cause = match &event {
            azure::Event::Retrying { class, request, reason, wait, .. } => {
                let wait_ms = wait.as_millis();
                tracing::info!(%request, %reason, %wait_ms, "a request is repeated");
                format!("{class:?}").to_ascii_lowercase()
            }
            azure::Event::HeldBack { request, wait, .. } => {
                let wait_ms = wait.as_millis();
                tracing::info!(%request, %wait_ms, "a request is held back by Azure's limits");
                "limit".to_owned()
            }
            azure::Event::Polled { .. } => return,
        };
        self.waits.add(1, &[KeyValue::new("cause", cause)]);
    }
}
