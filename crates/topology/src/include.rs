//! Several files of one application: `include` adds files, overlays change them.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::decode::report_duplicates;
use crate::parse::Input;
use crate::plain_secrets::{self, Written};
use crate::render::Sources;
use crate::tree::{self, Entry, Node, NodeKind, Positions};
use crate::{Diagnostic, Place, stamps};

/// Files that may be included in all; more is taken for a mistake.
const MOST_FILES: usize = 256;

/// Reads the main file, what it includes, and the overlays, as one tree.
pub(crate) fn load(
    input: &Input<'_>,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Arc<Node>> {
    let mut loader = Loader { input, sources, diagnostics };
    let mut root = Arc::new(loader.tree(input.file, input.text)?);
    let mut queue = loader.included(&root, input.file);
    let mut next = 0;
    while let Some((path, place)) = queue.get(next).cloned() {
        next += 1;
        if next > MOST_FILES || queue[..next - 1].iter().any(|(seen, _)| *seen == path) {
            loader.diagnostics.push(twice(&path, &place));
            continue;
        }
        let Some(tree) = loader.file(&path, &place) else { continue };
        queue.extend(loader.included(&tree, &path));
        root = loader.join(&root, &Arc::new(tree));
    }
    for overlay in input.overlays {
        let place = root.place.clone();
        if let Some(tree) = loader.file(overlay, &place) {
            root = stamps::merge(&root, &Arc::new(tree));
        }
    }
    Some(root)
}

/// Tells whether `path` stays in the folder of `file`, going by its spelling; where links lead only the
/// file system can tell.
fn is_below(path: &Path, file: &Path) -> bool {
    let folder = file.parent().unwrap_or(Path::new(""));
    let Ok(inner) = path.strip_prefix(folder) else { return false };
    let mut depth = 0_usize;
    inner.components().all(|component| match component {
        Component::Normal(_) => {
            depth += 1;
            true
        }
        Component::CurDir => true,
        Component::ParentDir if depth > 0 => {
            depth -= 1;
            true
        }
        Component::ParentDir | Component::RootDir | Component::Prefix(_) => false,
    })
}

fn twice(path: &Path, place: &Place) -> Diagnostic {
    let message = format!("`{}` is included twice", path.display());
    Diagnostic::error("bad-include", place, message).help("include every file once")
}

struct Loader<'l, 'a> {
    input: &'l Input<'a>,
    sources: &'l mut Sources,
    diagnostics: &'l mut Vec<Diagnostic>,
}

impl Loader<'_, '_> {
    fn tree(&mut self, path: &Path, text: &str) -> Option<Node> {
        let file: Arc<str> = path.to_string_lossy().into();
        self.sources.add(file.clone(), text);
        match tree::read(&file, text) {
            Ok(node) if matches!(node.kind, NodeKind::Map(_)) => {
                let secrets = plain_secrets::find(&node);
                self.diagnostics.extend(secrets.iter().filter_map(Written::warning));
                self.sources.hide(secrets);
                report_duplicates(&node, self.diagnostics);
                Some(node)
            }
            Ok(node) if matches!(node.kind, NodeKind::Null) => {
                Some(Node { kind: NodeKind::Map(Vec::new()), ..node })
            }
            Ok(node) => {
                let message = format!("a topology is a map, not {}", node.kind_name());
                let diagnostic = Diagnostic::error("wrong-type", &node.place, message);
                self.diagnostics.push(diagnostic.help("begin with `version: 1` and `name: …`"));
                None
            }
            Err(diagnostic) => {
                self.sources.hide(plain_secrets::find_in_lines(&file, text));
                self.diagnostics.push(*diagnostic);
                None
            }
        }
    }

    fn file(&mut self, path: &Path, place: &Place) -> Option<Node> {
        match (self.input.read)(path) {
            Ok(text) => self.tree(path, &text),
            Err(error) => {
                let message = format!("`{}` can't be read: {error}", path.display());
                let diagnostic = Diagnostic::error("bad-include", place, message)
                    .help("paths are relative to the file that includes them");
                self.diagnostics.push(diagnostic);
                None
            }
        }
    }

    /// Returns the files that a tree includes; what is no text is told when the model is read.
    fn included(&mut self, tree: &Node, file: &Path) -> Vec<(PathBuf, Place)> {
        let folder = file.parent().unwrap_or(Path::new(""));
        let Some(NodeKind::Seq(items)) = tree.get("include").map(|include| &include.kind) else {
            return Vec::new();
        };
        let mut paths = vec![];
        for item in items {
            let NodeKind::Text(path) = &item.kind else { continue };
            let path = folder.join(path);
            if is_below(&path, self.input.file) {
                paths.push((path, item.place.clone()));
            } else {
                let message = format!("`{}` lies outside the topology's folder", path.display());
                let help = "an include is a file beside the topology or in a folder below it";
                let outside = Diagnostic::error("bad-include", &item.place, message);
                self.diagnostics.push(outside.help(help));
            }
        }
        paths
    }

    /// Joins two files: maps merge, lists of `include` add up, and nothing may be said twice.
    fn join(&mut self, base: &Arc<Node>, other: &Arc<Node>) -> Arc<Node> {
        let (NodeKind::Map(below), NodeKind::Map(above)) = (&base.kind, &other.kind) else {
            return base.clone();
        };
        let mut entries: Vec<Entry> = below.clone();
        let mut positions = Positions::of(&entries);
        for entry in above {
            let Some(index) = positions.find(&entries, &entry.key) else {
                entries.push(entry.clone());
                positions.note(&entries);
                continue;
            };
            let old = entries[index].clone();
            match (&old.value.kind, &entry.value.kind) {
                (NodeKind::Map(_), NodeKind::Map(_)) => {
                    entries[index].value = self.join(&old.value, &entry.value);
                }
                (NodeKind::Text(a), NodeKind::Text(b)) if a == b => {}
                (NodeKind::Number(a), NodeKind::Number(b)) if a == b => {}
                (NodeKind::Bool(a), NodeKind::Bool(b)) if a == b => {}
                _ if &*entry.key == "include" => {}
                _ => self.diagnostics.push(
                    Diagnostic::error(
                        "defined-twice",
                        &entry.place,
                        format!("`{}` is given in two files", entry.key),
                    )
                    .also(&old.place, "the first one")
                    .help(
                        "keep one of them; to change a value for one environment, use an overlay",
                    ),
                ),
            }
        }
        Arc::new(Node { kind: NodeKind::Map(entries), place: base.place.clone(), verbatim: None })
    }
}
