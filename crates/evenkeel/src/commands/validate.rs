//! `evenkeel validate`

use serde_json::json;

use crate::cli::{TextOrJson, Validate};
use crate::exit::{Exit, Outcome};
use crate::output::{self, Form};
use crate::source;

/// Parses and checks a topology; tells every mistake.
pub fn run(args: &Validate) -> Outcome {
    let path = source::find(args.file.topology.as_deref())?;
    let parsed = source::parse(&path, &args.file.overlays.files)?;
    let valid = parsed.topology.is_some();
    match args.format {
        TextOrJson::Json => {
            let document = json!({
                "schema": "evenkeel.diagnostics/1",
                "valid": valid,
                "diagnostics": parsed.diagnostics,
            });
            output::document(Form::Json, &serde_json::to_string_pretty(&document)?)?;
        }
        TextOrJson::Text => {
            source::tell(&parsed);
            if let Some(topology) = &parsed.topology {
                let desired = planner::expand(families::language(), topology);
                output::result(&format!(
                    "{} is valid: {} stamps, {} resources",
                    path.display(),
                    topology.stamps.len(),
                    desired.resources().count()
                ))?;
            }
        }
    }
    Ok(if valid { Exit::Done } else { Exit::Invalid })
}
