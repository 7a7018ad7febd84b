//! `Microsoft.Insights` and `Microsoft.OperationalInsights`: what watches over the rest.
//!
//! Defaults and answers as observed in recorded traffic.

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::azure::Azure;
use crate::kind::{Delete, Draft, Form, Kind, Lies, Place, Put, Tags};
use crate::{clock, json};

/// The types of this family.
pub(crate) const KINDS: &[Kind] = &[
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

fn settle_autoscale(_: &Azure, draft: &mut Draft) -> Result<(), Answer> {
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
