//! Lists, and their pages.

use resource::{ResourceId, ResourceType};
use serde_json::{Value, json};

use crate::kind::azure::Azure;
use crate::protocol::scope;
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::request::Request;

/// Answers the list of the resources of type `kind` at `scope`.
pub(crate) fn collection(azure: &mut Azure, request: &Request, scope: &str, kind: &str) -> Answer {
    let Ok(scope) = ResourceId::parse(scope) else {
        return scope::not_found(request);
    };
    if let Err(refusal) = check_scope(azure, &scope) {
        return refusal;
    }
    let wanted = ResourceType::new(kind);
    let family = azure.family_of(&wanted);
    let is_record_list = family.gathered.iter().any(|gathered| wanted.is(gathered));
    let found: Vec<&Stored> = if is_record_list {
        azure.state.below(&scope).filter(|stored| is_record(stored, &scope)).collect()
    } else if family.is_extension {
        extensions(azure, request, &scope, &wanted)
    } else if wanted.parent().is_some() {
        let is_child = |s: &&Stored| s.id.parent().is_some_and(|p| p == scope);
        azure.state.of_type_below(wanted.as_str(), &scope).filter(is_child).collect()
    } else {
        let (switch, child) = azure.kind_of(&wanted).lists_with;
        let with_child = request.query.get(switch).is_some_and(|v| v.eq_ignore_ascii_case("true"));
        let own = azure.state.of_type_below(wanted.as_str(), &scope);
        let children = with_child.then(|| azure.state.of_type_below(child, &scope));
        let mut found: Vec<&Stored> = own.chain(children.into_iter().flatten()).collect();
        found.sort_by(|one, two| one.id.key().cmp(two.id.key()));
        found
    };
    let known = azure.kind_of(&wanted);
    let rows: Vec<Value> = found
        .iter()
        .filter(|s| is_visible(s) && !(known.is_secret)(&s.id))
        .map(|stored| azure.view(stored))
        .collect();
    if known.is_paged || is_record_list {
        page(azure, request, rows)
    } else {
        Answer::json(200, json!({"value": rows}))
    }
}

fn is_visible(stored: &Stored) -> bool {
    stored.stale_reads == 0 || stored.stale_body.is_some()
}

fn check_scope(azure: &Azure, scope: &ResourceId) -> Result<(), Answer> {
    if scope.resource_type().is_subscription() {
        return Ok(());
    }
    scope::check_group(azure, scope)?;
    match azure.state.get(scope) {
        Some(_) => Ok(()),
        None => Err(scope::missing(azure, azure.kind_of(&scope.resource_type()), scope)),
    }
}

/// A record set is named by type and name right below the zone; locks and the like are not.
fn is_record(stored: &Stored, zone: &ResourceId) -> bool {
    stored.id.parent().is_some_and(|parent| parent == *zone) && stored.kind().parent().is_some()
}

/// Locks, role assignments and the like: those below a scope, and those above that reach it.
fn extensions<'a>(
    azure: &'a Azure,
    request: &Request,
    scope: &ResourceId,
    wanted: &ResourceType,
) -> Vec<&'a Stored> {
    let filter = request.query.get("$filter").map(String::as_str).unwrap_or_default();
    let at_scope = filter.to_ascii_lowercase().contains("atscope()");
    let principal = quoted(filter, "principalid eq ").or_else(|| quoted(filter, "assignedto("));
    let is_wanted = |stored: &&Stored| {
        let Some(at) = stored.id.parent() else { return false };
        let reaches = scope.is_within(&at) || !at_scope && at.is_within(scope);
        let is_principal = principal.as_deref().is_none_or(|wanted| {
            stored.text("/principalId").is_some_and(|id| id.eq_ignore_ascii_case(wanted))
        });
        reaches && is_principal
    };
    azure.state.of_type(wanted.as_str()).filter(is_wanted).collect()
}

/// Returns the text in quotation marks after `before`, which is in lower case.
pub(crate) fn quoted(filter: &str, before: &str) -> Option<String> {
    let at = filter.to_ascii_lowercase().find(before)? + before.len();
    let rest = filter[at..].trim_start().strip_prefix('\'')?;
    rest.split('\'').next().map(str::to_owned)
}

/// Cuts rows into pages.
pub(crate) fn page(azure: &mut Azure, request: &Request, rows: Vec<Value>) -> Answer {
    let number = |name: &str| request.query.get(name).and_then(|value| value.parse().ok());
    let size = number("$top")
        .unwrap_or(azure.settings.page_size)
        .clamp(1, azure.settings.page_size.max(1));
    let start: usize = number("$skiptoken").unwrap_or(0);
    let total = rows.len();
    let rows: Vec<Value> = rows.into_iter().skip(start).take(size).collect();
    let mut body = json!({"value": rows});
    if start + size < total {
        let next = start + size;
        let kept = request.query.iter().filter(|(name, _)| name.as_str() != "$skiptoken");
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(kept).append_pair("$skiptoken", &next.to_string());
        let mut link = format!("{}{}?{}", azure.origin, encoded(&request.path), query.finish());
        if std::mem::take(&mut azure.is_next_page_broken) {
            link = format!("{}/simulator/broken-page?to={next}", azure.origin);
        }
        body["nextLink"] = json!(link);
    }
    Answer::json(200, body)
}

fn encoded(path: &str) -> String {
    path.replace('%', "%25").replace(' ', "%20").replace('#', "%23").replace('?', "%3F")
}
