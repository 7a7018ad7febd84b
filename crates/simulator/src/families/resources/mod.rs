//! `Microsoft.Resources`: groups, and tags by themselves.

mod groups;
mod tags;

use crate::kind::family::{Family, Polling};
use crate::kind::shapes::Shapes;

static SHAPES: Shapes = Shapes::new(include_str!("shapes.json"));

/// What is known of groups and tags.
pub(crate) static FAMILY: Family = Family {
    kinds: &[groups::KINDS],
    shapes: Some(&SHAPES),
    polling: Polling {
        paths: |polled| polled.pair(&polled.subscription(), "operationresults", "operationresults"),
        ..Polling::GENERAL
    },
    special: tags::special,
    ..Family::new("Microsoft.Resources/")
};
