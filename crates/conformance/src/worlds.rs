//! Holds what the engine knows of Azure against the simulator, by asking it over HTTP.
//!
//! The two are written apart, so that a mistake in one does not agree with itself in the other;
//! here they are tried against each other and share nothing.

use std::collections::BTreeSet;

use anyhow::Context;
use resource::ResourceId;
use resource::catalogue::{Listing, NameAnswer, NameCheck, TypeFacts, facts_of, known_types};
use serde_json::{Value, json};
use simulator::Latency;
use topology::section::Unique;

use crate::flows::least::least;
use crate::flows::prior;
use crate::stage::{SUBSCRIPTION, Stage};

const REGION: &str = "westeurope";

async fn stage() -> anyhow::Result<Stage> {
    Stage::open(Latency::None, 1000).await
}

fn below_subscription(path: &str, version: &str) -> String {
    format!("/subscriptions/{SUBSCRIPTION}/{}?api-version={version}", path.trim_start_matches('/'))
}

/// Returns the types that the simulator knows, in lower case.
async fn simulated(stage: &Stage) -> anyhow::Result<BTreeSet<String>> {
    let answer = stage.get(&below_subscription("providers", "2021-04-01")).await?;
    let mut types = BTreeSet::new();
    for provider in answer.body["value"].as_array().context("a list of providers")? {
        let namespace = provider["namespace"].as_str().unwrap_or_default();
        for kind in provider["resourceTypes"].as_array().into_iter().flatten() {
            let name = kind["resourceType"].as_str().unwrap_or_default();
            types.insert(format!("{namespace}/{name}").to_lowercase());
        }
    }
    Ok(types)
}

/// Returns an ID that a resource of a type could have.
fn some_id(facts: &TypeFacts) -> anyhow::Result<ResourceId> {
    let (namespace, names) = facts.resource_type.split_once('/').context("a type")?;
    let mut id = format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/{namespace}");
    for segment in names.split('/') {
        let name = if segment.to_lowercase().ends_with("services") { "default" } else { "held1a" };
        id.push_str(&format!("/{segment}/{name}"));
    }
    Ok(ResourceId::parse(&id)?)
}

/// Makes a resource with a least body, and what it needs around it.
async fn make(stage: &Stage, id: &ResourceId) -> anyhow::Result<()> {
    let body = least(id, REGION);
    prior::ensure_around(stage, id, &body, REGION).await?;
    stage.put(id, &body)
}

/// Tells whether a type stands at the top of its group and one can be made with a least body.
fn is_plain(facts: &&TypeFacts) -> bool {
    let names = facts.resource_type.split('/').count();
    names == 2 && facts.listing == Listing::Subscription
}

/// Types of the catalogue of which the simulator knows no more than of any other: bodies are stored
/// as sent. The list only ever gets shorter.
const STORED_AS_SENT: &str = include_str!("worlds/stored-as-sent.txt");

#[tokio::test]
async fn every_type_of_the_catalogue_has_a_table_in_the_simulator_or_is_known_to_have_none()
-> anyhow::Result<()> {
    let simulated = simulated(&stage().await?).await?;
    let named = known_types().map(|facts| facts.resource_type).filter(|name| !name.is_empty());
    let unknown: BTreeSet<&str> =
        named.filter(|name| !simulated.contains(&name.to_lowercase())).collect();
    assert_eq!(unknown, STORED_AS_SENT.lines().collect());
    Ok(())
}

#[tokio::test]
async fn every_section_of_the_language_has_a_table_in_the_simulator() -> anyhow::Result<()> {
    let simulated = simulated(&stage().await?).await?;
    let types =
        families::language().sections().iter().filter_map(|section| section.resource_type());
    let unknown: Vec<&str> =
        types.filter(|name| !simulated.contains(&name.to_lowercase())).collect();
    assert_eq!(unknown, Vec::<&str>::new());
    Ok(())
}

#[tokio::test]
async fn built_in_roles_have_the_same_ids() -> anyhow::Result<()> {
    let path = "providers/Microsoft.Authorization/roleDefinitions";
    let answer = stage().await?.get(&below_subscription(path, "2022-04-01")).await?;
    let roles = answer.body["value"].as_array().context("a list of roles")?;
    let mut agreed = 0;
    for role in roles {
        let (id, name) = (role["name"].as_str(), role.pointer("/properties/roleName"));
        let (id, name) = (id.context("an ID")?, name.and_then(Value::as_str).context("a name")?);
        let known = planner::role_name(id);
        assert!(known == id || known == name, "{id} is {name} there and {known} here");
        agreed += usize::from(known == name);
    }
    assert!(agreed >= 30, "only {agreed} of {} roles are known to both", roles.len());
    Ok(())
}

/// Asks whether a name is free, as the catalogue says that it is asked.
async fn is_free(stage: &Stage, check: &NameCheck, kind: &str, name: &str) -> anyhow::Result<bool> {
    let below = below_subscription(check.path, check.api_version);
    let body = json!({"name": name, "type": kind});
    Ok(match check.answer {
        NameAnswer::Member(member) => {
            stage.send("POST", &below, &[], &body).await?.body[member] == json!(true)
        }
        NameAnswer::Refusal => stage.send("POST", &below, &[], &body).await?.status != 409,
        NameAnswer::NotFound => {
            let target = format!("{}/{name}?api-version={}", check.path, check.api_version);
            stage.send("HEAD", &target, &[], &Value::Null).await?.status == 404
        }
    })
}

#[tokio::test]
async fn names_that_are_taken_are_told_where_the_engine_asks() -> anyhow::Result<()> {
    let stage = stage().await?;
    let mut tried = vec![];
    for facts in known_types().filter(is_plain) {
        let Some(check) = facts.unique_name.and_then(|unique| unique.check) else { continue };
        let id = some_id(facts)?;
        let kind = facts.resource_type;
        assert!(is_free(&stage, &check, kind, id.name()).await?, "{kind} before it is there");
        make(&stage, &id).await?;
        assert!(!is_free(&stage, &check, kind, id.name()).await?, "{kind} once it is there");
        tried.push(facts.resource_type);
    }
    assert!(tried.len() >= 3, "only {tried:?} were tried");
    Ok(())
}

#[tokio::test]
async fn names_that_are_unique_in_the_cloud_have_the_same_bounds() -> anyhow::Result<()> {
    let stage = stage().await?;
    let mut wrong = vec![];
    let mut tried = 0;
    for section in families::language().sections() {
        let (Some(rule), Some(kind)) = (section.name, section.resource_type()) else { continue };
        let Some(facts) = known_types().filter(is_plain).find(|facts| facts.resource_type == kind)
        else {
            continue;
        };
        if rule.unique != Unique::Cloud {
            continue;
        }
        for (length, is_allowed) in
            [(rule.least - 1, false), (rule.least, true), (rule.most, true), (rule.most + 1, false)]
        {
            if length == 0 {
                continue;
            }
            let parent = some_id(facts)?.parent().context("a group")?;
            let id = parent.extension(kind, &"n".repeat(length));
            let body = least(&id, REGION);
            prior::ensure_around(&stage, &id, &body, REGION).await?;
            let target = format!("{id}?api-version={}", facts.api_version);
            let status = stage.send("PUT", &target, &[], &body).await?.status;
            tried += 1;
            if (status < 300) != is_allowed {
                wrong.push(format!("{kind}: a name of {length} is answered with {status}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(tried >= 8, "only {tried} names were tried");
    Ok(())
}

#[tokio::test]
async fn what_is_kept_of_the_deleted_is_listed_where_the_engine_looks() -> anyhow::Result<()> {
    let stage = stage().await?;
    let mut tried = 0;
    for facts in known_types() {
        let Some(kept) = facts.soft_delete else { continue };
        let id = some_id(facts)?;
        make(&stage, &id).await?;
        stage.delete(&id)?;
        let answer = stage.get(&below_subscription(kept.list, kept.api_version)).await?;
        let rows = answer.body["value"].as_array().context("a list")?;
        let own = rows.iter().filter_map(|row| row.pointer(kept.id)?.as_str());
        assert_eq!(own.collect::<Vec<_>>(), [id.as_str()], "{}", facts.resource_type);
        tried += 1;
    }
    assert!(tried >= 2, "only {tried} types were tried");
    Ok(())
}

#[tokio::test]
async fn a_new_resource_has_the_defaults_that_the_engine_counts_on() -> anyhow::Result<()> {
    let stage = stage().await?;
    let mut wrong = vec![];
    let mut tried = 0;
    for facts in known_types().filter(is_plain) {
        let id = some_id(facts)?;
        if facts_of(&id).fresh.is_empty() {
            continue;
        }
        make(&stage, &id).await?;
        let held = stage.held(&id).await?.context("a resource that was just made")?;
        for (path, value) in facts.fresh.iter().filter(|(path, _)| !path.contains(['[', '*'])) {
            let wanted = value.to_value();
            tried += 1;
            // What the service does not answer at all cannot disagree.
            let found = held.pointer(&format!("/{}", path.replace('.', "/")));
            if found.is_some_and(|found| !found.is_null() && *found != wanted) {
                wrong.push(format!("{} {path}: {wanted}, not {found:?}", facts.resource_type));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(tried > 0, "no default was tried");
    Ok(())
}
