//! What stands in braces inside a text: `{name}`, `{weu/web.principalId}`, `${env:X}`,
//! `${secret:…}`.

use std::sync::Arc;

use crate::decode::{Context, Decode, quoted};
use crate::run_keys::holds_key_of_the_run;
use crate::suggest::closest;
use crate::tree::{Node, NodeKind};
use crate::{Diagnostic, Part, Place, SecretSource, Text};

/// A text after expansion, with the places of what can't be known at once.
pub(crate) struct Expansion {
    parts: Vec<Part>,
    failed: bool,
}

/// What a stamp's texts may hold.
const PLACEHOLDERS: &[&str] = &["name", "stamp", "region", "index"];

impl Expansion {
    /// Expands a text, filing its mistakes.
    pub fn of(node: &Node, text: &str, cx: &mut Context<'_>) -> Self {
        if !text.contains(['{', '}', '$']) {
            return Self { parts: vec![Part::Literal(text.to_owned())], failed: false };
        }
        let mut expander = Expander { node, text, literal: String::new(), parts: Vec::new(), cx };
        let failed = expander.run().is_none();
        let Expander { literal, mut parts, .. } = expander;
        if !literal.is_empty() || parts.is_empty() {
            parts.push(Part::Literal(literal));
        }
        Self { parts, failed }
    }

    /// Returns the text of a value that can't hold secrets and references, filing those it holds.
    pub fn into_plain(mut self, node: &Node, cx: &mut Context<'_>) -> Option<String> {
        if self.failed {
            return None;
        }
        match (self.parts.pop(), self.parts.is_empty()) {
            (Some(Part::Literal(text)), true) => Some(text),
            _ => {
                cx.not_plain(node);
                None
            }
        }
    }

    /// Returns the text in parts.
    pub fn into_text(self) -> Option<Text> {
        (!self.failed).then_some(Text(self.parts))
    }
}

struct Expander<'e, 'a> {
    node: &'e Node,
    text: &'e str,
    literal: String,
    parts: Vec<Part>,
    cx: &'e mut Context<'a>,
}

impl Expander<'_, '_> {
    /// Goes through the text; `None` when a mistake was filed, after going through all of it.
    fn run(&mut self) -> Option<()> {
        let mut sound = Some(());
        let mut at = 0;
        while let Some(next) = self.text[at..].find(['{', '}', '$']) {
            self.literal.push_str(&self.text[at..at + next]);
            at += next;
            let rest = &self.text[at..];
            at += if rest.starts_with("$${") {
                self.literal.push_str("${");
                3
            } else if rest.starts_with("{{") || rest.starts_with("}}") {
                self.literal.push_str(&rest[..1]);
                2
            } else if rest.starts_with("${") || rest.starts_with('{') {
                let open = rest.find('{').map_or(1, |brace| brace + 1);
                let close = rest.find('}');
                if self.braces(at, open, close).is_none() {
                    sound = None;
                }
                close.map_or(rest.len(), |close| close + 1)
            } else {
                self.literal.push_str(&rest[..1]);
                1
            };
        }
        self.literal.push_str(&self.text[at..]);
        sound
    }

    /// Expands what stands between two braces.
    fn braces(&mut self, at: usize, open: usize, close: Option<usize>) -> Option<()> {
        let Some(close) = close else {
            let place = self.place(at, self.text.len());
            let diagnostic =
                Diagnostic::error("unknown-placeholder", &place, "a brace is not closed")
                    .help("write `{{` for a brace that is meant literally");
            self.cx.report(diagnostic);
            return None;
        };
        let inner = &self.text[at + open..at + close];
        let place = self.place(at, at + close + 1);
        if open == 2 { self.substitution(inner, &place) } else { self.placeholder(inner, &place) }
    }

    /// Expands `${…}`.
    fn substitution(&mut self, inner: &str, place: &Place) -> Option<()> {
        let variable = inner.strip_prefix("secret:").unwrap_or(inner).strip_prefix("env:");
        if let Some(name) =
            variable.filter(|name| holds_key_of_the_run(name, (self.cx.env)(name).as_deref()))
        {
            self.key_of_the_run(name, place);
            return None;
        }
        if let Some(name) = inner.strip_prefix("env:") {
            let Some(value) = (self.cx.env)(name) else {
                self.missing_variable(name, place);
                return None;
            };
            self.literal.push_str(&value);
            return Some(());
        }
        let source = match inner.strip_prefix("secret:").map(|rest| rest.split_once(':')) {
            Some(Some(("env", name))) if is_variable(name) => {
                // The value is asked for when it is sent; that it is there can be seen now.
                if (self.cx.env)(name).is_none() {
                    self.missing_variable(name, place);
                    return None;
                }
                SecretSource::Env(name.to_owned())
            }
            Some(Some(("keyVault", path))) if path.split('/').count() == 2 => {
                let (vault, name) = path.split_once('/').unwrap_or_default();
                if vault.is_empty() || name.is_empty() {
                    return self.unknown_substitution(inner, place);
                }
                SecretSource::KeyVault { vault: vault.to_owned(), name: name.to_owned() }
            }
            _ => return self.unknown_substitution(inner, place),
        };
        self.push(Part::Secret(source));
        Some(())
    }

    fn key_of_the_run(&mut self, name: &str, place: &Place) {
        let message = format!("`{name}` is a key of the run itself and is not sent anywhere");
        let diagnostic = Diagnostic::error("key-of-the-run", place, message)
            .help("keep the application's secrets in variables of their own, or in a key vault");
        self.cx.report(diagnostic);
    }

    fn missing_variable(&mut self, name: &str, place: &Place) {
        let message = format!("environment variable `{name}` is not set");
        let diagnostic = Diagnostic::error("missing-variable", place, message)
            .help(format!("set it before you run evenkeel: `export {name}=…`"));
        self.cx.report(diagnostic);
    }

    fn unknown_substitution(&mut self, inner: &str, place: &Place) -> Option<()> {
        let message = format!("`${{{inner}}}` is not a substitution");
        let diagnostic = Diagnostic::error("unknown-substitution", place, message).help(
            "write `${env:NAME}`, `${secret:env:NAME}` or `${secret:keyVault:<vault>/<name>}`; \
             `$${` is a literal `${`",
        );
        self.cx.report(diagnostic);
        None
    }

    /// Expands `{…}`.
    fn placeholder(&mut self, inner: &str, place: &Place) -> Option<()> {
        let stamp = self.cx.scope.stamp.as_ref();
        match (inner, stamp) {
            ("name", _) => {
                self.literal.push_str(&self.cx.scope.name);
                return Some(());
            }
            ("stamp", Some(stamp)) => {
                self.literal.push_str(&stamp.name);
                return Some(());
            }
            ("region", Some(stamp)) => {
                self.literal.push_str(&stamp.region);
                return Some(());
            }
            ("index", Some(stamp)) => {
                self.literal.push_str(&stamp.index.to_string());
                self.cx.index_used = true;
                return Some(());
            }
            ("stamp" | "region" | "index", None) => {
                let message = format!("`{{{inner}}}` has a value only inside a stamp");
                self.cx.report(Diagnostic::error("unknown-placeholder", place, message));
                return None;
            }
            _ => {}
        }
        if !inner.contains('.') || inner.contains(|c: char| " \"':,".contains(c)) {
            return self.unknown_placeholder(inner, place);
        }
        let (target, property) = crate::reference::property(inner, place, self.cx)?;
        self.push(Part::Reference { target, property });
        Some(())
    }

    fn unknown_placeholder(&mut self, inner: &str, place: &Place) -> Option<()> {
        let known = if self.cx.scope.stamp.is_some() { PLACEHOLDERS } else { &["name"] };
        let help = match closest(inner, known.iter().copied()) {
            Some(near) => format!("did you mean `{{{near}}}`?"),
            None => format!(
                "known here are {} and references such as `{{weu/web.principalId}}`; `{{{{` is a \
                 literal brace",
                quoted(&known.iter().map(|word| format!("{{{word}}}")).collect::<Vec<_>>())
            ),
        };
        let message = format!("unknown placeholder `{{{inner}}}`");
        self.cx.report(Diagnostic::error("unknown-placeholder", place, message).help(help));
        None
    }

    fn push(&mut self, part: Part) {
        if !self.literal.is_empty() {
            self.parts.push(Part::Literal(std::mem::take(&mut self.literal)));
        }
        self.parts.push(part);
    }

    /// Returns the place of a slice of the text, or of the whole text where they don't match.
    fn place(&self, from: usize, to: usize) -> Place {
        let whole = &self.node.place;
        let Some(offset) = self.node.verbatim else { return whole.clone() };
        // Only a text of one line stands in the file as it is, so the column moves with it.
        let shift = |index: usize| offset + u32::try_from(index).unwrap_or(0);
        let before = self.text[..from].chars().count();
        Place {
            file: Arc::clone(&whole.file),
            start: whole.start + shift(from),
            end: whole.start + shift(to),
            line: whole.line,
            column: whole.column + shift(before),
        }
    }
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

impl Decode for Text {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        match &node.kind {
            NodeKind::Text(text) => Expansion::of(node, text, cx).into_text(),
            _ => cx.scalar(node, "a text").map(|text| Self(vec![Part::Literal(text)])),
        }
    }
}

impl Context<'_> {
    /// Files a secret or a reference where only plain text can stand.
    pub fn not_plain(&mut self, node: &Node) {
        let field = self.field;
        let message = format!("`{field}` can't hold a secret or a reference");
        let diagnostic = Diagnostic::error("not-plain", &node.place, message)
            .help("its value must be known before anything is read from Azure; `${env:NAME}` is");
        self.report(diagnostic);
    }
}
