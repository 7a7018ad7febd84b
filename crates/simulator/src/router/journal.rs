//! What was asked, counted and kept.

use serde::Serialize;

use crate::store::clock;
use crate::wire::request::Request;

/// How many requests ARM was asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct RequestCounts {
    /// Requests that change nothing: GET, HEAD, and the POSTs that list secrets or check a name.
    pub reads: usize,
    /// All others.
    pub writes: usize,
    /// Both.
    pub total: usize,
}

/// One request that ARM was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestLine {
    /// Its place in the order of arrival, from 1.
    pub ordinal: usize,
    /// When it was answered.
    pub time: String,
    /// The method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The API version.
    pub api_version: String,
    /// The status it was answered with; 0 where the connection was cut.
    pub status: u16,
    /// Whether it was carried out, answered or not.
    pub carried_out: bool,
}

/// All requests so far.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    counts: RequestCounts,
    lines: Vec<RequestLine>,
}

impl Journal {
    /// Notes a request for ARM; others are not counted.
    pub fn note(&mut self, request: &Request, now: u64, status: u16, carried_out: bool) {
        let is_arm = ["/subscriptions", "/providers", "/tenants"]
            .iter()
            .any(|root| request.path.to_ascii_lowercase().starts_with(root));
        if !is_arm || !request.is_for_azure() {
            return;
        }
        self.counts.total += 1;
        if request.is_read() {
            self.counts.reads += 1;
        } else {
            self.counts.writes += 1;
        }
        self.lines.push(RequestLine {
            ordinal: self.counts.total,
            time: clock::text(now),
            method: request.method.to_string(),
            path: request.path.clone(),
            api_version: request.api_version().unwrap_or_default().to_owned(),
            status,
            carried_out,
        });
    }

    /// Returns the counts.
    pub fn counts(&self) -> RequestCounts {
        self.counts
    }

    /// Returns the requests in their order.
    pub fn lines(&self) -> &[RequestLine] {
        &self.lines
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}
