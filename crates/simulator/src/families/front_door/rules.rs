//! Rule sets and their rules: what a request must be like, and what is done with it.

use serde_json::{Value, json};

use super::profiles::{in_use, usage, user};
use super::within::{self, bad_request, ids};
use super::{CDN, CHILD, NOT_STARTED, groups};
use crate::kind::azure::Azure;
use crate::kind::{Delete, Draft, Form, Kind, Put};
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::json;
use crate::wire::request::Request;

/// The type of rules.
pub(super) const RULES: &str = "Microsoft.Cdn/profiles/rulesets/rules";

/// A rule set.
pub(super) const SETS: Kind = Kind {
    name: "Microsoft.Cdn/profiles/rulesets",
    defaults: NOT_STARTED,
    put: Put { form: Form::Direct, ..CDN.put },
    delete: Delete::direct(200),
    settle: |azure, draft| {
        within::check_idle(azure, draft)?;
        if azure.is_unguarded { Ok(()) } else { within::check_name(draft, 1, 60, true) }
    },
    before_delete,
    action,
    ..CHILD
};

/// A rule.
pub(super) const KIND: Kind = Kind {
    name: RULES,
    defaults: r#"{"properties": {"matchProcessingBehavior": "Continue", "order": 0, "deploymentStatus": "NotStarted"}}"#,
    settle,
    ..CHILD
};

/// What is matched, by name, with the types that its parameters may have.
const CONDITIONS: &[(&str, &[&str])] = &[
    ("RemoteAddress", &["DeliveryRuleRemoteAddressConditionParameters"]),
    ("RequestMethod", &["DeliveryRuleRequestMethodConditionParameters"]),
    ("QueryString", &["DeliveryRuleQueryStringConditionParameters"]),
    ("PostArgs", &["DeliveryRulePostArgsConditionParameters"]),
    ("RequestUri", &["DeliveryRuleRequestUriConditionParameters"]),
    ("RequestHeader", &["DeliveryRuleRequestHeaderConditionParameters"]),
    ("RequestBody", &["DeliveryRuleRequestBodyConditionParameters"]),
    ("RequestScheme", &["DeliveryRuleRequestSchemeConditionParameters"]),
    (
        "UrlPath",
        &["DeliveryRuleUrlPathMatchConditionParameters", "DeliveryRuleUrlPathConditionParameters"],
    ),
    (
        "UrlFileExtension",
        &[
            "DeliveryRuleUrlFileExtensionMatchConditionParameters",
            "DeliveryRuleUrlFileExtensionConditionParameters",
        ],
    ),
    (
        "UrlFileName",
        &[
            "DeliveryRuleUrlFilenameConditionParameters",
            "DeliveryRuleUrlFileNameConditionParameters",
        ],
    ),
    ("HttpVersion", &["DeliveryRuleHttpVersionConditionParameters"]),
    ("Cookies", &["DeliveryRuleCookiesConditionParameters"]),
    ("IsDevice", &["DeliveryRuleIsDeviceConditionParameters"]),
    ("SocketAddr", &["DeliveryRuleSocketAddrConditionParameters"]),
    ("ClientPort", &["DeliveryRuleClientPortConditionParameters"]),
    ("ServerPort", &["DeliveryRuleServerPortConditionParameters"]),
    ("HostName", &["DeliveryRuleHostNameConditionParameters"]),
    ("SslProtocol", &["DeliveryRuleSslProtocolConditionParameters"]),
];

/// What is done, by name, with the type of its parameters and what the service answers of them.
const ACTIONS: &[(&str, &str, &str)] = &[
    ("CacheExpiration", "DeliveryRuleCacheExpirationActionParameters", "{}"),
    ("CacheKeyQueryString", "DeliveryRuleCacheKeyQueryStringBehaviorActionParameters", "{}"),
    ("ModifyRequestHeader", "DeliveryRuleHeaderActionParameters", "{}"),
    ("ModifyResponseHeader", "DeliveryRuleHeaderActionParameters", "{}"),
    ("OriginGroupOverride", "DeliveryRuleOriginGroupOverrideActionParameters", "{}"),
    (
        "RouteConfigurationOverride",
        "DeliveryRuleRouteConfigurationOverrideActionParameters",
        r#"{"cacheConfiguration": null, "originGroupOverride": null}"#,
    ),
    (
        "UrlRedirect",
        "DeliveryRuleUrlRedirectActionParameters",
        r#"{"customQueryString": null, "customPath": null, "customHostname": null, "customFragment": null}"#,
    ),
    ("UrlRewrite", "DeliveryRuleUrlRewriteActionParameters", r#"{"preserveUnmatchedPath": null}"#),
    ("UrlSigning", "DeliveryRuleUrlSigningActionParameters", "{}"),
];

fn settle(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    within::check_idle(azure, draft)?;
    if !azure.is_unguarded {
        within::check_name(draft, 1, 260, true)?;
        check_order(azure, draft)?;
        check_counts(draft)?;
        check_parts(azure, draft)?;
    }
    fill(draft);
    Ok(())
}

/// Each rule of a set has a place of its own.
fn check_order(azure: &Azure, draft: &Draft) -> Result<(), Answer> {
    let Some(set) = draft.id.parent() else { return Ok(()) };
    let order = draft.property("/order").and_then(Value::as_i64).unwrap_or_default();
    let mut others = azure.state.of_type_below(RULES, &set).filter(|other| other.id != draft.id);
    let same = others.find(|other| other.property("/order").and_then(Value::as_i64) == Some(order));
    same.map_or(Ok(()), |same| {
        let text = format!(
            "Rules '{}' and '{}' have the same order {order}.",
            draft.id.name(),
            same.id.name()
        );
        Err(invalid(text))
    })
}

/// Observed: the form of all that is found wrong with a rule.
fn invalid(text: impl std::fmt::Display) -> Answer {
    bad_request(format!("Rules validation failed. More information: {text}."))
}

fn check_counts(draft: &Draft) -> Result<(), Answer> {
    let count =
        |pointer: &str| draft.property(pointer).and_then(Value::as_array).map_or(0, Vec::len);
    if count("/conditions") > 10 {
        return Err(invalid("A rule has at most 10 conditions"));
    }
    if !(1..=5).contains(&count("/actions")) {
        return Err(invalid("A rule has 1 to 5 actions"));
    }
    Ok(())
}

fn check_parts(azure: &Azure, draft: &Draft) -> Result<(), Answer> {
    for condition in rows(&draft.body, "conditions") {
        let name = condition["name"].as_str().unwrap_or_default();
        let known = CONDITIONS.iter().find(|(known, _)| *known == name).map(|(_, types)| *types);
        check_type(name, &condition["parameters"], known.unwrap_or_default())?;
        if name == "SslProtocol" {
            check_protocols(&condition["parameters"])?;
        }
    }
    for action in rows(&draft.body, "actions") {
        let name = action["name"].as_str().unwrap_or_default();
        let known = ACTIONS.iter().find(|(known, ..)| *known == name).map(|(_, kind, _)| *kind);
        check_type(name, &action["parameters"], known.as_slice())?;
    }
    for group in groups::overrides(&draft.body) {
        within::named(azure, draft, group, "origin group")?;
    }
    Ok(())
}

fn check_type(name: &str, parameters: &Value, known: &[&str]) -> Result<(), Answer> {
    let given = parameters["typeName"].as_str().unwrap_or_default();
    if known.iter().any(|known| known.eq_ignore_ascii_case(given)) {
        return Ok(());
    }
    Err(invalid(format!("The type name '{given}' does not belong to '{name}'")))
}

/// Observed: other versions are refused.
fn check_protocols(parameters: &Value) -> Result<(), Answer> {
    const KNOWN: &[&str] = &["TLSv1", "TLSv1.1", "TLSv1.2"];
    let mut given =
        parameters["matchValues"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let wrong = given.find(|given| !KNOWN.contains(given));
    wrong.map_or(Ok(()), |wrong| Err(invalid(format!("{wrong} are not supported SSL Protocols."))))
}

fn rows<'a>(body: &'a Value, list: &str) -> impl Iterator<Item = &'a Value> {
    body["properties"][list].as_array().into_iter().flatten()
}

/// Adds what the service answers of conditions and actions beside what was sent.
fn fill(draft: &mut Draft) {
    let properties = draft.properties();
    for condition in properties["conditions"].as_array_mut().into_iter().flatten() {
        json::fill(
            &mut condition["parameters"],
            &json!({"negateCondition": false, "transforms": []}),
        );
    }
    for action in properties["actions"].as_array_mut().into_iter().flatten() {
        let name = action["name"].as_str().unwrap_or_default();
        let nulls =
            ACTIONS.iter().find(|(known, ..)| *known == name).map_or("{}", |(.., nulls)| nulls);
        let nulls: Value = serde_json::from_str(nulls).unwrap_or_default();
        json::fill(&mut action["parameters"], &nulls);
        if action["parameters"]["cacheConfiguration"].is_object() {
            let nulls = json!({"queryParameters": null, "cacheDuration": null});
            json::fill(&mut action["parameters"]["cacheConfiguration"], &nulls);
        }
    }
    // Observed: a rule without conditions has an empty list of them.
    json::fill(properties, &json!({"conditions": []}));
}

/// A set stays while it is on a route.
fn before_delete(azure: &Azure, set: &Stored) -> Result<(), Answer> {
    within::check_free(azure, &set.id)?;
    let routes = within::beside(azure, &set.id, "Microsoft.Cdn/profiles/afdendpoints/routes");
    let by = user(routes, set, |route| ids(route.property("/ruleSets")).collect());
    by.map_or(Ok(()), |by| Err(in_use(set, by)))
}

fn action(azure: &mut Azure, _: &Request, set: &Stored, action: &str) -> Option<Answer> {
    if !action.eq_ignore_ascii_case("usages") {
        return None;
    }
    let rules = azure.state.of_type_below(RULES, &set.id).count();
    Some(Answer::json(200, json!({"value": [usage(&set.id, "rule", rules, 100)]})))
}
