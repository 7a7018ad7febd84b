//! Two topologies of one name in one subscription are told apart by an owner beside the mark.

use std::collections::BTreeSet;

use plan::{Action, Operation, Plan, Verb};
use planner::{Desired, Note, OWNER, Options};
use resource::{Observed, ResourceId};
use serde_json::{Value, json};

use crate::azure::{as_desired, body, expand, names, plan, plan_with, with_verb};

const TOPOLOGY: &str = "version: 1
name: osprey
subscription: 11111111-2222-3333-4444-555555555555
location: westeurope
stamp:
  plan: { sku: P1v3 }
  apps: { web: { runtime: node|20-lts, healthPath: /health } }
stamps:
  weu: { region: westeurope }
trafficManager:
  main:
    routing: priority
    monitor: { protocol: https, path: /health }
    endpoints: { weu: { app: weu/web } }
dns:
  example.com: { resourceGroup: rg-dns, existing: true, records: { info: { txt: hello } } }
locks:
  keep: { on: trafficManager/main, level: cannotDelete }
  ask: { on: trafficManager/main, level: cannotDelete, notes: Ask first; see wiki/abba. }
";

/// What bears a mark in each of the three ways, and where.
const MARKED: [(&str, &str); 5] = [
    ("trafficManager/main", "/tags"),
    ("weu/web", "/tags"),
    ("dns/example.com/info/TXT", "/properties/metadata"),
    ("locks/keep", "/properties/notes"),
    ("locks/ask", "/properties/notes"),
];

fn id_of(desired: &Desired, address: &str) -> ResourceId {
    desired.by_address(address).unwrap().id.clone()
}

/// Writes an owner beside the mark of what is at `pointer`.
fn sign(azure: &mut Observed, id: &ResourceId, pointer: &str, owner: &str) {
    let mark = azure.resources.get_mut(id).unwrap().body.pointer_mut(pointer).unwrap();
    match mark {
        Value::String(note) => {
            *note = note.replace("evenkeel: osprey", &format!("evenkeel: osprey/{owner}"));
        }
        map => map[OWNER] = json!(owner),
    }
}

fn signed(owner: &str) -> (Desired, Observed) {
    let desired = expand(TOPOLOGY);
    let mut azure = as_desired(&desired);
    for (address, pointer) in MARKED {
        sign(&mut azure, &id_of(&desired, address), pointer, owner);
    }
    (desired, azure)
}

fn action<'a>(plan: &'a Plan, address: &str) -> &'a Action {
    plan.actions
        .iter()
        .find(|action| action.address == address && action.verb != Verb::Note)
        .unwrap()
}

#[test]
fn what_is_made_bears_the_owner_and_the_note_keeps_it() {
    let desired = expand(TOPOLOGY);
    let owner = planner::owner(&desired, &Observed::default(), false).expect("an owner");
    assert!(owner.len() == 8 && owner.chars().all(|c| c.is_ascii_hexdigit()), "{owner}");
    let azure = Observed { owner: Some(owner.clone()), ..Observed::default() };
    let plan = plan(&desired, &azure);
    for (address, pointer) in MARKED {
        match body(action(&plan, address)).pointer(pointer).unwrap() {
            Value::String(note) => assert!(note.contains(&format!("osprey/{owner}")), "{note}"),
            map => assert_eq!(map[OWNER], json!(owner), "{address}"),
        }
    }
    let note = body(with_verb(&plan, Verb::Note)[0])["tags"]["evenkeel-applied"].clone();
    // A topology that is known by its hash alone has nowhere to keep it.
    assert_eq!(note, json!(desired.hash[..16]));
    let mut desired = desired;
    desired.note = Note::of("0123456789abcdef", None);
    let plan = self::plan(&desired, &azure);
    let note = body(with_verb(&plan, Verb::Note)[0])["tags"]["evenkeel-applied"].clone();
    assert_eq!(note, json!(format!("text=0123456789abcdef;owner={owner}")));
}

#[test]
fn what_was_made_is_no_difference_and_is_never_signed_later() {
    let (desired, mut azure) = signed("0a0b0c0d");
    azure.owner = Some("0a0b0c0d".into());
    assert_eq!(names(&plan(&desired, &azure)), Vec::<&str>::new());
    // Nor is a mark without one: an earlier version wrote it, or it was adopted.
    let mut unsigned = as_desired(&desired);
    unsigned.owner = Some("0a0b0c0d".into());
    assert_eq!(names(&plan(&desired, &unsigned)), Vec::<&str>::new());
    let site = id_of(&desired, "weu/web");
    unsigned.resources.get_mut(&site).unwrap().body["properties"]["httpsOnly"] = json!(false);
    let healed = plan(&desired, &unsigned);
    assert!(!body(action(&healed, "weu/web")).to_string().contains(OWNER));
}

#[test]
fn what_another_owner_has_made_is_refused_and_never_deleted() {
    let everything = Options { adopt_all: true, allow_mass_delete: true, ..Options::default() };
    for (address, pointer) in MARKED {
        let desired = expand(TOPOLOGY);
        let mut azure = as_desired(&desired);
        azure.owner = Some("0a0b0c0d".into());
        let id = id_of(&desired, address);
        sign(&mut azure, &id, pointer, "ffffffff");
        let refused = plan_with(&desired, &azure, &everything);
        let refusals: BTreeSet<&str> = refused.refusals.iter().map(|it| it.code.word()).collect();
        assert_eq!(refusals, ["of-another-topology"].into(), "{address}");
        assert!(refused.refusals[0].message.contains("osprey (owner ffffffff)"), "{address}");
        assert!(refused.actions.iter().all(|action| action.resource != id), "{address}");
        // Where this topology does not speak of it, it is nobody's business.
        let without = desired.without_resources();
        let plan = plan_with(&without, &azure, &everything);
        let deletes = |id: &ResourceId| {
            plan.actions
                .iter()
                .any(|it| matches!(it.operation, Operation::Delete) && it.resource == *id)
        };
        assert!(!deletes(&id), "{address}");
        let other = if address == "weu/web" { "trafficManager/main" } else { "weu/web" };
        assert!(deletes(&id_of(&desired, other)), "{address}");
    }
}

#[test]
fn the_note_tells_whose_topology_it_is() {
    let (desired, mut azure) = signed("0a0b0c0d");
    let note = |azure: &mut Observed, id: &ResourceId, text: &str| {
        azure.resources.get_mut(id).unwrap().body["tags"]["evenkeel-applied"] = json!(text);
    };
    note(&mut azure, &id_of(&desired, "weu/web"), "text=00;owner=12345678");
    assert_eq!(planner::owner(&desired, &azure, false).as_deref(), Some("12345678"));
    // One on what this topology does not declare counts only where its text is ours.
    let (desired, mut azure) = signed("0a0b0c0d");
    let mut stray = azure.get(&id_of(&desired, "weu/web")).unwrap().clone();
    stray.id = ResourceId::in_group(
        "11111111-2222-3333-4444-555555555555",
        "rg-theirs",
        "Microsoft.Web/sites",
        "theirs",
    );
    stray.body["tags"]["evenkeel-applied"] = json!("text=00;owner=12345678");
    azure.insert(stray);
    assert_eq!(planner::owner(&desired, &azure, false).as_deref(), Some("0a0b0c0d"));
    assert_eq!(planner::owner(&desired, &azure, true).as_deref(), Some("12345678"));
}

#[test]
fn a_note_without_an_owner_has_that_of_what_it_stands_on() {
    let (desired, mut azure) = signed("0a0b0c0d");
    let site = id_of(&desired, "weu/web");
    azure.resources.get_mut(&site).unwrap().body["tags"]["evenkeel-applied"] = json!("00");
    // Nothing is declared any more.
    let without = desired.without_resources();
    assert_eq!(planner::owner(&without, &azure, true).as_deref(), Some("0a0b0c0d"));
    assert_ne!(planner::owner(&without, &azure, false).as_deref(), Some("0a0b0c0d"));
}

#[test]
fn a_first_apply_that_was_cut_off_goes_on_with_its_owner() {
    let (desired, azure) = signed("0a0b0c0d");
    assert_eq!(planner::owner(&desired, &azure, false).as_deref(), Some("0a0b0c0d"));
    // The text was mended in between.
    let mended = expand(&TOPOLOGY.replace("hello", "goodbye"));
    assert_eq!(planner::owner(&mended, &azure, false).as_deref(), Some("0a0b0c0d"));
    // Whatever way the mark is borne: of all that was made only this is left.
    for (address, _) in MARKED {
        let id = id_of(&desired, address);
        let mut left = Observed::default();
        left.insert(azure.get(&id).unwrap().clone());
        assert_eq!(planner::owner(&mended, &left, false).as_deref(), Some("0a0b0c0d"), "{address}");
    }
    let nothing = Observed::default();
    let drawn = planner::owner(&desired, &nothing, false);
    assert_eq!(planner::owner(&desired, &nothing, false), drawn);
    assert_ne!(planner::owner(&mended, &nothing, false), drawn);
}

#[test]
fn a_note_that_is_written_anew_keeps_its_owner() {
    let (desired, mut azure) = signed("0a0b0c0d");
    azure.owner = Some("0a0b0c0d".into());
    for (change, address) in [
        (TOPOLOGY.replace(", notes: Ask first; see wiki/abba.", ""), "locks/ask"),
        (TOPOLOGY.replace("Ask first", "Ask twice"), "locks/ask"),
        (
            TOPOLOGY.replace(
                "keep: { on: trafficManager/main",
                "keep: { notes: mine, on: trafficManager/main",
            ),
            "locks/keep",
        ),
    ] {
        let options = Options { last: planner::Last::of(&desired), ..Options::default() };
        let plan = plan_with(&expand(&change), &azure, &options);
        let note = body(action(&plan, address))["properties"]["notes"].clone();
        assert!(note.as_str().is_some_and(|note| note.contains("osprey/0a0b0c0d")), "{note}");
    }
}

#[test]
fn where_nothing_could_remember_an_owner_there_is_none_and_that_of_others_counts() {
    let text = "version: 1\nname: osprey\nsubscription: 11111111-2222-3333-4444-555555555555\n\
        dns: { shared.example: { resourceGroup: rg-shared, existing: true } }\n\
        locks: { keep: { on: dns/shared.example } }\n";
    let desired = expand(text);
    assert_eq!(planner::owner(&desired, &Observed::default(), false), None);
    let mut azure = as_desired(&desired);
    azure.owner = Some(String::new());
    let lock = desired.by_address("locks/keep").unwrap().id.clone();
    let mut without = azure.clone();
    without.resources.remove(&lock);
    let made = plan(&desired, &without);
    assert_eq!(body(action(&made, "locks/keep"))["properties"]["notes"], "evenkeel: osprey");
    // The next text takes it back; what another topology of this name has made stays.
    let less = expand(text.split("locks").next().unwrap_or_default());
    assert_eq!(plan(&less, &azure).actions.len(), 1);
    azure.resources.get_mut(&lock).unwrap().body["properties"]["notes"] =
        json!("evenkeel: osprey/0a0b0c0d");
    assert!(plan(&less, &azure).actions.is_empty());
}
