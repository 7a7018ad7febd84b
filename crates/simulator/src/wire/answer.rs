//! What the simulator answers, before it becomes HTTP.

use std::borrow::Cow;

use serde_json::{Value, json};

/// The body of an answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Body {
    /// Nothing at all, not even a content type.
    Empty,
    /// A JSON value.
    Json(Value),
    /// Text of the given content type.
    Text(&'static str, String),
    /// Bytes of the given content type.
    Bytes(String, Vec<u8>),
}

/// An answer: status, headers and body.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Headers beside those that every answer has.
    pub headers: Vec<(Cow<'static, str>, String)>,
    /// The body.
    pub body: Body,
}

impl Answer {
    /// Makes an answer without a body.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Body::Empty }
    }

    /// Makes an answer with a JSON body.
    pub fn json(status: u16, body: Value) -> Self {
        Self { body: Body::Json(body), ..Self::empty(status) }
    }

    /// Makes the refusal of ARM itself and of most providers.
    pub fn error(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self::json(status, json!({"error": {"code": code, "message": message.into()}}))
    }

    /// Makes the refusal of DNS and Cosmos DB, which leave out the envelope.
    pub fn flat_error(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self::json(status, json!({"code": code, "message": message.into()}))
    }

    /// Makes the refusal of App Service, which has a form of its own.
    pub fn web_error(status: u16, code: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self::json(
            status,
            json!({
                "Code": code,
                "Message": message,
                "Target": null,
                "Details": [
                    {"Message": message},
                    {"Code": code},
                    {"ErrorEntity": {"Code": code, "Message": message, "ExtendedCode": null, "MessageTemplate": null, "Parameters": null, "InnerErrors": null}},
                ],
                "Innererror": null,
            }),
        )
    }

    /// Adds a header.
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Tells whether the request was carried out.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}
