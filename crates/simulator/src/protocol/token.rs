//! Access tokens: how they are made and checked.
//!
//! Source: <https://learn.microsoft.com/entra/identity-platform/access-tokens>.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::kind::azure::Azure;
use crate::wire::answer::Answer;
use crate::wire::request::Request;

/// Returns a token that [`check`] accepts until it expires.
pub(crate) fn access_token(azure: &Azure, audience: &str) -> String {
    let settings = &azure.settings;
    let now = azure.now / 1000;
    let header = json!({"typ": "JWT", "alg": "HS256", "kid": "simulator"});
    let claims = json!({
        "aud": audience,
        "iss": format!("{}/{}/", azure.origin, settings.tenant),
        "iat": now,
        "nbf": now,
        "exp": now + settings.token_lifetime_secs,
        "appid": settings.client_id,
        "appidacr": "1",
        "idtyp": "app",
        "oid": azure.principal(),
        "sub": azure.principal(),
        "tid": settings.tenant,
        "ver": "1.0",
    });
    let signed = format!("{}.{}", encode(&header), encode(&claims));
    format!("{signed}.{}", signature(azure, &signed))
}

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn signature(azure: &Azure, signed: &str) -> String {
    let digest = Sha256::digest(format!("{}.{signed}", azure.state.signing_key));
    URL_SAFE_NO_PAD.encode(digest)
}

/// Checks the access token of a request for ARM.
pub(crate) fn check(azure: &Azure, request: &Request) -> Result<(), Answer> {
    let given = request.header("authorization").unwrap_or_default();
    let token = given.strip_prefix("Bearer ").or_else(|| given.strip_prefix("bearer "));
    let Some(token) = token else {
        let text = "Authentication failed. The 'Authorization' header is missing.";
        return Err(unauthenticated(azure, "AuthenticationFailed", text, "invalid_request"));
    };
    match read(azure, token) {
        Ok(_) => Ok(()),
        Err(Invalid::Expired) => Err(expired(azure)),
        Err(Invalid::Forged) => {
            let text = "The access token is invalid.";
            Err(unauthenticated(azure, "InvalidAuthenticationToken", text, "invalid_token"))
        }
    }
}

/// Why a token is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Invalid {
    /// It was valid once.
    Expired,
    /// It is none of ours.
    Forged,
}

/// Returns what the access token of a request is for.
pub(crate) fn audience_of(azure: &Azure, request: &Request) -> Result<String, Invalid> {
    let given = request.header("authorization").unwrap_or_default();
    let token = given.strip_prefix("Bearer ").ok_or(Invalid::Forged)?;
    Ok(read(azure, token)?["aud"].as_str().unwrap_or_default().to_owned())
}

/// Returns who asks; nobody where the token is not valid.
pub(crate) fn principal_of(azure: &Azure, request: &Request) -> String {
    let given = request.header("authorization").unwrap_or_default();
    let claims = given.strip_prefix("Bearer ").and_then(|token| read(azure, token).ok());
    let principal = claims.and_then(|claims| claims["oid"].as_str().map(str::to_owned));
    principal.unwrap_or_default()
}

/// Returns the claims of a token.
fn read(azure: &Azure, token: &str) -> Result<Value, Invalid> {
    let claims = token.rsplit_once('.').and_then(|(signed, mark)| {
        let claims = signed.split('.').nth(1)?;
        let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
        (mark == signature(azure, signed)).then_some(claims)
    });
    let claims = claims.ok_or(Invalid::Forged)?;
    match claims["exp"].as_u64() {
        Some(expires) if expires * 1000 > azure.now => Ok(claims),
        Some(_) => Err(Invalid::Expired),
        None => Err(Invalid::Forged),
    }
}

/// Returns the refusal of a token that was valid once.
pub(crate) fn expired(azure: &Azure) -> Answer {
    let text = "The access token has expired.";
    unauthenticated(azure, "ExpiredAuthenticationToken", text, "invalid_token")
}

fn unauthenticated(azure: &Azure, code: &str, text: &str, error: &str) -> Answer {
    let challenge = format!(
        "Bearer authorization_uri=\"{}/{}\", error=\"{error}\", error_description=\"{text}\"",
        azure.origin, azure.settings.tenant
    );
    Answer::error(401, code, text).with("www-authenticate", challenge)
}
