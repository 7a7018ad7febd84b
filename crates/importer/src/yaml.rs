//! From the tree to YAML as a person writes it: small maps on one line, comments, few quotes.
//!
//! An emitter of our own, because the workspace's YAML library chooses one layout for the whole
//! document. What it writes is read back by that library before anybody sees it.

use resource::ResourceId;
use topology::Language;
use topology::section::Addressed;

use crate::node::{Map, Member, Node};

/// The longest line that a map or list is put on.
const WIDTH: usize = 100;

/// Text, and which resource each line tells of.
#[derive(Debug, Default)]
pub struct Written {
    /// The YAML.
    pub text: String,
    /// From a line, counted from 1, on: the resource that it tells of.
    pub about: Vec<(u32, Option<ResourceId>)>,
}

/// Writes the root of a topology; a blank line stands between its sections.
pub fn write(language: &Language, root: &Map) -> Written {
    let mut writer = Writer { language, written: Written::default(), line: 1 };
    for (index, member) in root.members.iter().enumerate() {
        let is_section = |member: &Member| {
            matches!(member.value, Node::Map(_) | Node::List(_))
                && inline(language, member, 0).is_none()
        };
        let after_section = index > 0 && is_section(&root.members[index - 1]);
        if index > 0 && (is_section(member) || after_section || !member.comment.is_empty()) {
            writer.put_line(String::new());
        }
        writer.member(member, 0);
    }
    writer.written
}

struct Writer<'a> {
    language: &'a Language,
    written: Written,
    line: u32,
}

impl Writer<'_> {
    fn put_line(&mut self, text: String) {
        self.written.text.push_str(text.trim_end());
        self.written.text.push('\n');
        self.line += 1;
    }

    fn member(&mut self, member: &Member, indent: usize) {
        let space = " ".repeat(indent);
        for line in &member.comment {
            self.put_line(format!("{space}# {line}"));
        }
        if member.about.is_some() || indent == 0 {
            self.written.about.push((self.line, member.about.clone()));
        }
        if let Some(line) = inline(self.language, member, indent) {
            return self.put_line(format!("{space}{line}"));
        }
        let key = key(&member.key);
        match &member.value {
            Node::Map(map) => {
                self.put_line(format!("{space}{key}:"));
                map.members.iter().for_each(|member| self.member(member, indent + 2));
            }
            Node::List(items) => {
                self.put_line(format!("{space}{key}:"));
                items.iter().for_each(|item| self.item(item, indent + 2));
            }
            Node::Text(_) | Node::Plain(_) => unreachable!("a scalar is always on one line"),
        }
    }

    fn item(&mut self, item: &Node, indent: usize) {
        let space = " ".repeat(indent);
        let short =
            flow(self.language, item).filter(|text| indent + 2 + text.chars().count() <= WIDTH);
        match (item, short) {
            (Node::Text(_) | Node::Plain(_), _) => {
                self.put_line(format!("{space}- {}", scalar(item, false)));
            }
            (_, Some(text)) => self.put_line(format!("{space}- {text}")),
            (Node::Map(map), None) => {
                // The first key stands behind the dash: its lines are written, then it is put in.
                let start = self.written.text.len();
                map.members.iter().for_each(|member| self.member(member, indent + 2));
                self.written.text.replace_range(start + indent..=start + indent, "-");
            }
            (Node::List(items), None) => {
                self.put_line(format!("{space}-"));
                items.iter().for_each(|item| self.item(item, indent + 2));
            }
        }
    }
}

/// Returns a member on one line, where it reads well there.
fn inline(language: &Language, member: &Member, indent: usize) -> Option<String> {
    let key = key(&member.key);
    match &member.value {
        scalar_node @ (Node::Text(_) | Node::Plain(_)) => {
            Some(format!("{key}: {}", scalar(scalar_node, false)))
        }
        value => {
            let is_named = |map: &Map| map.members.iter().any(|m| matches!(m.value, Node::Map(_)));
            // A section is a block, whatever is in it; what holds named things too.
            let is_block = match value {
                Node::Map(map) if indent == 0 => is_named(map) || SECTIONS.contains(&&*member.key),
                Node::Map(_) => holds_entries(language, member),
                _ => false,
            };
            let text = flow(language, value).filter(|_| !is_block)?;
            let line = format!("{key}: {text}");
            (indent + line.chars().count() <= WIDTH).then_some(line)
        }
    }
}

/// Keys at the root whose maps are written as blocks even when they are short.
const SECTIONS: [&str; 2] = ["stamp", "stamps"];
/// Keys in entries of sections whose own entries have names and get a line each, as those of
/// sections do.
const BLOCKS: [&str; 2] = ["endpoints", "records"];

/// Returns whether the entries of a key below the root have names and get a line each.
fn is_block(language: &Language, key: &str) -> bool {
    let is_section = language
        .section(key)
        .is_some_and(|section| section.stands.has(true) && section.addressed != Addressed::Alone);
    is_section || BLOCKS.contains(&key)
}

/// Returns a value in one line; `None` where a comment stands in it.
fn flow(language: &Language, node: &Node) -> Option<String> {
    match node {
        Node::Text(_) | Node::Plain(_) => Some(scalar(node, true)),
        Node::List(items) => {
            let items: Option<Vec<String>> =
                items.iter().map(|item| flow(language, item)).collect();
            Some(format!("[{}]", items?.join(", ")))
        }
        Node::Map(map) if map.members.is_empty() => Some("{}".to_owned()),
        // What holds entries of its own gets a line for each.
        Node::Map(map) if map.members.iter().any(|it| holds_entries(language, it)) => None,
        Node::Map(map) => {
            let members: Option<Vec<String>> = map
                .members
                .iter()
                .map(|member| {
                    let is_told = !member.comment.is_empty();
                    let value = flow(language, &member.value).filter(|_| !is_told)?;
                    Some(format!("{}: {value}", key(&member.key)))
                })
                .collect();
            Some(format!("{{ {} }}", members?.join(", ")))
        }
    }
}

/// Tells whether the members of a member's map are entries with names.
fn holds_entries(language: &Language, member: &Member) -> bool {
    let is_named = |map: &Map| map.members.iter().any(|m| matches!(m.value, Node::Map(_)));
    is_block(language, &member.key) && member.value.map().is_some_and(is_named)
}

fn key(key: &str) -> String {
    // The languages's own key `on` is no switch in YAML 1.2.
    let is_own = key == "on" || is_plain(key, true) && !key.contains(' ');
    if is_own { key.to_owned() } else { quoted(key) }
}

fn scalar(node: &Node, in_flow: bool) -> String {
    match node {
        Node::Text(text) if is_plain(text, in_flow) => text.clone(),
        Node::Text(text) => quoted(text),
        Node::Plain(text) => text.clone(),
        Node::List(_) | Node::Map(_) => String::new(),
    }
}

/// What begins a command of Azure Pipelines, which reads it in any output.
///
/// Source: <https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands>.
const COMMANDS: [&str; 2] = ["##vso[", "##["];

/// A JSON string is a YAML string, but for characters that YAML wants escaped and JSON does not. What shows
/// nothing or turns what is shown is escaped as well: the file says what it says, on every screen.
///
/// Sources: <https://yaml.org/spec/1.2.2/#51-character-set>,
/// <https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing>.
fn quoted(text: &str) -> String {
    let json = serde_json::Value::from(text).to_string();
    let mut yaml = String::with_capacity(json.len() + 8);
    for c in json.chars() {
        match u32::from(c) {
            code if is_hidden(c) && code > 0xffff => yaml.push_str(&format!("\\U{code:08x}")),
            code if is_hidden(c) => yaml.push_str(&format!("\\u{code:04x}")),
            _ => yaml.push(c),
        }
    }
    COMMANDS
        .iter()
        .fold(yaml, |yaml, command| yaml.replace(command, &format!("\\x23{}", &command[1..])))
}

fn is_hidden(c: char) -> bool {
    c.is_control() || resource::is_deceptive(c)
}

/// Tells whether YAML takes `text` for itself without quotes.
fn is_plain(text: &str, in_flow: bool) -> bool {
    let starts_well = |c: char| c.is_ascii_alphanumeric() || "_/$.".contains(c);
    // What other readers than ours take for a switch, nothing or a number.
    const WORDS: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let digits =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || b"_:".contains(&byte));
    let is_date = text.len() >= 10
        && text.is_char_boundary(4)
        && digits(&text[..4])
        && text[4..].starts_with('-');
    let is_number = text.parse::<f64>().is_ok()
        || digits(text)
        || text.starts_with("0x")
        || text.starts_with("0o");
    text.starts_with(starts_well)
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.contains(|c: char| is_hidden(c) || c >= '\u{feff}')
        && !COMMANDS.iter().any(|command| text.contains(command))
        && !is_number
        && !is_date
        && !WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
        && !(in_flow && text.contains([',', '[', ']', '{', '}', '|']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::family::tests::language;
    use crate::node::{literal, plain};

    #[test]
    fn small_maps_stand_on_a_line_and_long_ones_do_not() {
        let mut root = Map::default();
        root.set("version", 1);
        root.set("name", literal("pki"));
        let mut monitor = Map::default();
        monitor.set("protocol", literal("https"));
        monitor.set("interval", plain("10s"));
        let profile = root.child("trafficManager").child("main");
        profile.set("monitor", monitor);
        profile.set("headers", Map::default()).comment("None.");
        let endpoints = profile.child("endpoints");
        endpoints.child("weu").set("app", literal("weu/web"));
        let list: Vec<Node> =
            (0..9).map(|n| literal(&format!("a long text of number {n}"))).collect();
        root.set("long", list);
        insta::assert_snapshot!(write(language(), &root).text);
    }

    #[test]
    fn every_character_is_written_so_that_our_own_reader_takes_it() {
        let all = (0..=0x2fff_u32).chain(0xd800..=0x1_0400).filter_map(char::from_u32);
        for c in all.chain(['\u{e0041}', '\u{10ffff}']) {
            let value = format!("a{c}b");
            let text = format!(
                "version: 1\nname: x\nlocation: westeurope\nsubscription: \
                 00000000-0000-0000-0000-000000000001\ntags: {{ t: {} }}\n",
                scalar(&Node::Text(value.replace(['{', '}', '$'], "_")), true),
            );
            let read = crate::check::read(language(), &text, &Default::default());
            let read = read.unwrap_or_else(|errors| panic!("{c:?}: {errors:?}"));
            let tags: Vec<String> = read.tags.values().map(|tag| tag.value.clone()).collect();
            assert_eq!(tags, [value.replace(['{', '}', '$'], "_")], "{c:?}");
        }
    }

    #[test]
    fn what_acts_or_hides_is_escaped_and_read_as_it_was() {
        for odd in [
            "a##vso[task.complete]b",
            "##[error]x",
            "####vso[x]",
            "a\u{202e}b",
            "a\u{9b}31mb",
            "a\u{1b}[2Jb",
            "a\u{ad}b\u{e0041}",
            "::error::x",
            "x\r\n::error::y",
        ] {
            let written = scalar(&Node::Text(odd.to_owned()), false);
            let acts = |c: char| is_hidden(c) || c == '\u{1b}';
            assert!(!written.contains(acts), "{written}");
            assert!(!COMMANDS.iter().any(|command| written.contains(command)), "{written}");
            assert!(!written.trim_start().starts_with("::"), "{written}");
            let text = format!(
                "version: 1\nname: x\nlocation: westeurope\nsubscription: \
                 00000000-0000-0000-0000-000000000001\ntags:\n  t: {written}\n"
            );
            let read =
                crate::check::read(language(), &text, &Default::default()).expect("a topology");
            let tags: Vec<String> = read.tags.values().map(|tag| tag.value.clone()).collect();
            assert_eq!(tags, [odd]);
        }
    }

    #[test]
    fn what_yaml_would_misread_is_quoted() {
        let text = |text: &str| scalar(&Node::Text(text.to_owned()), false);
        for plain in ["dotnet|8.0", "/health", "${secret:env:A}", "rg-{stamp}", "0-a", "weu/web"] {
            assert_eq!(text(plain), plain);
        }
        for odd in ["", "true", "No", "1.2", "8", "{stamp}", "a: b", "a #b", "- x", "*", "a\nb"] {
            assert_eq!(text(odd), quoted(odd));
        }
        assert_eq!(scalar(&Node::Text("rg-{stamp}".to_owned()), true), "\"rg-{stamp}\"");
    }
}
