//! What tells one written text from another.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use crate::tree::{Node, NodeKind};

/// Returns the SHA-256 of a tree as it is written, in hexadecimal.
///
/// Nothing of it is read: placeholders, variables and secrets are texts like others, so that neither
/// a variable nor a version of Evenkeel changes it. How values are quoted, where they stand and in
/// which file is no part of it, nor are keys in `x-`, which only hold anchors. The order of keys is:
/// a stamp's `{index}` follows it.
pub(crate) fn fingerprint(root: &Node) -> String {
    let mut text = String::new();
    write(root, &mut text, 0);
    let mut digits = String::new();
    for byte in Sha256::digest(text.as_bytes()) {
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}

fn write(node: &Node, text: &mut String, depth: usize) {
    let _ = match &node.kind {
        NodeKind::Null => write!(text, "~"),
        NodeKind::Bool(value) => write!(text, "{value}"),
        NodeKind::Number(number) => write!(text, "{number}"),
        NodeKind::Text(value) => write!(text, "{}:{value}", value.len()),
        NodeKind::Seq(items) => {
            text.push('[');
            for item in items {
                write(item, text, depth + 1);
                text.push(',');
            }
            write!(text, "]")
        }
        NodeKind::Map(entries) => {
            text.push('{');
            // Of which files the text was joined is not what it says.
            let is_said = |key: &str| !(key.starts_with("x-") || depth == 0 && key == "include");
            for entry in entries.iter().filter(|entry| is_said(&entry.key)) {
                let _ = write!(text, "{}:{}=", entry.key.len(), entry.key);
                write(&entry.value, text, depth + 1);
                text.push(',');
            }
            write!(text, "}}")
        }
    };
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::tests::language;
    use crate::{Input, parse, parse_applied};

    fn fingerprint(text: &str, variable: Option<&str>) -> String {
        let input = Input {
            language: language(),
            file: Path::new("topology.yaml"),
            text,
            env: &|_| variable.map(str::to_owned),
            read: &|_| Err(std::io::ErrorKind::NotFound.into()),
            overlays: &[],
        };
        let applied = parse_applied(&input).expect("it can be read").fingerprint;
        assert_eq!(parse(&input).fingerprint, applied);
        applied
    }

    const TEXT: &str = "version: 1\nname: osprey\nsubscription: ${env:SUBSCRIPTION}\n";

    #[test]
    fn neither_a_variable_nor_the_spelling_of_yaml_changes_a_text() {
        let one = fingerprint(TEXT, Some("a"));
        assert_eq!(one, fingerprint(TEXT, None));
        let other =
            "# hello\n{ version: 1, name: 'osprey', subscription: \"${env:SUBSCRIPTION}\" }";
        assert_eq!(one, fingerprint(other, None));
        assert_ne!(one, fingerprint(&TEXT.replace("osprey", "heron"), None));
    }

    #[test]
    fn the_fingerprint_is_that_of_every_version() {
        let known = "41f743315c2317cc56be79920555b01efe833c5ade07361d5536a0010873f04b";
        assert_eq!(fingerprint(TEXT, None), known);
    }
}
