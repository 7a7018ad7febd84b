//! The engines name next to no resource type: what they know of one stands in the catalogue, in its family
//! and in the simulator's.

use std::path::Path;

/// Lines outside of those homes that may name a type: groups, subscriptions, locks, and what IDs are made with.
const MOST: usize = 15;

/// Collects the lines of product code below a folder that quote a type.
fn quotes(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.display().to_string().replace('\\', "/");
        let is_home =
            ["/families/", "/catalogue/", "/tests"].iter().any(|home| name.contains(home));
        if is_home {
            continue;
        }
        if path.is_dir() {
            quotes(&path, found);
        } else if name.ends_with(".rs") {
            if is_of_tests(&path) {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let mut types = code.split("\"Microsoft.").skip(1);
            let count = types
                .by_ref()
                .filter(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
                .count();
            found.extend((0..count).map(|_| name.clone()));
        }
    }
}

/// Tells whether the module above takes a file into tests alone.
fn is_of_tests(path: &Path) -> bool {
    let folder = path.parent().unwrap();
    let above = [folder.with_extension("rs"), folder.join("mod.rs"), folder.join("lib.rs")];
    let taken = format!("#[cfg(test)]\nmod {};", path.file_stem().unwrap().to_string_lossy());
    above.iter().filter_map(|it| std::fs::read_to_string(it).ok()).any(|it| it.contains(&taken))
}

#[test]
fn engines_name_next_to_no_resource_type() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut found = Vec::new();
    for engine in [
        "azure",
        "conformance",
        "evenkeel",
        "executor",
        "files",
        "forge",
        "importer",
        "plan",
        "planner",
        "report",
        "resource",
        "simulator",
        "topology",
    ] {
        quotes(&crates.join(engine).join("src"), &mut found);
    }
    assert!(found.len() >= 5, "the engines were not found: {found:?}");
    assert!(found.len() <= MOST, "{}: {found:#?}", found.len());
}
