//! Entra ID: discovery, access tokens and their check.
//!
//! Source: <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::kind::azure::Azure;
use crate::wire::answer::Answer;
use crate::wire::request::Request;

/// Answers a request for Entra ID, or `None` where the path is not one of its own.
pub(crate) fn answer(azure: &Azure, request: &Request) -> Option<Answer> {
    let segments = request.segments();
    let lower: Vec<String> = segments.iter().map(|segment| segment.to_ascii_lowercase()).collect();
    let parts: Vec<&str> = lower.iter().map(String::as_str).collect();
    let tenant = segments.first().copied().unwrap_or_default();
    match parts.as_slice() {
        [_, "v2.0", ".well-known", "openid-configuration"]
        | [_, ".well-known", "openid-configuration"] => Some(discovery(azure, tenant)),
        ["common", "discovery", "instance"] => Some(instance(azure)),
        [_, "discovery", "v2.0", "keys"] => Some(Answer::json(200, json!({"keys": []}))),
        [_, "oauth2", "v2.0", "token"] | [_, "oauth2", "token"] => Some(token(azure, request)),
        ["metadata", "identity", "oauth2", "token"] | ["msi", "token"] => {
            Some(managed_identity(azure, request))
        }
        _ => None,
    }
}

fn discovery(azure: &Azure, tenant: &str) -> Answer {
    let origin = &azure.origin;
    let token = match tenant {
        "adfs" => format!("{origin}/adfs/oauth2/token"),
        _ => format!("{origin}/{tenant}/oauth2/v2.0/token"),
    };
    Answer::json(
        200,
        json!({
            "token_endpoint": token,
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
            "jwks_uri": format!("{origin}/{tenant}/discovery/v2.0/keys"),
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": format!("{origin}/{tenant}/v2.0"),
            "authorization_endpoint": format!("{origin}/{tenant}/oauth2/v2.0/authorize"),
            "device_authorization_endpoint": format!("{origin}/{tenant}/oauth2/v2.0/devicecode"),
            "end_session_endpoint": format!("{origin}/{tenant}/oauth2/v2.0/logout"),
            "tenant_region_scope": "EU",
            "cloud_instance_name": "simulator",
        }),
    )
}

fn instance(azure: &Azure) -> Answer {
    let host = azure.origin.split("://").nth(1).unwrap_or_default();
    let tenant = &azure.settings.tenant;
    let endpoint = format!("{}/{tenant}/.well-known/openid-configuration", azure.origin);
    Answer::json(
        200,
        json!({
            "tenant_discovery_endpoint": endpoint,
            "api-version": "1.1",
            "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
        }),
    )
}

fn token(azure: &Azure, request: &Request) -> Answer {
    let form = request.form();
    let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let client = field("client_id");
    if field("grant_type") != "client_credentials" {
        return refused(
            400,
            "unsupported_grant_type",
            70003,
            "The app requested an unsupported grant type.",
        );
    }
    if client != azure.settings.client_id {
        let text =
            format!("Application with identifier '{client}' was not found in the directory.");
        return refused(400, "unauthorized_client", 700016, &text);
    }
    let assertion = field("client_assertion");
    let proven = if assertion.is_empty() {
        field("client_secret") == azure.settings.client_secret
    } else {
        // A federated assertion is a JWT of somebody else; only its form can be checked.
        assertion.split('.').count() == 3
    };
    if !proven {
        let text = format!("Invalid client secret provided for app '{client}'.");
        return refused(401, "invalid_client", 7_000_215, &text);
    }
    let resource = form.get("scope").or_else(|| form.get("resource")).cloned().unwrap_or_default();
    let lifetime = azure.settings.token_lifetime_secs;
    Answer::json(
        200,
        json!({
            "token_type": "Bearer",
            "expires_in": lifetime,
            "ext_expires_in": lifetime,
            "access_token": access_token(azure, audience(&resource)),
        }),
    )
    .with("cache-control", "no-store, no-cache")
}

fn managed_identity(azure: &Azure, request: &Request) -> Answer {
    let proven =
        request.header("metadata").is_some() || request.header("x-identity-header").is_some();
    if !proven {
        let text = "Required metadata header not specified";
        return Answer::json(400, json!({"error": "invalid_request", "error_description": text}));
    }
    let resource = request.query.get("resource").cloned().unwrap_or_default();
    let lifetime = azure.settings.token_lifetime_secs;
    let expires = azure.now / 1000 + lifetime;
    Answer::json(
        200,
        json!({
            "access_token": access_token(azure, audience(&resource)),
            "client_id": azure.settings.client_id,
            "expires_in": lifetime.to_string(),
            "expires_on": expires.to_string(),
            "not_before": (azure.now / 1000).to_string(),
            "resource": resource,
            "token_type": "Bearer",
        }),
    )
}

fn refused(status: u16, error: &str, number: u32, text: &str) -> Answer {
    let body = json!({
        "error": error,
        "error_description": format!("AADSTS{number}: {text}"),
        "error_codes": [number],
    });
    Answer::json(status, body)
}

fn audience(scope: &str) -> &str {
    scope.trim_end_matches("/.default")
}

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
