//! Tries a text out: what would a plan of it do?

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use plan::Plan;
use planner::{Desired, DesiredResource, Options, Secrets};
use resource::{Observed, SecretSource};
use secrecy::{ExposeSecret, SecretString};
use topology::{Diagnostic, Input, Severity, Topology};

use crate::family::Language;

/// Variables and what they hold.
pub type Variables = BTreeMap<String, SecretString>;

/// Reads a text as a topology; the variables that it names are taken as set.
pub fn read(
    language: &'static Language,
    text: &str,
    variables: &Variables,
) -> Result<Topology, Vec<Diagnostic>> {
    let parsed = topology::parse(&Input {
        language,
        file: Path::new("topology.yaml"),
        text,
        env: &|name| variables.get(name).map(|value| value.expose_secret().to_owned()),
        read: &|_| Err(io::ErrorKind::NotFound.into()),
        overlays: &[],
    });
    let is_error = |diagnostic: &Diagnostic| diagnostic.severity == Severity::Error;
    let errors = || parsed.diagnostics.iter().filter(|it| is_error(it)).cloned().collect();
    parsed.topology.ok_or_else(errors)
}

/// Reads and expands a text.
pub fn expand(
    language: &'static Language,
    text: &str,
    variables: &Variables,
) -> Result<Desired, Vec<Diagnostic>> {
    read(language, text, variables).map(|topology| planner::expand(language, &topology))
}

/// Plans what was expanded against what was observed; `None` where no order was found.
pub fn plan(desired: &Desired, observed: &Observed, variables: &Variables) -> Option<Plan> {
    let options = Options { secrets: secrets(variables), ..Options::default() };
    planner::plan(desired, observed, &options).ok()
}

/// Returns variables as the sources of secrets.
pub fn secrets(variables: &Variables) -> Secrets {
    variables.iter().map(|(name, value)| (SecretSource::Env(name.clone()), value.clone())).collect()
}

/// Tells whether two expansions ask for the same.
pub fn same(a: &Desired, b: &Desired) -> bool {
    a.resources().count() == b.resources().count()
        && a.resources().all(|resource| same_resource(Some(resource), b.get(&resource.id)))
        && a.domains == b.domains
        && a.liftable == b.liftable
}

/// Tells whether the same is asked for of one resource, wherever it is written.
pub fn same_resource(a: Option<&DesiredResource>, b: Option<&DesiredResource>) -> bool {
    let plain = |resource: &DesiredResource| DesiredResource { place: None, ..resource.clone() };
    a.map(plain) == b.map(plain)
}
