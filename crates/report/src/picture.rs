//! The picture of a topology: a global band, the stamps side by side, the data band.

use std::collections::{BTreeMap, BTreeSet};

use plan::{Band, Verb};
use resource::ResourceId;

use crate::escape;
use crate::model::Kind;

/// The fill of what a plan changes, by verb; light enough for black text.
const COLOURS: [(&str, &str); 5] = [
    ("create", "#b7e4c7"),
    ("update", "#ffe8a3"),
    ("replace", "#e3c5f0"),
    ("delete", "#f5b5b5"),
    ("adopt", "#b5e3f0"),
];

/// One resource in a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// The resource's path in the topology; unique within the picture.
    pub address: String,
    /// The resource; its type is shown without the namespace.
    pub resource: ResourceId,
    /// Where it stands.
    pub band: Band,
    /// What a plan does with it, where it does anything.
    pub verb: Option<Verb>,
}

/// Resources and which of them needs which.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Picture {
    /// The resources.
    pub nodes: Vec<Node>,
    /// Dependencies, from the address that needs to the address that is needed. Edges to addresses
    /// that are not in the picture are left out.
    pub edges: Vec<(String, String)>,
}

/// The nodes of one band, each with its number in the picture.
pub(crate) type Group<'a> = Vec<(usize, &'a Node)>;

impl Picture {
    /// Returns the bands from top to bottom, stamps in the order in which they first appear.
    pub(crate) fn bands(&self) -> Vec<(&Band, Group<'_>)> {
        let mut stamps: Vec<&Band> = vec![];
        for node in &self.nodes {
            if matches!(node.band, Band::Stamp(_)) && !stamps.contains(&&node.band) {
                stamps.push(&node.band);
            }
        }
        let order = std::iter::once(&Band::Global).chain(stamps).chain([&Band::Data]);
        let group = |band: &Band| -> Group<'_> {
            self.nodes.iter().enumerate().filter(|(_, node)| node.band == *band).collect()
        };
        order.map(|band| (band, group(band))).filter(|(_, nodes)| !nodes.is_empty()).collect()
    }

    /// Returns the edges by node number, each once.
    pub(crate) fn numbered_edges(&self) -> BTreeSet<(usize, usize)> {
        let numbers: BTreeMap<_, _> =
            self.nodes.iter().enumerate().map(|(at, node)| (&node.address, at)).collect();
        let edges = self.edges.iter();
        edges.filter_map(|(from, to)| Some((*numbers.get(from)?, *numbers.get(to)?))).collect()
    }
}

/// Renders `picture` in the language of Graphviz, each band a cluster.
pub fn graph_dot(picture: &Picture) -> String {
    let mut text = String::from(
        "digraph topology {\n  rankdir=TB;\n  compound=true;\n  node [shape=box, style=\"rounded,filled\", \
         fillcolor=white, fontname=\"Helvetica\"];\n  edge [color=\"#8a8a8a\"];\n",
    );
    for (at, (band, nodes)) in picture.bands().into_iter().enumerate() {
        text.push_str(&format!(
            "  subgraph cluster_{at} {{\n    label=\"{}\";\n    style=rounded;\n    color=\"#b0b0b0\";\n",
            quoted(&band_name(band))
        ));
        for (number, node) in nodes {
            let fill = colour(node).map(|c| format!(", fillcolor=\"{c}\"")).unwrap_or_default();
            let label = (quoted(&node.address), quoted(&short_type(&node.resource)));
            text.push_str(&format!("    n{number} [label=\"{}\\n{}\"{fill}];\n", label.0, label.1));
        }
        text.push_str("  }\n");
    }
    for (from, to) in picture.numbered_edges() {
        text.push_str(&format!("  n{from} -> n{to};\n"));
    }
    text.push_str("}\n");
    text
}

/// Renders `picture` as a Mermaid flowchart, each band a subgraph.
pub fn graph_mermaid(picture: &Picture) -> String {
    let mut text = String::from("flowchart TB\n");
    let mut classes: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (at, (band, nodes)) in picture.bands().into_iter().enumerate() {
        text.push_str(&format!("  subgraph band{at}[\"{}\"]\n", escaped(&band_name(band))));
        for (number, node) in nodes {
            let (address, kind) = (escaped(&node.address), escaped(&short_type(&node.resource)));
            text.push_str(&format!("    n{number}[\"{address}<br/><small>{kind}</small>\"]\n"));
            if colour(node).is_some() {
                let word = node.verb.map(|verb| Kind::of_verb(verb).word()).unwrap_or_default();
                classes.entry(word).or_default().push(format!("n{number}"));
            }
        }
        text.push_str("  end\n");
    }
    for (from, to) in picture.numbered_edges() {
        text.push_str(&format!("  n{from} --> n{to}\n"));
    }
    for (word, nodes) in classes {
        text.push_str(&format!("  class {} {word}\n", nodes.join(",")));
    }
    for (word, colour) in COLOURS {
        text.push_str(&format!("  classDef {word} fill:{colour},color:#000\n"));
    }
    text
}

/// Returns what a band is called.
pub(crate) fn band_name(band: &Band) -> String {
    match band {
        Band::Global => "global".to_owned(),
        Band::Stamp(stamp) => format!("stamp {stamp}"),
        Band::Data => "data".to_owned(),
    }
}

fn colour(node: &Node) -> Option<&'static str> {
    let word = Kind::of_verb(node.verb?).word();
    COLOURS.iter().find(|(known, _)| *known == word).map(|(_, colour)| *colour)
}

/// Returns the resource type without its namespace.
pub(crate) fn short_type(resource: &ResourceId) -> String {
    let whole = resource.resource_type();
    whole.as_str().split_once('/').map_or(whole.as_str(), |(_, kind)| kind).to_owned()
}

/// Returns a text for between the quotes of Graphviz' language.
fn quoted(text: &str) -> String {
    escape::line(text).replace('\\', "\\\\").replace('"', "\\\"")
}

/// Returns a text for between the quotes of a Mermaid label, which is read as HTML; a percent sign could
/// begin a directive there.
fn escaped(text: &str) -> String {
    let text = escape::line(text).replace('&', "&amp;").replace('"', "&quot;");
    text.replace('<', "&lt;").replace('>', "&gt;").replace('%', "&#37;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture() -> Picture {
        let node = |address: &str, kind: &str, band: Band, verb| Node {
            address: address.into(),
            resource: ResourceId::in_group("s", "rg", kind, "name"),
            band,
            verb,
        };
        let stamp = |name: &str| Band::Stamp(name.into());
        Picture {
            nodes: vec![
                node("storage/portal", resource::types::STORAGE_ACCOUNT, Band::Data, None),
                node("weu/web", resource::types::SITE, stamp("weu"), Some(Verb::Update)),
                node("sea/web", resource::types::SITE, stamp("sea"), Some(Verb::Create)),
                node(
                    "trafficManager/main",
                    resource::types::PROFILE,
                    Band::Global,
                    Some(Verb::Update),
                ),
            ],
            edges: [
                ("trafficManager/main", "weu/web"),
                ("trafficManager/main", "sea/web"),
                ("trafficManager/main", "sea/web"),
                ("sea/web", "gone"),
            ]
            .map(|(from, to)| (from.to_owned(), to.to_owned()))
            .into(),
        }
    }

    #[test]
    fn dot_draws_bands_as_clusters() {
        insta::assert_snapshot!(graph_dot(&picture()));
    }

    #[test]
    fn mermaid_draws_bands_as_subgraphs() {
        insta::assert_snapshot!(graph_mermaid(&picture()));
    }

    #[test]
    fn names_cannot_break_out_of_their_quotes() {
        assert_eq!(quoted("a\"b\\c"), r#"a\"b\\c"#);
        assert_eq!(escaped("a\"<b>"), "a&quot;&lt;b&gt;");
    }
}
