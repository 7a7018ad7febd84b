//! Renders plans, drift and outcomes: pure functions from data to text.
//!
//! Every format is told from one model: the same change in each stamp once, a difference between
//! stamps loudly, replacements whole. Nothing here prints or knows of HTTP, and no value that is
//! marked sensitive is ever written.

mod azure_devops;
mod check;
mod drift;
mod drift_markdown;
mod entry;
pub mod escape;
mod finding;
mod github;
#[cfg(test)]
mod hostile;
mod html;
mod json;
#[cfg(test)]
mod judged;
mod junit;
mod markdown;
mod markup;
mod model;
mod moved;
mod outcome;
mod page;
mod parity;
mod picture;
mod properties;
mod question;
mod risks;
#[cfg(test)]
mod sample;
mod sarif;
mod show;
mod step;
mod svg;
mod text;
mod value;

pub use self::parity::{parity, parity_json, parity_junit, parity_markdown};
pub use azure_devops::azure_devops;
pub use check::{Certificate, Checked, CheckedRecord, Door, Visited, check, check_json};
pub use drift::drift;
pub use drift_markdown::{NOT_EVALUATED_MARKER, drift_markdown};
pub use github::github;
pub use html::{Made, drift_html, html};
pub use json::{outcome_json, plan_json};
pub use junit::junit;
pub use markdown::{MARKDOWN_LIMIT, markdown};
pub use moved::moved;
pub use outcome::{Next, outcome};
pub use page::TextOptions;
pub use picture::{Node, Picture, graph_dot, graph_mermaid};
pub use question::{Question, question};
pub use sarif::{Mistake, sarif, sarif_of_text};
pub use show::show;
pub use svg::graph_svg;
pub use text::text;
