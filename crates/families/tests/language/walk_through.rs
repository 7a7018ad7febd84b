//! The walk-through of the documentation, held against the family that it shows.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn it_shows_the_family_that_is_tried_and_files_that_are_there() {
    let text = std::fs::read_to_string(root().join("docs/contributing/add-a-family.md")).unwrap();
    let made_up = ["made_up.rs", "made_up_in_stamp.rs"].map(|name| {
        std::fs::read_to_string(root().join("crates/families/tests").join(name)).unwrap()
    });
    let tried = made_up.concat();
    let mut blocks = text.split("```rust\n").skip(1).filter_map(|rest| rest.split("```").next());
    let count = blocks.clone().count();
    assert!(count >= 6, "only {count} blocks");
    let strange = blocks.find(|block| !tried.contains(block.trim_end()));
    assert_eq!(strange, None, "this is not in a family that is tried");
    let words = text.split('`').skip(1).step_by(2).filter(|word| word.contains('/'));
    let paths = words
        .filter(|word| ["crates/", "topologies/", "tests/"].iter().any(|it| word.starts_with(it)));
    let missing: Vec<&str> = paths.filter(|path| !root().join(path).exists()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
