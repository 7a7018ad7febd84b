//! Several files of one application.

use std::collections::HashMap;
use std::path::Path;

use families::language;
use families::storage::Storage;
use topology::{Input, Parsed, parse};

/// Parses `main.yaml` of a set of files, with overlays.
fn files(texts: &[(&str, &str)], overlays: &[&str]) -> Parsed {
    let texts: HashMap<&Path, &str> =
        texts.iter().map(|(file, text)| (Path::new(*file), *text)).collect();
    let read = |path: &Path| match texts.get(path) {
        Some(text) => Ok((*text).to_owned()),
        None => Err(std::io::Error::from(std::io::ErrorKind::NotFound)),
    };
    let overlays: Vec<&Path> = overlays.iter().map(Path::new).collect();
    let (file, env) = (Path::new("app/main.yaml"), |_: &str| None);
    parse(&Input {
        language: language(),
        file,
        text: texts[file],
        env: &env,
        read: &read,
        overlays: &overlays,
    })
}

const MAIN: &str = "version: 1\nname: app\nsubscription: 00000000-0000-0000-0000-000000000001\n\
                    include: [parts/data.yaml]\nlocation: westeurope\n";

#[test]
fn included_files_add_to_each_other_and_to_their_own_folder() {
    let parsed = files(
        &[
            ("app/main.yaml", MAIN),
            ("app/parts/data.yaml", "include: [more.yaml]\nstorage: { a: { redundancy: GRS } }\n"),
            ("app/parts/more.yaml", "storage: { b: { redundancy: LRS } }\n"),
        ],
        &[],
    );
    let topology = parsed.topology.unwrap();
    assert_eq!(
        topology.sections.of::<Storage>().map(|(key, _)| key).collect::<Vec<_>>(),
        ["a", "b"]
    );
    assert_eq!(&*topology.sections.get::<Storage>("b").unwrap().place.file, "app/parts/more.yaml");
    assert_eq!(parsed.sources.files().count(), 3);
}

#[test]
fn two_files_may_not_contradict_each_other() {
    let parsed = files(
        &[("app/main.yaml", MAIN), ("app/parts/data.yaml", "name: app\nlocation: northeurope\n")],
        &[],
    );
    let [mistake] = parsed.diagnostics.as_slice() else { panic!("{:?}", parsed.diagnostics) };
    assert_eq!(mistake.code, "defined-twice");
    assert_eq!(&*mistake.place.file, "app/parts/data.yaml");
    assert_eq!(&*mistake.also[0].0.file, "app/main.yaml");
}

#[test]
fn a_file_that_includes_itself_is_a_mistake_and_no_endless_loop() {
    let main = MAIN.replace("parts/data.yaml", "main.yaml");
    let parsed = files(&[("app/main.yaml", &main)], &[]);
    let codes: Vec<_> = parsed.diagnostics.iter().map(|it| it.code).collect();
    assert_eq!(codes, ["bad-include"]);
}

#[test]
fn overlays_change_and_remove() {
    let parsed = files(
        &[
            ("app/main.yaml", MAIN),
            (
                "app/parts/data.yaml",
                "storage: { a: { redundancy: GRS }, b: { redundancy: LRS } }\n",
            ),
            ("app/test.yaml", "storage: { a: { redundancy: LRS }, b: null }\n"),
        ],
        &["app/test.yaml"],
    );
    let topology = parsed.topology.unwrap();
    assert_eq!(topology.sections.of::<Storage>().count(), 1);
    let account = topology.sections.get::<Storage>("a").unwrap();
    assert_eq!(account.redundancy.as_ref().unwrap().arm(), "Standard_LRS");
}
