//! What an error answer means for the one who asked.

use resource::catalogue::says_busy;

use crate::Fault;

/// What an error answer means for the one who asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Too many requests; wait as told and ask again.
    Throttled,
    /// The resource, or one it needs, is being worked on; wait and ask again.
    Busy,
    /// A new principal or right has not reached every replica; wait and ask again.
    NotReplicated,
    /// The service or the connection failed; ask again.
    Transient,
    /// The token is not accepted.
    Unauthenticated,
    /// A right is missing, or a policy forbids it.
    Denied,
    /// The resource, or a parent of it, is not there.
    NotFound,
    /// A lock is in the way.
    Locked,
    /// The resource is not as the request's precondition says.
    PreconditionFailed,
    /// The request contradicts the state of Azure.
    Conflict,
    /// The request is wrong and will stay so.
    Invalid,
}

impl Class {
    /// Tells whether the same request may succeed later.
    pub fn is_transient(self) -> bool {
        matches!(self, Self::Throttled | Self::Busy | Self::NotReplicated | Self::Transient)
    }

    /// Tells whether the request was certainly not carried out, so that repeating it is safe
    /// whatever its method.
    pub fn is_untouched(self) -> bool {
        matches!(self, Self::Throttled | Self::Busy | Self::NotReplicated)
    }
}

/// Codes by which any service says "busy": observed in recorded traffic, and
/// <https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors>.
const BUSY: [&str; 7] = [
    "RetryableError",
    "RetryableErrorDueToAnotherOperation",
    "ReferencedResourceNotProvisioned",
    "AnotherOperationInProgress",
    "OperationInProgress",
    "ParentResourceNotProvisioned",
    "ResourceNotProvisioned",
];

/// A text that says "busy" where the code does not. What single services say stands in the catalogue.
const BUSY_TEXT: &str = "another operation is in progress";

/// Returns what an answer with an error status means.
pub fn classify(status: u16, fault: &Fault) -> Class {
    let has = |codes: &[&str]| codes.iter().any(|code| fault.has_code(code));
    let message = fault.message.to_ascii_lowercase();
    let says_busy = has(&BUSY)
        || message.contains(BUSY_TEXT)
        || says_busy(|code| fault.has_code(code), &message);
    match status {
        429 if says_busy => Class::Busy,
        429 => Class::Throttled,
        400 | 409 if says_busy => Class::Busy,
        400 if has(&["PrincipalNotFound"]) => Class::NotReplicated,
        // AKS answers 409 where others answer 412.
        409 if has(&["EtagMismatch"]) => Class::PreconditionFailed,
        409 if has(&["ScopeLocked"]) => Class::Locked,
        401 => Class::Unauthenticated,
        403 => Class::Denied,
        404 => Class::NotFound,
        408 | 500..=599 => Class::Transient,
        409 => Class::Conflict,
        412 => Class::PreconditionFailed,
        _ => Class::Invalid,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn class(status: u16, code: &str, message: &str) -> Class {
        classify(status, &Fault::read(&json!({"error": {"code": code, "message": message}})))
    }

    #[test]
    fn busy_and_throttled_are_told_apart_by_code() {
        assert_eq!(class(429, "TooManyRequests", ""), Class::Throttled);
        assert_eq!(class(429, "SubscriptionRequestsThrottled", ""), Class::Throttled);
        assert_eq!(class(429, "RetryableErrorDueToAnotherOperation", ""), Class::Busy);
        assert_eq!(class(429, "429", "Cannot acquire exclusive lock to create"), Class::Busy);
        assert_eq!(class(409, "StorageAccountOperationInProgress", ""), Class::Busy);
        assert_eq!(class(409, "Conflict", "The resource X is busy processing"), Class::Busy);
        assert_eq!(class(400, "ReferencedResourceNotProvisioned", ""), Class::Busy);
    }

    #[test]
    fn refusals_that_stay_are_not_repeated() {
        for (status, code) in [
            (409, "CannotDeleteResource"),
            (409, "RoleAssignmentExists"),
            (409, "MissingSubscriptionRegistration"),
            (409, "ScopeLocked"),
            (400, "AccountNameInvalid"),
            (403, "AuthorizationFailed"),
            (412, "PreconditionFailed"),
            (404, "ParentResourceNotFound"),
        ] {
            assert!(!class(status, code, "").is_transient(), "{status} {code}");
        }
    }

    #[test]
    fn new_principal_is_waited_for() {
        assert_eq!(class(400, "PrincipalNotFound", ""), Class::NotReplicated);
    }
}
