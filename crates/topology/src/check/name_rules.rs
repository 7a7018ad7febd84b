//! What Azure allows as a name, for each type.
//!
//! Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules>.

use super::Check;
use crate::{Diagnostic, Name, Place, Stamp, Topology};

/// What Azure allows as the name of one type.
pub(super) struct Rule {
    what: &'static str,
    least: usize,
    most: usize,
    /// Characters that are allowed besides letters and digits.
    others: &'static str,
    lower_case: bool,
    /// Characters that are allowed, but not at the beginning, and those not at the end.
    not_first: &'static str,
    not_last: &'static str,
}

/// Makes a rule whose other characters stand neither first nor last.
const fn rule(what: &'static str, least: usize, most: usize, others: &'static str) -> Rule {
    Rule { what, least, most, others, lower_case: false, not_first: others, not_last: others }
}

const GROUP: Rule = Rule { not_first: "", not_last: ".", ..rule("resource group", 1, 90, "-_.()") };
const PLAN: Rule = Rule { not_first: "", not_last: "", ..rule("App Service plan", 1, 60, "-_") };
const SITE: Rule = rule("app", 2, 60, "-");
const ACCOUNT: Rule = Rule { lower_case: true, ..rule("storage account", 3, 24, "") };
const VAULT: Rule = rule("key vault", 3, 24, "-");
const IDENTITY: Rule = Rule { not_last: "", ..rule("managed identity", 3, 128, "-_") };
const PROFILE: Rule = rule("Traffic Manager profile", 1, 63, "-.");
const DNS_NAME: Rule = Rule { lower_case: false, ..rule("Traffic Manager DNS name", 1, 63, "-.") };
const AUTOSCALE: Rule =
    Rule { not_first: "", not_last: "", ..rule("autoscale setting", 1, 260, "-_.()") };
const LOCK: Rule = Rule { not_first: "", not_last: "", ..rule("lock", 1, 90, "-_.()") };
pub(super) const CONTAINER: Rule = Rule { lower_case: true, ..rule("blob container", 3, 63, "-") };
pub(super) const QUEUE: Rule = Rule { lower_case: true, ..rule("queue", 3, 63, "-") };

impl Rule {
    /// Returns what is wrong with a name.
    fn mistake(&self, name: &str) -> Option<String> {
        let length = name.chars().count();
        if length < self.least || length > self.most {
            let (what, least, most) = (self.what, self.least, self.most);
            return Some(format!(
                "{what} name `{name}` has {length} characters; Azure allows {least} to {most}"
            ));
        }
        let is_allowed = |c: &char| {
            c.is_ascii_digit()
                || c.is_ascii_lowercase()
                || c.is_ascii_uppercase() && !self.lower_case
                || self.others.contains(*c)
        };
        if let Some(bad) = name.chars().find(|c| !is_allowed(c)) {
            return Some(format!("{} name `{name}` holds `{bad}`", self.what));
        }
        if name.starts_with(|c| self.not_first.contains(c)) {
            return Some(format!("{} name `{name}` begins with `{}`", self.what, &name[..1]));
        }
        if name.ends_with(|c| self.not_last.contains(c)) {
            return Some(format!(
                "{} name `{name}` ends with `{}`",
                self.what,
                &name[name.len() - 1..]
            ));
        }
        let doubled = self.lower_case && name.contains("--")
            || self.what == VAULT.what && name.contains("--");
        doubled.then(|| format!("{} name `{name}` holds two hyphens in a row", self.what))
    }

    /// Returns what a name may be, in a sentence.
    fn allowed(&self) -> String {
        let letters = if self.lower_case { "lower-case letters" } else { "letters" };
        let others: Vec<String> = self.others.chars().map(|c| c.to_string()).collect();
        let mut text = match others.is_empty() {
            true => format!("{letters} and digits are allowed"),
            false => {
                format!("{letters}, digits and {} are allowed", crate::decode::quoted(&others))
            }
        };
        if !self.not_first.is_empty() && !self.not_last.is_empty() {
            text.push_str("; it begins and ends with a letter or digit");
        }
        text
    }
}

impl Check<'_> {
    /// Files every name that Azure would refuse.
    pub(super) fn names(&mut self) {
        let topology: &Topology = self.topology;
        let name = &topology.name;
        let sound = name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if !name.value.is_empty() && (!sound || name.len() > 40) {
            let message = format!("`{}` can't name a topology", name.value);
            let help = "take up to 40 lower-case letters, digits and hyphens: other names are made from it";
            self.error("bad-name", &name.place, message, help);
        }
        self.resource_name(&GROUP, &topology.resource_group);
        for (key, stamp) in &topology.stamps {
            self.stamp_name(key, &stamp.place);
            self.resource_name(&GROUP, &stamp.resource_group);
            if let Some(plan) = &stamp.plan {
                self.resource_name(&PLAN, &plan.name);
                if let Some(autoscale) = &plan.autoscale {
                    self.resource_name(&AUTOSCALE, &autoscale.name);
                }
            }
            stamp.apps.values().for_each(|it| self.resource_name(&SITE, &it.name));
            self.stamp_keys(stamp);
            stamp.storage.values().for_each(|it| self.resource_name(&ACCOUNT, &it.name));
            stamp.vaults.values().for_each(|it| self.resource_name(&VAULT, &it.name));
            stamp.identities.values().for_each(|it| self.resource_name(&IDENTITY, &it.name));
        }
        topology.storage.values().for_each(|it| self.resource_name(&ACCOUNT, &it.name));
        topology.vaults.values().for_each(|it| self.resource_name(&VAULT, &it.name));
        topology.identities.values().for_each(|it| self.resource_name(&IDENTITY, &it.name));
        topology.locks.values().for_each(|it| self.resource_name(&LOCK, &it.name));
        for profile in topology.traffic_manager.values() {
            self.resource_name(&PROFILE, &profile.name);
            self.resource_name(&DNS_NAME, &profile.dns_name);
        }
        self.keys(topology.storage.iter().map(|(key, it)| (key, &it.place)));
        self.keys(topology.vaults.iter().map(|(key, it)| (key, &it.place)));
        self.keys(topology.identities.iter().map(|(key, it)| (key, &it.place)));
        self.keys(topology.resources.iter().map(|(key, it)| (key, &it.place)));
        self.keys(topology.traffic_manager.iter().map(|(key, it)| (key, &it.place)));
        self.keys(topology.locks.iter().map(|(key, it)| (key, &it.place)));
        for profile in topology.traffic_manager.values() {
            self.keys(profile.endpoints.iter().map(|(key, it)| (key, &it.place)));
        }
        self.names_apart();
    }

    fn resource_name(&mut self, rule: &Rule, name: &Name) {
        let Some(message) = self.name_mistake(rule, name) else { return };
        let mut help = rule.allowed();
        if name.is_derived {
            help = format!("{help}; the name was derived: write `name:` (or a shorter key)");
        }
        self.error("bad-name", &name.place, message, &help);
    }

    /// Files a name that Azure would refuse.
    pub(super) fn name(&mut self, rule: &Rule, name: &str, place: &Place) {
        if let Some(message) = self.name_mistake(rule, name) {
            self.error("bad-name", place, message, &rule.allowed());
        }
    }

    /// An empty name stands for one whose mistake has been told, and those of containers that
    /// Azure reserves begin with a dollar.
    fn name_mistake(&self, rule: &Rule, name: &str) -> Option<String> {
        let is_reserved = rule.what == CONTAINER.what && ["$web", "$root", "$logs"].contains(&name);
        (!name.is_empty() && !is_reserved).then(|| rule.mistake(name)).flatten()
    }

    fn stamp_keys(&mut self, stamp: &Stamp) {
        self.keys(stamp.apps.iter().map(|(key, it)| (key, &it.place)));
        self.keys(stamp.storage.iter().map(|(key, it)| (key, &it.place)));
        self.keys(stamp.vaults.iter().map(|(key, it)| (key, &it.place)));
        self.keys(stamp.identities.iter().map(|(key, it)| (key, &it.place)));
        self.keys(stamp.resources.iter().map(|(key, it)| (key, &it.place)));
        for (key, app) in &stamp.apps {
            if ["plan", "resourceGroup"].contains(&key.as_str()) {
                let message =
                    format!("an app can't be called `{key}`, which references use otherwise");
                self.error(
                    "bad-name",
                    &app.place,
                    message,
                    "give the app another key, such as `web`",
                );
            }
        }
    }

    /// Files keys that references can't hold.
    fn keys<'k>(&mut self, keys: impl Iterator<Item = (&'k String, &'k Place)>) {
        for (key, place) in keys {
            let sound = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
            if key.is_empty() || !key.bytes().all(sound) {
                let message = format!("key `{key}` holds more than letters, digits, `-` and `_`");
                self.error("bad-name", place, message, "references to it would have no clear end");
            }
        }
    }

    fn stamp_name(&mut self, key: &str, place: &Place) {
        const RESERVED: &[&str] = &[
            "apps",
            "dns",
            "domains",
            "identities",
            "locks",
            "plan",
            "resourceGroup",
            "resources",
            "storage",
            "trafficManager",
            "vaults",
        ];
        if RESERVED.contains(&key) {
            let message =
                format!("a stamp can't be called `{key}`, which references use otherwise");
            self.error("bad-name", place, message, "give the stamp another name, such as `weu`");
        } else if !key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            let message = format!("stamp name `{key}` holds more than letters, digits and hyphens");
            self.error("bad-name", place, message, "stamp names are parts of Azure names");
        }
    }

    /// Files names that must be unique in the cloud and stand here twice.
    fn names_apart(&mut self) {
        let topology = self.topology;
        let stamps = || topology.stamps.values();
        let apps: Vec<&Name> =
            stamps().flat_map(|it| it.apps.values()).map(|it| &it.name).collect();
        let accounts = stamps().flat_map(|it| it.storage.values()).chain(topology.storage.values());
        let accounts: Vec<&Name> = accounts.filter(|it| !it.existing).map(|it| &it.name).collect();
        let vaults = stamps().flat_map(|it| it.vaults.values()).chain(topology.vaults.values());
        let vaults: Vec<&Name> = vaults.filter(|it| !it.existing).map(|it| &it.name).collect();
        let dns: Vec<&Name> = topology.traffic_manager.values().map(|it| &it.dns_name).collect();
        let kinds = [
            ("apps", apps),
            ("storage accounts", accounts),
            ("key vaults", vaults),
            ("profiles", dns),
        ];
        for (what, names) in kinds {
            let mut seen = std::collections::HashMap::new();
            for name in names.into_iter().filter(|name| !name.value.is_empty()) {
                if let Some(first) = seen.insert(name.value.to_ascii_lowercase(), name) {
                    let message = format!("two {what} are called `{name}`");
                    let mut diagnostic = Diagnostic::error("name-taken", &name.place, message)
                        .help("such names are unique in the cloud: put `{stamp}` into it");
                    if first.place != name.place {
                        diagnostic = diagnostic.also(&first.place, "the other one");
                    }
                    self.diagnostics.push(diagnostic);
                }
            }
        }
    }
}
