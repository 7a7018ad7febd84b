//! What a client waits for and keeps of an answer, whoever gives it: how large it may be, how long its parts may
//! let themselves be waited for, and when another attempt is worth while.

mod answer;
mod wait;

use std::time::Duration;

use reqwest::header::{HeaderValue, InvalidHeaderValue};
use secrecy::{ExposeSecret, SecretString};

pub use answer::{Broken, body, sent_on};
pub use wait::{next_wait, retry_after};

/// Makes a client whose answers take no longer than `longest` as a whole; it follows no redirect, as where a
/// login may go is for its user to say.
pub fn client(longest: Duration) -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .user_agent(concat!("evenkeel/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(10))
        .read_timeout(Duration::from_secs(60))
        .timeout(longest)
        .redirect(reqwest::redirect::Policy::none())
        .build()
}

/// Returns a secret as a header that no log shows.
pub fn sensitive(secret: &SecretString) -> Result<HeaderValue, InvalidHeaderValue> {
    let mut value = HeaderValue::from_str(secret.expose_secret())?;
    value.set_sensitive(true);
    Ok(value)
}
