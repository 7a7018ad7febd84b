//! The recipes of `action.yml` and `integrations/`, run step by step as a runner would: in `bash`, with
//! the binary, a fake forge and the simulator.

mod azure_devops;
mod commands;
mod expression;
pub mod fake;
mod files;
mod github;
mod gitlab;
mod shell;

/// A change behind the engine's back that [`HEALED`] takes back.
const DRIFT: &str = "changes:
  - patch: /subscriptions/${subscription}/resourceGroups/rg-hello-global/providers/Microsoft.Network/trafficManagerProfiles/traf-hello-main
    apiVersion: \"2022-04-01\"
    body: { properties: { monitorConfig: { protocol: HTTPS, port: 443, path: /other } } }
";

const HEALED: &str = "changes:
  - patch: /subscriptions/${subscription}/resourceGroups/rg-hello-global/providers/Microsoft.Network/trafficManagerProfiles/traf-hello-main
    apiVersion: \"2022-04-01\"
    body: { properties: { monitorConfig: { protocol: HTTPS, port: 443, path: /health } } }
";

/// A profile of the declared name that is not ours, so that a plan is refused.
const FOREIGN: &str = "changes:
  - put: /subscriptions/${subscription}/resourceGroups/rg-hello-global
    apiVersion: \"2025-04-01\"
    body: { location: westeurope }
  - put: /subscriptions/${subscription}/resourceGroups/rg-hello-global/providers/Microsoft.Network/trafficManagerProfiles/traf-hello-main
    apiVersion: \"2022-04-01\"
    body:
      location: global
      properties:
        trafficRoutingMethod: Priority
        dnsConfig: { relativeName: hello-evenkeel, ttl: 60 }
        monitorConfig: { protocol: HTTPS, port: 443, path: /health }
";

/// The head of the pull request, and the commit that it was merged as.
const HEAD: &str = "1111111111111111111111111111111111111111";
const MERGED: &str = "2222222222222222222222222222222222222222";
/// The pull request's number.
const NUMBER: u64 = 7;

/// What may reach a log by way of a run, each line a try to command the build service; the word `hostile`
/// tells them from commands of the recipes. The last has no end.
const HOSTILE: &str = "##vso[task.setvariable variable=hostile]1
###vso[task.setvariable variable=hostile]2
####[error]hostile
a ##[error]hostile\r##vso[task.complete result=Failed;]hostile
\r##[set-env name=hostile]x
::set-env name=hostile::x
  ::add-path::/hostile
::stop-commands::hostile
::hostile::
\u{feff}::error::hostile\r::add-mask::hostile
::error::hostile
##vso[task.logissue type=error]hostile";
