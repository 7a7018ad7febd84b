//! What cannot be undone is asked for, and called by its name.

use resource::catalogue;

use super::Violation;
use crate::{Action, Operation, Plan, Risk, Verb};

/// Checks that data is lost only by permission, and that each delete is shown as one.
///
/// A plan with refusals is not applied; it asks for the permission that is missing.
pub(super) fn check(plan: &Plan) -> Vec<Violation> {
    let may_be_applied = plan.refusals.is_empty();
    let forbidden = plan
        .actions
        .iter()
        .filter(|action| may_be_applied && loses_data(action) && action.permission.is_none());
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

/// Tells whether something is lost for good: as the action says, or as the catalogue knows.
fn loses_data(action: &Action) -> bool {
    let is_delete = matches!(action.operation, Operation::Delete);
    action.risks.contains(&Risk::LosesData)
        || (is_delete && catalogue::facts_of(&action.resource).holds_data.is_some())
}

fn is_hidden_delete(action: &Action) -> bool {
    let says_so = matches!(action.verb, Verb::Delete | Verb::ReplaceDelete | Verb::CutEdge);
    matches!(action.operation, Operation::Delete) && !says_so
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Guard, check, sample};

    #[test]
    fn rule_07_data_is_lost_only_by_permission() {
        let delete = sample::delete(sample::site("store")).risking(Risk::LosesData);
        let violations = check(&sample::plan([delete.clone()]));
        assert!(matches!(&violations[..], [Violation::DataLossNotPermitted { .. }]));
        let permission = Some("`protect: false` on storage/portal".to_owned());
        assert_eq!(check(&sample::plan([Action { permission, ..delete.clone() }])), []);
        let guard = Guard {
            code: crate::Code::Protected,
            address: "store".into(),
            message: "is protected".into(),
            help: "permit it".into(),
        };
        let refused = Plan { refusals: vec![guard], ..sample::plan([delete]) };
        assert_eq!(check(&refused), []);
    }

    #[test]
    fn rule_07_a_loss_that_the_action_hides_is_found() {
        let account =
            resource::ResourceId::in_group("s", "rg", resource::types::STORAGE_ACCOUNT, "st");
        let violations = check(&sample::plan([sample::delete(account)]));
        assert!(matches!(&violations[..], [Violation::DataLossNotPermitted { .. }]));
    }

    #[test]
    fn rule_01_a_delete_is_called_a_delete() {
        let delete = Action { verb: Verb::Update, ..sample::delete(sample::site("web")) };
        assert!(matches!(&check(&sample::plan([delete]))[..], [Violation::HiddenDelete { .. }]));
    }
}
