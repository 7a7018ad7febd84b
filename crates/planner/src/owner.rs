//! Whose topology it is, where two of one subscription bear one name.
//!
//! The mark names the topology. The owner stands beside it on what an apply has made, so that
//! another team's topology of the same name is told apart. It is never written to what is there
//! already, and a mark without one is taken by its name alone.

use std::collections::BTreeMap;

use resource::{Observation, Observed};
use sha2::{Digest, Sha256};

use crate::applied::Note;
use crate::desired::{Desired, Mode};
use crate::order::{can_remember, holder};
use crate::ownership::{is_owned, signature};

/// How many hexadecimal digits an owner has.
const DIGITS: usize = 8;

/// Finds the owner that is this topology's.
///
/// `is_ours` tells that the text of the note that was found is in this topology's own history. The
/// note counts first, if that is so or it stands on what the topology declares; then, after a first
/// apply that was cut off, what most of the declared resources carry; and where nothing was applied
/// yet, it is drawn from the text. There is none where nothing could remember it: the next text would
/// draw another, and what this one has made would be nobody's.
pub fn owner(desired: &Desired, observed: &Observed, is_ours: bool) -> Option<String> {
    let noted = || {
        let (seen, note) = holder(desired, observed)?;
        let is_ours = is_ours || is_declared(desired, seen);
        // A note that holds none stands on what bears it.
        let owner = Note::read(note).owner.or_else(|| signature(seen).map(str::to_owned));
        owner.filter(|_| is_ours)
    };
    let new = || can_remember(desired).then(|| drawn(desired));
    noted().or_else(|| signed(desired, observed)).or_else(new)
}

/// Tells whether what was found under `note` was applied by another topology of the same name.
pub fn is_of_another(note: &Note, owner: Option<&str>) -> bool {
    owner.is_some_and(|owner| note.owner.as_deref().is_some_and(|other| other != owner))
}

fn is_declared(desired: &Desired, seen: &Observation) -> bool {
    desired.get(&seen.id).is_some_and(|resource| resource.mode != Mode::Existing)
}

/// Returns the owner that most of the declared resources carry that are there.
fn signed(desired: &Desired, observed: &Observed) -> Option<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for resource in desired.resources().filter(|resource| resource.mode != Mode::Existing) {
        let seen = observed.get(&resource.id);
        let seen = seen.filter(|seen| is_owned(observed, seen, &desired.topology));
        if let Some(owner) = seen.and_then(signature) {
            *counts.entry(owner).or_default() += 1;
        }
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(owner, _)| owner.to_owned())
}

/// Draws an owner from the text and from what it asks for: a run that is repeated draws the same.
fn drawn(desired: &Desired) -> String {
    let mut digest = Sha256::new();
    digest.update(desired.note.text.as_deref().unwrap_or(&desired.hash));
    let mut ids: Vec<&str> = desired.resources().map(|resource| resource.id.key()).collect();
    ids.sort_unstable();
    for id in ids {
        digest.update([0]);
        digest.update(id);
    }
    let digest = digest.finalize();
    let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.chars().take(DIGITS).collect()
}
