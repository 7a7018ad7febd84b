//! The tree of a topology that is being written: maps in order, with comments.

use resource::ResourceId;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// A text in the language's own form: what is meant literally is escaped.
    Text(String),
    /// A number, a switch or a quantity, which needs no quotes.
    Plain(String),
    /// A list.
    List(Vec<Node>),
    /// A map.
    Map(Map),
}

/// A map in the order in which it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Map {
    /// The members.
    pub members: Vec<Member>,
}

/// A key, its value, and what is known of both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The key.
    pub key: String,
    /// The value.
    pub value: Node,
    /// Lines for people, written above.
    pub comment: Vec<String>,
    /// True where the language may mean the same without the member.
    pub optional: bool,
    /// The resource that the value tells of.
    pub about: Option<ResourceId>,
}

impl Node {
    /// Returns the map that this is, if it is one.
    pub fn map(&self) -> Option<&Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// Tells whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Map(map) => map.members.is_empty(),
            Self::List(items) => items.is_empty(),
            Self::Text(_) | Self::Plain(_) => false,
        }
    }
}

impl Map {
    /// Returns the value of a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.members.iter().find(|member| member.key == key).map(|member| &member.value)
    }

    /// Returns the map of a key, made where there is none.
    pub fn child(&mut self, key: &str) -> &mut Self {
        let at = self.members.iter().position(|member| member.key == key).unwrap_or_else(|| {
            self.set(key, Self::default());
            self.members.len() - 1
        });
        let value = &mut self.members[at].value;
        if !matches!(value, Node::Map(_)) {
            *value = Node::Map(Self::default());
        }
        match value {
            Node::Map(map) => map,
            _ => unreachable!("it was made a map above"),
        }
    }

    /// Adds a member at the end and returns it; one that is there already is replaced where it stands.
    pub fn set(&mut self, key: &str, value: impl Into<Node>) -> &mut Member {
        let (key, value) = (key.to_owned(), value.into());
        let there = self.members.iter().position(|member| member.key == key);
        let member = Member { key, value, comment: vec![], optional: false, about: None };
        let at = there.unwrap_or(self.members.len());
        self.members.splice(at..(at + 1).min(self.members.len()), [member]);
        &mut self.members[at]
    }

    /// Adds a member that the language may mean without it too.
    pub fn set_default(&mut self, key: &str, value: impl Into<Node>) {
        self.set(key, value).optional = true;
    }

    /// Adds a member, unless there is nothing in it.
    pub fn set_some(&mut self, key: &str, value: impl Into<Node>) {
        let value = value.into();
        if !value.is_empty() {
            self.set(key, value);
        }
    }
}

impl Member {
    /// Says which resource the value tells of.
    pub fn about(&mut self, id: &ResourceId) -> &mut Self {
        self.about = Some(id.clone());
        self
    }

    /// Adds a line for people.
    pub fn comment(&mut self, line: impl Into<String>) -> &mut Self {
        self.comment.push(line.into());
        self
    }
}

impl From<Map> for Node {
    fn from(map: Map) -> Self {
        Self::Map(map)
    }
}

impl From<Vec<Node>> for Node {
    fn from(items: Vec<Node>) -> Self {
        Self::List(items)
    }
}

impl From<bool> for Node {
    fn from(value: bool) -> Self {
        Self::Plain(value.to_string())
    }
}

impl From<u64> for Node {
    fn from(value: u64) -> Self {
        Self::Plain(value.to_string())
    }
}

/// Makes a list of plain words, or the one word where there is only one.
pub fn one_or_many(mut items: Vec<Node>) -> Node {
    match items.len() {
        1 => items.remove(0),
        _ => Node::List(items),
    }
}

/// Makes a text that holds neither placeholder nor reference: what is in it is meant literally.
pub fn literal(text: &str) -> Node {
    Node::Text(escape(text))
}

/// Makes a value that needs no quotes, such as `30s`.
pub fn plain(text: impl Into<String>) -> Node {
    Node::Plain(text.into())
}

/// Writes braces and `${` so that the language takes them literally.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.find(['{', '}', '$']) {
        out.push_str(&rest[..next]);
        rest = &rest[next..];
        let taken = if rest.starts_with("${") {
            out.push_str("$${");
            2
        } else {
            match &rest[..1] {
                "{" => out.push_str("{{"),
                "}" => out.push_str("}}"),
                other => out.push_str(other),
            }
            1
        };
        rest = &rest[taken..];
    }
    out.push_str(rest);
    out
}

/// Writes seconds in the greatest unit that divides them.
pub fn duration(secs: u64) -> Node {
    // A minute of caching is written as 60 seconds.
    let units = [(86_400, "d"), (3600, "h"), (60, "m")];
    let unit = units.iter().find(|(size, _)| secs > 60 && secs.is_multiple_of(*size));
    plain(match unit {
        Some((size, name)) => format!("{}{name}", secs / size),
        None => format!("{secs}s"),
    })
}

/// Makes a sentence of a reason.
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_are_escaped_as_the_language_reads_them() {
        assert_eq!(escape("plain"), "plain");
        assert_eq!(escape("{a} $b ${c}"), "{{a}} $b $${c}}");
    }

    #[test]
    fn durations_take_the_greatest_unit() {
        let written = |secs| match duration(secs) {
            Node::Plain(text) => text,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            [10, 60, 90, 300, 3600, 86_400].map(written),
            ["10s", "60s", "90s", "5m", "1h", "1d"]
        );
    }
}
