//! The modules of the simulator stand in layers, and no layer knows one above it.

use std::fs;
use std::path::Path;

/// The layers, from the lowest on.
const LAYERS: &[&str] = &["wire", "settings", "store", "kind", "protocol", "families", "router"];

/// Returns the Rust files below a folder.
fn files(dir: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(dir).expect("folder").map(|entry| entry.expect("entry").path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let below = folders.iter().flat_map(|folder| self::files(folder));
    let own = files.iter().filter(|file| file.extension().is_some_and(|end| end == "rs"));
    own.cloned().chain(below).collect()
}

#[test]
fn no_layer_knows_one_above_it() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut upward = vec![];
    let mut seen = 0;
    for (at, layer) in LAYERS.iter().enumerate() {
        for file in files(&source.join(layer)) {
            let text = fs::read_to_string(&file).expect("source");
            for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
                let named = line.split("crate::").skip(1);
                seen += named.clone().count();
                let above =
                    named.filter(|rest| LAYERS[at + 1..].iter().any(|up| rest.starts_with(up)));
                upward.extend(above.map(|_| format!("{}: {}", file.display(), line.trim())));
            }
        }
    }
    assert!(seen > 100, "only {seen} paths were looked at");
    assert_eq!(upward, Vec::<String>::new());
}

#[test]
fn only_the_list_and_the_router_name_families() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut names = vec![];
    for layer in ["wire", "settings", "store", "kind", "protocol"] {
        for file in files(&source.join(layer)) {
            let text = fs::read_to_string(&file).expect("source");
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            // What ARM itself keeps: subscriptions, groups and locks.
            let lines = code.lines().filter(|line| {
                let is_own = line.contains("\"Microsoft.Resources/")
                    || line.contains("\"Microsoft.Authorization/locks\"");
                !line.trim_start().starts_with("//") && !is_own
            });
            let named = lines.filter(|line| line.to_lowercase().contains("\"microsoft."));
            names.extend(named.map(|line| format!("{}: {}", file.display(), line.trim())));
        }
    }
    assert_eq!(names, Vec::<String>::new());
}
