//! What a reader should look at first, the gravest first.

use plan::{Guard, Plan, Risk};

use crate::model::{Entry, Kind, Model};

/// What all replacements are told under.
const REPLACES: &str = "replaces";

/// All that shares one risk.
#[derive(Debug)]
pub(crate) struct Section<'m, 'a> {
    /// What people call the risk.
    pub(crate) label: &'static str,
    /// What is refused for it.
    pub(crate) refusals: Vec<&'a Guard>,
    /// What carries it, the gravest first.
    pub(crate) entries: Vec<&'m Entry<'a>>,
}

impl<'m, 'a> Section<'m, 'a> {
    fn new(label: &'static str) -> Self {
        Self { label, refusals: vec![], entries: vec![] }
    }

    /// Returns each address with its place in words, once.
    pub(crate) fn names(&self) -> Vec<(&'m str, &'m str)>
    where
        'a: 'm,
    {
        let refused = self.refusals.iter().map(|refusal| (&refusal.address[..], ""));
        let told = self.entries.iter().map(|entry| (entry.address, &entry.place[..]));
        let mut names: Vec<(&str, &str)> = vec![];
        for name in refused.chain(told) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// Tells whether something goes away, for good or to be made again: what no report leaves out.
    pub(crate) fn is_of_what_goes(&self) -> bool {
        [Risk::Outage, Risk::LosesData, Risk::Deletes].iter().any(|risk| risk.label() == self.label)
            || self.label == REPLACES
    }
}

/// Returns the risks that a plan has, the gravest first, each with what carries it.
pub(crate) fn sections<'m, 'a>(model: &'m Model<'a>) -> Vec<Section<'m, 'a>> {
    let mut sections: Vec<Section<'m, 'a>> = vec![];
    for risk in Risk::ALL {
        if sections.last().is_none_or(|last| last.label != risk.label()) {
            sections.push(Section::new(risk.label()));
        }
        let section = sections.last_mut().expect("it was just pushed");
        section.refusals.extend(refused_for(model.plan, risk));
        for entry in model.entries().filter(|entry| entry.carries(risk)) {
            if !section.entries.iter().any(|known| std::ptr::eq(*known, entry)) {
                section.entries.push(entry);
            }
        }
        if risk == Risk::Deletes {
            let mut replaces = Section::new(REPLACES);
            replaces.entries = model.entries().filter(|e| e.kind == Kind::Replace).collect();
            sections.push(replaces);
        }
    }
    sections.retain(|section| !section.refusals.is_empty() || !section.entries.is_empty());
    sections
}

/// Returns what is refused because it would be an outage; other refusals say themselves what they
/// keep from happening.
fn refused_for(plan: &Plan, risk: Risk) -> impl Iterator<Item = &Guard> {
    plan.refusals.iter().filter(move |refusal| refusal.risk() == Some(risk))
}

impl Entry<'_> {
    pub(crate) fn carries(&self, risk: Risk) -> bool {
        let risks = self.risks();
        match risk {
            // Of what is lost for good, and of what comes back at once, it need not be said too.
            Risk::Deletes => {
                self.kind != Kind::Replace
                    && !risks.contains(&Risk::LosesData)
                    && (self.kind == Kind::Delete || risks.contains(&Risk::Deletes))
            }
            risk => risks.contains(&risk),
        }
    }

    /// Returns the labels of its risks, the gravest first.
    pub(crate) fn labels(&self) -> Vec<&'static str> {
        let mut labels = vec![];
        for risk in Risk::ALL.into_iter().filter(|risk| self.carries(*risk)) {
            if !labels.contains(&risk.label()) {
                labels.push(risk.label());
            }
        }
        if self.kind == Kind::Replace {
            let graver = labels.iter().filter(|label| **label == Risk::LosesData.label()).count();
            labels.insert(graver, REPLACES);
        }
        labels
    }

    /// Returns how grave its gravest risk is, from 0 for the gravest.
    pub(crate) fn gravity(&self) -> usize {
        let gravest = Risk::ALL.into_iter().position(|risk| self.carries(risk));
        let replaces = usize::from(self.kind != Kind::Replace) * Risk::ALL.len() + 2;
        gravest.unwrap_or(Risk::ALL.len()).min(replaces)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::sample;

    #[test]
    fn risks_come_by_gravity_and_what_stops_before_what_moves() {
        let mut plan = sample::drifted();
        let all = [
            BTreeSet::from([Risk::Traffic, Risk::Cost]),
            [Risk::TrafficStops, Risk::Traffic].into(),
            [Risk::WeakerSecurity].into(),
            [Risk::LessRedundancy, Risk::Access].into(),
        ];
        for (action, risks) in plan.actions.iter_mut().zip(all) {
            action.risks = risks;
        }
        plan.refusals = sample::refused().refusals;
        plan.refusals[0].code = plan::Code::NoTargetLeft;
        let model = Model::new(&plan);
        let sections = sections(&model);
        let labels: Vec<_> = sections.iter().map(|section| section.label).collect();
        let wanted = ["outage", "less redundancy", "weaker security", "traffic", "access"];
        assert!(labels.starts_with(&wanted), "{labels:?}");
        assert_eq!(labels.last(), Some(&"cost"));
        let traffic = sections.iter().find(|section| section.label == "traffic").expect("traffic");
        let first = traffic.entries[0];
        assert!(first.risks().contains(&Risk::TrafficStops), "{:?}", traffic.names());
        let names = traffic.names();
        assert_eq!(names.len(), names.iter().collect::<BTreeSet<_>>().len());
    }
}

#[cfg(test)]
mod labels {
    use super::*;
    use crate::{TextOptions, sample};

    type Format<'a> = &'a dyn Fn(&Plan) -> String;

    #[test]
    fn every_risk_is_told_by_its_label_in_every_format() {
        let options = TextOptions { width: 100, styled: false, verbose: false };
        let picture = sample::picture();
        let made = sample::made();
        let formats: [(&str, Format<'_>); 8] = [
            ("text", &|plan| crate::text(plan, &options)),
            ("markdown", &|plan| crate::markdown(plan, crate::MARKDOWN_LIMIT)),
            ("json", &|plan| crate::plan_json(plan)),
            ("sarif", &|plan| crate::sarif(plan, None)),
            ("html", &|plan| crate::html(plan, &picture, &made)),
            ("junit", &|plan| crate::junit(plan, &picture)),
            ("github", &|plan| crate::github(plan, None)),
            ("azure-devops", &|plan| crate::azure_devops(plan, None)),
        ];
        for risk in Risk::ALL {
            let mut harmless = sample::first_apply();
            harmless.actions.iter_mut().for_each(|action| action.risks.clear());
            let mut risky = harmless.clone();
            risky.actions[2].risks.insert(risk);
            for (format, render) in formats {
                // Names of styles and schemas hold some of the words too.
                let count = |plan: &Plan| render(plan).matches(risk.label()).count();
                let (told, before) = (count(&risky), count(&harmless));
                assert!(told > before, "{format} does not tell {:?}", risk.label());
            }
        }
    }
}
