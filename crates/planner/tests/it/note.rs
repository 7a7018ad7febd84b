//! What Azure remembers of the last apply.

use plan::{Action, Operation, Plan, Verb, Write};
use planner::{Desired, Note};
use resource::{Observed, ResourceId};
use serde_json::json;

use crate::azure::{as_desired, body, expand, plan, put, with_verb};

const TWO_STAMPS: &str = include_str!("../../../../topologies/minimal.yaml");

fn note(plan: &Plan) -> &Action {
    let notes = with_verb(plan, Verb::Note);
    assert_eq!(notes.len(), 1, "{notes:?}");
    notes[0]
}

fn tags<'a>(
    azure: &'a mut Observed,
    desired: &Desired,
    address: &str,
) -> &'a mut serde_json::Value {
    let id = &desired.by_address(address).expect("it is declared").id;
    &mut azure.resources.get_mut(id).expect("it is there").body["tags"]
}

fn drifted(desired: &Desired) -> Observed {
    let mut azure = as_desired(desired);
    let site = &desired.by_address("weu/web").expect("it is declared").id;
    azure.resources.get_mut(site).expect("it is there").body["properties"]["httpsOnly"] =
        json!(false);
    azure
}

#[test]
fn rule_01_an_apply_notes_what_was_applied_as_its_last_step() {
    let desired = expand(TWO_STAMPS);
    let plan = plan(&desired, &Observed::default());
    let note = note(&plan);
    assert_eq!(plan.actions.last(), Some(note));
    assert_eq!(note.id.0, "note resourceGroups/rg-hello-global");
    assert_eq!(body(note), &json!({ "tags": { "evenkeel-applied": &desired.hash[..16] } }));
    assert!(matches!(note.operation, Operation::Write { write: Write::Patch, create: false, .. }));
}

#[test]
fn rule_11_what_is_known_already_is_not_written_again() {
    let desired = expand(TWO_STAMPS);
    let mut azure = as_desired(&desired);
    // Nothing else to do: not even a wrong note is mended.
    assert!(plan(&desired, &azure).is_empty());
    azure = drifted(&desired);
    tags(&mut azure, &desired, "resourceGroups/rg-hello-global")["Evenkeel-Applied"] =
        json!(&desired.hash[..16]);
    let healed = plan(&desired, &azure);
    assert_eq!(with_verb(&healed, Verb::Note), Vec::<&Action>::new());
    assert!(!healed.is_empty());
    assert_eq!(planner::applied(&desired, &azure).as_ref(), Some(&desired.note));
}

#[test]
fn the_resource_that_remembers_goes_on_remembering() {
    let desired = expand(TWO_STAMPS);
    let mut azure = drifted(&desired);
    tags(&mut azure, &desired, "weu/web")["evenkeel-applied"] = json!("0123456789abcdef");
    assert_eq!(planner::applied(&desired, &azure), Some(Note::read("0123456789abcdef")));
    assert_eq!(note(&plan(&desired, &azure)).address, "weu/web");
}

#[test]
fn a_note_is_never_written_to_what_is_not_ours_or_locked() {
    let desired = expand(TWO_STAMPS);
    let mut azure = drifted(&desired);
    // Groups that were there before are used as they are.
    *tags(&mut azure, &desired, "resourceGroups/rg-hello-global") = json!({});
    let group =
        desired.by_address("resourceGroups/rg-hello-neu").expect("it is declared").id.clone();
    let lock = group.extension("Microsoft.Authorization/locks", "frozen");
    put(&mut azure, &lock, json!({ "properties": { "level": "ReadOnly" } }));
    assert_eq!(note(&plan(&desired, &azure)).address, "resourceGroups/rg-hello-weu");

    let subscription = ResourceId::subscription_scope("11111111-2222-3333-4444-555555555555");
    let lock = subscription.extension("Microsoft.Authorization/locks", "frozen");
    put(&mut azure, &lock, json!({ "properties": { "level": "ReadOnly" } }));
    let refused = planner::plan(&desired, &azure, &Default::default()).expect("no cycle");
    assert_eq!(with_verb(&refused, Verb::Note), Vec::<&Action>::new());
}

#[test]
fn what_remembers_goes_after_all_else_where_it_goes() {
    let with_identity = format!("{TWO_STAMPS}\nidentities: {{ app: {{}} }}\n");
    let before = expand(&with_identity);
    let mut azure = as_desired(&before);
    tags(&mut azure, &before, "neu/web")["evenkeel-applied"] = json!("0123456789abcdef");
    // The stamp that remembers goes, and all else changes, an identity that nothing waits for too.
    let text = with_identity
        .replace("  neu: { region: northeurope }\n", "")
        .replace("      neu: { app: neu/web, priority: 2 }\n", "")
        .replace("location: westeurope\n", "location: westeurope\ntags: { team: web }\n");
    let options = planner::Options { allow_mass_delete: true, ..Default::default() };
    let plan = planner::plan(&expand(&text), &azure, &options).expect("no cycle");
    let own = |action: &&Action| action.resource.as_str().contains("-neu");
    let gone: Vec<&Action> = with_verb(&plan, Verb::Delete).into_iter().filter(own).collect();
    assert!(!gone.is_empty());
    let site = gone.iter().find(|it| it.resource.resource_type().is("Microsoft.Web/sites"));
    let site = site.expect("the app goes");
    // All else but what goes with it comes before.
    let mut earlier = std::collections::BTreeSet::from([site.id.clone()]);
    loop {
        let further = plan.actions.iter().filter(|it| earlier.contains(&it.id));
        let further: Vec<_> = further.flat_map(|it| it.after.clone()).collect();
        let count = earlier.len();
        earlier.extend(further);
        if earlier.len() == count {
            break;
        }
    }
    let late: Vec<&str> = plan
        .actions
        .iter()
        .filter(|it| !earlier.contains(&it.id) && it.verb != Verb::Note && !own(it))
        .map(|it| it.id.0.as_str())
        .collect();
    assert_eq!(late, Vec::<&str>::new());
    assert!(plan.actions.iter().any(|it| it.verb == Verb::Update && !own(&it)));
}

#[test]
fn destroying_notes_nothing() {
    let desired = expand(TWO_STAMPS);
    let options = planner::Options { allow_mass_delete: true, ..Default::default() };
    let azure = as_desired(&desired);
    let gone = planner::plan(&desired.without_resources(), &azure, &options).expect("no cycle");
    assert!(!gone.is_empty());
    assert_eq!(with_verb(&gone, Verb::Note), Vec::<&Action>::new());
}
