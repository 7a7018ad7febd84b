//! One answer: its body, and where it sends on to.

use std::time::Duration;

use reqwest::Response;
use reqwest::header::LOCATION;
use url::Url;

/// Why there is no answer.
#[derive(Debug)]
pub enum Broken {
    /// The connection failed or broke off.
    Connection(reqwest::Error),
    /// It is larger than it may be.
    TooLarge,
    /// It has begun, and the rest does not come.
    Stalled,
}

/// Reads an answer to its end, of at most `largest` bytes after it has been unpacked; no part of it may let itself be
/// waited for longer than `pause`.
pub async fn body(
    response: &mut Response,
    largest: usize,
    pause: Option<Duration>,
) -> Result<Vec<u8>, Broken> {
    let mut bytes = vec![];
    loop {
        let part = match pause {
            Some(pause) => tokio::time::timeout(pause, response.chunk()).await,
            None => Ok(response.chunk().await),
        };
        let part = part.map_err(|_| Broken::Stalled)?.map_err(Broken::Connection)?;
        let Some(part) = part else { return Ok(bytes) };
        if bytes.len() + part.len() > largest {
            return Err(Broken::TooLarge);
        }
        bytes.extend_from_slice(&part);
    }
}

/// Returns where an answer sends on to; whether to go there is for the client to say.
pub fn sent_on(response: &Response) -> Option<Url> {
    let is_sent_on = response.status().is_redirection();
    let location = response.headers().get(LOCATION).filter(|_| is_sent_on)?.to_str().ok()?;
    response.url().join(location).ok()
}
