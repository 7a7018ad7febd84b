//! The keys that a run itself holds: no topology may send them to Azure.
//!
//! A topology is proposed by many and reviewed by few; `${secret:env:SYSTEM_ACCESSTOKEN}` in a setting
//! would hand the pipeline's token to whoever runs the application.

use resource::secret::{is_secret_text, speaks_of_secret};

/// The variables that hold a key of the run: of plans, of the login to Azure, of the forge and of its
/// build service, of telemetry.
///
/// Sources: <https://learn.microsoft.com/azure/devops/pipelines/build/variables>,
/// <https://learn.microsoft.com/azure/devops/pipelines/tasks/reference/azure-cli-v2> (`addSpnToEnvironment`),
/// <https://docs.github.com/actions/reference/security/oidc>,
/// <https://docs.gitlab.com/ci/variables/predefined_variables/>,
/// <https://learn.microsoft.com/azure/app-service/overview-managed-identity>.
pub const KEYS_OF_THE_RUN: &[&str] = &[
    "EVENKEEL_PLAN_KEY",
    "EVENKEEL_ID_TOKEN",
    "AZURE_CLIENT_SECRET",
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
    "AZURE_PASSWORD",
    "AZURE_FEDERATED_TOKEN",
    "AZURE_DEVOPS_EXT_PAT",
    "ARM_CLIENT_SECRET",
    "ARM_CLIENT_CERTIFICATE_PASSWORD",
    "ARM_ACCESS_KEY",
    "ARM_OIDC_TOKEN",
    "ARM_OIDC_REQUEST_TOKEN",
    "ARM_OIDC_REQUEST_URL",
    "IDENTITY_HEADER",
    "MSI_SECRET",
    "GITHUB_TOKEN",
    "GH_TOKEN",
    "GH_ENTERPRISE_TOKEN",
    "GITHUB_ENTERPRISE_TOKEN",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "ACTIONS_RUNTIME_TOKEN",
    "SYSTEM_ACCESSTOKEN",
    "SYSTEM_OIDCREQUESTURI",
    "SERVICEPRINCIPALKEY",
    "IDTOKEN",
    "VSS_NUGET_ACCESSTOKEN",
    "VSS_NUGET_EXTERNAL_FEED_ENDPOINTS",
    "GITLAB_TOKEN",
    "CI_JOB_TOKEN",
    "CI_JOB_JWT",
    "CI_JOB_JWT_V1",
    "CI_JOB_JWT_V2",
    "CI_REGISTRY_PASSWORD",
    "CI_DEPLOY_PASSWORD",
    "CI_DEPENDENCY_PROXY_PASSWORD",
    "CI_TRIGGER_SHORT_TOKEN",
    "DOCKER_AUTH_CONFIG",
    // The URL holds the job's token.
    "CI_REPOSITORY_URL",
    "OTEL_EXPORTER_OTLP_HEADERS",
    "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
    "OTEL_EXPORTER_OTLP_METRICS_HEADERS",
    "OTEL_EXPORTER_OTLP_LOGS_HEADERS",
];

/// What the names of our own and the build services' variables begin with; of these every one that speaks of
/// a secret is refused, since new ones come.
pub const PREFIXES_OF_BUILD_SERVICES: &[&str] = &[
    "EVENKEEL_",
    "ACTIONS_",
    "SYSTEM_",
    "CI_JOB_",
    "RUNNER_",
    "AGENT_",
    "ENDPOINT_AUTH_",
    "SECUREFILE_",
];

/// Variables by which a run reaches the network; a login that one holds is the run's own.
pub const PROXIES: &[&str] = &["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"];

/// Tells whether the variable `name`, which holds `value`, gives a key of the run itself away.
pub fn holds_key_of_the_run(name: &str, value: Option<&str>) -> bool {
    let is_proxy = PROXIES.iter().any(|proxy| proxy.eq_ignore_ascii_case(name));
    is_key_of_the_run(name)
        // A proxy is often written without its scheme.
        || is_proxy && value.is_some_and(|value| is_secret_text(value) || value.contains('@'))
}

/// Tells whether the variable `name` holds a key of the run itself.
pub fn is_key_of_the_run(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    KEYS_OF_THE_RUN.contains(&name.as_str())
        || PREFIXES_OF_BUILD_SERVICES.iter().any(|prefix| name.starts_with(prefix))
            && (speaks_of_secret(&name)
                || name.contains("JWT")
                || name.starts_with("ENDPOINT_AUTH_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_refused_and_numbers_of_builds_are_not() {
        for name in [
            "EVENKEEL_PLAN_KEY",
            "azure_client_secret",
            "SYSTEM_ACCESSTOKEN",
            "ACTIONS_CACHE_TOKEN",
            "CI_JOB_JWT_V3",
            "ENDPOINT_AUTH_PARAMETER_X_ACCESSTOKEN",
            "idToken",
            "servicePrincipalKey",
            "SYSTEM_OIDCREQUESTURI",
            "EVENKEEL_TOKEN",
        ] {
            assert!(is_key_of_the_run(name), "{name}");
        }
        for value in ["http://me:pass@proxy:8080", "https://token@proxy", "me:pass@proxy:8080"] {
            assert!(holds_key_of_the_run("https_proxy", Some(value)), "{value}");
        }
        assert!(!holds_key_of_the_run("HTTPS_PROXY", Some("http://proxy.example:8080")));
        assert!(!holds_key_of_the_run("MAIL", Some("me@example.com")));
        for name in [
            "BUILD_BUILDID",
            "GITHUB_RUN_NUMBER",
            "GITHUB_SHA",
            "CI_PIPELINE_IID",
            "CI_JOB_ID",
            "SYSTEM_TEAMPROJECT",
            "AZURE_SUBSCRIPTION_ID",
            "AZURE_SQL_PASSWORD",
            "DB_PASSWORD",
        ] {
            assert!(!is_key_of_the_run(name), "{name}");
        }
    }
}
