//! The endpoints of a watcher: `/metrics` for Prometheus, `/healthz` and `/readyz` for probes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::metrics::Metrics;
use crate::exit::Failure;

/// The media type of Prometheus' text format.
/// Source: <https://prometheus.io/docs/instrumenting/exposition_formats/>.
const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";

/// A running server.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    task: JoinHandle<()>,
}

/// Serves the endpoints on `address` until `stop` is cancelled; `is_ready` turns true once Azure has
/// been looked at.
pub async fn serve(
    address: SocketAddr,
    metrics: Arc<Metrics>,
    is_ready: Arc<AtomicBool>,
    stop: CancellationToken,
) -> Result<Server, Failure> {
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}"))
        .map_err(|error| Failure::invalid(error, "name another address with `--listen`"))?;
    let address = listener.local_addr()?;
    let ready = move || async move {
        if is_ready.load(Ordering::Relaxed) {
            (StatusCode::OK, "ready\n")
        } else {
            (StatusCode::SERVICE_UNAVAILABLE, "Azure has not been looked at yet\n")
        }
    };
    let router = Router::new()
        .route("/metrics", get(move || async move { text_of(&metrics) }))
        .route("/healthz", get(|| async { "alive\n" }))
        .route("/readyz", get(ready));
    let task = tokio::spawn(async move {
        let served = axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned());
        if let Err(error) = served.await {
            tracing::error!(%error, "the endpoints are no longer served");
        }
    });
    Ok(Server { address, task })
}

impl Server {
    /// Waits until the requests that are under way are answered, for a while: who has sent half a
    /// request, or reads no answer, shall not keep the process.
    pub async fn ended(mut self, patience: Duration) {
        // A server that has failed has said so.
        if tokio::time::timeout(patience, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}

fn text_of(metrics: &Metrics) -> Response {
    match metrics.render() {
        Ok(text) => ([(header::CONTENT_TYPE, PROMETHEUS)], text).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n")).into_response(),
    }
}
