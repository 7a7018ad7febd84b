use resource::ResourceId;
use resource::catalogue::facts_of;
use serde_json::{Value, json};

use super::*;
use crate::fake_arm::{Answer, Asked, FakeArm};

const SUB: &str = "/subscriptions/s";

/// Answers like an Azure that holds `resources`, each an ID and a body.
fn holding(resources: Vec<(String, Value)>) -> impl Fn(&Asked) -> Answer + Send + Sync + 'static {
    let resources: Vec<(String, Value)> = resources
        .into_iter()
        .map(|(id, mut body)| {
            body["id"] = json!(id);
            (id.to_lowercase(), body)
        })
        .collect();
    move |asked| {
        let path = asked.path.to_lowercase();
        let path = path.strip_suffix("/list").unwrap_or(&path);
        if let Some((_, body)) = resources.iter().find(|(id, _)| id == path) {
            return Answer::new(200, body.clone());
        }
        let id = |id: &str| ResourceId::parse(id).expect("valid ID");
        let members: Vec<&Value> = resources
            .iter()
            .filter(|(own, body)| match path.rsplit_once('/') {
                Some((group, "resources")) if group.contains("/resourcegroups/") => {
                    id(own).parent() == Some(id(group))
                }
                Some((_, "resources")) => {
                    asked.query.contains("northwind") && body["tags"]["evenkeel"] == "northwind"
                }
                Some((_, "resourcegroups")) => id(own).parent() == Some(id(SUB)),
                Some((owner, "recordsets")) => id(own).parent() == Some(id(owner)),
                _ if path.starts_with("/subscriptions/s/providers/") => {
                    format!("{SUB}/providers/{}", id(own).resource_type())
                        .eq_ignore_ascii_case(path)
                }
                Some((owner, kind)) => {
                    id(own).parent().is_some_and(|parent| parent == id(owner))
                        && id(own).resource_type().last() == kind
                }
                None => false,
            })
            .map(|(_, body)| body)
            .collect();
        Answer::new(200, json!({"value": members}))
    }
}

fn wants(ids: &[&str]) -> Wants {
    let want = |id: &&str| {
        let id = ResourceId::parse(&format!("{SUB}{id}")).expect("valid ID");
        let api_version = match facts_of(&id).api_version {
            "" => "2020-01-01",
            known => known,
        };
        (id, api_version.to_owned())
    };
    let ids = ids.iter().map(want).collect();
    Wants { ids, owned_by: Some("northwind".into()), ..Wants::default() }
}

fn full(id: &str) -> (String, Value) {
    (format!("{SUB}{id}"), json!({"properties": {}}))
}

const R1: [&str; 33] = [
    "/resourceGroups/a",
    "/resourceGroups/b",
    "/resourceGroups/a/providers/Microsoft.Web/serverfarms/p1",
    "/resourceGroups/b/providers/Microsoft.Web/serverfarms/p2",
    "/resourceGroups/a/providers/Microsoft.Web/sites/w1",
    "/resourceGroups/b/providers/Microsoft.Web/sites/w2",
    "/resourceGroups/a/providers/Microsoft.Web/sites/w1/config/web",
    "/resourceGroups/b/providers/Microsoft.Web/sites/w2/config/web",
    "/resourceGroups/a/providers/Microsoft.Web/sites/w1/config/appsettings",
    "/resourceGroups/b/providers/Microsoft.Web/sites/w2/config/appsettings",
    "/resourceGroups/a/providers/Microsoft.Web/sites/w1/config/logs",
    "/resourceGroups/b/providers/Microsoft.Web/sites/w2/config/logs",
    "/resourceGroups/a/providers/Microsoft.Web/sites/w1/hostNameBindings/app.example.com",
    "/resourceGroups/b/providers/Microsoft.Web/sites/w2/hostNameBindings/app.example.com",
    "/resourceGroups/a/providers/Microsoft.Web/certificates/c1",
    "/resourceGroups/b/providers/Microsoft.Web/certificates/c2",
    "/resourceGroups/a/providers/Microsoft.Insights/autoscaleSettings/s1",
    "/resourceGroups/b/providers/Microsoft.Insights/autoscaleSettings/s2",
    "/resourceGroups/a/providers/Microsoft.KeyVault/vaults/kv",
    "/resourceGroups/a/providers/Microsoft.Storage/storageAccounts/st",
    "/resourceGroups/a/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id",
    "/resourceGroups/a/providers/Microsoft.KeyVault/vaults/kv/providers/Microsoft.Authorization/roleAssignments/11111111-1111-1111-1111-111111111111",
    "/resourceGroups/a/providers/Microsoft.Storage/storageAccounts/st/providers/Microsoft.Authorization/roleAssignments/22222222-2222-2222-2222-222222222222",
    "/resourceGroups/a/providers/Microsoft.Network/trafficManagerProfiles/tm",
    "/resourceGroups/a/providers/Microsoft.Network/trafficManagerProfiles/tm/azureEndpoints/w1",
    "/resourceGroups/a/providers/Microsoft.Network/trafficManagerProfiles/tm/azureEndpoints/w2",
    "/resourceGroups/dns",
    "/resourceGroups/dns/providers/Microsoft.Network/dnsZones/example.com",
    "/resourceGroups/dns/providers/Microsoft.Network/dnsZones/example.com/CNAME/app",
    "/resourceGroups/dns/providers/Microsoft.Network/dnsZones/example.com/TXT/asuid.app",
    "/resourceGroups/dns/providers/Microsoft.Network/dnsZones/example.com/providers/Microsoft.Authorization/locks/keep",
    "/resourceGroups/a/providers/Microsoft.Storage/storageAccounts/st/blobServices/default/containers/media",
    "/resourceGroups/a/providers/Microsoft.Storage/storageAccounts/st/queueServices/default/queues/jobs",
];

#[tokio::test]
async fn look_at_the_cloned_app_costs_at_most_25_requests() {
    let mut resources: Vec<(String, Value)> = R1.iter().map(|id| full(id)).collect();
    let profile = "/resourceGroups/a/providers/Microsoft.Network/trafficManagerProfiles/tm";
    let endpoint =
        |name: &str| json!({"id": format!("{SUB}{profile}/azureEndpoints/{name}"), "name": name});
    for (id, body) in &mut resources {
        if id.ends_with("trafficManagerProfiles/tm") {
            body["properties"]["endpoints"] = json!([endpoint("w1"), endpoint("w2")]);
        }
    }
    let arm = FakeArm::start(holding(resources)).await;
    let client = arm.client();
    let observed = observe(&client.reader(), &wants(&R1)).await.expect("a look");
    for id in &wants(&R1).ids {
        assert!(observed.get(&id.0).is_some(), "{} was not seen", id.0);
    }
    assert!(observed.not_evaluated.is_empty());
    assert!(observed.requests <= 25, "{} requests: {:#?}", observed.requests, arm.log());
    assert_eq!(client.counts().writes, 0);
}

#[tokio::test]
async fn children_of_what_is_absent_are_not_asked_for() {
    let arm = FakeArm::start(holding(vec![])).await;
    let observed = observe(&arm.client().reader(), &wants(&R1)).await.expect("a look");
    assert!(observed.resources.is_empty() && observed.not_evaluated.is_empty());
    let below: Vec<String> =
        arm.log().into_iter().filter(|line| line.contains("/resourceGroups/")).collect();
    assert_eq!(below, [""; 0]);
}

#[tokio::test]
async fn what_may_not_be_read_is_not_evaluated() {
    let site = R1[4];
    let settings = format!("{site}/config/appsettings");
    let inner = holding(vec![full(site)]);
    let arm = FakeArm::start(move |asked| match asked.method.as_str() {
        "POST" => Answer::error(403, "AuthorizationFailed"),
        _ => inner(asked),
    })
    .await;
    let wants = wants(&[site, &settings]);
    let observed = observe(&arm.client().reader(), &wants).await.expect("a look");
    assert!(observed.get(&wants.ids[0].0).is_some());
    assert_eq!(
        observed.not_evaluated[&wants.ids[1].0].reason,
        "the right `Microsoft.Web/sites/config/list/action` is missing (AuthorizationFailed)"
    );
}

#[tokio::test]
async fn lists_that_may_not_be_read_are_told_by_their_rights() {
    let site = R1[4];
    let inner = holding(vec![full(site)]);
    let arm = FakeArm::start(move |asked| {
        let path = asked.path.clone();
        match path.rsplit('/').next() {
            Some("locks" | "resources" | "hostNameBindings") => {
                Answer::error(403, "AuthorizationFailed")
            }
            _ => inner(asked),
        }
    })
    .await;
    let wants = wants(&[site]);
    let observed = observe(&arm.client().reader(), &wants).await.expect("a look");
    assert!(observed.get(&wants.ids[0].0).is_some(), "the site itself was seen");
    let told: Vec<_> = observed.not_evaluated.iter().collect();
    let [(scope, why)] = &told[..] else { panic!("one scope is told: {told:?}") };
    assert_eq!(scope.as_str(), SUB);
    for right in [
        "Microsoft.Authorization/locks/read",
        "Microsoft.Resources/subscriptions/resources/read",
        "Microsoft.Web/sites/hostNameBindings/read",
    ] {
        assert!(why.reason.contains(&format!("`{right}`")), "{right}: {}", why.reason);
    }
}

#[test]
fn the_right_that_arm_names_is_told() {
    let message = "The client 'a' does not have authorization to perform action \
                   'Microsoft.Web/sites/read' over scope '/x' or the scope is invalid.";
    assert_eq!(super::look::right_in(message), Some("Microsoft.Web/sites/read"));
    for other in ["forbidden", "to perform action 'a`b/read' over", "to perform action 'x"] {
        assert_eq!(super::look::right_in(other), None);
    }
}

#[tokio::test]
async fn what_carries_our_mark_is_found_and_confirmed() {
    let zone = "/resourceGroups/old/providers/Microsoft.Network/dnsZones/old.example";
    let owned = |id: &str| {
        (format!("{SUB}{id}"), json!({"tags": {"evenkeel": "northwind"}, "properties": {}}))
    };
    let foreign = "/resourceGroups/other/providers/Microsoft.Web/sites/foreign";
    let neighbour = "/resourceGroups/a/providers/Microsoft.Web/sites/neighbour";
    let record = format!("{zone}/A/www");
    let arm = FakeArm::start(holding(vec![
        owned("/resourceGroups/old"),
        owned(zone),
        full(&record),
        full(foreign),
        full(neighbour),
    ]))
    .await;
    let observed = observe(&arm.client().reader(), &wants(&[R1[4]])).await.expect("a look");
    let seen: Vec<&str> = observed.resources.keys().map(|id| &id.as_str()[SUB.len()..]).collect();
    assert_eq!(seen, [neighbour, "/resourceGroups/old", zone, &record]);
    let lists_zones = |line: &&String| line.ends_with("providers/Microsoft.Network/dnsZones");
    assert_eq!(arm.log().iter().filter(lists_zones).count(), 1, "the hint is confirmed");
}

#[tokio::test]
async fn hint_that_is_out_of_date_is_not_believed() {
    let arm = FakeArm::start(|asked| {
        if asked.path.ends_with("/resources") {
            let id = format!("{SUB}/resourceGroups/a/providers/Microsoft.Network/dnsZones/gone");
            Answer::new(200, json!({"value": [{"id": id}]}))
        } else {
            Answer::new(200, json!({"value": []}))
        }
    })
    .await;
    let observed = observe(&arm.client().reader(), &wants(&[R1[4]])).await.expect("a look");
    assert!(observed.resources.is_empty());
}

#[tokio::test(start_paused = true)]
async fn resource_still_updating_is_waited_for() {
    let vault = R1[18];
    let of = move |state: &str| json!({"id": format!("{SUB}{vault}"), "properties": {"provisioningState": state}});
    let arm = FakeArm::start(move |asked| match asked.path.rsplit('/').next() {
        Some("vaults") => Answer::new(200, json!({"value": [of("Updating")]})),
        Some("kv") if asked.before == 0 => Answer::new(200, of("Updating")),
        Some("kv") => Answer::new(200, of("Succeeded")),
        _ => Answer::new(200, json!({"value": []})),
    })
    .await;
    let wants = wants(&[vault]);
    let observed = observe(&arm.client().reader(), &wants).await.expect("a look");
    let state = observed.property(&wants.ids[0].0, "/properties/provisioningState");
    assert_eq!(state, Some(&json!("Succeeded")));
}

#[tokio::test]
async fn subscription_that_is_not_there_is_a_mistake() {
    let arm = FakeArm::start(|_| Answer::error(404, "SubscriptionNotFound")).await;
    let error = observe(&arm.client().reader(), &wants(&[R1[4]])).await.expect_err("a mistake");
    assert_eq!(error.code(), Some("SubscriptionNotFound"));
}

#[tokio::test]
async fn provider_that_was_never_used_has_no_resources() {
    let arm = FakeArm::start(|asked| {
        if asked.path.contains("/providers/") {
            Answer::error(409, "MissingSubscriptionRegistration")
        } else {
            Answer::new(200, json!({"value": []}))
        }
    })
    .await;
    let observed = observe(&arm.client().reader(), &wants(&[R1[4]])).await.expect("a look");
    assert!(observed.resources.is_empty() && observed.not_evaluated.is_empty());
}

#[tokio::test]
async fn a_group_of_ours_that_does_not_stay_is_looked_through() {
    let marked = |id: &str| {
        (format!("{SUB}{id}"), json!({ "tags": { "Evenkeel": "northwind" }, "properties": {} }))
    };
    let foreign = "/resourceGroups/goes/providers/Contoso.Widgets/widgets/theirs";
    let arm = FakeArm::start(holding(vec![
        marked("/resourceGroups/stays"),
        marked("/resourceGroups/goes"),
        full("/resourceGroups/theirs"),
        full(foreign),
    ]))
    .await;
    let look = Wants { subscriptions: ["s".to_owned()].into(), ..wants(&[]) };
    let listed = |observed: &Observed| {
        let groups = observed.listed.iter().filter(|path| path.ends_with("/resources"));
        groups.cloned().collect::<Vec<_>>()
    };
    let plain = observe(&arm.client().reader(), &look).await.expect("readable");
    assert!(listed(&plain).is_empty());
    let kept = ResourceId::group("S", "Stays");
    let look = Wants { groups_kept: Some([kept].into()), ..look };
    let observed = observe(&arm.client().reader(), &look).await.expect("readable");
    assert_eq!(listed(&observed), ["/subscriptions/s/resourcegroups/goes/resources"]);
    let foreign = ResourceId::parse(&format!("{SUB}{foreign}")).expect("valid ID");
    assert!(observed.get(&foreign).is_some());
    assert_eq!(observed.requests, plain.requests + 1);
}

#[tokio::test]
async fn rule_11_no_zone_is_listed_twice_however_its_id_is_spelled() {
    // Azure spells the type of a zone in its own way where it lists what carries our mark.
    let zone = "/resourceGroups/a/providers/Microsoft.Network/dnszones/northwind.example";
    let marked = (format!("{SUB}{zone}"), json!({"tags": {"evenkeel": "northwind"}}));
    let arm = FakeArm::start(holding(vec![full("/resourceGroups/a"), marked])).await;
    let spelled = zone.replace("dnszones", "dnsZones");
    let wants = wants(&["/resourceGroups/a", &spelled, &format!("{spelled}/A/www")]);
    observe(&arm.client().reader(), &wants).await.expect("a look");
    let log = arm.log();
    let lists: Vec<&String> = log.iter().filter(|line| line.ends_with("/recordsets")).collect();
    assert_eq!(lists.len(), 1, "{log:#?}");
}
