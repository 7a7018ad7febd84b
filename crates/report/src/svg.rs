//! The picture of a topology as SVG.

mod layout;

use plan::Band;

use crate::markup::escape;
use crate::model::Kind;
use crate::picture::{Node, Picture, band_name, short_type};
use layout::{Corner, Frame, Layout};

/// Characters of a label that fit into a box.
const LABEL_CHARS: usize = 28;
/// Characters of the smaller line below.
const TYPE_CHARS: usize = 36;

/// Renders `picture` as one SVG: the global band on top, the stamps side by side, the data below.
///
/// The file needs nothing else and follows the reader's light or dark scheme. What a plan does is
/// told by a mark and a word besides the colour. Dependencies that follow from others are left out.
pub fn graph_svg(picture: &Picture) -> String {
    let layout = Layout::new(picture);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"ek\" role=\"img\" width=\"{w}\" \
         height=\"{h}\" viewBox=\"0 0 {w} {h}\" aria-labelledby=\"ek-title ek-text\">\n\
         <title id=\"ek-title\">Topology</title>\n<desc id=\"ek-text\">{}</desc>\n\
         <style>{}</style>\n<rect class=\"ek-page\" width=\"{w}\" height=\"{h}\"/>\n",
        escape(&described(picture)),
        include_str!("svg/style.css"),
        w = layout.width,
        h = layout.height,
    );
    for frame in &layout.frames {
        push_frame(&mut text, frame);
    }
    for (from, to) in reduced(picture) {
        let (user, need) = (&layout.corners[from], &layout.corners[to]);
        let names = format!("{} needs {}", picture.nodes[from].address, picture.nodes[to].address);
        text.push_str(&format!(
            "<path class=\"ek-edge\" d=\"{}\"><title>{}</title></path>\n",
            layout::curve(user, need),
            escape(&names)
        ));
    }
    for (node, corner) in picture.nodes.iter().zip(&layout.corners) {
        push_node(&mut text, node, corner);
    }
    text.push_str("</svg>\n");
    text
}

/// Returns in words what the picture shows, for who cannot see it.
fn described(picture: &Picture) -> String {
    let bands = picture.bands().into_iter().map(|(band, nodes)| {
        let names: Vec<_> = nodes
            .iter()
            .map(|(_, node)| match node.verb {
                Some(verb) => format!("{} ({})", node.address, Kind::of_verb(verb).word()),
                None => node.address.clone(),
            })
            .collect();
        format!("{}: {}.", band_name(band), names.join(", "))
    });
    bands.collect::<Vec<_>>().join(" ")
}

fn push_frame(text: &mut String, frame: &Frame) {
    let Frame { title, x, y, width, height } = frame;
    text.push_str(&format!(
        "<rect class=\"ek-band\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"10\"/>\n\
         <text class=\"ek-name\" x=\"{}\" y=\"{}\">{}</text>\n",
        x + 14,
        y + 22,
        escape(&short(title, LABEL_CHARS))
    ));
}

fn push_node(text: &mut String, node: &Node, corner: &Corner) {
    let kind = node.verb.map(Kind::of_verb);
    let class = match kind {
        Some(Kind::Step(_)) => "step",
        Some(kind) => kind.word(),
        None => "same",
    };
    let label = match &node.band {
        Band::Stamp(stamp) => {
            node.address.strip_prefix(&format!("{stamp}/")).unwrap_or(&node.address)
        }
        Band::Global | Band::Data => &node.address,
    };
    let resource_type = short_type(&node.resource);
    let told = match kind {
        Some(kind) => format!("{} {} · {resource_type}", kind.mark(), kind.word()),
        None => resource_type.clone(),
    };
    let whole = format!("{} ({resource_type})", node.address);
    text.push_str(&format!(
        "<g class=\"ek-{class}\"><title>{}</title><rect class=\"ek-box\" x=\"{x}\" y=\"{y}\" \
         width=\"{}\" height=\"{}\" rx=\"7\"/><text class=\"ek-label\" x=\"{tx}\" y=\"{}\">{}</text>\
         <text class=\"ek-type\" x=\"{tx}\" y=\"{}\">{}</text></g>\n",
        escape(&whole),
        layout::BOX_WIDTH,
        layout::BOX_HEIGHT,
        corner.y + 19,
        escape(&short(label, LABEL_CHARS)),
        corner.y + 36,
        escape(&short(&told, TYPE_CHARS)),
        x = corner.x,
        y = corner.y,
        tx = corner.x + 12,
    ));
}

/// Shortens a label in its middle: a name differs from its neighbours at its ends.
fn short(label: &str, most: usize) -> String {
    let chars: Vec<char> = label.chars().collect();
    if chars.len() <= most {
        return label.to_owned();
    }
    let half = most / 2;
    let head: String = chars[..half].iter().collect();
    let tail: String = chars[chars.len() - (half - 1)..].iter().collect();
    format!("{head}…{tail}")
}

/// Returns the edges without those that a path over other edges already tells.
fn reduced(picture: &Picture) -> Vec<(usize, usize)> {
    let edges = picture.numbered_edges();
    let mut needs: Vec<Vec<usize>> = vec![vec![]; picture.nodes.len()];
    for (from, to) in &edges {
        needs[*from].push(*to);
    }
    let is_told = |from: usize, to: usize| {
        let mut seen = vec![false; needs.len()];
        let mut open: Vec<usize> = needs[from].iter().copied().filter(|need| *need != to).collect();
        while let Some(at) = open.pop() {
            if at == to {
                return true;
            }
            // The start is left out, so that no edge of a cycle is told by itself.
            if at != from && !std::mem::replace(&mut seen[at], true) {
                open.extend(&needs[at]);
            }
        }
        false
    };
    edges.iter().copied().filter(|(from, to)| from != to && !is_told(*from, *to)).collect()
}

#[cfg(test)]
mod tests {
    use plan::Verb;

    use super::*;
    use crate::sample;

    #[test]
    fn bands_are_drawn_with_what_changes() {
        let mut picture = sample::picture();
        picture.nodes[0].verb = Some(Verb::Update);
        picture.nodes[3].verb = Some(Verb::ReplaceCreate);
        insta::assert_snapshot!(graph_svg(&picture));
    }

    #[test]
    fn edges_that_follow_from_others_are_left_out() {
        let mut picture = sample::picture();
        let all = reduced(&picture);
        picture.edges.push(("dns/example.com/app".into(), "weu/web".into()));
        picture.edges.push(("trafficManager/main".into(), "weu/plan".into()));
        assert_eq!(reduced(&picture), all);
    }

    #[test]
    fn names_cannot_break_out_and_long_ones_stay_within_their_box() {
        let mut picture = sample::picture();
        picture.nodes[0].address = "</text><script>alert(1)</script>".into();
        picture.nodes[1].address = "x".repeat(200);
        let svg = graph_svg(&picture);
        assert!(!svg.contains("<script"), "{svg}");
        assert!(svg.contains(&format!(">{}…{}<", "x".repeat(14), "x".repeat(13))), "{svg}");
    }

    #[test]
    fn an_empty_picture_is_a_picture() {
        assert!(graph_svg(&Picture::default()).ends_with("</svg>\n"));
    }
}
