//! `Microsoft.Insights` and `Microsoft.OperationalInsights`: what watches over the rest.
//!
//! Defaults and answers as observed in recorded traffic.

use serde_json::{Value, json};

use crate::kind::azure::Azure;
use crate::kind::family::Family;
use crate::kind::shapes::Shapes;
use crate::kind::{Delete, Draft, Form, Kind, Lies, Place, Put, Tags};
use crate::store::clock;
use crate::wire::answer::Answer;
use crate::wire::json;

static SHAPES: Shapes = Shapes::new(include_str!("shapes.json"));

/// What is known of Monitor.
pub(crate) static FAMILY: Family =
    Family { kinds: &[KINDS], shapes: Some(&SHAPES), ..Family::new("Microsoft.Insights/") };

/// What is known of workspaces beside their type, which stands with the rest.
pub(crate) static WORKSPACES: Family = Family {
    listed_versions: &["2025-07-01", "2023-09-01"],
    ..Family::new("Microsoft.OperationalInsights/")
};

/// The types of this family.
const KINDS: &[Kind] = &[
    Kind {
        name: "microsoft.insights/components",
        put: Put::direct(200, 200),
        tags: Tags::Empty,
        made: &[
            "/AppId",
            "/InstrumentationKey",
            "/ConnectionString",
            "/CreationDate",
            "/ApplicationId",
        ],
        settle: settle_component,
        view: |azure, stored, body| body["etag"] = json!(format!("\"{}\"", azure.etag(stored))),
        ..Kind::GENERIC
    },
    Kind {
        name: "Microsoft.Insights/autoscaleSettings",
        in_ids: "microsoft.insights/autoscalesettings",
        lies: Lies::Region,
        versions: &["2014-04-01", "2015-04-01", "2021-05-01-preview", "2022-10-01"],
        put: Put::direct(201, 200),
        has_state: false,
        defaults: r#"{"properties": {"enabled": false, "notifications": null, "predictiveAutoscalePolicy": {"scaleMode": "Disabled", "scaleLookAheadTime": null}}}"#,
        settle: settle_autoscale,
        ..Kind::GENERIC
    },
    Kind {
        name: "Microsoft.Insights/diagnosticSettings",
        in_ids: "microsoft.insights/diagnosticSettings",
        versions: &["2015-07-01", "2016-09-01", "2017-05-01-preview", "2021-05-01-preview"],
        put: Put::direct(200, 200),
        place: Place::None,
        has_state: false,
        settle: settle_diagnostics,
        defaults: r#"{"location": null, "kind": null, "tags": null, "identity": null, "properties": {"storageAccountId": null, "serviceBusRuleId": null, "workspaceId": null, "eventHubAuthorizationRuleId": null, "eventHubName": null, "metrics": [], "logs": [], "logAnalyticsDestinationType": null}}"#,
        ..Kind::GENERIC
    },
    Kind {
        name: "Microsoft.Insights/metricAlerts",
        put: Put::direct(200, 200),
        has_state: false,
        defaults: r#"{"properties": {"autoMitigate": true, "actions": []}}"#,
        ..Kind::GENERIC
    },
    Kind {
        name: "Microsoft.Insights/ActionGroups",
        in_ids: "microsoft.insights/actionGroups",
        put: Put::direct(201, 200),
        place: Place::Word,
        has_state: false,
        defaults: r#"{"kind": null, "identity": null, "properties": {"enabled": true, "emailReceivers": [], "smsReceivers": [], "webhookReceivers": [], "eventHubReceivers": [], "itsmReceivers": [], "azureAppPushReceivers": [], "automationRunbookReceivers": [], "voiceReceivers": [], "logicAppReceivers": [], "azureFunctionReceivers": [], "armRoleReceivers": []}}"#,
        ..Kind::GENERIC
    },
    Kind {
        name: "Microsoft.Insights/webtests",
        in_ids: "microsoft.insights/webtests",
        put: Put::direct(200, 200),
        ..Kind::GENERIC
    },
    Kind {
        name: "Microsoft.Insights/scheduledQueryRules",
        in_ids: "microsoft.insights/scheduledqueryrules",
        has_state: false,
        ..Kind::GENERIC
    },
    Kind { name: "Microsoft.Insights/activityLogAlerts", has_state: false, ..Kind::GENERIC },
    Kind {
        name: "Microsoft.OperationalInsights/workspaces",
        put: Put { form_again: Form::Direct, ..Put::long(201, 200, Form::Async, 20.0, 20) },
        delete: Delete::direct(200),
        defaults: r#"{"properties": {"sku": {"name": "pergb2018"}, "retentionInDays": 30, "features": {"legacy": 0, "searchVersion": 1, "enableLogAccessUsingOnlyResourcePermissions": true}, "workspaceCapping": {"dailyQuotaGb": -1.0, "dataIngestionStatus": "RespectQuota"}, "publicNetworkAccessForIngestion": "Enabled", "publicNetworkAccessForQuery": "Enabled"}}"#,
        made: &["/customerId", "/createdDate"],
        settle: |azure, draft| {
            let (now, customer) =
                (clock::text(azure.now), azure.uuid(&format!("workspace{}", draft.id.key())));
            let made = json!({"customerId": customer, "createdDate": now, "sku": {"lastSkuUpdate": now}, "workspaceCapping": {"quotaNextResetTime": now}});
            json::fill(draft.properties(), &made);
            draft.properties()["modifiedDate"] = json!(now);
            Ok(())
        },
        view: |azure, stored, body| body["etag"] = json!(format!("\"{}\"", azure.etag(stored))),
        action: |azure, _, workspace, action| {
            let keys = json!({
                "primarySharedKey": azure.key_of(workspace, "primary"),
                "secondarySharedKey": azure.key_of(workspace, "secondary"),
            });
            action.eq_ignore_ascii_case("sharedKeys").then(|| Answer::json(200, keys))
        },
        ..Kind::GENERIC
    },
    Kind {
        name: "Microsoft.OperationalInsights/workspaces/tables",
        put: Put::long(202, 202, Form::AsyncAndLocation, 10.0, 5),
        delete: Delete::long(Form::AsyncAndLocation, 10.0, 5),
        place: Place::None,
        ..Kind::GENERIC
    },
];

fn settle_component(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    // The service changes the case of one name.
    if let Some(given) = draft.property("/workspaceResourceId").cloned() {
        json::remove(draft.properties(), "/workspaceResourceId");
        draft.properties()["WorkspaceResourceId"] = given;
    }
    let workspace = draft.text("/WorkspaceResourceId").map(str::to_owned);
    if let Some(workspace) = &workspace
        && azure.state.named(workspace).is_none()
    {
        let text = format!("The workspace '{workspace}' was not found.");
        return Err(Answer::error(400, "BadRequest", text));
    }
    let location = draft.body["location"].as_str().unwrap_or_default().to_owned();
    let key = azure.uuid(&format!("instrumentation{}", draft.id.key()));
    let app = azure.uuid(&format!("application{}", draft.id.key()));
    let name = draft.name();
    let mode = if workspace.is_some() { "LogAnalytics" } else { "ApplicationInsights" };
    let connection = format!(
        "InstrumentationKey={key};IngestionEndpoint=https://{location}-0.in.applicationinsights.azure.com/;LiveEndpoint=https://{location}.livediagnostics.monitor.azure.com/;ApplicationId={app}"
    );
    let made = json!({
        "ApplicationId": name, "AppId": app, "Flow_Type": null, "Request_Source": null,
        "InstrumentationKey": key, "ConnectionString": connection, "Name": name,
        "CreationDate": clock::text(azure.now), "TenantId": azure.settings.subscription,
        "SamplingPercentage": null, "RetentionInDays": 90, "IngestionMode": mode,
        "publicNetworkAccessForIngestion": "Enabled", "publicNetworkAccessForQuery": "Enabled",
        "Ver": "v2",
    });
    json::fill(draft.properties(), &made);
    Ok(())
}

/// A setting sends somewhere, and no category twice to one place.
///
/// Source: <https://learn.microsoft.com/azure/azure-monitor/essentials/diagnostic-settings>.
fn settle_diagnostics(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    const PLACES: [&str; 4] = [
        "/workspaceId",
        "/storageAccountId",
        "/eventHubAuthorizationRuleId",
        "/marketplacePartnerId",
    ];
    if azure.is_unguarded {
        return Ok(());
    }
    let places: Vec<&str> = PLACES.iter().filter_map(|place| draft.text(place)).collect();
    if places.is_empty() {
        let text = "At least one data sink needs to be specified.";
        return Err(Answer::error(400, "BadRequest", text));
    }
    let scope = draft.id.parent();
    let others: Vec<&crate::store::state::Stored> = azure
        .state
        .of_type("Microsoft.Insights/diagnosticSettings")
        .filter(|other| other.id != draft.id && other.id.parent() == scope)
        .collect();
    if others.len() >= 5 {
        let text = "A resource cannot have more than 5 diagnostic settings.";
        return Err(Answer::error(409, "Conflict", text));
    }
    let own = categories(&draft.body["properties"]);
    let is_rival = |other: &&&crate::store::state::Stored| {
        let shares = |place: &&str| {
            other
                .text(place)
                .zip(draft.text(place))
                .is_some_and(|(one, two)| one.eq_ignore_ascii_case(two))
        };
        PLACES.iter().any(shares)
            && categories(&other.body["properties"]).iter().any(|category| own.contains(category))
    };
    match others.iter().find(is_rival) {
        Some(other) => {
            let text = format!(
                "Data sink is already used in diagnostic setting '{}' for a category of this one. Data sinks can't be reused in different settings on the same category for the same resource.",
                other.id.name()
            );
            Err(Answer::error(409, "Conflict", text))
        }
        None => Ok(()),
    }
}

/// Returns what a setting sends, each as `logs/<category>`.
fn categories(properties: &Value) -> Vec<String> {
    let of = |list: &'static str| {
        let rows = properties[list].as_array().into_iter().flatten();
        let sent = rows.filter(|row| row["enabled"] == json!(true));
        sent.filter_map(move |row| {
            let name = row["category"].as_str().or(row["categoryGroup"].as_str())?;
            Some(format!("{list}/{}", name.to_ascii_lowercase()))
        })
    };
    of("logs").chain(of("metrics")).collect()
}

/// Bounds are whole numbers in order, and a resource is scaled by one setting.
fn check_scaling(azure: &Azure, draft: &Draft) -> Result<(), Answer> {
    let profiles = draft.property("/profiles").and_then(Value::as_array);
    for profile in profiles.into_iter().flatten() {
        let capacity = &profile["capacity"];
        let bound = |name: &str| match &capacity[name] {
            Value::String(text) => text.parse::<i64>().ok(),
            other => other.as_i64(),
        };
        let (least, most, usual) = (bound("minimum"), bound("maximum"), bound("default"));
        let fits = least.zip(most).zip(usual);
        if !fits.is_some_and(|((least, most), usual)| 0 <= least && least <= usual && usual <= most)
        {
            let text = format!(
                "The capacity {capacity} is not valid: minimum, default and maximum are whole numbers that do not fall."
            );
            return Err(Answer::error(400, "BadRequest", text));
        }
    }
    let target = draft.text("/targetResourceUri").unwrap_or_default();
    let is_rival = |other: &crate::store::state::Stored| {
        other.id != draft.id
            && !target.is_empty()
            && other.text("/targetResourceUri").is_some_and(|own| own.eq_ignore_ascii_case(target))
    };
    let mut settings = azure.state.of_type("Microsoft.Insights/autoscaleSettings");
    match settings.find(|other| is_rival(other)) {
        Some(other) => {
            let text =
                format!("The resource '{target}' is already scaled by the setting '{}'.", other.id);
            Err(Answer::error(409, "ResourceAlreadyScaled", text))
        }
        None => Ok(()),
    }
}

fn settle_autoscale(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    if !azure.is_unguarded {
        check_scaling(azure, draft)?;
    }
    let profiles = draft.property("/profiles").and_then(Value::as_array).map_or(0, Vec::len);
    if !(1..=20).contains(&profiles) {
        return Err(Answer::error(
            400,
            "BadRequest",
            "An autoscale setting must have between 1 and 20 profiles.",
        ));
    }
    let name = draft.name();
    let properties = draft.properties();
    json::fill(properties, &json!({"name": name}));
    for profile in properties["profiles"].as_array_mut().into_iter().flatten() {
        let capacity = &mut profile["capacity"];
        for bound in ["minimum", "maximum", "default"] {
            if capacity[bound].is_u64() {
                capacity[bound] = json!(capacity[bound].to_string());
            }
        }
        for rule in profile["rules"].as_array_mut().into_iter().flatten() {
            json::fill(
                rule,
                &json!({"metricTrigger": {"metricNamespace": "", "dimensions": null, "dividePerInstance": false}}),
            );
            for (pointer, words) in WORDS {
                json::spell(rule, pointer, words);
            }
        }
    }
    Ok(())
}

const WORDS: &[(&str, &[&str])] = &[
    ("/scaleAction/direction", &["Increase", "Decrease", "None"]),
    (
        "/scaleAction/type",
        &["ChangeCount", "PercentChangeCount", "ExactCount", "ServiceAllowedNextValue"],
    ),
];
