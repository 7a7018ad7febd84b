//! What ARM and its providers say when they refuse, in whatever envelope they say it.

use std::fmt;

use serde_json::Value;

/// An error that Azure reported.
///
/// Providers use several envelopes (observed in recorded traffic): `{"error": {…}}` of ARM itself,
/// `{"code", "message"}` of DNS and Cosmos DB, `{"Code", "Message"}` of App Service,
/// `{"odata.error": {…}}` of older services, an HTML page, or nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fault {
    /// The stable code, where one was given.
    pub code: Option<String>,
    /// The text for people; empty where the answer had no readable body.
    pub message: String,
    /// The property or resource that is meant.
    pub target: Option<String>,
    /// Deeper causes.
    pub details: Vec<Fault>,
    /// What a policy or provider added, as it came.
    pub additional_info: Vec<Value>,
}

/// How much of an unreadable answer is kept.
const RAW_LIMIT: usize = 400;

impl Fault {
    /// Reads the fault from the body of an answer, or of a failed operation.
    pub fn read(body: &Value) -> Self {
        let envelope = ["error", "odata.error"].iter().find_map(|key| member(body, key));
        match envelope.unwrap_or(body) {
            Value::Object(_) => Self::from_object(envelope.unwrap_or(body)),
            Value::String(text) => Self { message: shorten(text), ..Self::default() },
            _ => Self::default(),
        }
    }

    /// Reads the fault from an answer of Blob Storage: a code in a header, the text in XML.
    ///
    /// Source: <https://learn.microsoft.com/rest/api/storageservices/status-and-error-codes2>.
    pub(crate) fn of_blobs(code: Option<&str>, body: &Value) -> Self {
        let text = body.as_str().unwrap_or_default();
        let within = |tag: &str| {
            let (_, rest) = text.split_once(&format!("<{tag}>"))?;
            Some(rest.split_once(&format!("</{tag}>"))?.0)
        };
        // Below the sentence stand the request's ID and the time.
        let message = within("Message").and_then(|message| message.lines().next());
        Self {
            code: code.or(within("Code")).map(str::to_owned),
            message: shorten(message.unwrap_or_default()),
            ..Self::default()
        }
    }

    fn from_object(object: &Value) -> Self {
        let text = |key| member(object, key).and_then(text_of).filter(|t| !t.is_empty());
        let list = |key| member(object, key).and_then(Value::as_array).cloned().unwrap_or_default();
        let message = text("message").unwrap_or_default();
        let mut fault = Self {
            code: text("code"),
            target: text("target"),
            details: list("details").iter().map(Self::read).collect(),
            additional_info: list("additionalInfo"),
            message,
        };
        fault.unfold_nested_message();
        fault
    }

    /// Cosmos DB and App Service put the real cause as JSON text into `message`.
    fn unfold_nested_message(&mut self) {
        let Some(start) = self.message.find('{') else { return };
        let mut values =
            serde_json::Deserializer::from_str(&self.message[start..]).into_iter::<Value>();
        let Some(Ok(nested)) = values.next() else { return };
        let inner = Self::read(&nested);
        if !inner.message.is_empty() {
            self.code = self.code.take().or_else(|| inner.code.clone());
            self.message = inner.message.clone();
            self.details.push(inner);
        }
    }

    /// Tells whether this fault or one of its causes has `code`.
    pub fn has_code(&self, code: &str) -> bool {
        self.codes().any(|found| found.eq_ignore_ascii_case(code))
    }

    /// Returns the code of this fault and then those of its causes.
    pub fn codes(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        Box::new(self.code.as_deref().into_iter().chain(self.details.iter().flat_map(Self::codes)))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.code, self.message.as_str()) {
            (Some(code), "") => write!(f, "{code}")?,
            (Some(code), message) => write!(f, "{code}: {message}")?,
            (None, "") => write!(f, "no reason given")?,
            (None, message) => write!(f, "{message}")?,
        }
        // App Service repeats the code and the message as causes of their own.
        let is_new = |detail: &&Self| {
            let is_bare = detail.message.is_empty() && detail.details.is_empty();
            let is_known = detail.code.is_none() || detail.code == self.code;
            detail.message != self.message && !(is_bare && is_known)
        };
        for detail in self.details.iter().filter(is_new) {
            write!(f, " ({detail})")?;
        }
        Ok(())
    }
}

fn member<'a>(object: &'a Value, key: &str) -> Option<&'a Value> {
    let found = object.as_object()?.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
    found.map(|(_, value)| value).filter(|value| !value.is_null())
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        // OData: `"message": {"lang": "en-us", "value": "…"}`.
        Value::Object(_) => member(value, "value").and_then(text_of),
        _ => None,
    }
}

fn shorten(text: &str) -> String {
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    one_line.chars().take(RAW_LIMIT).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_envelope_is_read() {
        let envelopes = [
            json!({"error": {"code": "C", "message": "m"}}),
            json!({"code": "C", "message": "m"}),
            json!({"Code": "C", "Message": "m", "Target": null, "Details": [], "Innererror": null}),
            json!({"odata.error": {"code": "C", "message": {"lang": "en", "value": "m"}}}),
        ];
        for envelope in envelopes {
            let fault = Fault::read(&envelope);
            assert_eq!((fault.code.as_deref(), fault.message.as_str()), (Some("C"), "m"));
        }
    }

    #[test]
    fn storage_says_it_in_a_header_and_in_xml() {
        let text = "<?xml version=\"1.0\"?><Error><Code>LeaseAlreadyPresent</Code><Message>There is \
            already a lease present.\nRequestId:1\nTime:2</Message></Error>";
        let fault = Fault::of_blobs(None, &json!(text));
        let told = "LeaseAlreadyPresent: There is already a lease present.";
        assert_eq!(fault.to_string(), told);
        let bare = Fault::of_blobs(Some("BlobNotFound"), &Value::Null);
        assert_eq!(bare.to_string(), "BlobNotFound", "a HEAD has no body");
    }

    #[test]
    fn details_give_their_codes() {
        let fault = Fault::read(&json!({"error": {
            "code": "RetryableError", "message": "m",
            "details": [{"code": "ReferencedResourceNotProvisioned", "message": "later"}],
        }}));
        assert!(fault.has_code("referencedresourcenotprovisioned"));
        assert_eq!(
            fault.to_string(),
            "RetryableError: m (ReferencedResourceNotProvisioned: later)"
        );
    }

    #[test]
    fn causes_that_tell_nothing_new_are_not_told() {
        let fault = Fault::read(&json!({
            "Code": "BadRequest", "Message": "m", "Target": null, "Innererror": null,
            "Details": [
                {"Message": "m"}, {"Code": "BadRequest"}, {"ErrorEntity": {"Code": "BadRequest"}},
            ],
        }));
        assert_eq!(fault.to_string(), "BadRequest: m");
    }

    #[test]
    fn json_nested_in_the_message_is_unfolded() {
        let text = "Message: {\"code\":\"Forbidden\",\"message\":\"over quota\"}\r\nActivityId: 1";
        let fault = Fault::read(&json!({"code": "BadRequest", "message": text}));
        assert_eq!(
            (fault.code.as_deref(), fault.message.as_str()),
            (Some("BadRequest"), "over quota")
        );
        assert!(fault.has_code("Forbidden"));
    }

    #[test]
    fn page_and_nothing_are_no_surprise() {
        let page = Fault::read(&json!("<html>\n  Service Unavailable</html>"));
        assert_eq!(page.message, "<html> Service Unavailable</html>");
        assert_eq!(Fault::read(&Value::Null).to_string(), "no reason given");
    }
}
