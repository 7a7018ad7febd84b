//! Growth: ten times the stamps cost ten times as much, not a hundred times.

use std::fmt::Write;
use std::time::{Duration, Instant};

use super::parsed;

/// Returns a topology with `count` stamps of five apps and a long map of settings.
fn many_stamps(count: usize) -> String {
    let mut text = String::from(
        "version: 1\nname: big\nsubscription: 00000000-0000-0000-0000-000000000001\nstamp:\n  \
         plan: { sku: P1v3, zoneRedundant: true, instances: 3 }\n  apps:\n",
    );
    for app in 0..5 {
        let _ = write!(text, "    app{app}:\n      runtime: dotnet|8.0\n      settings:\n");
        for setting in 0..20 {
            let _ = writeln!(text, "        SETTING_{setting}: \"{{stamp}}-{{region}}-{setting}\"");
        }
    }
    text.push_str("stamps:\n");
    for stamp in 0..count {
        let _ = write!(
            text,
            "  s{stamp}:\n    region: westeurope\n    plan: {{ instances: 4 }}\n    apps:\n      \
             app1: {{ settings: {{ ONLY: here-{stamp} }} }}\n"
        );
    }
    text
}

/// Returns the shortest of some times: what else the machine does only makes them longer.
fn time(count: usize) -> Duration {
    let text = many_stamps(count);
    let once = || {
        let start = Instant::now();
        let parsed = parsed(&text);
        let time = start.elapsed();
        assert_eq!(parsed.topology.unwrap().stamps.len(), count);
        time
    };
    (0..3).map(|_| once()).min().unwrap_or_default()
}

#[test]
fn time_grows_with_the_number_of_stamps_and_no_faster() {
    time(10);
    let (few, many) = (time(50), time(500));
    // Ten times the stamps; twice that is left for a busy machine, a square would be a hundred.
    assert!(many < few * 40, "50 stamps: {few:?}, 500 stamps: {many:?}");
}

/// A topology with `count` tags, each as `tag` writes it.
fn many_tags(count: usize, tag: fn(usize) -> String) -> String {
    let head = "version: 1\nname: big\nsubscription: 00000000-0000-0000-0000-000000000001\ntags:\n";
    head.to_owned() + &(0..count).map(tag).collect::<String>()
}

#[test]
fn time_grows_with_the_number_of_mistakes_and_no_faster() {
    let kinds: [fn(usize) -> String; 3] = [
        |_| "  same: x\n".to_owned(),
        |at| format!("  tag-{}: x\n", at / 2 * 7919 % 10_000),
        |at| format!("  password-{at}: hunter2-of-{at}\n"),
    ];
    for kind in kinds {
        let time = |count: usize| {
            let text = many_tags(count, kind);
            let once = || {
                let start = Instant::now();
                let parsed = parsed(&text);
                let told = topology::render(&parsed.diagnostics, &parsed.sources, false, 100);
                let time = start.elapsed();
                assert!(parsed.diagnostics.len() >= count / 2 - 1, "{told}");
                time
            };
            (0..3).map(|_| once()).min().unwrap_or_default()
        };
        let (few, many) = (time(250), time(2500));
        assert!(many < few * 40, "250: {few:?}, 2500: {many:?} of {:?}", kind(1));
    }
}
