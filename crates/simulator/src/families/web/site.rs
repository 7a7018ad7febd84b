//! Web apps, function apps and their slots.

use resource::ResourceId;
use serde_json::{Value, json};

use super::{admission, config, plan_of, sites_on, verification_id, webspace};
use crate::families::traffic_manager::watch;
use crate::kind::azure::Azure;
use crate::kind::{Delete, Draft, Errors, Form, Kind, Lies, Place, Put};
use crate::protocol::operation::{self, Begin, Work};
use crate::store::clock;
use crate::store::state::Stored;
use crate::wire::answer::{Answer, Body};
use crate::wire::json;
use crate::wire::request::Request;

/// What a site itself is called among its slots.
const PRODUCTION: &str = "Production";
const SUMMARY: &str = include_str!("site-config-summary.json");

/// A web app or function app.
pub(super) const SITE: Kind = Kind {
    name: "Microsoft.Web/sites",
    lists_with: ("includeslots", "Microsoft.Web/sites/slots"),
    put: Put::direct(200, 200),
    delete: Delete::direct(200),
    has_stamp: true,
    place: Place::Display,
    lies: Lies::Region,
    versions: super::VERSIONS,
    errors: Errors::Web,
    has_state: false,
    defaults: include_str!("site.json"),
    dropped: &["/properties/siteConfig", "/properties/hostNameSslStates"],
    made: &[
        "/state",
        "/hostNames",
        "/defaultHostName",
        "/enabledHostNames",
        "/hostNameSslStates",
        "/trafficManagerHostNames",
        "/customDomainVerificationId",
        "/lastModifiedTimeUtc",
        "/outboundIpAddresses",
        "/possibleOutboundIpAddresses",
        "/inboundIpAddress",
        "/inboundIpv6Address",
        "/possibleInboundIpv6Addresses",
        "/outboundIpv6Addresses",
        "/possibleOutboundIpv6Addresses",
        "/sku",
        "/webSpace",
        "/repositorySiteName",
    ],
    prepare: consumption_plan,
    settle,
    after,
    view,
    direct: |_, draft, body| {
        if let Some(location) = draft.sent["location"].as_str() {
            body["location"] = json!(location);
        }
        // The direct answer shows defaults where the configuration should be.
        if let Ok(summary) = serde_json::from_str::<Value>(SUMMARY) {
            body["properties"]["siteConfig"] = summary;
        }
        // Only here a site that restricts nothing says so. Observed in recorded traffic.
        let all = json!([{
            "ipAddress": "Any",
            "action": "Allow",
            "priority": 2_147_483_647_u32,
            "name": "Allow all",
            "description": "Allow all access",
        }]);
        for list in ["ipSecurityRestrictions", "scmIpSecurityRestrictions"] {
            body["properties"]["siteConfig"][list] = all.clone();
        }
    },
    after_delete,
    action,
    ..Kind::GENERIC
};

/// A deployment slot of one.
pub(super) const SLOT: Kind = Kind { name: "Microsoft.Web/sites/slots", ..SITE };

/// The address of every site, from the range for documentation.
const IPV6: &str = "2001:db8::80";

/// Tells whether the name of a site is used in the whole cloud.
pub(super) fn is_taken(azure: &Azure, name: &str, by: Option<&ResourceId>) -> bool {
    let mut sites = azure.state.of_type(SITE.name);
    sites.any(|site| Some(&site.id) != by && site.id.name().eq_ignore_ascii_case(name))
}

fn web_name(id: &ResourceId) -> String {
    match id.parent() {
        Some(parent) if id.resource_type().is(SLOT.name) => {
            format!("{}-{}", parent.name(), id.name())
        }
        _ => id.name().to_owned(),
    }
}

fn settle(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    let name = web_name(&draft.id);
    let is_slot = draft.id.resource_type().is(SLOT.name);
    if !is_slot && is_taken(azure, &name, Some(&draft.id)) {
        let text = format!("Website with given name {name} already exists.");
        return Err(Answer::web_error(409, "Conflict", text));
    }
    let parent = draft.id.parent().filter(|_| is_slot);
    let parent = parent.and_then(|parent| azure.state.get(&parent));
    let plan = find_plan(azure, draft, parent)?;
    let location = draft.body["location"].as_str().map(crate::store::regions::short);
    let plan_location = azure.location_of(&plan.id);
    if let Some(location) = location
        && location != plan_location
    {
        let text = format!(
            "The app's location '{location}' differs from that of its plan '{}', '{plan_location}'.",
            plan.id.name()
        );
        return Err(Answer::web_error(400, "BadRequest", text));
    }
    check_identities(azure, draft)?;
    check_move(azure, draft, plan)?;
    if !azure.is_unguarded {
        admission::check(azure, draft, plan)?;
    }
    let reserved = plan.property("/reserved") == Some(&json!(true));
    complete(azure, draft, plan, &name, reserved);
    Ok(())
}

/// A function app that names no plan gets one that is paid by use, one for a group and region.
fn consumption_plan(azure: &mut Azure, id: &ResourceId, sent: &mut Value) {
    let kind = sent["kind"].as_str().unwrap_or_default().to_ascii_lowercase();
    let has = |word: &str| kind.split(',').any(|own| own.trim() == word);
    let names_plan = sent.pointer("/properties/serverFarmId").is_some_and(|id| !id.is_null());
    let (Some(group), Some(location)) = (id.resource_group(), sent["location"].as_str()) else {
        return;
    };
    if !has("functionapp") || names_plan || id.resource_type().is(SLOT.name) {
        return;
    }
    let region = crate::store::regions::display(location).replace(' ', "");
    let is_linux = has("linux");
    let name = format!("{region}{}Plan", if is_linux { "LinuxDynamic" } else { "" });
    let kind = "Microsoft.Web/serverfarms";
    let plan = ResourceId::in_group(&azure.settings.subscription, group, kind, &name);
    if azure.state.get(&plan).is_none() {
        let body = json!({"location": location, "sku": {"name": "Y1"}, "properties": {"reserved": is_linux}});
        crate::protocol::write::make(azure, &plan, &body);
    }
    json::set(sent, "/properties/serverFarmId", json!(plan.as_str()));
}

/// Returns the plan, which may be named by its bare name; a slot shares that of its site.
fn find_plan<'a>(
    azure: &'a Azure,
    draft: &Draft,
    parent: Option<&'a Stored>,
) -> Result<&'a Stored, Answer> {
    let before = draft.before.as_ref().and_then(|before| before.text("/serverFarmId"));
    let inherited = parent.and_then(|parent| parent.text("/serverFarmId"));
    let Some(given) = draft.text("/serverFarmId").or(before).or(inherited) else {
        let text = "The property 'serverFarmId' is required.";
        return Err(Answer::web_error(400, "BadRequest", text));
    };
    let id = match (given.starts_with('/'), draft.id.resource_group()) {
        (false, Some(group)) => format!(
            "/subscriptions/{}/resourceGroups/{group}/providers/Microsoft.Web/serverfarms/{given}",
            azure.settings.subscription
        ),
        _ => given.to_owned(),
    };
    azure.state.named(&id).ok_or_else(|| {
        let name = id.rsplit('/').next().unwrap_or_default();
        Answer::web_error(404, "NotFound", format!("Cannot find serverFarm with name {name}."))
    })
}

fn check_identities(azure: &Azure, draft: &Draft) -> Result<(), Answer> {
    let assigned = draft.body["identity"]["userAssignedIdentities"].as_object();
    let missing = assigned.into_iter().flatten().find(|(id, _)| azure.state.named(id).is_none());
    match missing {
        Some((id, _)) => {
            let text = format!("The identity '{id}' was not found.");
            Err(Answer::error(400, "FailedIdentityOperation", text))
        }
        None => Ok(()),
    }
}

/// A site moves between plans of one scale unit only.
fn check_move(azure: &Azure, draft: &Draft, plan: &Stored) -> Result<(), Answer> {
    let old = draft.before.as_ref().and_then(|before| plan_of(azure, before));
    match old {
        Some(old) if !super::plan::share_webspace(azure, old, plan) => {
            let text = format!(
                "Cannot move the app to plan '{}' as it is in another webspace.",
                plan.id.name()
            );
            Err(Answer::web_error(409, "Conflict", text))
        }
        _ => Ok(()),
    }
}

fn complete(azure: &Azure, draft: &mut Draft, plan: &Stored, name: &str, reserved: bool) {
    let kind = match draft.body["kind"].as_str().filter(|kind| !kind.is_empty()) {
        Some("functionapp,workflowapp,linux") => "functionapp,linux,workflowapp".to_owned(),
        Some(kind) => kind.to_owned(),
        None if is_container(draft) => "app,linux,container".to_owned(),
        None if reserved => "app,linux".to_owned(),
        None => "app".to_owned(),
    };
    draft.body["kind"] = json!(kind);
    if draft.body["location"].is_null() {
        draft.body["location"] = plan.body["location"].clone();
    }
    let id = draft.id.clone();
    let is_enabled = draft.property("/enabled") != Some(&json!(false));
    // A site that was stopped by its own action stays so; one that was disabled comes back.
    let was_stopped = draft.before.as_ref().is_some_and(|before| {
        before.text("/state") == Some("Stopped")
            && before.property("/enabled") != Some(&json!(false))
    });
    let state = match (is_enabled, was_stopped) {
        (false, _) | (true, true) => "Stopped",
        (true, false) => "Running",
    };
    let host = format!("{}.azurewebsites.net", name.to_ascii_lowercase());
    let tags = draft.body["tags"].clone();
    let now = clock::text(azure.now);
    let webspace = webspace(azure, plan);
    // A slot goes by the name of its site too. Observed in recorded traffic.
    let site = id.parent().filter(|_| id.resource_type().is(SLOT.name));
    let main = site.as_ref().map_or_else(|| id.name().to_owned(), |site| site.name().to_owned());
    let (shown, deployment) = match &site {
        Some(site) => {
            draft.body["name"] = json!(format!("{main}/{}", id.name()));
            let unit = &azure.uuid(id.key())[..4];
            (format!("{main}({})", id.name()), format!("{}__{unit}", site.name()))
        }
        None => (name.to_owned(), name.to_owned()),
    };
    let properties = draft.properties();
    properties["name"] = json!(shown);
    properties["state"] = json!(state);
    properties["serverFarmId"] = json!(plan.id.as_str());
    properties["reserved"] = json!(reserved);
    properties["defaultHostName"] = json!(host);
    properties["cloningInfo"] = Value::Null;
    properties["repositorySiteName"] = json!(main);
    properties["webSpace"] = json!(webspace);
    properties["customDomainVerificationId"] = json!(verification_id(azure));
    properties["lastModifiedTimeUtc"] = json!(now.trim_end_matches('Z'));
    properties["kind"] = json!(kind);
    properties["tags"] = tags;
    properties["resourceGroup"] = json!(id.resource_group());
    fill_addresses(properties, &id, name, &deployment);
}

/// Adds the addresses of the unit that a site stands on, and how files are brought to it.
fn fill_addresses(properties: &mut Value, id: &ResourceId, name: &str, deployment: &str) {
    let addresses = "20.50.2.80,20.50.2.81,20.50.2.82";
    json::fill(
        properties,
        &json!({
            "inboundIpAddress": "20.50.2.80",
            "possibleInboundIpAddresses": "20.50.2.80",
            "outboundIpAddresses": addresses,
            "possibleOutboundIpAddresses": addresses,
            "inboundIpv6Address": IPV6,
            "possibleInboundIpv6Addresses": IPV6,
            "outboundIpv6Addresses": IPV6,
            "possibleOutboundIpv6Addresses": IPV6,
            "ftpUsername": format!("{name}\\${name}"),
            "ftpsHostName": "ftps://waws-prod-sim-001.ftp.azurewebsites.windows.net/site/wwwroot",
            "homeStamp": "waws-prod-sim-001",
            "selfLink": format!("https://waws-prod-sim-001.api.azurewebsites.windows.net:455{id}"),
            "deploymentId": deployment,
        }),
    );
}

fn is_container(draft: &Draft) -> bool {
    draft
        .sent
        .pointer("/properties/siteConfig/linuxFxVersion")
        .and_then(Value::as_str)
        .is_some_and(|version| version.to_ascii_uppercase().starts_with("DOCKER|"))
}

/// The service makes the documents below a site, and its first host name.
fn after(azure: &mut Azure, draft: &Draft) {
    let sent = draft.sent.pointer("/properties/siteConfig").cloned().unwrap_or_else(|| json!({}));
    let clone =
        draft.sent.pointer("/properties/cloningInfo/sourceWebAppId").and_then(Value::as_str);
    config::follow_site(azure, &draft.id, &sent, clone);
    let host = draft.text("/defaultHostName").unwrap_or_default().to_owned();
    super::binding::born(azure, &draft.id, &host);
}

fn view(azure: &Azure, site: &Stored, body: &mut Value) {
    let Some(default) = site.text("/defaultHostName") else { return };
    let plan = plan_of(azure, site);
    let tier = plan.map(|plan| plan.body["sku"]["tier"].clone()).unwrap_or_default();
    let names = profile_names(azure, site);
    let bindings = azure.state.below(&site.id).filter(|child| {
        child.kind().last().eq_ignore_ascii_case("hostNameBindings")
            && child.id.parent().as_ref() == Some(&site.id)
    });
    let mut hosts = vec![];
    let mut states = vec![];
    for binding in bindings {
        hosts.push(json!(binding.id.name()));
        states.push(ssl_state(binding.id.name(), Some(binding), "Standard"));
    }
    hosts.extend(names.iter().map(|name| json!(name)));
    let scm = default.replacen('.', ".scm.", 1);
    states.push(ssl_state(&scm, None, "Repository"));
    let properties = &mut body["properties"];
    properties["sku"] = tier;
    let mut enabled = hosts.clone();
    enabled.push(json!(scm));
    properties["hostNames"] = json!(hosts);
    properties["enabledHostNames"] = json!(enabled);
    properties["hostNameSslStates"] = json!(states);
    properties["trafficManagerHostNames"] =
        if names.is_empty() { Value::Null } else { json!(names) };
    properties["siteConfig"] = config::summary(azure, &site.id, SUMMARY);
    let versions = &properties["siteConfig"];
    let listed = json!([
        {"name": "LinuxFxVersion", "value": versions["linuxFxVersion"]},
        {"name": "WindowsFxVersion", "value": versions["windowsFxVersion"]},
    ]);
    properties["siteProperties"] =
        json!({"metadata": null, "properties": listed, "appSettings": null});
}

/// Traffic Manager adds the name of each profile that has the site as an endpoint.
fn profile_names(azure: &Azure, site: &Stored) -> Vec<String> {
    let is_target = |endpoint: &Stored| {
        endpoint
            .text("/targetResourceId")
            .is_some_and(|id| id.eq_ignore_ascii_case(site.id.as_str()))
    };
    azure
        .state
        .of_type(watch::PROFILE)
        .filter(|profile| watch::endpoints(azure, &profile.id).any(is_target))
        .filter_map(|profile| profile.text("/dnsConfig/fqdn").map(str::to_owned))
        .collect()
}

fn ssl_state(host: &str, binding: Option<&Stored>, kind: &str) -> Value {
    let of = |pointer: &str| binding.and_then(|binding| binding.property(pointer)).cloned();
    json!({
        "name": host,
        "sslState": of("/sslState").unwrap_or_else(|| json!("Disabled")),
        "ipBasedSslResult": null,
        "virtualIP": null,
        "virtualIPv6": null,
        "thumbprint": of("/thumbprint"),
        "certificateResourceId": null,
        "toUpdate": null,
        "toUpdateIpBasedSsl": null,
        "ipBasedSslState": "NotConfigured",
        "hostType": kind,
    })
}

/// Deleting the last site deletes its plan too, unless the request says otherwise.
fn after_delete(azure: &mut Azure, site: &Stored, request: &Request) {
    let keeps =
        request.query.get("deleteemptyserverfarm").is_some_and(|v| v.eq_ignore_ascii_case("false"));
    // Only the request that names the site speaks of its plan.
    let names_site = request.path.eq_ignore_ascii_case(site.id.as_str());
    let plan = plan_of(azure, site).map(|plan| plan.id.clone());
    if let Some(plan) = plan
        && names_site
        && !keeps
        && sites_on(azure, &plan).next().is_none()
    {
        azure.state.remove(&plan);
    }
}

fn action(azure: &mut Azure, request: &Request, site: &Stored, action: &str) -> Option<Answer> {
    match action.to_ascii_lowercase().as_str() {
        "start" => Some(switch(azure, site, "Running")),
        "stop" => Some(switch(azure, site, "Stopped")),
        "restart" => Some(Answer::empty(200)),
        "publishxml" => Some(publish_profile(site)),
        "slotsswap" => Some(swap(azure, request, site)),
        _ => None,
    }
}

fn switch(azure: &mut Azure, site: &Stored, state: &str) -> Answer {
    let version = azure.state.next_version();
    if let Some(site) = azure.state.get_mut(&site.id) {
        site.body["properties"]["state"] = json!(state);
        site.version = version;
    }
    azure.touched();
    Answer::empty(200)
}

fn publish_profile(site: &Stored) -> Answer {
    let name = site.id.name();
    let text = format!(
        "<publishData><publishProfile profileName=\"{name} - FTP\" publishMethod=\"FTP\" publishUrl=\"ftps://waws-prod-sim-001.ftp.azurewebsites.windows.net/site/wwwroot\" userName=\"{name}\\${name}\" userPWD=\"simulated\" destinationAppUrl=\"https://{name}.azurewebsites.net\" /></publishData>"
    );
    Answer { body: Body::Text("application/xml", text), ..Answer::empty(200) }
}

/// Exchanges a site or slot with the slot that is named; `production` is the site itself.
///
/// Source: <https://learn.microsoft.com/rest/api/appservice/web-apps/swap-slot>, whose other form
/// starts at a slot.
fn swap(azure: &mut Azure, request: &Request, from: &Stored) -> Answer {
    let Ok(sent) = request.json() else {
        return Answer::web_error(400, "BadRequest", "The body is not valid.");
    };
    let target = sent["targetSlot"].as_str().unwrap_or_default();
    let is_slot = from.kind().is(SLOT.name);
    let site = from.id.parent().filter(|_| is_slot).unwrap_or_else(|| from.id.clone());
    let other = if target.eq_ignore_ascii_case(PRODUCTION) {
        site.clone()
    } else {
        site.child("slots", target)
    };
    if azure.state.get(&other).is_none() {
        return Answer::web_error(404, "NotFound", format!("Cannot find slot with name {target}."));
    }
    if other == from.id {
        let text = "The source and the target of a swap must be different slots.";
        return Answer::web_error(409, "Conflict", text);
    }
    let (into, source) = if other == site { (&site, &from.id) } else { (&from.id, &other) };
    config::swap(azure, into, source);
    let destination = if *into == site { PRODUCTION } else { into.name() };
    if let Some(stored) = azure.state.get_mut(into) {
        stored.body["properties"]["slotSwapStatus"] =
            json!({"sourceSlotName": source.name(), "destinationSlotName": destination});
    }
    let begin = Begin {
        resource: &from.id,
        work: Work::Action,
        word: "InProgress",
        secs: 30.0,
        retry_after: 15,
        api_version: request.api_version().unwrap_or_default(),
    };
    let name = operation::begin(azure, &begin);
    operation::follow(azure, Answer::empty(202), &name, Form::Location)
}
