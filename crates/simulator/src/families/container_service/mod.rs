//! `Microsoft.ContainerService`: the protocol alone.
//!
//! Statuses, headers, waits and defaults as observed in recorded traffic; else bodies are stored as
//! sent.

use crate::kind::family::Family;
use crate::kind::shapes::Shapes;
use crate::kind::{Delete, Form, Kind, Put};

static SHAPES: Shapes = Shapes::new(include_str!("shapes.json"));

/// What is known of clusters.
pub(crate) static FAMILY: Family =
    Family { kinds: &[KINDS], shapes: Some(&SHAPES), ..Family::new("Microsoft.ContainerService/") };

/// The types of clusters.
const KINDS: &[Kind] = &[Kind {
    name: "Microsoft.ContainerService/managedClusters",
    put: Put::long(201, 200, Form::Async, 240.0, 10),
    delete: Delete::long(Form::AsyncAndLocation, 120.0, 10),
    ..Kind::GENERIC
}];
