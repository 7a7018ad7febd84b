//! Azure's own rules, held against a topology before anything is asked of Azure.

mod apply_lock;
mod name_rules;
mod parity;
mod region;
mod tags;

use crate::decode::Broken;
use crate::section::NameRule;
use crate::{Diagnostic, Place, Sp, Stamp, Topology};

/// A topology and the mistakes found in it so far.
pub struct Check<'a> {
    topology: &'a Topology,
    broken: &'a Broken,
    diagnostics: &'a mut Vec<Diagnostic>,
}

/// Where an entry stands.
#[derive(Debug, Clone, Copy)]
pub struct At<'a> {
    /// Its key.
    pub key: &'a str,
    /// The stamp, if it stands in one.
    pub stamp: Option<&'a Stamp>,
}

/// Files every mistake that can be seen offline.
pub(crate) fn all(topology: &Topology, broken: &Broken, diagnostics: &mut Vec<Diagnostic>) {
    let mut check = Check { topology, broken, diagnostics };
    check.header();
    check.apply_lock();
    check.parity();
    check.regions();
    check.indexes();
    check.names();
    check.tags();
    check.entries();
}

impl<'a> Check<'a> {
    /// Returns the topology.
    pub fn topology(&self) -> &'a Topology {
        self.topology
    }

    /// Files a mistake.
    pub fn file(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Tells whether a mistake was found in a key of the record that stands at `owner`.
    pub fn is_broken(&self, owner: &Place, key: &'static str) -> bool {
        self.broken.contains(&(owner.clone(), key))
    }

    /// Files a name that Azure would refuse.
    pub fn name(&mut self, rule: &NameRule, name: &str, place: &Place) {
        if let Some(message) = rule.mistake(name).filter(|_| !name.is_empty()) {
            self.error("bad-name", place, message, &rule.allowed());
        }
    }

    /// Files an error.
    pub fn error(
        &mut self,
        code: &'static str,
        place: &Place,
        message: impl Into<String>,
        help: &str,
    ) {
        let mut diagnostic = Diagnostic::error(code, place, message);
        if !help.is_empty() {
            diagnostic = diagnostic.help(help);
        }
        self.diagnostics.push(diagnostic);
    }

    /// Files a warning.
    pub fn warning(
        &mut self,
        code: &'static str,
        place: &Place,
        message: impl Into<String>,
        help: &str,
    ) {
        self.diagnostics.push(Diagnostic::warning(code, place, message).help(help));
    }

    /// Files that a record lacks one of `keys`, unless one is there with a mistake of its own.
    pub fn missing(
        &mut self,
        keys: &[&'static str],
        place: &Place,
        message: impl Into<String>,
        help: &str,
    ) {
        if !keys.iter().any(|key| self.broken.contains(&(place.clone(), *key))) {
            self.error("missing-key", place, message, help);
        }
    }

    /// Files a path that doesn't begin with a slash.
    pub fn path(&mut self, key: &str, path: &Sp<String>) {
        if !path.value.is_empty() && !path.starts_with('/') {
            let message = format!("`{key}` is `{}`, which does not begin with `/`", path.value);
            let help = format!("write `/{}`", path.value);
            self.error("bad-path", &path.place, message, &help);
        }
    }

    fn header(&mut self) {
        let topology = self.topology;
        if let (Some(module), true) = (&topology.stamp, topology.stamps.is_empty()) {
            let help = "add `stamps: { weu: { region: westeurope } }`";
            let message = "the module has no instances, so nothing of it is made or checked";
            self.warning("unused-module", &module.place, message, help);
        }
        if topology.version.value != 1 {
            let message =
                format!("version {} of the language is not known", topology.version.value);
            self.error("unknown-version", &topology.version.place, message, "write `version: 1`");
        }
        for (what, id) in
            [("subscription", Some(&topology.subscription)), ("tenant", topology.tenant.as_ref())]
        {
            if let Some(id) = id {
                self.guid(what, id);
            }
        }
        for stamp in topology.stamps.values() {
            if let Some(id) = &stamp.subscription {
                self.guid("subscription", id);
            }
        }
    }

    /// Files an ID that is no GUID; the simulator and custom clouds use GUIDs too.
    fn guid(&mut self, what: &str, id: &Sp<String>) {
        let groups: Vec<usize> = id.split('-').map(str::len).collect();
        let digits = id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        if !id.value.is_empty() && (groups != [8, 4, 4, 4, 12] || !digits) {
            let message = format!("{what} `{}` is not an ID", id.value);
            let help = format!(
                "a {what} is given by its ID, such as 00000000-0000-0000-0000-000000000000"
            );
            self.error("bad-id", &id.place, message, &help);
        }
    }

    /// Lets every entry file what is wrong with it.
    fn entries(&mut self) {
        let topology = self.topology;
        let stamps = topology.stamps.values().map(|stamp| (Some(&**stamp), &stamp.sections));
        for (stamp, sections) in stamps.chain([(None, &topology.sections)]) {
            for section in topology.language().sections() {
                for (key, entry) in sections.all(section) {
                    entry.check(self, At { key, stamp });
                }
            }
        }
    }
}
