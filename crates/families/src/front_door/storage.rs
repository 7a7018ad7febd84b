//! Origins that are the blobs of a storage account, read from the paired region where the first is gone.
//!
//! Source: <https://learn.microsoft.com/azure/storage/common/storage-redundancy#read-access-to-data-in-the-secondary-region>.

use importer::{Draft, Map, text};
use planner::Expansion;
use resource::types::STORAGE_ACCOUNT;
use resource::{Observation, ResourceId};
use topology::family::Check;

use super::model::OriginGroup;
use crate::storage::{Redundancy, Storage};

/// What the origins are called: the account itself, and its copy.
const NAMES: [&str; 2] = ["primary", "secondary"];

/// Returns the names of the origins that a group has of an account.
pub(super) fn names(group: &OriginGroup) -> &'static [&'static str] {
    let count = usize::from(group.storage.is_some()) + usize::from(has_copy(group));
    &NAMES[..count]
}

fn has_copy(group: &OriginGroup) -> bool {
    group.storage.is_some() && group.secondary.as_ref().is_some_and(|secondary| secondary.value)
}

/// Returns the account of a group, with the hosts of its origins in their order.
pub(super) fn hosts(
    expansion: &Expansion<'_>,
    group: &OriginGroup,
) -> Option<(ResourceId, Vec<String>)> {
    let account = expansion.id_of(&group.storage.as_ref()?.value)?;
    let suffix = expansion.topology().cloud().suffixes().storage;
    let host = |end: &str| format!("{}{end}.blob.{suffix}", account.name().to_ascii_lowercase());
    let ends = ["", "-secondary"].into_iter().take(names(group).len());
    let hosts = ends.map(host).collect();
    Some((account, hosts))
}

/// Files an account that cannot be read where it is to be.
pub(super) fn check(check: &mut Check<'_>, group: &OriginGroup) {
    let Some(storage) = &group.storage else {
        if let Some(secondary) = &group.secondary {
            let message = "`secondary` is that of a storage account";
            let help = "write `storage: <key>` in place of other origins";
            check.error("origin-kinds", &secondary.place, message, help);
        }
        return;
    };
    let account = check.topology().find::<Storage>(&storage.value);
    let Some(redundancy) = account.and_then(|account| account.redundancy.as_ref()) else { return };
    let is_readable = matches!(redundancy.value, Redundancy::RaGrs | Redundancy::RaGzrs);
    if let Some(secondary) = group.secondary.as_ref().filter(|it| it.value && !is_readable) {
        let message = format!("the copy of an account with `{}` cannot be read", redundancy.value);
        let help = "write `redundancy: RA-GZRS` for the account, or leave `secondary` out";
        check.error("secondary-needs-ra", &secondary.place, message, help);
    } else if !is_readable && check.topology().stamps.len() > 1 {
        let message = "what the account holds cannot be read while its region is gone";
        let help = "write `redundancy: RA-GZRS` for the account, and `secondary: true` here";
        check.warning("static-no-read-access", &storage.place, message, help);
    }
}

/// Writes the account whose blobs are the origins of a group; tells whether they are.
pub(super) fn import(draft: &Draft<'_>, origins: &[&Observation], map: &mut Map) -> bool {
    let host = |name: &str| {
        let origin = origins.iter().find(|origin| origin.id.name() == name)?;
        text(&origin.body, "/properties/hostName")
    };
    let Some(label) = host(NAMES[0]).and_then(|host| host.split_once(".blob.")) else {
        return false;
    };
    let accounts = draft.survey.of_type(STORAGE_ACCOUNT);
    let mut accounts = accounts.filter(|seen| seen.id.name().eq_ignore_ascii_case(label.0));
    let Some(account) = accounts.next() else { return false };
    let copy = format!("{}-secondary.blob.{}", label.0, label.1);
    let has_copy = host(NAMES[1]) == Some(&copy);
    let in_turn = |(at, name): (usize, &&str)| {
        let origin = origins.iter().find(|origin| origin.id.name() == *name);
        origin.is_some_and(|it| it.body["properties"]["priority"].as_u64() == Some(at as u64 + 1))
    };
    let count = 1 + usize::from(has_copy);
    if origins.len() != count || !NAMES[..count].iter().enumerate().all(in_turn) {
        return false;
    }
    map.set("storage", draft.target_in::<Storage>(&account.id, None));
    if has_copy {
        map.set("secondary", true);
    }
    true
}
