//! A request as it came over the wire, with its path taken apart.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, Method};
use serde_json::Value;

use crate::wire::answer::Answer;

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// The method.
    pub method: Method,
    /// The path with single slashes, decoded.
    pub path: String,
    /// The query, with the names in lower case.
    pub query: BTreeMap<String, String>,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
    /// The host that the client meant, without a port, in lower case.
    pub host: String,
    /// The host with its port, as the client wrote it.
    pub authority: String,
}

impl Request {
    /// Takes a request apart.
    pub fn new(method: Method, uri: &axum::http::Uri, headers: HeaderMap, body: Vec<u8>) -> Self {
        let authority = uri.authority().map(|authority| authority.as_str().to_owned());
        let authority =
            authority.or_else(|| header(&headers, "host").map(str::to_owned)).unwrap_or_default();
        let host = without_port(&authority);
        let query = uri.query().unwrap_or_default();
        let query = url::form_urlencoded::parse(query.as_bytes())
            .map(|(name, value)| (name.to_ascii_lowercase(), value.into_owned()))
            .collect();
        Self { method, path: squeezed(&decoded(uri.path())), query, headers, body, host, authority }
    }

    /// Tells whether the host means ARM, the login endpoint or the simulator itself.
    pub fn is_for_azure(&self) -> bool {
        let own = ["", "localhost", "127.0.0.1", "[::1]", "::1", "169.254.169.254"];
        own.contains(&self.host.as_str())
            || self.host.starts_with("management.")
            || self.host.starts_with("login.")
    }

    /// Returns the segments of the path. Azure's clients send empty ones, which mean nothing.
    pub fn segments(&self) -> Vec<&str> {
        self.path.split('/').filter(|segment| !segment.is_empty()).collect()
    }

    /// Returns a header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// Returns the API version, where one was given.
    pub fn api_version(&self) -> Option<&str> {
        self.query.get("api-version").map(String::as_str).filter(|version| !version.is_empty())
    }

    /// Returns the JSON object in the body; an empty body is an empty object.
    pub fn json(&self) -> Result<Value, Answer> {
        if self.body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Value::Object(serde_json::Map::new()));
        }
        let invalid = |reason: String| {
            let text = "The request content was invalid and could not be deserialized";
            Answer::error(400, "InvalidRequestContent", format!("{text}: '{reason}'."))
        };
        let value: Value =
            serde_json::from_slice(&self.body).map_err(|error| invalid(error.to_string()))?;
        if value.is_object() { Ok(value) } else { Err(invalid("an object is expected".to_owned())) }
    }

    /// Returns the fields of a form.
    pub fn form(&self) -> BTreeMap<String, String> {
        url::form_urlencoded::parse(&self.body)
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect()
    }

    /// Tells whether this request changes nothing.
    ///
    /// Some listings hold secrets, so ARM asks for a POST; they change nothing all the same.
    pub fn is_read(&self) -> bool {
        if self.method == Method::GET || self.method == Method::HEAD {
            return true;
        }
        let last = self.path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
        let reads =
            ["list", "listkeys", "readonlykeys", "sharedkeys", "analyzecustomhostname", "usages"];
        self.method == Method::POST
            && (reads.contains(&last.as_str())
                || last.starts_with("check")
                || last.starts_with("validate"))
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn without_port(host: &str) -> String {
    let host = host.rsplit('@').next().unwrap_or_default().to_ascii_lowercase();
    match host.rsplit_once(':') {
        Some((name, port)) if port.chars().all(|c| c.is_ascii_digit()) => name.to_owned(),
        _ => host,
    }
}

fn squeezed(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        out.push('/');
        out.push_str(segment);
    }
    out
}

/// Replaces `%XX` by the byte it stands for.
fn decoded(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match code.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(uri: &str) -> Request {
        let uri = uri.parse().expect("valid URI");
        Request::new(Method::GET, &uri, HeaderMap::new(), Vec::new())
    }

    #[test]
    fn empty_segments_are_ignored() {
        let request = request("/subscriptions/s//providers/Microsoft.Network//dnsZones/z");
        assert_eq!(request.path, "/subscriptions/s/providers/Microsoft.Network/dnsZones/z");
    }

    #[test]
    fn names_are_decoded_and_query_names_have_no_case() {
        let request = request("/a%20b/%2A?API-Version=1&x=%40");
        assert_eq!(request.path, "/a b/*");
        assert_eq!(request.api_version(), Some("1"));
        assert_eq!(request.query["x"], "@");
    }
}
