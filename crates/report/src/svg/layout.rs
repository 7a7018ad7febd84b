//! Where the boxes of a picture stand.

use plan::Band;

use crate::picture::{Group, Picture, band_name};

pub(super) const BOX_WIDTH: usize = 252;
pub(super) const BOX_HEIGHT: usize = 46;
/// Between boxes, and between a frame and its boxes; wide enough for a curve to be told from a side.
const GAP: usize = 22;
/// The part of a frame that holds its name.
const TITLE: usize = 34;
/// Between frames.
const MARGIN: usize = 26;
/// Boxes beside each other where there are fewer stamps than that.
const LEAST_COLUMNS: usize = 3;
/// Stamps beside each other before the next row begins.
const MOST_COLUMNS: usize = 6;

/// The upper left corner of a box.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Corner {
    pub(super) x: usize,
    pub(super) y: usize,
}

/// A band, or one stamp.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) title: String,
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) width: usize,
    pub(super) height: usize,
}

/// A picture in pixels.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) frames: Vec<Frame>,
    /// The corner of each node, in the order of the picture.
    pub(super) corners: Vec<Corner>,
}

impl Layout {
    pub(super) fn new(picture: &Picture) -> Self {
        let bands = picture.bands();
        let (stamps, others): (Vec<_>, Vec<_>) =
            bands.into_iter().partition(|(band, _)| matches!(band, Band::Stamp(_)));
        let columns = stamps.len().clamp(LEAST_COLUMNS, MOST_COLUMNS);
        let corners = vec![Corner::default(); picture.nodes.len()];
        let mut layout = Self { width: 0, height: MARGIN, frames: vec![], corners };
        let width = columns * (BOX_WIDTH + 2 * GAP) + (columns - 1) * MARGIN;
        let (global, data): (Vec<_>, Vec<_>) =
            others.into_iter().partition(|(band, _)| **band == Band::Global);
        for (band, nodes) in global {
            layout.push_wide(band, &nodes, width);
        }
        for row in stamps.chunks(columns) {
            layout.push_row(row, width);
        }
        for (band, nodes) in data {
            layout.push_wide(band, &nodes, width);
        }
        layout.width = width + 2 * MARGIN;
        layout
    }

    /// Adds a band as wide as the picture, its boxes in rows.
    fn push_wide(&mut self, band: &Band, nodes: &Group<'_>, width: usize) {
        let columns = (width - GAP) / (BOX_WIDTH + GAP);
        let rows = nodes.len().div_ceil(columns);
        let frame = Frame {
            title: band_name(band),
            x: MARGIN,
            y: self.height,
            width,
            height: TITLE + rows * (BOX_HEIGHT + GAP),
        };
        for (at, (number, _)) in nodes.iter().enumerate() {
            self.corners[*number] = Corner {
                x: frame.x + GAP + at % columns * (BOX_WIDTH + GAP),
                y: frame.y + TITLE + at / columns * (BOX_HEIGHT + GAP),
            };
        }
        self.height += frame.height + MARGIN;
        self.frames.push(frame);
    }

    /// Adds stamps side by side, each a column of equal height.
    fn push_row(&mut self, stamps: &[(&Band, Group<'_>)], width: usize) {
        let boxes = stamps.iter().map(|(_, nodes)| nodes.len()).max().unwrap_or_default();
        let height = TITLE + boxes * (BOX_HEIGHT + GAP);
        let frame_width = (width - (stamps.len() - 1) * MARGIN) / stamps.len();
        for (column, (band, nodes)) in stamps.iter().enumerate() {
            let x = MARGIN + column * (frame_width + MARGIN);
            let inset = (frame_width - BOX_WIDTH) / 2;
            for (at, (number, _)) in nodes.iter().enumerate() {
                let y = self.height + TITLE + at * (BOX_HEIGHT + GAP);
                self.corners[*number] = Corner { x: x + inset, y };
            }
            let (title, y) = (band_name(band), self.height);
            self.frames.push(Frame { title, x, y, width: frame_width, height });
        }
        self.height += height + MARGIN;
    }
}

/// Returns the line from who needs to what is needed.
pub(super) fn curve(user: &Corner, need: &Corner) -> String {
    let middle = |corner: &Corner| corner.x + BOX_WIDTH / 2;
    if user.x == need.x && user.y.abs_diff(need.y) > BOX_HEIGHT + GAP {
        // Around the boxes between them, which a straight line would cross.
        let (side, from, to) =
            (user.x + BOX_WIDTH, user.y + BOX_HEIGHT / 2, need.y + BOX_HEIGHT / 2);
        let bow = side + GAP;
        return format!("M{side} {from}C{bow} {from} {bow} {to} {side} {to}");
    }
    let (from, to) = match user.y.cmp(&need.y) {
        std::cmp::Ordering::Less => (user.y + BOX_HEIGHT, need.y),
        std::cmp::Ordering::Greater => (user.y, need.y + BOX_HEIGHT),
        // Beside each other: below both.
        std::cmp::Ordering::Equal => {
            let (y, low) = (user.y + BOX_HEIGHT, user.y + BOX_HEIGHT + GAP);
            let (a, b) = (middle(user), middle(need));
            return format!("M{a} {y}C{a} {low} {b} {low} {b} {y}");
        }
    };
    let half = usize::midpoint(from, to);
    let (a, b) = (middle(user), middle(need));
    format!("M{a} {from}C{a} {half} {b} {half} {b} {to}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn boxes_do_not_touch_and_stay_within_the_picture() {
        let picture = sample::picture();
        let layout = Layout::new(&picture);
        for (at, one) in layout.corners.iter().enumerate() {
            assert!(one.x + BOX_WIDTH <= layout.width && one.y + BOX_HEIGHT <= layout.height);
            for other in &layout.corners[at + 1..] {
                let is_beside = one.x.abs_diff(other.x) >= BOX_WIDTH;
                let is_below = one.y.abs_diff(other.y) >= BOX_HEIGHT;
                assert!(is_beside || is_below, "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn stamps_stand_side_by_side_between_global_and_data() {
        let layout = Layout::new(&sample::picture());
        let titles: Vec<_> = layout.frames.iter().map(|frame| &frame.title[..]).collect();
        assert_eq!(titles, ["global", "stamp weu", "stamp sea", "data"]);
        let [global, weu, sea, data] = &layout.frames[..] else { panic!("four frames") };
        assert_eq!(weu.y, sea.y);
        assert!(global.y < weu.y && weu.y < data.y && weu.x < sea.x);
    }
}
