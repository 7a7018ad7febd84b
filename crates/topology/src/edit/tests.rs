//! Edits change what they name and nothing else.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;

/// Reads a path such as `a.b[0]`.
fn path(text: &str) -> Path {
    let steps = text.split(['.', '[']).filter(|step| !step.is_empty());
    Path(
        steps
            .map(|step| match step.strip_suffix(']') {
                Some(index) => Step::Item(index.parse().unwrap()),
                None => Step::Key(step.to_owned()),
            })
            .collect(),
    )
}

fn set(text: &str, at: &str, value: Value) -> String {
    Edit::Set(path(at), value).apply(text).unwrap()
}

fn remove(text: &str, at: &str) -> String {
    Edit::Remove(path(at)).apply(text).unwrap()
}

fn append(text: &str, at: &str, value: Value) -> String {
    Edit::Append(path(at), value).apply(text).unwrap()
}

#[test]
fn a_value_changes_and_its_comment_stays() {
    let text = "# Top.\na: 1   # one\nb: { c: \"1.2\", d: 'x' } # two\n";
    assert_eq!(set(text, "a", json!(2)), text.replace(": 1 ", ": 2 "));
    assert_eq!(set(text, "b.c", json!("1.3")), text.replace("1.2", "1.3"));
    assert_eq!(set(text, "b.d", json!("it's")), text.replace("'x'", "'it''s'"));
}

#[test]
fn a_missing_key_is_made_in_the_layout_of_its_neighbours() {
    let text = "a:\n    b: 1 # one\n    c:\n        d: x\n# end\n";
    let made = "a:\n    b: 1 # one\n    c:\n        d: x\n    e: { f: 2 }\n# end\n";
    assert_eq!(set(text, "a.e.f", json!(2)), made);
    assert_eq!(set("a: { b: 1 }", "a.c", json!(true)), "a: { b: 1, c: true }");
    assert_eq!(set("a: {}\n", "a.c", json!("x")), "a: { c: x }\n");
    assert_eq!(set("a: [ { b: 1, }, ]\n", "a[0].c", json!(2)), "a: [ { b: 1, c: 2 }, ]\n");
    assert_eq!(set("a:   # nothing\nb: 1\n", "a.c", json!(2)), "a: { c: 2 }   # nothing\nb: 1\n");
    assert_eq!(set("a: 1", "b", json!(2)), "a: 1\nb: 2");
}

#[test]
fn line_breaks_of_windows_stay() {
    let text = "a:\r\n  b: 1 # one\r\n  c: 2\r\n";
    assert_eq!(set(text, "a.d", json!(3)), "a:\r\n  b: 1 # one\r\n  c: 2\r\n  d: 3\r\n");
    assert_eq!(set(text, "a.b", json!(3)), "a:\r\n  b: 3 # one\r\n  c: 2\r\n");
    assert_eq!(remove(text, "a.b"), "a:\r\n  c: 2\r\n");
}

#[test]
fn an_entry_goes_with_its_lines() {
    let text = "a:\n  # Of b.\n  b:\n    c: 1\n  d: 2\ne: { f: 1, g: 2 }\n";
    assert_eq!(remove(text, "a.b"), "a:\n  # Of b.\n  d: 2\ne: { f: 1, g: 2 }\n");
    assert_eq!(remove(text, "e.f"), text.replace("f: 1, ", ""));
    assert_eq!(remove(text, "e.g"), text.replace(", g: 2", ""));
    assert_eq!(remove("a: { b: 1 }\n", "a.b"), "a: {}\n");
    assert_eq!(remove("a: # why\n  b: 1\nc: 2\n", "a.b"), "a: {} # why\nc: 2\n");
}

#[test]
fn members_of_lists_come_and_go() {
    assert_eq!(append("a: [1, 2]\n", "a", json!("x")), "a: [1, 2, x]\n");
    assert_eq!(append("a: []\n", "a", json!("x")), "a: [x]\n");
    assert_eq!(append("a: 1 # one\n", "a", json!(2)), "a: [1, 2] # one\n");
    assert_eq!(
        append("a:\n- 1\n- 2 # two\nb: 3\n", "a", json!(3)),
        "a:\n- 1\n- 2 # two\n- 3\nb: 3\n"
    );
    assert_eq!(append("b: 1\n", "a", json!(3)), "b: 1\na: [3]\n");
    assert_eq!(remove("a: [1, 2]\n", "a[0]"), "a: [2]\n");
    assert_eq!(remove("a:\n  - 1 # one\n  - 2\n", "a[0]"), "a:\n  - 2\n");
    assert_eq!(remove("a:\n  - 1\nb: 2\n", "a[0]"), "a: []\nb: 2\n");
    assert_eq!(remove("- b: 1\n  c: 2\n", "[0].b"), "- c: 2\n");
}

#[test]
fn texts_are_quoted_where_they_would_be_read_as_something_else() {
    for text in
        ["true", "No", "1.10", "", " x", "a: b", "a #b", "*a", "&a", "- a", "x\ny", "\u{e9}:"]
    {
        let changed = set("a: x\nb: [x]\n", "a", json!(text));
        let read: Value = serde_yaml::from_str(&changed).unwrap();
        assert_eq!(read["a"], json!(text), "{changed}");
    }
    assert_eq!(set("a: x\n", "a", json!("dotnet|8.0")), "a: dotnet|8.0\n");
    assert_eq!(
        set("a: x\n", "a", json!("https://a.example/b?c=d")),
        "a: https://a.example/b?c=d\n"
    );
}

#[test]
fn literal_braces_are_doubled() {
    assert_eq!(literal("a{b}${c}"), "a{{b}}$${c}}");
}

#[test]
fn what_stands_on_several_lines_is_refused() {
    let text = "a: |\n  one\n  two\nb:\n  c: 1\n";
    let refused = |at: &str| Edit::Set(path(at), json!(1)).apply(text).unwrap_err();
    assert_eq!(refused("a"), EditError::SeveralLines(path("a")));
    assert_eq!(refused("b"), EditError::SeveralLines(path("b")));
    assert_eq!(refused("a.c").to_string(), "`c` has no place in the text");
}

#[test]
fn a_place_leads_to_its_path() {
    let text = "a:\n  \u{e9}: { b: 1 }\n  c:\n  - x\n";
    let outline = Outline::read(text).unwrap();
    assert_eq!(outline.path_at(text, 2, 3), Some(path("a.\u{e9}")));
    assert_eq!(outline.path_at(text, 2, 8), Some(path("a.\u{e9}.b")));
    assert_eq!(outline.path_at(text, 4, 5), Some(path("a.c[0]")));
    assert_eq!(outline.path_at(text, 9, 9), None);
}

fn flip(bits: &mut u64) -> bool {
    *bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *bits >> 63 == 1
}

/// Writes a value in a random layout: `layout` gives a bit for each choice.
fn layout(value: &Value, indent: usize, bits: &mut u64, out: &mut String) {
    match value {
        Value::Object(map) if !map.is_empty() && (indent == 0 || flip(bits)) => {
            for (key, value) in map {
                if flip(bits) {
                    out.push_str(&format!("{}# Of {key}.\n", " ".repeat(indent)));
                }
                out.push_str(&format!("{}{key}:", " ".repeat(indent)));
                let is_block = matches!(value, Value::Object(map) if !map.is_empty());
                let before = out.len();
                let mut below = String::new();
                layout(value, indent + 2, bits, &mut below);
                if is_block && below.starts_with([' ', '#']) {
                    out.push_str(&format!(" # Map.\n{below}"));
                } else {
                    out.push_str(&format!(" {below} # Value.\n"));
                }
                assert!(out.len() > before);
            }
        }
        Value::Object(map) => {
            let entries: Vec<_> = map
                .iter()
                .map(|(key, value)| {
                    let mut text = String::new();
                    layout_flow(value, &mut text);
                    format!("{key}: {text}")
                })
                .collect();
            out.push_str(&format!("{{ {} }}", entries.join(", ")));
        }
        scalar => layout_flow(scalar, out),
    }
}

fn layout_flow(value: &Value, out: &mut String) {
    // JSON is YAML.
    out.push_str(&value.to_string());
}

fn scalars() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<u16>().prop_map(Value::from),
        "[ -~\u{e9}]{0,12}".prop_map(Value::from),
        "[a-z]{1,6}".prop_map(Value::from),
    ]
}

fn documents() -> impl Strategy<Value = Map<String, Value>> {
    let values = scalars().prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(scalars(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-e]", inner, 1..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    });
    prop::collection::btree_map("[a-e]", values, 1..4).prop_map(|map| map.into_iter().collect())
}

fn scalar_paths(value: &Value, at: Path, found: &mut Vec<Path>) {
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(key, value)| scalar_paths(value, at.key(key), found));
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| {
            scalar_paths(item, at.joined(&[Step::Item(index)]), found);
        }),
        _ => found.push(at),
    }
}

fn at<'v>(value: &'v mut Value, path: &Path) -> &'v mut Value {
    path.0.iter().fold(value, |value, step| match step {
        Step::Key(key) => &mut value[key.as_str()],
        Step::Item(index) => &mut value[*index],
    })
}

fn comments(text: &str) -> Vec<&str> {
    text.lines()
        .filter_map(|line| line.split_once(" # ").or(line.split_once("# Of")))
        .map(|it| it.1)
        .collect()
}

proptest! {
    #[test]
    fn an_edit_then_a_read_gives_the_value_and_leaves_the_other_bytes(
        document in documents(),
        mut bits in any::<u64>(),
        pick in any::<prop::sample::Index>(),
        new in scalars(),
        windows in any::<bool>(),
    ) {
        let mut document = Value::Object(document);
        let mut text = String::new();
        layout(&document, 0, &mut bits, &mut text);
        if windows {
            text = text.replace('\n', "\r\n");
        }
        let mut paths = Vec::new();
        scalar_paths(&document, Path::default(), &mut paths);
        prop_assume!(!paths.is_empty());
        let path = pick.get(&paths);

        let changed = Edit::Set(path.clone(), new.clone()).apply(&text).unwrap();
        let old = at(&mut document, path).to_string();
        *at(&mut document, path) = new.clone();
        let read: Value = serde_yaml::from_str(&changed).unwrap();
        prop_assert_eq!(&read, &document, "{}", changed);

        let start = text.bytes().zip(changed.bytes()).take_while(|(a, b)| a == b).count();
        let rest = (text.len() - start).min(changed.len() - start);
        let ends = text.bytes().rev().zip(changed.bytes().rev()).take(rest);
        let end = ends.take_while(|(a, b)| a == b).count();
        prop_assert!(text.len() - start - end <= old.len(), "{}\n{}", text, changed);

        let step = path.0.last().cloned().unwrap();
        let list = matches!(step, Step::Item(_));
        let made = if list { path.clone() } else { Path(path.0[..path.0.len() - 1].to_vec()).key("new") };
        if !list {
            let grown = Edit::Set(made.clone(), new.clone()).apply(&text).unwrap();
            prop_assert_eq!(comments(&grown), comments(&text));
            let shrunk = Edit::Remove(made).apply(&grown).unwrap();
            prop_assert_eq!(shrunk, text);
        }
    }
}
