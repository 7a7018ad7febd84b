//! Defaults never come from the order of stamps.

use planner::{Desired, Last, Options};
use serde_json::json;

use crate::azure::{as_desired, expand, names, plan, plan_with};

fn topology(head: &str, stamps: &[&str]) -> Desired {
    expand(&format!(
        "version: 1\nname: osprey\nsubscription: 11111111-2222-3333-4444-555555555555\ntenant: 22222222-2222-3333-4444-555555555555\n{head}\nstamp:\n  plan: {{ sku: P1v3 }}\n  apps: {{ web: {{ name: \"app-osprey-{{index}}\", runtime: node|20-lts }} }}\nstamps:\n  {}\nstorage: {{ data: {{ redundancy: ZRS }} }}\nvaults: {{ keys: {{}} }}\nidentities: {{ app: {{}} }}\n",
        stamps.join("\n  ")
    ))
}

const WEU: &str = "weu: { region: westeurope, index: 0 }";
const NEU: &str = "neu: { region: northeurope, index: 1 }";

#[test]
fn what_is_global_stays_where_it_is_whichever_stamp_is_the_first() {
    let before = topology("", &[WEU, NEU]);
    let mut azure = as_desired(&before);
    for address in
        ["resourceGroups/rg-osprey-global", "storage/data", "vaults/keys", "identities/app"]
    {
        let resource = before.by_address(address).unwrap();
        assert_eq!(resource.create_only.as_ref().unwrap()["location"], "westeurope", "{address}");
        azure.resources.get_mut(&resource.id).unwrap().body["location"] = json!("westeurope");
    }
    for stamps in [&[NEU, WEU][..], &["sdc: { region: swedencentral, index: 2 }", WEU, NEU]] {
        let after = topology("", stamps);
        let moved = plan(&after, &azure);
        assert!(moved.refusals.is_empty(), "{:?}", moved.refusals);
        let touched = names(&moved).into_iter().filter(|name| !name.contains("sdc"));
        assert_eq!(touched.collect::<Vec<_>>(), Vec::<&str>::new());
    }
    // A region that somebody has written is a wish.
    let asked = plan(&topology("location: northeurope", &[WEU, NEU]), &azure);
    assert!(!asked.refusals.is_empty());
}

#[test]
fn another_number_for_a_living_stamp_is_refused_with_the_line_to_write() {
    let plain = |name: &str, region: &str| format!("{name}: {{ region: {region} }}");
    let (weu, neu) = (plain("weu", "westeurope"), plain("neu", "northeurope"));
    let (weu, neu) = (weu.as_str(), neu.as_str());
    let before = topology("location: westeurope", &[weu, neu]);
    let azure = as_desired(&before);
    let options =
        || Options { last: Last::of(&before), allow_mass_delete: true, ..Options::default() };
    let new = "sdc: { region: swedencentral }";
    let cases = [
        (vec![neu], "index: 1"),
        (vec![neu, weu], "index: 1"),
        (vec![new, weu, neu], "index: 0"),
        (vec![weu, new, neu], "index: 1"),
    ];
    for (stamps, line) in cases {
        let refused = plan_with(&topology("location: westeurope", &stamps), &azure, &options());
        let told: Vec<_> =
            refused.refusals.iter().filter(|it| it.code == plan::Code::IndexMoved).collect();
        assert!(told.iter().any(|it| it.help.contains(line)), "{stamps:?}: {told:?}");
    }
    // With the line, and behind the others, a stamp keeps its number.
    for stamps in [
        vec![NEU],
        vec![NEU, WEU],
        vec![weu, neu, new],
        vec!["sdc: { region: swedencentral, index: 5 }", WEU, NEU],
    ] {
        let allowed = plan_with(&topology("location: westeurope", &stamps), &azure, &options());
        assert!(allowed.refusals.is_empty(), "{stamps:?}: {:?}", allowed.refusals);
    }
}
