//! `evenkeel validate`

use report::Mistake;
use serde_json::json;
use topology::{Diagnostic, Severity};

use crate::cli::{Validate, ValidateFormat};
use crate::exit::{Exit, Outcome};
use crate::output::{self, Form};
use crate::source;

/// Parses and checks a topology; tells every mistake.
pub fn run(args: &Validate) -> Outcome {
    let path = source::find(args.file.topology.as_deref())?;
    let parsed = source::parse(&path, &args.file.overlays.files)?;
    let valid = parsed.topology.is_some();
    match args.format {
        ValidateFormat::Json => {
            let document = json!({
                "schema": "evenkeel.diagnostics/1",
                "valid": valid,
                "diagnostics": parsed.diagnostics,
            });
            output::document(Form::Json, &serde_json::to_string_pretty(&document)?)?;
        }
        ValidateFormat::Sarif => {
            let mistakes: Vec<Mistake> = parsed.diagnostics.iter().map(mistake).collect();
            let name = path.display().to_string();
            output::document(Form::Json, &report::sarif_of_text(&name, &mistakes))?;
        }
        ValidateFormat::Text => {
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

fn mistake(diagnostic: &Diagnostic) -> Mistake {
    let Diagnostic { code, severity, place, help, .. } = diagnostic;
    Mistake {
        code,
        is_error: *severity == Severity::Error,
        message: source::sentence(diagnostic),
        help: help.clone(),
        place: source::place(place),
    }
}
