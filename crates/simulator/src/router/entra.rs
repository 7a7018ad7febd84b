//! Entra ID: discovery and where access tokens are asked for.
//!
//! Source: <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>.

use serde_json::json;

use crate::kind::azure::Azure;
use crate::protocol::token::access_token;
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
