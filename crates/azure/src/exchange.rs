//! One request and its answer, which never takes more memory than an answer of Azure's does.

use std::time::Duration;

use bounds::Broken;
use serde_json::Value;

use crate::request::Response;

/// The largest answer that is taken, after it has been unpacked: many times a full page of ARM's.
const LARGEST_ANSWER: usize = 16 << 20;

/// What some proxies and services write before JSON.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Sends a request and reads its answer to the end; no part of its body may let itself be waited for longer
/// than `patience`.
pub(crate) async fn exchange(
    builder: reqwest::RequestBuilder,
    patience: Option<Duration>,
) -> Result<Response, Broken> {
    let mut response = builder.send().await.map_err(Broken::Connection)?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes =
        bounds::body(&mut response, LARGEST_ANSWER, patience).await.map_err(|how| match how {
            Broken::Connection(error) if error.is_timeout() => Broken::Stalled,
            how => how,
        })?;
    Ok(Response { status, headers, body: body_of(&bytes) })
}

fn body_of(bytes: &[u8]) -> Value {
    let text = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    match serde_json::from_slice(text) {
        Ok(body) => body,
        Err(_) if text.is_empty() => Value::Null,
        Err(_) => Value::String(String::from_utf8_lossy(text).into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_mark_before_json_is_passed_over() {
        assert_eq!(body_of(b"\xef\xbb\xbf{\"a\": 1}"), json!({"a": 1}));
        assert_eq!(body_of(b"\xef\xbb\xbf"), Value::Null);
        assert_eq!(body_of(b"<html>"), json!("<html>"));
    }
}
