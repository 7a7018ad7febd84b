//! One resource: as it should be, as it is, and the difference.

use plan::PropertyChange;
use serde_json::Value;

use crate::page::{Page, TextOptions, Tone};
use crate::properties::{Voice, write_plain_changes};
use crate::value::block;

/// Renders one resource: `desired` and `observed` are absent where it is in one place only.
pub fn show(
    address: &str,
    desired: Option<&Value>,
    observed: Option<&Value>,
    changes: &[PropertyChange],
    options: &TextOptions,
) -> String {
    let mut page = Page::new(*options);
    let verdict = match (desired, observed) {
        (Some(_), Some(_)) if changes.is_empty() => "as the topology says",
        (Some(_), Some(_)) => "differs from the topology",
        (Some(_), None) => "missing in Azure",
        (None, Some(_)) => "not in the topology",
        (None, None) => "neither in the topology nor in Azure",
    };
    page.line(0, &[(Tone::Strong, address), (Tone::Plain, ": "), (Tone::Strong, verdict)]);
    if !changes.is_empty() {
        page.heading(&[(Tone::Strong, "Difference")]);
        write_plain_changes(&mut page, changes.iter().map(|c| (c, None)), Voice::Plan);
    }
    write_body(&mut page, "Desired", desired);
    write_body(&mut page, "Observed", observed);
    page.into_text()
}

fn write_body(page: &mut Page, title: &str, body: Option<&Value>) {
    let Some(body) = body else { return };
    page.heading(&[(Tone::Strong, title)]);
    for line in block(body).lines() {
        page.line(2, &[(Tone::Plain, line)]);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_resource_is_shown_from_the_difference_to_the_whole() {
        let changes = [PropertyChange {
            path: "properties.TTL".into(),
            before: Some(json!(3600)),
            after: Some(json!(60)),
            sensitive: false,
            forces_replacement: None,
        }];
        let (desired, observed) =
            (json!({ "properties": { "TTL": 60 } }), json!({ "properties": { "TTL": 3600 } }));
        let options = TextOptions::default();
        insta::assert_snapshot!(show(
            "dns/example.com/app",
            Some(&desired),
            Some(&observed),
            &changes,
            &options
        ));
    }
}
