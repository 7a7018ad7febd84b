//! A certificate goes from any state to any other, and its name never without what it has.

use plan::{Operation, Plan};
use planner::Desired;
use resource::Observed;
use serde_json::{Value, json};

use crate::azure::{as_desired, assert_ordered, body, expand, names, plan, position};

/// Where a certificate may come from.
const SOURCES: [&str; 5] = [
    "",
    ", certificate: none",
    ", certificate: managed",
    ", certificate: { keyVault: vaults/certs, secret: one }",
    ", certificate: { keyVault: vaults/certs, secret: two }",
];

fn topology(certificate: &str) -> String {
    format!(
        "
version: 1
name: osprey
subscription: 11111111-2222-3333-4444-555555555555
location: westeurope
stamp:
  plan: {{ sku: P1v3, os: linux }}
  apps: {{ web: {{ runtime: node|20-lts }} }}
stamps: {{ weu: {{ region: westeurope }} }}
vaults: {{ certs: {{ name: kv-osprey-certs }} }}
dns: {{ example.com: {{}} }}
domains:
  app.example.com: {{ routeTo: weu/web, bind: web{certificate} }}
"
    )
}

/// What may have happened since the last apply.
#[derive(Debug, Clone, Copy)]
enum Since {
    Nothing,
    CertificateDeleted,
    CertificateNeverMade,
    BindingDeleted,
}

fn after(before: &Desired, since: Since) -> Observed {
    let mut azure = as_desired(before);
    let domain = &before.domains[0];
    match since {
        Since::Nothing => {}
        Since::CertificateDeleted | Since::CertificateNeverMade => {
            for certificate in &domain.certificates {
                azure.resources.remove(certificate);
            }
            if matches!(since, Since::CertificateNeverMade)
                && let Some(binding) = azure.resources.get_mut(&domain.bindings[0])
            {
                let properties = binding.body["properties"].as_object_mut().expect("a binding");
                properties.remove("thumbprint");
                properties.insert("sslState".to_owned(), json!("Disabled"));
            }
        }
        Since::BindingDeleted => {
            azure.resources.remove(&domain.bindings[0]);
        }
    }
    azure
}

/// Carries the plan out on paper, as App Service would: what it refuses is told.
fn carry_out(plan: &Plan, desired: &Desired, azure: &Observed) -> Result<(), String> {
    let binding = &desired.domains[0].bindings[0];
    let thumbprint = |value: &Value| match value.as_str() {
        Some(text) => text.to_owned(),
        None => value.pointer("/$reference/id").map_or(String::new(), |id| {
            let name = id.as_str().and_then(|id| id.rsplit('/').next()).unwrap_or_default();
            format!("THUMBPRINT-{name}")
        }),
    };
    let is_certificate =
        |id: &resource::ResourceId| id.resource_type().is("Microsoft.Web/certificates");
    let mut there: Vec<String> = azure
        .resources
        .keys()
        .filter(|id| is_certificate(id))
        .map(|id| format!("THUMBPRINT-{}", id.name()))
        .collect();
    let seen = azure.get(binding);
    let mut is_bound = seen.is_some();
    let mut bound =
        seen.map_or(String::new(), |seen| thumbprint(&seen.body["properties"]["thumbprint"]));
    for action in &plan.actions {
        let own = format!("THUMBPRINT-{}", action.resource.name());
        match &action.operation {
            Operation::Delete if is_certificate(&action.resource) => {
                if bound == own {
                    return Err(format!("`{}` deletes what is bound", action.id));
                }
                there.retain(|other| *other != own);
            }
            Operation::Write { body, .. } if is_certificate(&action.resource) => {
                let managed = !body["properties"]["canonicalName"].is_null();
                if managed && !is_bound {
                    return Err(format!("`{}` needs a binding", action.id));
                }
                there.push(own);
            }
            Operation::Write { .. } if action.resource == *binding => {
                let properties = &body(action)["properties"];
                is_bound = true;
                bound = thumbprint(&properties["thumbprint"]);
                if properties["sslState"] == "SniEnabled" && !there.contains(&bound) {
                    return Err(format!("`{}` binds `{bound}`, which is not there", action.id));
                }
            }
            _ => {}
        }
    }
    let wanted = desired.get(binding).expect("a binding").body["properties"]["thumbprint"].clone();
    let wanted = thumbprint(&wanted);
    if !wanted.is_empty() && bound != wanted {
        return Err(format!("the binding ends with `{bound}`, not `{wanted}`"));
    }
    Ok(())
}

#[test]
fn a_certificate_goes_from_any_state_to_any_other() {
    let since = [
        Since::Nothing,
        Since::CertificateDeleted,
        Since::CertificateNeverMade,
        Since::BindingDeleted,
    ];
    for from in SOURCES {
        for to in SOURCES {
            for since in since {
                let azure = after(&expand(&topology(from)), since);
                let desired = expand(&topology(to));
                let plan = plan(&desired, &azure);
                assert!(plan.refusals.is_empty(), "{:?}", plan.refusals);
                if let Err(error) = carry_out(&plan, &desired, &azure) {
                    panic!("{from:?} to {to:?} after {since:?}: {error}\n{:#?}", names(&plan));
                }
            }
        }
    }
}

#[test]
fn a_name_is_never_without_tls_while_a_new_certificate_is_declared() {
    let azure = as_desired(&expand(&topology(SOURCES[3])));
    let plan = plan(&expand(&topology(SOURCES[4])), &azure);
    let writes = plan.actions.iter().filter(|a| a.address == "weu/web/domains/app.example.com");
    let states: Vec<_> =
        writes.map(|action| body(action)["properties"]["sslState"].clone()).collect();
    assert_eq!(states, ["SniEnabled"]);
    let delete =
        "delete Microsoft.Web/certificates rg-osprey-weu/app-example-com-weu-kv-osprey-certs-one";
    let create = "create weu/certificates/app.example.com";
    let bind = position(&plan, "update weu/web/domains/app.example.com");
    assert!(position(&plan, create) < bind && bind < position(&plan, delete));
}

#[test]
fn a_certificate_that_is_live_under_its_former_name_stays() {
    let desired = expand(&topology(SOURCES[3]));
    let mut azure = as_desired(&desired);
    let id = desired.domains[0].certificates[0].clone();
    let mut seen = azure.resources.remove(&id).expect("a certificate");
    let former = id.parent().expect("a group");
    let former = former.extension("Microsoft.Web/certificates", "app-example-com-weu");
    seen.body["properties"]["thumbprint"] = json!("SAME");
    crate::azure::put(&mut azure, &former, seen.body);
    let binding = azure.resources.get_mut(&desired.domains[0].bindings[0]).expect("a binding");
    binding.body["properties"]["thumbprint"] = json!("SAME");
    let plan = plan(&desired, &azure);
    let told = names(&plan);
    assert!(!told.iter().any(|name| name.contains("example.com")), "{told:?}");
}

#[test]
fn a_certificate_is_made_anew_with_the_plan_whose_webspace_holds_it() {
    // One that App Service issues needs its name first, one from a vault is bound with it.
    for (certificate, bind) in [(SOURCES[2], "secure"), (SOURCES[3], "create to replace")] {
        let text = topology(certificate);
        let windows = text.replace("os: linux", "os: windows").replace("20-lts", "20");
        let mut azure = as_desired(&expand(&text));
        // App Service answers no plan with a certificate.
        for (id, seen) in &mut azure.resources {
            if id.resource_type().as_str().eq_ignore_ascii_case("Microsoft.Web/certificates") {
                seen.body["properties"].as_object_mut().expect("properties").remove("serverFarmId");
            }
        }
        let plan = plan(&expand(&windows), &azure);
        let of = |step: &str| format!("{step} weu/certificates/app.example.com");
        assert_ordered(
            &plan,
            &[
                "delete to replace weu/web",
                &of("delete to replace"),
                &of("create to replace"),
                &of("update"),
            ],
        );
        assert_ordered(
            &plan,
            &[
                &of("delete to replace"),
                "delete to replace weu/plan",
                "create to replace weu/plan",
                &of("create to replace"),
                &format!("{bind} weu/web/domains/app.example.com"),
            ],
        );
    }
}
