//! The bodies that the engine would send for a topology.

use std::path::Path;

use anyhow::{Context, bail};
use plan::{Operation, Write};
use planner::Options;
use resource::{Observed, ResourceId, catalogue};
use topology::Input;

use super::SentBody;

/// Returns what a variable of the reader's own may hold, by its name: a port, an address, or the name or
/// number of something.
fn stand_in(name: &str) -> &'static str {
    match name.rsplit('_').next() {
        Some("PORT") => "443",
        Some("URL") => "https://stand-in.example.net",
        _ => "00000000-0000-0000-0000-000000000000",
    }
}

/// Returns every body that an apply of the topology in `file` would send into an empty Azure.
pub fn bodies(file: &Path) -> anyhow::Result<Vec<SentBody>> {
    Ok(writes(file)?.into_iter().map(|(_, body)| body).collect())
}

/// Returns the same in the order of the apply, each with the resource that it is sent to.
pub fn writes(file: &Path) -> anyhow::Result<Vec<(ResourceId, SentBody)>> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("failed to read `{}`", file.display()))?;
    let parsed = topology::parse(&Input {
        language: families::language(),
        file,
        text: &text,
        env: &|name| Some(stand_in(name).to_owned()),
        read: &|path| std::fs::read_to_string(path),
        overlays: &[],
    });
    let Some(topology) = parsed.topology else {
        let found = topology::render(&parsed.diagnostics, &parsed.sources, false, 100);
        bail!("`{}` is not a valid topology:\n{found}", file.display());
    };
    let desired = planner::expand(families::language(), &topology);
    let plan = planner::plan(&desired, &Observed::default(), &Options::default())?;
    let mut bodies = vec![];
    for action in &plan.actions {
        if let Operation::Write { body, write, .. } = &action.operation {
            let kind = action.resource.resource_type();
            let sent = SentBody {
                resource_type: kind.as_str().to_owned(),
                api_version: desired.get(&action.resource).map_or_else(
                    || catalogue::facts_of(&action.resource).api_version.to_owned(),
                    |wanted| wanted.api_version.clone(),
                ),
                name: Some(action.resource.name().to_owned()),
                partial: *write == Write::Patch,
                body: resource::without_absent(body),
            };
            bodies.push((action.resource.clone(), sent));
        }
    }
    Ok(bodies)
}
