//! Work grows with the topology, not faster.

use std::fmt::Write;

use crate::azure::{as_desired, expand, names, plan};

/// A topology with this many stamps of two apps each.
fn with_stamps(count: usize) -> String {
    let mut text = String::from(
        "version: 1\nname: many\nsubscription: 11111111-2222-3333-4444-555555555555\n\
         stamp:\n  plan: { sku: P1v3 }\n  apps:\n    web: { runtime: \"node|22-lts\" }\n    \
         api: { runtime: \"node|22-lts\", settings: { A: b } }\nstamps:\n",
    );
    for number in 0..count {
        writeln!(text, "  s{number}: {{ region: westeurope }}").unwrap();
    }
    text
}

#[test]
fn a_hundred_stamps_converge() {
    let desired = expand(&with_stamps(100));
    let azure = as_desired(&desired);
    assert!(plan(&desired, &azure).is_empty());
    let created = plan(&desired, &Default::default());
    assert_eq!(names(&created).len(), desired.resources().count());
}
