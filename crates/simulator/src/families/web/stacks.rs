//! The runtimes that App Service offers, as `az webapp create --runtime` asks for them.
//!
//! Form: <https://learn.microsoft.com/rest/api/appservice/provider/get-web-app-stacks>; versions:
//! <https://learn.microsoft.com/azure/app-service/language-support-policy>.

use axum::http::Method;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::request::Request;

/// A runtime in one version.
#[derive(Debug)]
struct Runtime {
    /// The version as people say it.
    text: &'static str,
    /// The version as a value.
    value: &'static str,
    /// What `linuxFxVersion` holds; empty where there is no such image.
    linux: &'static str,
    /// What the setting of the language holds on Windows; empty where there is none.
    windows: &'static str,
}

/// A language: its value, its name, the system that it is meant for, its versions.
type Stack = (&'static str, &'static str, &'static str, &'static [Runtime]);

const fn runtime(
    text: &'static str,
    value: &'static str,
    linux: &'static str,
    windows: &'static str,
) -> Runtime {
    Runtime { text, value, linux, windows }
}

const STACKS: &[Stack] = &[
    (
        "dotnet",
        ".NET",
        "windows",
        &[
            runtime(".NET 10 (LTS)", "dotnet10", "DOTNETCORE|10.0", "v10.0"),
            runtime(".NET 9 (STS)", "dotnet9", "DOTNETCORE|9.0", "v9.0"),
            runtime(".NET 8 (LTS)", "dotnet8", "DOTNETCORE|8.0", "v8.0"),
            runtime("ASP.NET V4.8", "aspdotnetv4.8", "", "v4.0"),
        ],
    ),
    (
        "node",
        "Node",
        "linux",
        &[
            runtime("Node 24 LTS", "24-lts", "NODE|24-lts", "~24"),
            runtime("Node 22 LTS", "22-lts", "NODE|22-lts", "~22"),
            runtime("Node 20 LTS", "20-lts", "NODE|20-lts", "~20"),
        ],
    ),
    (
        "python",
        "Python",
        "linux",
        &[
            runtime("Python 3.14", "3.14", "PYTHON|3.14", ""),
            runtime("Python 3.13", "3.13", "PYTHON|3.13", ""),
            runtime("Python 3.12", "3.12", "PYTHON|3.12", ""),
            runtime("Python 3.11", "3.11", "PYTHON|3.11", ""),
        ],
    ),
    (
        "php",
        "PHP",
        "linux",
        &[
            runtime("PHP 8.4", "8.4", "PHP|8.4", ""),
            runtime("PHP 8.3", "8.3", "PHP|8.3", ""),
            runtime("PHP 8.2", "8.2", "PHP|8.2", ""),
        ],
    ),
];

/// Answers the list of runtimes, for the cloud or a location, or `None` for another path.
pub(crate) fn answer(request: &Request) -> Option<Answer> {
    let path = request.path.to_ascii_lowercase();
    let is_list = path.contains("/microsoft.web/") && path.ends_with("/webappstacks");
    if !is_list || request.method != Method::GET {
        return None;
    }
    let system = request.query.get("stackostype").map(|system| system.to_ascii_lowercase());
    let rows: Vec<Value> =
        STACKS.iter().map(|stack| describe(stack, system.as_deref().unwrap_or("all"))).collect();
    Some(Answer::json(200, json!({"value": rows, "nextLink": null, "id": null})))
}

fn describe((value, text, preferred, runtimes): &Stack, system: &str) -> Value {
    let versions: Vec<Value> = runtimes
        .iter()
        .map(|runtime| {
            let minor = json!({
                "displayText": runtime.text,
                "value": runtime.value,
                "stackSettings": settings(value, runtime, system),
            });
            json!({
                "displayText": runtime.text,
                "value": runtime.value,
                "minorVersions": [minor],
            })
        })
        .collect();
    json!({
        "id": null,
        "name": value,
        "type": "Microsoft.Web/webAppStacks",
        "properties": {
            "displayText": text,
            "value": value,
            "preferredOs": preferred,
            "majorVersions": versions,
        },
    })
}

fn settings(language: &str, runtime: &Runtime, system: &str) -> Value {
    let number = runtime.linux.rsplit('|').next().unwrap_or_default();
    let of = |version: &str| {
        json!({
            "runtimeVersion": version,
            "remoteDebuggingSupported": false,
            "appInsightsSettings": {"isSupported": true, "isDefaultOff": true},
            "gitHubActionSettings": {
                "isSupported": true,
                "supportedVersion": number.trim_end_matches("-lts"),
            },
            "appSettingsDictionary": {},
            "siteConfigPropertiesDictionary": {"use32BitWorkerProcess": language == "dotnet"},
        })
    };
    let mut settings = json!({});
    if !runtime.linux.is_empty() && system != "windows" {
        settings["linuxRuntimeSettings"] = of(runtime.linux);
    }
    if !runtime.windows.is_empty() && system != "linux" {
        settings["windowsRuntimeSettings"] = of(runtime.windows);
    }
    settings
}
