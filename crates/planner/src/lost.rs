//! What a plan keeps because the text that was applied last is not at hand.

use plan::{Code, Notice, Severity};
use resource::catalogue::{Ownership, facts_of};
use resource::{Observed, ResourceId};

use crate::change::Changes;
use crate::desired::{Desired, Mode};
use crate::last::Last;
use crate::ownership::is_owned;
use crate::unwanted::is_service_made;

/// How many resources a message names.
const SHOWN: usize = 5;

/// Tells what is kept, and how to make the text known.
pub fn tell(found: &mut Changes, desired: &Desired, observed: &Observed, last: &Last) {
    let Last::Lost(lost) = last else { return };
    let kept: Vec<&str> = children(desired, observed).map(ResourceId::name).collect();
    let named = match kept.len() {
        0 => String::new(),
        count if count > SHOWN => {
            format!("; so are {} and {} more", kept[..SHOWN].join(", "), count - SHOWN)
        }
        _ => format!("; so are {}", kept.join(", ")),
    };
    found.notices.push(Notice {
        severity: Severity::Warning,
        code: Code::LastTextLost.into(),
        address: String::new(),
        message: format!(
            "the topology that was applied last is not at hand ({}): settings, tags and other \
             values that only it declared are kept{named}",
            lost.reason
        ),
        help: Some(lost.help.clone()),
    });
}

/// Returns what lies in our resources, bears no mark, and may have been declared.
fn children<'a>(
    desired: &'a Desired,
    observed: &'a Observed,
) -> impl Iterator<Item = &'a ResourceId> {
    let is_ours = |id: &ResourceId| {
        let parent = id.parent();
        let parent = parent.as_ref().and_then(|parent| desired.get(parent));
        parent.is_some_and(|parent| parent.mode == Mode::Managed)
    };
    observed
        .resources
        .values()
        .filter(|seen| facts_of(&seen.id).ownership == Ownership::Parent)
        .filter(|seen| !facts_of(&seen.id).born_with_parent && !is_service_made(desired, seen))
        .filter(move |seen| desired.get(&seen.id).is_none() && is_ours(&seen.id))
        .filter(|seen| is_owned(observed, seen, &desired.topology))
        .map(|seen| &seen.id)
}
