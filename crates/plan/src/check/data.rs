//! What cannot be undone is asked for, and called by its name.

use super::Violation;
use crate::{Action, Operation, Plan, Risk, Verb};

/// Checks that data is lost only by permission, and that each delete is shown as one.
pub(super) fn check(plan: &Plan) -> Vec<Violation> {
    let forbidden = plan
        .actions
        .iter()
        .filter(|action| action.risks.contains(&Risk::LosesData) && action.permission.is_none());
    let forbidden = forbidden.map(|action| Violation::DataLossNotPermitted {
        id: action.id.clone(),
        resource: action.resource.clone(),
    });
    let hidden = plan.actions.iter().filter(|action| is_hidden_delete(action));
    let hidden = hidden.map(|action| Violation::HiddenDelete {
        id: action.id.clone(),
        resource: action.resource.clone(),
    });
    forbidden.chain(hidden).collect()
}

fn is_hidden_delete(action: &Action) -> bool {
    let says_so = matches!(action.verb, Verb::Delete | Verb::ReplaceDelete | Verb::CutEdge);
    matches!(action.operation, Operation::Delete) && !says_so
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{check, sample};

    #[test]
    fn rule_7_data_is_lost_only_by_permission() {
        let delete = sample::delete(sample::site("store")).risking(Risk::LosesData);
        let violations = check(&sample::plan([delete.clone()]));
        assert!(matches!(&violations[..], [Violation::DataLossNotPermitted { .. }]));
        let permission = Some("`protect: false` on storage/portal".to_owned());
        assert_eq!(check(&sample::plan([Action { permission, ..delete }])), []);
    }

    #[test]
    fn rule_1_a_delete_is_called_a_delete() {
        let delete = Action { verb: Verb::Update, ..sample::delete(sample::site("web")) };
        assert!(matches!(&check(&sample::plan([delete]))[..], [Violation::HiddenDelete { .. }]));
    }
}
