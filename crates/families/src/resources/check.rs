//! The escape hatch: what can be said of any ARM resource.

use topology::Explanation;
use topology::family::Check;

use super::Resource;

/// What the codes mean.
pub(super) const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "bad-resource-type",
        title: "a resource type is not one",
        reason: "Types are `<namespace>/<type>`, and `<namespace>/<type>/<child>` for children.",
        example: "resources:\n  cache: { type: redis, apiVersion: 2024-11-01 }",
        remedy: "Write `Microsoft.Cache/redis`.",
    },
    Explanation {
        code: "bad-api-version",
        title: "an API version is not one",
        reason: "Versions of ARM are dates.",
        example: "resources:\n  cache: { type: Microsoft.Cache/redis, apiVersion: v1 }",
        remedy: "Write a date such as `2024-11-01`, perhaps with `-preview`.",
    },
];

/// Files what is wrong with an entry.
pub(super) fn resource(resource: &Resource, check: &mut Check<'_>) {
    let kind = &resource.resource_type;
    let segments: Vec<&str> = kind.split('/').collect();
    let is_named = segments.len() >= 2
        && segments[0].contains('.')
        && segments[0].starts_with(|first: char| first.is_ascii_alphabetic())
        && segments.iter().all(|segment| !segment.is_empty());
    if !is_named && !kind.value.is_empty() {
        let message = format!("`{}` is not a resource type", kind.value);
        let help = "write `<namespace>/<type>`, such as `Microsoft.Cache/redis`";
        check.error("bad-resource-type", &kind.place, message, help);
    } else if segments.len() > 2 && resource.parent.is_none() && resource.id.is_none() {
        let message = format!("`{}` is a child type, which needs its parent", kind.value);
        let help = "write `parent:` with a reference or a resource ID";
        check.error("missing-key", &resource.place, message, help);
    }
    if let (2, Some(parent)) = (segments.len(), &resource.parent) {
        let message = format!("`{}` is no child type, so it lies in nothing", kind.value);
        let help =
            "remove `parent`, or write the type with the child's: `<namespace>/<type>/<child>`";
        check.error("bad-resource-type", &parent.place, message, help);
    }
    if !resource.api_version.value.is_empty() && !is_api_version(&resource.api_version) {
        let message = format!("`{}` is not an API version", resource.api_version.value);
        let help = "write a date such as `2024-11-01`, perhaps with `-preview`";
        check.error("bad-api-version", &resource.api_version.place, message, help);
    }
    if let (Some(id), false) = (&resource.id, resource.name.is_derived) {
        let message = "a resource has an `id` or a `name`, not both";
        check.error("one-of", &id.place, message, "remove `name`: the ID holds it");
    }
    if let (Some(_), Some(scope)) = (&resource.parent, &resource.scope) {
        let message = "a resource has a `parent` or a `scope`, not both";
        let help = "extension resources have a scope, child resources a parent";
        check.error("one-of", &scope.place, message, help);
    }
}

fn is_api_version(text: &str) -> bool {
    let date = text.get(..10).unwrap_or_default();
    let rest = text.get(10..).unwrap_or("?");
    let digits = date.split('-').map(str::len).eq([4, 2, 2])
        && date.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    digits && (rest.is_empty() || rest.starts_with('-') && rest.len() > 1)
}
