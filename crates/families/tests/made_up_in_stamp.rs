//! A family that is made up here and has what services beside an application have: a section with one
//! entry that has no key, in a stamp; a resource with a name of its own below the entry's, which holds some
//! of its keys; and rights that an identity gets by saying that it uses it.

// The functions beside the tests may do what tests may.
#![allow(clippy::panic, clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use families::identities::IDENTITY;
use importer::{Draft, Import, Language, Request, Verdict};
use plan::{Band, Verb};
use planner::accept::{Files, accept};
use planner::{Desired, DesiredResource, Expand, Expansion, Given, Holder, Last, Life, Options};
use resource::{Observed, ResourceId, inner};
use serde_json::json;
use support::azure;
use topology::section::{Addressed, Arm, Naming, Of, Stands};
use topology::{Place, Section, Sp, choice, entry, record};

const POOL: &str = "Contoso.Pools/pools";
const ENGINE: &str = "engines/default";
const GRANT: &str = "Contoso.Pools/pools/engines/grants";

static POOLS: Section = Section {
    key: "pool",
    noun: "a pool",
    plural: "pools",
    about: "The pool of the stamp",
    arm: Arm::Type(POOL),
    abbreviations: &["pool"],
    naming: Naming::OfStamp,
    stands: Stands::Stamp,
    addressed: Addressed::Alone,
    uses: &["", "read"],
    entries: Some(&Of::<Pool>::ALL),
    ..Section::PLAIN
};

record! {
    /// A pool.
    pub struct Pool,
        common("pool" in stamp,
            name "The name in Azure",
            protect "`false` when left out") {
        /// How large it is.
        pub size at "/sku/name": Sp<String>,
        /// What it forgets first.
        pub forgets at "engines/default#/properties/eviction": Option<Sp<Forgets>> = Forgets::Lru,
    }
}

choice! {
    /// What a pool forgets first.
    pub enum Forgets {
        /// What was used last a long time ago.
        Lru = "lru" => "LRU",
        /// Nothing: it is full.
        None = "none" => "None",
    }
}

entry!(Pool in POOLS;);

impl Expand for Pool {
    const GIVEN: &'static [Given] = &[Given { label: "engine", path: ENGINE }];

    fn complete_given(&self, _: &Expansion<'_>, _: &Given, resource: &mut DesiredResource) {
        resource.body["properties"]["protocol"] = json!("Encrypted");
    }

    fn allow(
        expansion: &mut Expansion<'_>,
        holder: &Holder,
        used: &ResourceId,
        purpose: &str,
        place: &Place,
    ) {
        let id = inner(used, ENGINE).child("grants", holder.id.name());
        let body = json!({ "properties": {
            "principal": holder.principal(),
            "may": if purpose.is_empty() { "write" } else { purpose },
        }});
        let address = format!("{}/uses/{}", holder.address, used.name());
        let grant = DesiredResource::managed(address, id, holder.band.clone(), body);
        expansion.add(grant, Life { adopt: true, ..Life::default() }, place);
    }
}

impl Import for Pool {
    const PARTS: &'static [&'static str] = &[GRANT];

    fn uses(draft: &Draft<'_>, principal: &str) -> Vec<ResourceId> {
        let seen = draft.survey.of_type(GRANT);
        let own = seen.filter(|it| it.body["properties"]["principal"] == principal);
        own.filter_map(|it| it.id.parent()?.parent()).collect()
    }
}

fn language() -> &'static Language {
    static LANGUAGE: LazyLock<Language> = LazyLock::new(|| {
        let made_up: &dyn importer::Family = &Of::<Pool>::ALL;
        Language::new(families::ALL.iter().copied().chain([made_up]))
    });
    &LANGUAGE
}

const TEXT: &str = "
version: 1
name: osprey
subscription: 11111111-2222-3333-4444-555555555555
location: westeurope
stamp:
  plan: { sku: P1v3 }
  pool: { size: L, forgets: none }
  identities: { worker: { uses: [pool] } }
  apps: { web: { runtime: node|20-lts, settings: { POOL: \"{pool.id}\" } } }
stamps:
  weu: { region: westeurope }
  neu: { region: northeurope, pool: { size: M } }
";

fn expanded(text: &str) -> Desired {
    support::expanded(language(), text)
}

/// An Azure that holds what is asked for, in which each identity has a principal of its own.
fn live(desired: &Desired) -> Observed {
    let mut observed = azure(desired);
    for seen in observed.resources.values_mut() {
        let name = seen.id.name().to_owned();
        let kind = seen.id.resource_type();
        if kind.is(IDENTITY) {
            seen.body["properties"]["principalId"] = json!(name);
        } else if kind.is(GRANT) {
            seen.body["properties"]["principal"] = json!(name);
        }
    }
    observed
}

#[test]
fn it_stands_in_its_stamp_with_what_is_given_below_it() {
    let desired = expanded(TEXT);
    let pool = desired.by_address("neu/pool").expect("the pool");
    assert_eq!(pool.id.name(), "pool-osprey-neu");
    assert_eq!(pool.band, Band::Stamp("neu".to_owned()));
    // The entry has no key for it, and the type lies in a region.
    assert_eq!(pool.body["location"], "northeurope");
    assert_eq!(pool.body["sku"]["name"], "M");
    assert!(pool.body["properties"]["eviction"].is_null(), "{}", pool.body);
    let engine = desired.by_address("neu/pool/engine").expect("its engine");
    assert_eq!(engine.id, inner(&pool.id, ENGINE));
    assert_eq!(
        engine.body,
        json!({ "properties": { "eviction": "None", "protocol": "Encrypted" } })
    );
    assert!(desired.needs_of(&engine.id).iter().any(|need| need.id == pool.id));
    let settings = desired.by_address("neu/web/settings").expect("the settings");
    assert_eq!(settings.body["properties"]["POOL"], pool.id.as_str());
}

#[test]
fn what_an_identity_uses_gives_it_rights_in_the_words_of_the_family() {
    let desired = expanded(TEXT);
    let grant = desired.by_address("weu/identities/worker/uses/pool-osprey-weu").expect("it");
    assert_eq!(grant.body["properties"]["may"], "write");
    let read = expanded(&TEXT.replace("uses: [pool]", "uses: [{ pool: read }]"));
    let grant = read.by_address("weu/identities/worker/uses/pool-osprey-weu").expect("it");
    assert_eq!(grant.body["properties"]["may"], "read");
    let told = |uses: &str| {
        let text = TEXT.replace("uses: [pool]", uses);
        let found = support::read(language(), &text).diagnostics;
        found.into_iter().map(|it| format!("{}: {}", it.code, it.message)).collect::<Vec<_>>()
    };
    let wrong = told("uses: [{ pool: mail }]");
    assert!(wrong[0].contains("bad-use: a pool can't be used for `mail`"), "{wrong:?}");
    let wrong = told("uses: [plan]");
    assert!(wrong[0].contains("bad-reference-kind"), "{wrong:?}");
    let both = "uses: [pool, { pool: read }, { pool: read, plan: read }]";
    assert!(told(both).iter().any(|it| it.contains("wrong-type")), "{:?}", told(both));
}

#[test]
fn it_is_imported_once_and_in_its_stamps() {
    let desired = expanded(TEXT);
    let observed = live(&desired);
    let scopes = ["rg-osprey-weu", "rg-osprey-neu"]
        .map(|group| ResourceId::group("11111111-2222-3333-4444-555555555555", group));
    let request =
        Request { scopes: scopes.to_vec(), name: None, cloud: None, environment: BTreeMap::new() };
    let imported = importer::import(language(), &observed, &request);
    assert_eq!(imported.verdict, Verdict::Empty, "{}", imported.body);
    insta::assert_snapshot!(imported.body);
    let again = expanded(&imported.body);
    for address in ["neu/pool", "weu/pool/engine"] {
        let body = |desired: &Desired| desired.by_address(address).map(|it| it.body.clone());
        assert_eq!(body(&again), body(&desired), "{address}");
    }
}

#[test]
fn what_azure_has_below_it_is_accepted_into_the_text() {
    let desired = expanded(TEXT);
    let mut observed = live(&desired);
    for stamp in ["weu", "neu"] {
        let engine = desired.by_address(&format!("{stamp}/pool/engine")).expect("its engine");
        let seen = observed.resources.get_mut(&engine.id).expect("it is there");
        seen.body["properties"]["eviction"] = json!("LRU");
    }
    let files = Files::from_iter([("topology.yaml".to_owned(), TEXT.to_owned())]);
    let request = planner::accept::Request {
        language: language(),
        files: &files,
        parse: &|files| support::read(language(), &files[0]),
        plan: &|desired| planner::plan(desired, &observed, &Options::default()).ok(),
        addresses: &[],
        is_pending: &|_, _| false,
    };
    let accepted = accept(&request).expect("a topology");
    assert!(accepted.left.is_empty(), "{:#?}", accepted.left);
    assert!(!accepted.files[0].contains("forgets: none"), "{}", accepted.files[0]);
}

#[test]
fn what_is_no_longer_used_is_taken_back() {
    let before = expanded(TEXT);
    let observed = live(&before);
    let less = TEXT.replace("{ uses: [pool] }", "{}");
    let options = Options { last: Last::of(&before), ..Options::default() };
    let plan = planner::plan(&expanded(&less), &observed, &options).expect("an order");
    let gone = plan.actions.iter().filter(|action| action.verb == Verb::Delete);
    assert_eq!(gone.count(), 2, "{:#?}", plan.actions);
}
