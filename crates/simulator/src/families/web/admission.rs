//! What an app may be called, what it may be, and what its plan lets it do.
//!
//! Names: <https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules>.

use serde_json::{Value, json};

use super::site::SLOT;
use super::{documents, plan_of, settings, tier};
use crate::kind::Draft;
use crate::kind::azure::Azure;
use crate::store::state::Stored;
use crate::wire::answer::Answer;

/// What kinds of app there are (<https://github.com/Azure/app-service-linux-docs/blob/master/Things_You_Should_Know/kind_property.md>).
const KINDS: &[&str] = &[
    "app",
    "functionapp",
    "workflowapp",
    "api",
    "linux",
    "container",
    "windows",
    "hyperv",
    "xenon",
    "kubernetes",
    "azurecontainerapps",
    "elastic",
    "mobileapp",
    "botapp",
    "gateway",
    "webapp",
];
/// What `linuxFxVersion` may begin with; an empty one runs nothing yet.
const STACKS: &[&str] = &[
    "",
    "DOTNETCORE",
    "DOTNET",
    "DOTNET-ISOLATED",
    "NODE",
    "PYTHON",
    "PHP",
    "JAVA",
    "TOMCAT",
    "JBOSSEAP",
    "RUBY",
    "GO",
    "GOLANG",
    "POWERSHELL",
    "CUSTOM",
    "DOCKER",
    "COMPOSE",
    "KUBE",
    "SITECONTAINERS",
];

/// Checks the name, the kind and the configuration that comes with a site.
pub(super) fn check(azure: &Azure, draft: &Draft, plan: &Stored) -> Result<(), Answer> {
    let bad = |text: String| Err(Answer::web_error(400, "BadRequest", text));
    let name = draft.id.name();
    let is_slot = draft.id.resource_type().is(SLOT.name);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let lengths = if is_slot { 1..=59 } else { 2..=60 };
    let is_good = lengths.contains(&name.len())
        && name.chars().all(is_plain)
        && !name.starts_with('-')
        && !name.ends_with('-')
        && !(is_slot && name.eq_ignore_ascii_case("production"));
    if !is_good {
        return bad(format!("The app name '{name}' is not valid."));
    }
    let kind = draft.body["kind"].as_str().unwrap_or_default().to_ascii_lowercase();
    let unknown =
        kind.split(',').map(str::trim).find(|word| !word.is_empty() && !KINDS.contains(word));
    if let Some(word) = unknown {
        return bad(format!("The parameter kind has an invalid value: '{word}' is not known."));
    }
    let config = draft.sent.pointer("/properties/siteConfig").unwrap_or(&Value::Null);
    let stack = config["linuxFxVersion"].as_str().unwrap_or_default();
    let (language, version) = stack.split_once('|').unwrap_or((stack, ""));
    let is_known = STACKS.contains(&language.to_ascii_uppercase().as_str());
    let is_linux = plan.property("/reserved") == Some(&json!(true));
    if is_linux
        && (!is_known
            || !stack.is_empty()
                && version.is_empty()
                && !language.eq_ignore_ascii_case("SITECONTAINERS"))
    {
        return bad("The parameter LinuxFxVersion has an invalid value.".to_owned());
    }
    for list in ["appSettings", "connectionStrings"] {
        settings::check(Some(plan), settings::listed(&config[list]))?;
    }
    tier::check_always_on(Some(plan), config)?;
    documents::check_restrictions(config)?;
    if is_slot && draft.before.is_none() {
        tier::check_slot(azure, plan, &draft.id)?;
    }
    let moved = draft
        .before
        .as_ref()
        .filter(|before| plan_of(azure, before).is_none_or(|old| old.id != plan.id));
    match moved {
        Some(site) => {
            tier::check_app(azure, site, plan.body["sku"]["tier"].as_str().unwrap_or("Free"))
        }
        None => Ok(()),
    }
}
