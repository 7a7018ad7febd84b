//! A family that is made up here, in one file: caches.
//!
//! Nothing else of the language knows of it. It is found in the parser with its diagnostics, in the
//! schema, the reference and the explanations, as the target of references, in expansion, order,
//! import and `drift --accept`.

// The functions beside the tests may do what tests may.
#![allow(clippy::panic, clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use families::identities::Identity;
use importer::{Import, Language, Request, Verdict};
use plan::{Band, Plan, Verb};
use planner::accept::{Files, accept};
use planner::{Children, Desired, Expand, Expansion, Last, Options};
use resource::{Observed, ResourceId};
use serde_json::json;
use support::azure;
use topology::family::{At, Check};
use topology::section::{Arm, GlobalBand, Keys, NameRule, Of, Unique};
use topology::{Explanation, FreeMap, Parsed, Ref, Section, Sp, choice, entry, record};

static CACHE_NAME: NameRule =
    NameRule { unique: Unique::Cloud, double_hyphen: false, ..NameRule::new("cache", 1, 63, "-") };

static CACHES: Section = Section {
    key: "caches",
    noun: "a cache",
    plural: "caches",
    about: "Caches",
    arm: Arm::Type("Microsoft.Cache/redis"),
    abbreviations: &["redis"],
    name: Some(&CACHE_NAME),
    band: GlobalBand::Data,
    named: &[("tags", Keys::Word), ("settings", Keys::Word)],
    entries: Some(&Of::<Cache>::ALL),
    explanations: &[Explanation {
        code: "cache-copies",
        title: "a basic cache has no copy",
        reason: "A cache of size `basic` is one machine, so it is in one zone.",
        example: "caches:\n  main: { size: basic, zones: [\"1\", \"2\"] }",
        remedy: "Take size `standard` or `premium`, or leave `zones` out.",
    }],
    ..Section::PLAIN
};

record! {
    /// A cache.
    pub struct Cache,
        common("cache" in both,
            name "The name in Azure, unique in the cloud; left out, `redis-{name}-<key>`",
            protect "`true` when left out, since it holds data") {
        /// How large and how safe it is.
        pub size at "/properties/sku/name": Sp<Size>,
        /// How many gigabytes it holds, by Azure's steps.
        pub capacity at "/properties/sku/capacity": Option<Sp<u32>> = 1,
        /// The version of the server.
        pub version at "/properties/redisVersion": Option<Sp<String>>,
        /// Lets callers in without TLS.
        pub plain_text at "/properties/enableNonSslPort": Option<Sp<bool>> = false,
        /// The zones that it stands in.
        #[serde(default)]
        pub zones at "/zones": Vec<Sp<String>>,
        /// The server's own settings.
        #[serde(default)]
        pub settings at "/properties/redisConfiguration": FreeMap<Sp<String>>,
        /// The identity that it works as.
        pub works_as at "/properties/workload/identity": Option<Sp<Ref<Identity>>>,
        /// Names of its firewall rules.
        #[serde(default)]
        pub rules: Vec<Sp<String>>,
    }
}

choice! {
    /// The size of a cache.
    pub enum Size {
        /// One machine.
        Basic = "basic" => "Basic",
        /// Two machines.
        Standard = "standard" => "Standard",
        /// Two machines and more, with what large applications need.
        Premium = "premium" => "Premium",
    }
}

entry!(Cache in CACHES;
    fn check(&self, check: &mut Check<'_>, _: At<'_>) {
        if let (Size::Basic, Some(zone)) = (self.size.value, self.zones.get(1)) {
            let help = "take size `standard`, or one zone";
            check.error("cache-copies", &zone.place, "a basic cache is in one zone", help);
        }
    }
);

impl Expand for Cache {
    const CHILDREN: &'static [Children<Self>] = &[Children {
        key: "rules",
        above: &[],
        kind: "firewallRules",
        names: |cache| &cache.rules,
        body: || json!({ "properties": { "startIP": "10.0.0.0", "endIP": "10.0.0.255" } }),
    }];

    fn complete(&self, _: &Expansion<'_>, resource: &mut planner::DesiredResource) {
        let family = if self.size.value == Size::Premium { "P" } else { "C" };
        resource.body["properties"]["sku"]["family"] = json!(family);
    }
}

impl Import for Cache {}

fn language() -> &'static Language {
    static LANGUAGE: LazyLock<Language> = LazyLock::new(|| {
        let made_up: &dyn importer::Family = &Of::<Cache>::ALL;
        Language::new(families::ALL.iter().copied().chain([made_up]))
    });
    &LANGUAGE
}

const HEADER: &str = "
version: 1
name: osprey
subscription: 11111111-2222-3333-4444-555555555555
location: westeurope
";

const FULL: &str = "
identities: { worker: {} }
caches:
  main:
    size: premium
    version: \"6\"
    plainText: true
    zones: [\"1\", \"2\"]
    settings: { maxmemory-policy: allkeys-lru }
    worksAs: worker
    rules: [office]
locks: { cache: { on: caches/main } }
";

fn read(text: &str) -> Parsed {
    support::read(language(), text)
}

fn expanded(text: &str) -> Desired {
    support::expanded(language(), &format!("{HEADER}{text}"))
}

/// Returns the diagnostics of a text, each with its code, message and help.
fn told(text: &str) -> Vec<(&'static str, String, String)> {
    let found = read(&format!("{HEADER}{text}")).diagnostics;
    found.into_iter().map(|it| (it.code, it.message, it.help.unwrap_or_default())).collect()
}

fn cache(desired: &Desired) -> &planner::DesiredResource {
    desired.by_address("caches/main").expect("the cache")
}

fn planned(desired: &Desired, observed: &Observed, last: Last) -> Plan {
    let options = Options { last, ..Options::default() };
    planner::plan(desired, observed, &options).expect("an order")
}

#[test]
fn the_parser_knows_it_with_its_diagnostics() {
    let wrong = "
identities: { worker: {} }
storage: { data: { redundancy: ZRS } }
caches:
  main: { size: premum, capcity: 2, plainText: yes }
  other: { name: a--b, size: basic, zones: [\"1\", \"2\"], worksAs: data, location: nowhere }
  third: { capacity: much, tags: { a: b, A: c } }
";
    let found = told(wrong);
    let has = |code: &str, word: &str| {
        let is = |(it, message, help): &(&str, String, String)| {
            *it == code && (message.contains(word) || help.contains(word))
        };
        assert!(found.iter().any(is), "{code} {word}: {found:#?}");
    };
    has("unknown-value", "did you mean `premium`");
    has("unknown-key", "did you mean `capacity`");
    has("wrong-type", "yes");
    has("bad-name", "cache name `a--b`");
    has("cache-copies", "a basic cache");
    has("bad-reference-kind", "it takes an identity");
    has("unknown-region", "nowhere");
    has("missing-key", "size");
    has("wrong-type", "much");
    has("duplicate-name", "`A` and `a`");
    assert!(told("cache: {}").iter().any(|(_, _, help)| help.contains("did you mean `caches`")));
    assert!(told(FULL).is_empty(), "{:?}", told(FULL));
}

#[test]
fn names_and_regions_follow_the_rules_of_all_sections() {
    let desired = expanded("caches: { main: { size: basic }, b: { size: basic, name: own } }");
    assert_eq!(cache(&desired).id.name(), "redis-osprey-main");
    assert_eq!(desired.by_address("caches/b").expect("b").id.name(), "own");
    let twice = "caches: { main: { size: basic, name: one }, b: { size: basic, name: one } }";
    assert!(told(twice).iter().any(|(code, ..)| *code == "name-taken"), "{:?}", told(twice));
    let stamped = "
stamp: { caches: { main: { size: basic } } }
stamps: { weu: { region: westeurope }, neu: { region: northeurope, caches: { main: { capacity: 3 } } } }
";
    let desired = expanded(stamped);
    let neu = desired.by_address("neu/caches/main").expect("the stamp's cache");
    assert_eq!(neu.id.name(), "redis-osprey-main-neu");
    assert_eq!(neu.band, Band::Stamp("neu".to_owned()));
    assert_eq!(neu.body["location"], "northeurope");
    assert_eq!(neu.body["properties"]["sku"]["capacity"], 3);
}

#[test]
fn schema_reference_and_explanations_know_it() {
    let schema = language().json_schema();
    assert_eq!(schema["properties"]["caches"]["description"], "Caches that no single stamp owns.");
    let size = &schema["$defs"]["Cache"]["properties"]["size"];
    assert_eq!(size["enum"], json!(["basic", "standard", "premium"]));
    assert!(schema["$defs"]["StampModule"]["properties"]["caches"].is_object());
    let before = families::language().json_schema();
    assert!(before["properties"]["caches"].is_null());
    assert_eq!(
        language().explain("cache-copies").expect("known").title,
        CACHES.explanations[0].title
    );
    insta::assert_snapshot!(language().table(&CACHES));
}

#[test]
fn it_becomes_resources_in_order() {
    let desired = expanded(FULL);
    let found = cache(&desired);
    assert_eq!(found.band, Band::Data);
    assert!(found.protect);
    let worker = desired.by_address("identities/worker").expect("the identity");
    assert_eq!(
        found.body,
        json!({
            "location": "westeurope",
            "tags": { "evenkeel": "osprey" },
            "zones": ["1", "2"],
            "properties": {
                "sku": { "name": "Premium", "capacity": 1, "family": "P" },
                "redisVersion": "6",
                "enableNonSslPort": true,
                "redisConfiguration": { "maxmemory-policy": "allkeys-lru" },
                "workload": { "identity": worker.id.as_str() },
            },
        })
    );
    let plan = planned(&desired, &Observed::default(), Last::default());
    let at = |address: &str| {
        let found = plan.actions.iter().position(|action| action.address == address);
        found.unwrap_or_else(|| panic!("no {address} in {:#?}", plan.actions))
    };
    assert!(at("identities/worker") < at("caches/main"));
    assert!(at("caches/main") < at("caches/main/rules/office"));
    assert!(at("caches/main") < at("locks/cache"));
}

#[test]
fn texts_refer_to_it() {
    let text = "
caches: { main: { size: basic } }
resources:
  note:
    type: Microsoft.Cache/redis
    apiVersion: 2024-11-01
    properties: { a: \"{caches/main.id}\", b: \"{main.name}\" }
";
    let desired = expanded(text);
    let note = desired.by_address("resources/note").expect("the note");
    assert_eq!(note.body["properties"]["a"], cache(&desired).id.as_str());
    assert_eq!(note.body["properties"]["b"], "redis-osprey-main");
    let wrong = told("caches: { main: { size: basic } }\nlocks: { a: { on: caches/mian } }");
    assert!(wrong[0].2.contains("did you mean `caches/main`"), "{wrong:?}");
}

#[test]
fn what_is_imported_asks_for_what_was_expanded() {
    let desired = expanded(FULL);
    let observed = azure(&desired);
    let group = ResourceId::group("11111111-2222-3333-4444-555555555555", "rg-osprey-global");
    let request =
        Request { scopes: vec![group], name: None, cloud: None, environment: BTreeMap::new() };
    let imported = importer::import(language(), &observed, &request);
    assert_eq!(imported.verdict, Verdict::Empty, "{}", imported.body);
    insta::assert_snapshot!(imported.body);
    let again = read(&imported.body).topology.expect("it is valid");
    let again = planner::expand(language(), &again);
    assert_eq!(cache(&again).body, cache(&desired).body);
}

#[test]
fn what_azure_has_is_accepted_into_the_text() {
    let text = format!("{HEADER}{FULL}");
    let desired = expanded(FULL);
    let mut observed = azure(&desired);
    let seen = observed.resources.get_mut(&cache(&desired).id).expect("the cache");
    seen.body["properties"]["enableNonSslPort"] = json!(false);
    seen.body["properties"]["sku"]["capacity"] = json!(4);
    seen.body["properties"]["redisConfiguration"]["maxmemory-policy"] = json!("noeviction");
    let files = Files::from_iter([("topology.yaml".to_owned(), text)]);
    let request = planner::accept::Request {
        language: language(),
        files: &files,
        parse: &|files| read(&files[0]),
        plan: &|desired| planner::plan(desired, &observed, &Options::default()).ok(),
        addresses: &[],
        is_pending: &|_, _| false,
    };
    let accepted = accept(&request).expect("a topology");
    assert!(accepted.left.is_empty(), "{:#?}", accepted.left);
    assert_eq!(accepted.accepted.len(), 3);
    let text = &accepted.files[0];
    assert!(text.contains("capacity: 4"), "{text}");
    assert!(text.contains("maxmemory-policy: noeviction"), "{text}");
    assert!(!text.contains("plainText: true"), "{text}");
}

#[test]
fn what_the_text_no_longer_says_goes_back() {
    let before = expanded(FULL);
    let observed = azure(&before);
    let less = FULL.replace("    plainText: true\n", "").replace("    rules: [office]\n", "");
    let plan = planned(&expanded(&less), &observed, Last::of(&before));
    let of = |address: &str| plan.actions.iter().find(|action| action.address == address);
    let update = of("caches/main").expect("the default goes back");
    assert_eq!(update.verb, Verb::Update);
    assert_eq!(update.changes[0].path, "properties.enableNonSslPort");
    let mut gone = plan.actions.iter().filter(|action| action.verb == Verb::Delete);
    assert!(gone.any(|action| action.resource.name() == "office"), "{:#?}", plan.actions);
}
