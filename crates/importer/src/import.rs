//! From what was observed to the text of a topology, tried out until its plan is empty.

use resource::types::SITE_CONFIG;
use std::collections::BTreeMap;

use planner::Desired;
use resource::{Observed, ResourceId};

use crate::addresses::Addresses;
use crate::check::{self, Variables};
use crate::choices::Choices;
use crate::draft::{Draft, Remark};
use crate::family::Language;
use crate::fold::{self, Instance};
use crate::learn;
use crate::node::{Map, literal};
use crate::recognised::AllRecognised;
use crate::secrets::Secrets;
use crate::stamps::{self, Placement};
use crate::survey::Survey;
use crate::verdict::Verdict;
use crate::{defaults, names, yaml};

/// How often a topology is tried out and changed.
const TRIALS: usize = 12;

/// What is to be imported, and how.
#[derive(Debug, Clone)]
pub struct Request {
    /// Resource groups and single resources.
    pub scopes: Vec<ResourceId>,
    /// The topology's name; left out, the mark that is found, or what names have in common.
    pub name: Option<String>,
    /// The cloud, where it is not the public one, as the language names it.
    pub cloud: Option<String>,
    /// Variables of the caller's environment: one that holds a secret gives it its name.
    pub environment: BTreeMap<String, String>,
}

/// What an import made.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The topology, without the comment at its top.
    pub body: String,
    /// Names of what was imported.
    pub scopes: Vec<String>,
    /// The variables that it names, and what they hold in Azure.
    pub variables: Variables,
    /// What is not in it, and why.
    pub remarks: Vec<Remark>,
    /// What a plan of it does, by what was observed.
    pub verdict: Verdict,
}

impl Imported {
    /// Returns the file: how it was made and what to look at, then the topology.
    pub fn text(&self) -> String {
        let mut lines = vec![
            format!(
                "Written by `evenkeel import` from what is live in {}.",
                self.scopes.join(", ")
            ),
            String::new(),
            "Before you keep it:".to_owned(),
            format!("- {}", self.verdict.sentence()),
            "- Keys were chosen here and are yours to change; names are those in Azure.".to_owned(),
        ];
        if !self.variables.is_empty() {
            lines
                .push("- Values that look secret are not written. Set these variables:".to_owned());
            lines.extend(self.variables.keys().map(|name| format!("    {name}")));
        }
        let comment = lines.iter().map(|line| format!("# {line}").trim_end().to_owned() + "\n");
        comment.collect::<String>() + &self.body
    }
}

/// Writes the topology of what was observed.
pub fn import(language: &'static Language, observed: &Observed, request: &Request) -> Imported {
    let survey = Survey::new(language, observed, &request.scopes, request.name.as_deref());
    let placement = stamps::recognise(&survey);
    let application = application(&survey, &placement, request);
    let mut choices = Choices::new(&survey);
    let mut trial = Trial::new(&survey, &placement, &application, request, &choices);
    for _ in 0..TRIALS {
        let learned = learn::learn(&choices, &survey, &trial);
        if learned == choices {
            break;
        }
        choices = learned;
        trial = Trial::new(&survey, &placement, &application, request, &choices);
    }
    finish(&survey, &placement, &application, trial)
}

fn application(survey: &Survey<'_>, placement: &Placement, request: &Request) -> String {
    let given = request.name.clone().or_else(|| survey.mark.clone());
    given.unwrap_or_else(|| {
        let stamps: Vec<&str> = placement.stamps.iter().map(|stamp| &*stamp.name).collect();
        let mut groups: Vec<ResourceId> =
            request.scopes.iter().filter_map(|id| survey.group_of(id)).collect();
        groups.dedup();
        names::application(&groups, &stamps)
    })
}

/// One attempt: the topology in full, and what it asks for.
pub struct Trial {
    /// The tree, with the stamps in full.
    pub root: Map,
    /// As text.
    pub written: yaml::Written,
    /// What the text asks for, or what is wrong with it.
    pub desired: Result<Desired, Vec<topology::Diagnostic>>,
    /// The variables.
    pub variables: Variables,
    /// Under which keys things stand.
    pub addresses: Addresses,
    remarks: Vec<Remark>,
}

impl Trial {
    fn new(
        survey: &Survey<'_>,
        placement: &Placement,
        application: &str,
        request: &Request,
        choices: &Choices,
    ) -> Self {
        let recognised = AllRecognised::of(survey, placement, choices);
        let addresses = Addresses::new(survey, placement, application, &recognised, choices);
        let subscription = request.scopes.first().and_then(ResourceId::subscription);
        let subscription = subscription.unwrap_or_default();
        let secrets = Secrets::new(&request.environment);
        let names = (application, subscription);
        let mut draft =
            Draft::new(survey, names, placement, &recognised, &addresses, choices, secrets);
        let mut root = draft.write();
        if let Some(cloud) = &request.cloud {
            root.set("cloud", literal(cloud));
            root.members[3..].rotate_right(1);
        }
        let variables = draft.secrets.into_values();
        let remarks = draft.remarks.into_iter().collect();
        let written = yaml::write(survey.language, &root);
        let desired = check::expand(survey.language, &written.text, &variables);
        Self { root, written, desired, variables, addresses, remarks }
    }
}

/// Leaves out what goes without saying, folds the stamps, and says how the file was made.
fn finish(survey: &Survey<'_>, placement: &Placement, application: &str, trial: Trial) -> Imported {
    let language = survey.language;
    let Trial { mut root, desired, variables, mut remarks, .. } = trial;
    if let Ok(desired) = &desired {
        root = defaults::leave_out(language, root, desired, &variables);
        let instances: Vec<Instance> = placement
            .stamps
            .iter()
            .map(|stamp| Instance { stamp: stamp.name.clone(), region: stamp.region.clone() })
            .collect();
        let folded = fold::fold(&root, &instances, application);
        let found = check::expand(language, &yaml::write(language, &folded).text, &variables);
        if found.is_ok_and(|found| check::same(&found, desired)) {
            root = folded;
        }
    }
    for (id, why) in &survey.observed.not_evaluated {
        let is_config = id.resource_type().is(SITE_CONFIG);
        if survey.is_inside(id) && !is_config {
            remarks.push(Remark { what: id.to_string(), why: why.reason.clone() });
        }
    }
    remarks.sort();
    let text = yaml::write(language, &root).text;
    let verdict = match check::expand(language, &text, &variables) {
        Ok(desired) => match check::plan(&desired, survey.observed, &variables) {
            Some(plan) => Verdict::of(&plan),
            None => Verdict::Unknown,
        },
        Err(_) => Verdict::Unknown,
    };
    explain(&mut root);
    let scopes = survey.scopes.iter().map(|scope| scope.name().to_owned()).collect();
    Imported { body: yaml::write(language, &root).text, scopes, variables, remarks, verdict }
}

/// Says of the stamps what they are.
fn explain(root: &mut Map) {
    for member in &mut root.members {
        if member.key == "stamp" {
            member.comment("The module: what the stamps have in common.");
        } else if member.key == "stamps" {
            member.comment("Its instances, each with what it has of its own.");
        }
    }
}

#[cfg(test)]
mod tests {
    use resource::Observation;
    use serde_json::{Value, json};

    use super::*;
    use crate::family::tests::language;

    const SUBSCRIPTION: &str = "11111111-2222-3333-4444-555555555555";

    fn id(kind: &str, name: &str) -> ResourceId {
        ResourceId::in_group(SUBSCRIPTION, "rg-shop", kind, name)
    }

    fn observed(resources: Vec<(ResourceId, Value)>) -> Observed {
        let mut observed = Observed::default();
        let group = ResourceId::group(SUBSCRIPTION, "rg-shop");
        let group = (group, json!({ "location": "westeurope" }));
        for (id, body) in resources.into_iter().chain([group]) {
            observed.insert(Observation { id, body, etag: None });
        }
        observed
    }

    fn imported(observed: &Observed, name: Option<&str>) -> Imported {
        let scopes = vec![ResourceId::group(SUBSCRIPTION, "rg-shop")];
        let name = name.map(str::to_owned);
        import(
            language(),
            observed,
            &Request { scopes, name, cloud: None, environment: BTreeMap::new() },
        )
    }

    fn account(tags: Value) -> Observed {
        observed(vec![(
            id("Microsoft.Storage/storageAccounts", "stshopdata"),
            json!({
                "location": "westeurope", "sku": { "name": "GRS" },
                "tags": tags,
                "properties": {
                    "minimumTlsVersion": "1.2", "allowBlobPublicAccess": false,
                },
            }),
        )])
    }

    #[test]
    fn what_carries_our_mark_needs_nothing_but_its_difference_from_the_defaults() {
        let found = imported(&account(json!({ "evenkeel": "shop", "hidden-link:x": "y" })), None);
        assert_eq!(found.verdict, Verdict::Empty);
        insta::assert_snapshot!(found.text());
    }

    #[test]
    fn what_belongs_to_another_topology_is_only_read() {
        let found = imported(&account(json!({ "evenkeel": "bakery" })), Some("shop"));
        assert_eq!(found.verdict, Verdict::Empty);
        assert!(found.body.contains("# It belongs to the topology `bakery`."), "{}", found.body);
        assert!(found.body.contains("existing: true"), "{}", found.body);
    }
}
