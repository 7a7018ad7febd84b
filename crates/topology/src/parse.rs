//! Text to topology: the one way in.

use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::decode::{Broken, Context, Decode, Scope};
use crate::reference::Declared;
use crate::render::Sources;
use crate::tree::{Node, NodeKind};
use crate::{Diagnostic, Language, Severity, Topology, include, keys, names, stamps, written};

/// What a topology is read from.
pub struct Input<'a> {
    /// The language that it is written in.
    pub language: &'static Language,
    /// The file, as diagnostics shall name it; `include` is relative to it.
    pub file: &'a Path,
    /// Its text.
    pub text: &'a str,
    /// Gives the value of an environment variable.
    pub env: &'a dyn Fn(&str) -> Option<String>,
    /// Gives the text of a file that `include` names.
    pub read: &'a dyn Fn(&Path) -> io::Result<String>,
    /// Files that are laid over the topology in this order, such as
    /// `overlays/production.yaml`; read through `read`.
    pub overlays: &'a [&'a Path],
}

/// What came of reading a topology.
#[derive(Debug)]
pub struct Parsed {
    /// The topology, if there is no error.
    pub topology: Option<Topology>,
    /// All mistakes, in the order of the files.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts that the diagnostics point into.
    pub sources: Sources,
    /// What tells this text from every other, in hexadecimal: of the files joined and the overlays
    /// laid, with variables and secrets as they are written. The same in every version of Evenkeel.
    pub fingerprint: String,
}

/// A text that was applied once, as far as it can be read today.
#[derive(Debug)]
pub struct Applied {
    /// What it declared; its values may be stand-ins.
    pub topology: Topology,
    /// As [`Parsed::fingerprint`].
    pub fingerprint: String,
    /// The files that it was read from.
    pub files: Vec<String>,
}

/// Stands for the value of a variable that is not set; no name that Azure takes holds it.
const UNSET: &str = "\u{FFFD}";

/// Reads a text that was applied once, for the keys and addresses that it declared.
///
/// Its mistakes do not count: the checks of today are no judge of it, and a variable need not be set
/// any more. What cannot be read is left out; `None` where that is everything.
pub fn parse_applied(input: &Input<'_>) -> Option<Applied> {
    let (mut sources, mut diagnostics) = (Sources::default(), Vec::new());
    let env = |name: &str| (input.env)(name).or_else(|| Some(UNSET.to_owned()));
    let root = include::load(input, &mut sources, &mut diagnostics)?;
    let fingerprint = written::fingerprint(&root);
    let input = Input { env: &env, ..*input };
    let topology = decode(&root, &input, &mut diagnostics)?;
    let files = sources.files().map(str::to_owned).collect();
    Some(Applied { topology, fingerprint, files })
}

/// Tells whether a text of [`parse_applied`] rests on a variable that is not set.
pub fn is_unset(text: &str) -> bool {
    text.contains(UNSET)
}

impl Parsed {
    /// Adds mistakes that only show in what the topology comes to; with one there is no topology.
    pub fn refuse(&mut self, mistakes: Vec<Diagnostic>) {
        if mistakes.iter().any(|mistake| mistake.severity == Severity::Error) {
            self.topology = None;
        }
        self.diagnostics.extend(mistakes);
        self.sources.hide_in(&mut self.diagnostics);
        sort(&mut self.diagnostics, &self.sources);
    }
}

/// Reads a topology, with everything it includes, and checks all that can be checked offline.
///
/// Never fails: every mistake is a [`Diagnostic`], and all are found at once.
pub fn parse(input: &Input<'_>) -> Parsed {
    let mut sources = Sources::default();
    let mut diagnostics = Vec::new();
    let root = include::load(input, &mut sources, &mut diagnostics);
    let fingerprint = root.as_deref().map(written::fingerprint).unwrap_or_default();
    let topology = root.and_then(|root| decode(&root, input, &mut diagnostics));
    sources.hide_in(&mut diagnostics);
    sort(&mut diagnostics, &sources);
    let failed = diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    Parsed { topology: topology.filter(|_| !failed), diagnostics, sources, fingerprint }
}

/// Reads the model from the tree of all files.
fn decode(
    root: &Arc<Node>,
    input: &Input<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Topology> {
    let root = keys::unify(&stamps::resolve(root), input.language, diagnostics);
    let resolved = root.get("stamps").map_or(&[][..], |stamps| stamps.entries());
    let stamps = resolved.iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect();
    let mut cx = Context {
        diagnostics: std::mem::take(diagnostics),
        env: input.env,
        scope: Scope::default(),
        declared: Declared { language: input.language, root: Some(root.clone()), stamps },
        field: "",
        entry: "".into(),
        stamps_read: 0,
        index_used: false,
        broken: Broken::new(),
    };
    cx.scope.name = name(&root, &mut cx);
    let topology = Topology::decode(&root, &mut cx);
    let Context { diagnostics: found, broken, .. } = cx;
    *diagnostics = found;
    let mut topology = topology?;
    names::derive(&mut topology);
    crate::check::all(&topology, &broken, diagnostics);
    Some(topology)
}

/// Returns the application's name, which every other text may hold.
fn name(root: &Node, cx: &mut Context<'_>) -> String {
    let Some(node) = root.get("name") else { return String::new() };
    let NodeKind::Text(_) = node.kind else { return String::new() };
    // A mistake in it is filed when the name itself is read.
    let before = cx.diagnostics.len();
    let name = String::decode(node, cx);
    cx.diagnostics.truncate(before);
    name.unwrap_or_default()
}

/// Sorts mistakes as a reader meets them, and tells each once: a mistake in the module would
/// otherwise be told for every stamp.
fn sort(diagnostics: &mut Vec<Diagnostic>, sources: &Sources) {
    let order =
        |diagnostic: &Diagnostic| (sources.index(&diagnostic.place.file), diagnostic.place.start);
    diagnostics.sort_by(|a, b| {
        order(a).cmp(&order(b)).then_with(|| a.code.cmp(b.code)).then(a.place.end.cmp(&b.place.end))
    });
    // One place may lack several keys; otherwise the code tells mistakes of one place apart.
    let is_same =
        |a: &Diagnostic, b: &Diagnostic| a.code != "missing-key" || a.message == b.message;
    diagnostics.dedup_by(|a, b| a.code == b.code && a.place == b.place && is_same(a, b));
}
