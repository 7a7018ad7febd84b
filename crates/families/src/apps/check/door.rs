//! Whether a router is let in by what it leads to.

use topology::family::Check;
use topology::{Diagnostic, Place, Target};

use super::super::{Asker, Door, Shut, find};

/// How a router asks what it leads to.
pub struct Asks<'a> {
    /// What people call it.
    pub router: &'a str,
    /// The service tag that stands for its addresses.
    pub tag: &'a str,
    /// The path that it probes; none where it does not probe by HTTP.
    pub path: Option<&'a str>,
    /// The status codes that it takes for well, as inclusive ranges.
    pub well: &'a [(u16, u16)],
}

/// Files an app of this topology that shuts a router out which leads to it: traffic would never come.
pub fn router_is_let_in(check: &mut Check<'_>, app: &Target, place: &Place, asks: &Asks<'_>) {
    let topology = check.topology();
    let Some((_, found)) = find(topology, app) else { return };
    let mut shuts = found.shut_to(Asker::Tag(asks.tag));
    shuts.extend(asks.path.into_iter().flat_map(|path| found.shuts(path)));
    let is_well =
        |status: &u16| asks.well.iter().any(|(least, most)| (least..=most).contains(&status));
    for shut in shuts.iter().filter(|shut| !shut.answers.iter().all(is_well)) {
        let (message, help) = told(shut, asks);
        check.file(
            Diagnostic::error("probe-shut-out", place, message).also(shut.place, "here").help(help),
        );
    }
}

fn told(shut: &Shut<'_>, asks: &Asks<'_>) -> (String, String) {
    let Asks { router, tag, path, .. } = asks;
    let path = path.unwrap_or("/");
    match shut.door {
        Door::PublicAccess => (
            format!("{router} can't reach the app: it is closed to the public"),
            "remove `publicAccess: false`, and let in whom you mean by `access`".to_owned(),
        ),
        Door::Access => (
            format!("the access rules of the app keep {router} out"),
            format!("add a rule with `serviceTag: {tag}` to `access`"),
        ),
        Door::ClientCertificates => (
            format!("{router} probes `{path}` without a certificate, and the app asks for one"),
            format!("add it to `clientCertificates`: `except: [{path}]`"),
        ),
        Door::Auth => (
            format!("{router} probes `{path}` and can't sign in"),
            format!("add it to `auth`: `excluded: [{path}]`"),
        ),
    }
}
