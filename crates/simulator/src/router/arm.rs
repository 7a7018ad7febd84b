//! Azure Resource Manager: which part of it a path speaks to.

use axum::http::Method;
use resource::{ResourceId, ResourceType};

use crate::kind::azure::Azure;
use crate::protocol::{list, operation, remove, scope, versions, write};
use crate::router::{actions, read, subscription};
use crate::wire::answer::Answer;
use crate::wire::request::Request;

/// What a path means.
#[derive(Debug, Clone, PartialEq)]
enum Target {
    /// One resource.
    Resource(ResourceId),
    /// The resources of a type at a scope.
    Collection { scope: String, kind: String },
    /// Anything that is neither.
    Other,
}

impl Target {
    /// Returns the type that is asked for, if one is.
    fn kind(&self) -> Option<ResourceType> {
        match self {
            Self::Resource(id) => Some(id.resource_type()),
            Self::Collection { kind, .. } => Some(ResourceType::new(kind)),
            Self::Other => None,
        }
    }
}

/// Answers a request for ARM.
pub(crate) fn answer(azure: &mut Azure, request: &Request) -> Answer {
    let Some(version) = request.api_version() else {
        let text = "The api-version query parameter (?api-version=) is required for all requests.";
        return Answer::error(400, "MissingApiVersionParameter", text);
    };
    if let Err(refusal) = check_subscription(azure, request) {
        return refusal;
    }
    if let Some(answer) = polled(azure, request) {
        return answer;
    }
    if let Some(answer) = subscription::answer(azure, request) {
        return answer;
    }
    if let Some(answer) = special(azure, request) {
        return answer;
    }
    if request.method == Method::POST {
        return actions::answer(azure, request);
    }
    let (method, target) = (request.method.as_str(), target(request));
    if !azure.is_unguarded
        && let Some(kind) = target.kind()
        && let Err(refusal) = versions::check(azure, &kind, version)
    {
        return refusal;
    }
    match (method, target) {
        ("GET", Target::Resource(id)) => read::get(azure, request, &id),
        ("HEAD", Target::Resource(id)) => read::head(azure, request, &id),
        ("PUT", Target::Resource(id)) => write::put(azure, request, &id),
        ("PATCH", Target::Resource(id)) => write::patch(azure, request, &id),
        ("DELETE", Target::Resource(id)) => remove::delete(azure, request, &id),
        ("GET", Target::Collection { scope, kind }) => {
            list::collection(azure, request, &scope, &kind)
        }
        (_, Target::Other) => scope::not_found(request),
        _ => {
            let text = format!("The HTTP method '{method}' is not supported at scope.");
            Answer::error(405, "HttpMethodNotSupported", text)
        }
    }
}

/// Answers paths that look like resources and are none, or returns `None`.
fn special(azure: &mut Azure, request: &Request) -> Option<Answer> {
    azure.families.iter().find_map(|family| (family.special)(azure, request))
}

fn check_subscription(azure: &Azure, request: &Request) -> Result<(), Answer> {
    let segments = request.segments();
    let [first, given, ..] = segments.as_slice() else { return Ok(()) };
    let ours = &azure.settings.subscription;
    if !first.eq_ignore_ascii_case("subscriptions") || given.eq_ignore_ascii_case(ours) {
        return Ok(());
    }
    let text = format!("The subscription '{given}' could not be found.");
    Err(Answer::error(404, "SubscriptionNotFound", text))
}

/// Answers the poll of an operation, also of one that nobody knows any more.
fn polled(azure: &Azure, request: &Request) -> Option<Answer> {
    if let Some(answer) = operation::poll(azure, &request.path) {
        return Some(answer);
    }
    let segments = request.segments();
    let [.., segment, name] = segments.as_slice() else { return None };
    let is_polling = ["operationstatuses", "operationresults", "asyncoperations"]
        .contains(&segment.to_ascii_lowercase().as_str());
    is_polling
        .then(|| Answer::error(404, "NotFound", format!("The operation '{name}' was not found.")))
}

/// Tells what a path means.
fn target(request: &Request) -> Target {
    let segments = request.segments();
    let provider = segments.iter().rposition(|segment| segment.eq_ignore_ascii_case("providers"));
    let Some(provider) = provider else {
        return match segments.as_slice() {
            [_, _, groups, _] if groups.eq_ignore_ascii_case("resourcegroups") => {
                ResourceId::parse(&request.path).map_or(Target::Other, Target::Resource)
            }
            _ => Target::Other,
        };
    };
    let tail = &segments[provider + 1..];
    if tail.len() < 2 {
        return Target::Other;
    }
    if tail.len() % 2 == 1 {
        return ResourceId::parse(&request.path).map_or(Target::Other, Target::Resource);
    }
    // namespace/type, or namespace/type/name/childType: the scope ends before the last segment.
    let mut kind = tail[0].to_owned();
    for segment in tail[1..].iter().step_by(2) {
        kind.push('/');
        kind.push_str(segment);
    }
    let end = if tail.len() == 2 { provider } else { segments.len() - 1 };
    Target::Collection { scope: format!("/{}", segments[..end].join("/")), kind }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target_of(path: &str) -> Target {
        let uri = path.parse().expect("valid URI");
        target(&Request::new(Method::GET, &uri, axum::http::HeaderMap::new(), Vec::new()))
    }

    #[test]
    fn collections_end_in_a_type() {
        let sites = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites";
        let scope = "/subscriptions/s/resourceGroups/g".to_owned();
        let kind = "Microsoft.Web/sites".to_owned();
        assert_eq!(target_of(sites), Target::Collection { scope, kind });
        let bindings = format!("{sites}/a/hostNameBindings");
        let scope = format!("{sites}/a");
        let kind = "Microsoft.Web/sites/hostNameBindings".to_owned();
        assert_eq!(target_of(&bindings), Target::Collection { scope, kind });
    }

    #[test]
    fn resources_end_in_a_name() {
        let site = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/a";
        assert!(matches!(target_of(site), Target::Resource(_)));
        let lock = format!("{site}/providers/Microsoft.Authorization/locks/keep");
        assert!(matches!(target_of(&lock), Target::Resource(_)));
        assert!(matches!(target_of("/subscriptions/s/resourceGroups/g"), Target::Resource(_)));
    }
}
