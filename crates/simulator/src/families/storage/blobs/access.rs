//! Who may reach an account's blobs.
//!
//! Sources: <https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory>,
//! <https://learn.microsoft.com/azure/storage/common/storage-network-security>.

use serde_json::Value;

use super::refusal;
use crate::kind::azure::Azure;
use crate::protocol::token::{self, Invalid};
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::request::Request;

/// The resource that tokens must be for, and the account itself.
const AUDIENCE: &str = "https://storage.azure.com";

/// The first version that takes a bearer token.
const BEARER_SINCE: &str = "2017-11-09";

/// Refuses who has no token for storage and who is kept out by the account's firewall.
pub(super) fn check(azure: &Azure, request: &Request, account: &Stored) -> Result<(), Answer> {
    if request.header("authorization").is_none() {
        let text = "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.";
        return Err(challenge(azure, "NoAuthenticationInformation", text, ""));
    }
    if request.header("x-ms-version").is_none_or(|version| version < BEARER_SINCE) {
        let text = "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.";
        let more = "<AuthenticationErrorDetail>Authentication scheme Bearer is not supported in this version.</AuthenticationErrorDetail>";
        return Err(refusal::with(403, "AuthenticationFailed", text, more));
    }
    let endpoint = account.text("/primaryEndpoints/blob").unwrap_or_default();
    let audiences = [AUDIENCE, endpoint.trim_end_matches('/')];
    let detail = match token::audience_of(azure, request) {
        Ok(audience) if audiences.contains(&audience.trim_end_matches('/')) => {
            return firewall(account);
        }
        Ok(_) => "Audience validation failed. Audience did not match.",
        Err(Invalid::Expired) => "Lifetime validation failed. The token is expired.",
        Err(Invalid::Forged) => "Signature validation failed. Signature verification failed.",
    };
    let text = "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.";
    Err(challenge(azure, "InvalidAuthenticationInfo", text, detail))
}

fn challenge(azure: &Azure, code: &str, text: &str, detail: &str) -> Answer {
    let more = match detail {
        "" => String::new(),
        detail => format!("<AuthenticationErrorDetail>{detail}</AuthenticationErrorDetail>"),
    };
    let bearer = format!(
        "Bearer authorization_uri={}/{}/oauth2/authorize resource_id={AUDIENCE}",
        azure.origin, azure.settings.tenant
    );
    refusal::with(401, code, text, &more).with("www-authenticate", bearer)
}

fn firewall(account: &Stored) -> Result<(), Answer> {
    let is = |pointer: &str, value: &str| account.text(pointer).is_some_and(|text| text == value);
    let rules = account.property("/networkAcls/ipRules").and_then(Value::as_array);
    let is_closed = is("/publicNetworkAccess", "Disabled")
        || is("/networkAcls/defaultAction", "Deny") && rules.is_none_or(Vec::is_empty);
    if is_closed {
        let text = "This request is not authorized to perform this operation.";
        return Err(refusal::with(403, "AuthorizationFailure", text, ""));
    }
    Ok(())
}
