//! What happens when a topology is wrong.

use proptest::prelude::*;

use super::parsed;
use topology::{Severity, render};

/// One file, twenty different mistakes.
const TWENTY: &str = r#"version: 1
name: Northwind
subscription: ${env:NO_SUCH_VARIABLE}
objectives: { rto: 60 }
resourcGroup: rg-global
stamp:
  plan: { sku: P9v3, os: macos, zoneRedundant: true, instances: 1 }
  apps:
    web:
      runtime: dotnet
      alwaysOn: yes
      settings:
        CACHE: "{stampp}-cache"
    web: { image: nginx }
stamps:
  weu: { region: westeurop }
trafficManager:
  main:
    dnsName: northwind
    routing: priority
    monitor: { protocol: https, path: health, interval: 15s, toleratedFailures: 12 }
    endpoints:
      weu: { app: weu/wbe, priority: 1 }
      eu2: { host: eu2.example.com, priority: 0, weight: 3 }
dns:
  example.com:
    records:
      "@": { cname: www.example.net }
storage:
  queue: { redundancy: RA-GRS, queues: [jobs], location: polandcentral }
redis: { sku: P1 }
"#;

#[test]
fn twenty_mistakes_give_twenty_diagnostics_in_file_order() {
    let parsed = parsed(TWENTY);
    let told = render(&parsed.diagnostics, &parsed.sources, false, 100);
    insta::assert_snapshot!(told);
    let mut codes: Vec<_> = parsed.diagnostics.iter().map(|it| it.code).collect();
    assert!(parsed.diagnostics.is_sorted_by_key(|it| it.place.start));
    assert!(parsed.topology.is_none());
    codes.sort_unstable();
    assert!(codes.len() >= 20, "{codes:?}");
    codes.dedup();
    assert!(codes.len() >= 15, "{codes:?}");
}

/// Returns `code line:column` of every mistake of a text.
fn mistakes(text: &str) -> Vec<String> {
    let found = parsed(text).diagnostics;
    let line =
        |it: &topology::Diagnostic| format!("{} {}:{}", it.code, it.place.line, it.place.column);
    found.iter().map(line).collect()
}

/// Puts what is under test behind a sound header.
fn with_header(text: &str) -> String {
    let id = "00000000-0000-0000-0000-000000000001";
    format!("version: 1\nname: app\nsubscription: {id}\n{text}")
}

#[test]
fn an_empty_file_lacks_its_header() {
    for text in ["", "---\n", "# nothing\n", "{}"] {
        assert_eq!(mistakes(text), ["missing-key 1:1"; 3], "{text:?}");
    }
}

#[test]
fn a_tab_is_named_as_the_cause() {
    let parsed = parsed("version: 1\nstamps:\n\tweu: {}\n");
    assert_eq!(parsed.diagnostics[0].code, "invalid-yaml");
    assert_eq!(parsed.diagnostics[0].place.line, 3);
    assert!(parsed.diagnostics[0].help.as_ref().unwrap().contains("tab"));
}

#[test]
fn a_misspelt_key_is_not_missing_as_well() {
    let text = with_header("stamps:\n  weu: { regin: westeurope, plan: { skku: B1 } }\n");
    assert_eq!(mistakes(&text), ["unknown-key 5:10", "unknown-key 5:37"]);
}

#[test]
fn places_count_characters_and_bytes() {
    let text = with_header("tags: { \"größe\": \"ä{stamp}ü\" }\n");
    let parsed = parsed(&text);
    let [mistake] = parsed.diagnostics.as_slice() else { panic!("{:?}", parsed.diagnostics) };
    assert_eq!(&text[mistake.place.range()], "{stamp}");
    assert_eq!((mistake.place.line, mistake.place.column), (4, 20));
}

#[test]
fn mistakes_in_the_syntax_have_their_place() {
    let line = |text: &str| parsed(&with_header(text)).diagnostics[0].place.line;
    assert_eq!(line("resourceGroup: @abc\n"), 4);
    assert_eq!(line("resourceGroup: a\n---\nversion: 1\n"), 6);
    assert_eq!(line("tags: *nowhere\n"), 4);
    let deep = parsed(&format!("x: {}", "[".repeat(20_000)));
    assert_eq!(deep.diagnostics[0].message, "maps and lists are nested too deeply");
}

#[test]
fn a_line_without_end_that_is_no_yaml_is_refused_soon() {
    for part in ["a: ", "{a: ", "[a: ", "[\"a\": ", "x: 'y: "] {
        let parsed = parsed(&format!("x: ]\ny: hunter2 {}\n", part.repeat(50_000)));
        assert_eq!(parsed.diagnostics[0].code, "invalid-yaml", "{part}");
        let shown = render(&parsed.diagnostics, &parsed.sources, false, 100);
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[test]
fn anchors_and_merge_keys_are_fine() {
    let text = with_header(
        "x-base: &base { redundancy: GRS }\nlocation: westeurope\nstorage:\n  one: { <<: *base }\n  two: *base\n",
    );
    assert_eq!(mistakes(&text), [""; 0]);
}

#[test]
fn a_mistake_in_the_module_is_told_once() {
    let text = with_header(
        "stamp: { plan: { sku: B1, colour: red } }\nstamps:\n  weu: { region: westeurope }\n  \
         neu: { region: northeurope }\n",
    );
    assert_eq!(mistakes(&text), ["unknown-key 4:27"]);
}

#[test]
fn warnings_leave_the_topology_usable() {
    let text = with_header(
        "storage:\n  q: { redundancy: RA-GRS, queues: [jobs], location: westeurope }\n",
    );
    let parsed = parsed(&text);
    assert_eq!(parsed.diagnostics.len(), 1);
    assert_eq!(parsed.diagnostics[0].severity, Severity::Warning);
    assert!(parsed.topology.is_some());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn mangled_input_never_panics(
        at in 0..TWENTY.len(),
        length in 0_usize..40,
        insert in "[ -~\n\té—{}$:]{0,12}",
    ) {
        let text = super::language::NORTHWIND;
        let (at, mut text) = (at.min(text.len()), text.to_owned());
        let end = (at + length).min(text.len());
        text.replace_range(at..end, &insert);
        let parsed = parsed(&text);
        let told = render(&parsed.diagnostics, &parsed.sources, false, 80);
        prop_assert_eq!(told.is_empty(), parsed.diagnostics.is_empty());
    }

    #[test]
    fn any_text_never_panics(text in "\\PC{0,200}") {
        parsed(&text);
    }
}
