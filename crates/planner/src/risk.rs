//! What an action puts at risk, by what the catalogue knows of its type.

use plan::{Action, Operation, Risk, Verb};
use resource::catalogue::{PropertyPath, Stake, TypeFacts, facts_of};
use resource::{Observed, ResourceId};

/// Returns what `action` risks beside what its maker has noted.
pub fn risks(action: &Action, observed: &Observed) -> Vec<Risk> {
    let facts = facts_of(&action.resource);
    match (action.verb, &action.operation) {
        (Verb::LiftLock | Verb::RestoreLock, _) => vec![Risk::WeakerSecurity],
        (Verb::Verify | Verb::Note, _) => vec![],
        // What is made again in the same plan is not gone.
        (Verb::ReplaceDelete, _) => traffic_of(facts),
        (_, Operation::Delete) => {
            let mut found = traffic_of(facts);
            found.extend(facts.gone.iter().map(|stake| risk_of(*stake)));
            found
        }
        (Verb::Create, _) => of_creation(facts, &action.resource, observed),
        _ => of_changes(facts, action),
    }
}

/// What serves traffic takes it along.
fn traffic_of(facts: &TypeFacts) -> Vec<Risk> {
    if facts.traffic.is_empty() { vec![] } else { vec![Risk::Traffic] }
}

/// What lets somebody in weakens what is there already; in what is new itself nothing gets weaker.
fn of_creation(facts: &TypeFacts, id: &ResourceId, observed: &Observed) -> Vec<Risk> {
    let is_beside = id.parent().is_some_and(|parent| observed.get(&parent).is_some());
    let made = facts.made.iter().filter(|stake| is_beside || **stake == Stake::Access);
    made.map(|stake| risk_of(*stake)).collect()
}

fn of_changes(facts: &TypeFacts, action: &Action) -> Vec<Risk> {
    let mut found = vec![];
    for change in &action.changes {
        found.extend(change.sensitive.then_some(Risk::Secret));
        let path = PropertyPath::parse(&change.path);
        let stakes = facts.stakes_of(&path, change.before.as_ref(), change.after.as_ref());
        found.extend(stakes.into_iter().map(risk_of));
    }
    found
}

const fn risk_of(stake: Stake) -> Risk {
    match stake {
        Stake::Redundancy => Risk::LessRedundancy,
        Stake::Security => Risk::WeakerSecurity,
        Stake::Serving => Risk::TrafficStops,
        Stake::Traffic => Risk::Traffic,
        Stake::Access => Risk::Access,
        Stake::Restart => Risk::Restarts,
        Stake::Cost => Risk::Cost,
    }
}
