//! Errors as storage words them: a code in a header and XML in the body.
//!
//! Source: <https://learn.microsoft.com/rest/api/storageservices/status-and-error-codes2>.

use crate::wire::answer::{Answer, Body};

/// The codes of blobs, with status and text.
///
/// Source: <https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes>.
const CODES: &[(&str, u16, &str)] = &[
    ("BlobAlreadyExists", 409, "The specified blob already exists."),
    ("BlobNotFound", 404, "The specified blob does not exist."),
    (
        "ConditionNotMet",
        412,
        "The condition specified using HTTP conditional header(s) is not met.",
    ),
    ("ContainerAlreadyExists", 409, "The specified container already exists."),
    ("ContainerNotFound", 404, "The specified container does not exist."),
    (
        "InvalidHeaderValue",
        400,
        "The value for one of the HTTP headers is not in the correct format.",
    ),
    ("InvalidResourceName", 400, "The specified resource name contains invalid characters."),
    ("LeaseAlreadyPresent", 409, "There is already a lease present."),
    (
        "LeaseIdMismatchWithBlobOperation",
        412,
        "The lease ID specified did not match the lease ID for the blob.",
    ),
    (
        "LeaseIdMismatchWithLeaseOperation",
        409,
        "The lease ID specified did not match the lease ID for the blob.",
    ),
    (
        "LeaseIdMissing",
        412,
        "There is currently a lease on the blob and no lease ID was specified in the request.",
    ),
    (
        "LeaseIsBreakingAndCannotBeAcquired",
        409,
        "There is already a breaking lease, and can't be acquired.",
    ),
    (
        "LeaseIsBreakingAndCannotBeChanged",
        409,
        "The lease ID matched, but the lease is currently in breaking state and cannot be changed.",
    ),
    (
        "LeaseIsBrokenAndCannotBeRenewed",
        409,
        "The lease ID matched, but the lease has been broken explicitly and cannot be renewed.",
    ),
    ("LeaseLost", 412, "A lease ID was specified, but the lease for the blob has expired."),
    ("LeaseNotPresentWithBlobOperation", 412, "There is currently no lease on the blob."),
    ("LeaseNotPresentWithLeaseOperation", 409, "There is currently no lease on the blob."),
    (
        "MissingRequiredHeader",
        400,
        "An HTTP header that's mandatory for this request is not specified.",
    ),
    ("ResourceNotFound", 404, "The specified resource does not exist."),
    ("UnsupportedHttpVerb", 405, "The resource doesn't support specified Http Verb."),
];

/// Makes the refusal of a code.
pub(super) fn of(code: &'static str) -> Answer {
    let known = CODES.iter().find(|(known, ..)| *known == code);
    let (_, status, text) = known.copied().unwrap_or((code, 500, "Server encountered an error."));
    with(status, code, text, "")
}

/// Makes a refusal with more members in its body.
pub(super) fn with(status: u16, code: &str, text: &str, more: &str) -> Answer {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{code}</Code><Message>{text}</Message>{more}</Error>"
    );
    Answer { body: Body::Text("application/xml", body), ..Answer::empty(status) }
        .with("x-ms-error-code", code)
}

/// Makes the refusal of a query parameter.
pub(super) fn unknown_parameter(name: &str, value: &str) -> Answer {
    let text = "Value for one of the query parameters specified in the request URI is invalid.";
    let more = format!(
        "<QueryParameterName>{name}</QueryParameterName><QueryParameterValue>{}</QueryParameterValue>",
        escaped(value)
    );
    with(400, "InvalidQueryParameterValue", text, &more)
}

/// Returns a text as XML holds it.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
