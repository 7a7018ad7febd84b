//! Every code that a check files is explained, and every explanation is of one.

use std::collections::BTreeSet;
use std::path::Path;

use families::language;

/// Returns all Rust files below a folder, with their text.
fn sources(folder: &Path, texts: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("tests") && !path.ends_with("explain") {
            sources(&path, texts);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            texts.push(std::fs::read_to_string(path).unwrap());
        }
    }
}

/// Returns the codes that the checks file.
fn filed() -> BTreeSet<String> {
    let mut texts = Vec::new();
    for crate_of in ["topology", "families"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(crate_of);
        sources(&folder.join("src"), &mut texts);
    }
    let mut codes = BTreeSet::from(["missing-key".to_owned()]);
    for text in texts {
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for call in [
            "::error(",
            "::warning(",
            "self.error(",
            "self.warning(",
            "check.error(",
            "check.warning(",
        ] {
            for rest in code.split(call).skip(1) {
                if let Some(rest) = rest.trim_start().strip_prefix('"') {
                    codes.extend(rest.split('"').next().map(str::to_owned));
                }
            }
        }
    }
    codes
}

#[test]
fn every_code_is_explained_and_every_explanation_is_of_a_code() {
    let explained: Vec<_> =
        language().codes().map(|explanation| explanation.code.to_owned()).collect();
    let unique: BTreeSet<_> = explained.iter().cloned().collect();
    assert_eq!(unique.len(), explained.len(), "a code is explained twice");
    let filed = filed();
    assert!(filed.len() > 70, "the checks were not found: {filed:?}");
    assert_eq!(unique, filed);
}
