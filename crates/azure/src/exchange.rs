//! One request and its answer, which never takes more memory than an answer of Azure's does.

use std::time::Duration;

use serde_json::Value;

use crate::request::Response;

/// The largest answer that is taken, after it has been unpacked: many times a full page of ARM's.
const LARGEST_ANSWER: usize = 16 << 20;

/// What some proxies and services write before JSON.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Broken {
    /// The connection failed or broke off.
    Connection(reqwest::Error),
    /// It is larger than any answer of Azure's.
    TooLarge,
    /// It has begun, and the rest does not come.
    Stalled,
}

/// Sends a request and reads its answer to the end; no part of its body may let itself be waited for longer
/// than `patience`.
pub(crate) async fn exchange(
    builder: reqwest::RequestBuilder,
    patience: Option<Duration>,
) -> Result<Response, Broken> {
    let mut response = builder.send().await.map_err(Broken::Connection)?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes = body(&mut response, patience).await?;
    Ok(Response { status, headers, body: body_of(&bytes) })
}

async fn body(
    response: &mut reqwest::Response,
    patience: Option<Duration>,
) -> Result<Vec<u8>, Broken> {
    let mut bytes = vec![];
    loop {
        let part = match patience {
            Some(patience) => tokio::time::timeout(patience, response.chunk()).await,
            None => Ok(response.chunk().await),
        };
        let part = match part {
            Ok(Err(error)) if error.is_timeout() => return Err(Broken::Stalled),
            Ok(part) => part.map_err(Broken::Connection)?,
            Err(_) => return Err(Broken::Stalled),
        };
        let Some(part) = part else { return Ok(bytes) };
        if bytes.len() + part.len() > LARGEST_ANSWER {
            return Err(Broken::TooLarge);
        }
        bytes.extend_from_slice(&part);
    }
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
