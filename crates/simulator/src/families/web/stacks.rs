//! The runtimes that App Service offers, as `az webapp create` and `az functionapp create` ask for
//! them.
//!
//! Form: <https://learn.microsoft.com/rest/api/appservice/provider/get-web-app-stacks> and
//! <https://learn.microsoft.com/rest/api/appservice/provider/get-function-app-stacks>; versions:
//! <https://learn.microsoft.com/azure/app-service/language-support-policy> and
//! <https://learn.microsoft.com/azure/azure-functions/supported-languages>.

use axum::http::Method;
use serde_json::{Value, json};

use crate::wire::answer::Answer;
use crate::wire::request::Request;

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

const WEB: &[Stack] = &[
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

const FUNCTIONS: &[Stack] = &[
    (
        "dotnet-isolated",
        ".NET",
        "windows",
        &[
            runtime(".NET 10 Isolated", "10", "DOTNET-ISOLATED|10.0", "v10.0"),
            runtime(".NET 9 Isolated", "9", "DOTNET-ISOLATED|9.0", "v9.0"),
            runtime(".NET 8 Isolated", "8", "DOTNET-ISOLATED|8.0", "v8.0"),
        ],
    ),
    (
        "node",
        "Node.js",
        "windows",
        &[
            runtime("Node.js 24", "24", "Node|24", "~24"),
            runtime("Node.js 22", "22", "Node|22", "~22"),
            runtime("Node.js 20", "20", "Node|20", "~20"),
        ],
    ),
    (
        "python",
        "Python",
        "linux",
        &[
            runtime("Python 3.13", "3.13", "Python|3.13", ""),
            runtime("Python 3.12", "3.12", "Python|3.12", ""),
            runtime("Python 3.11", "3.11", "Python|3.11", ""),
        ],
    ),
    (
        "java",
        "Java",
        "windows",
        &[runtime("Java 21", "21.0", "Java|21", "21"), runtime("Java 17", "17.0", "Java|17", "17")],
    ),
    (
        "powershell",
        "PowerShell Core",
        "windows",
        &[runtime("PowerShell 7.4", "7.4", "PowerShell|7.4", "7.4")],
    ),
];

/// Says what App Service sets for a runtime in a version.
type Describe = fn(&str, &Runtime, &str) -> Value;

/// Answers the list of runtimes, for the cloud or a location, or `None` for another path.
pub(crate) fn answer(request: &Request) -> Option<Answer> {
    let path = request.path.to_ascii_lowercase();
    let (name, stacks, describe): (_, _, Describe) = match path.rsplit('/').next()? {
        "webappstacks" => ("webAppStacks", WEB, for_web),
        "functionappstacks" => ("functionAppStacks", FUNCTIONS, for_functions),
        _ => return None,
    };
    if request.method != Method::GET || !path.contains("/microsoft.web/") {
        return None;
    }
    let system = request.query.get("stackostype").map(|system| system.to_ascii_lowercase());
    let system = system.as_deref().unwrap_or("all");
    let rows: Vec<Value> = stacks.iter().map(|stack| row(name, stack, system, describe)).collect();
    Some(Answer::json(200, json!({"value": rows, "nextLink": null, "id": null})))
}

fn row(
    name: &str,
    (value, text, preferred, runtimes): &Stack,
    system: &str,
    describe: Describe,
) -> Value {
    let versions: Vec<Value> = runtimes
        .iter()
        .map(|runtime| {
            let minor = json!({
                "displayText": runtime.text,
                "value": runtime.value,
                "stackSettings": settings(value, runtime, system, describe),
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
        "type": format!("Microsoft.Web/{name}"),
        "properties": {
            "displayText": text,
            "value": value,
            "preferredOs": preferred,
            "majorVersions": versions,
        },
    })
}

fn settings(language: &str, runtime: &Runtime, system: &str, describe: Describe) -> Value {
    let mut settings = json!({});
    if !runtime.linux.is_empty() && system != "windows" {
        settings["linuxRuntimeSettings"] = describe(language, runtime, runtime.linux);
    }
    if !runtime.windows.is_empty() && system != "linux" {
        settings["windowsRuntimeSettings"] = describe(language, runtime, runtime.windows);
    }
    settings
}

fn for_web(language: &str, runtime: &Runtime, version: &str) -> Value {
    let number = runtime.linux.rsplit('|').next().unwrap_or_default();
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
}

fn for_functions(language: &str, runtime: &Runtime, version: &str) -> Value {
    let mut app_settings = json!({"FUNCTIONS_WORKER_RUNTIME": language});
    let mut site_config = json!({"use32BitWorkerProcess": false});
    if version == runtime.linux {
        site_config["linuxFxVersion"] = json!(version);
    } else {
        match language {
            "node" => app_settings["WEBSITE_NODE_DEFAULT_VERSION"] = json!(version),
            "java" => site_config["javaVersion"] = json!(version),
            "powershell" => site_config["powerShellVersion"] = json!(version),
            _ => site_config["netFrameworkVersion"] = json!(version),
        }
    }
    json!({
        "runtimeVersion": version,
        "isPreview": false,
        "isDeprecated": false,
        "isHidden": false,
        "remoteDebuggingSupported": false,
        "appInsightsSettings": {"isSupported": true},
        "gitHubActionSettings": {"isSupported": true, "supportedVersion": runtime.value},
        "appSettingsDictionary": app_settings,
        "siteConfigPropertiesDictionary": site_config,
        "supportedFunctionsExtensionVersions": ["~4"],
    })
}
