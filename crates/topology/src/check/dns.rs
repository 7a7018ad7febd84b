//! DNS zones and records.
//!
//! Source: <https://learn.microsoft.com/azure/dns/dns-zones-records>.

use std::collections::HashMap;

use super::Check;
use crate::{AliasType, Cloud, Diagnostic, DnsZone, LockPolicy, Place, RecordSet, host_key};

/// Characters of the longest name that DNS can hold, without its final dot.
const LONGEST_NAME: usize = 253;

/// Returns whether a text can be the name of a host.
pub(super) fn is_host(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let Ok(name) = idna::domain_to_ascii(name) else { return false };
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    name.len() <= LONGEST_NAME && name.contains('.') && name.split('.').all(label)
}

/// Returns whether a text can name a record set: a host name's labels, `@` or a wildcard.
fn is_record_name(name: &str) -> bool {
    let rest = name.strip_prefix("*.").unwrap_or(name);
    name == "@" || name == "*" || is_host(&format!("{rest}.x"))
}

impl Check<'_> {
    pub(crate) fn zone(&mut self, domain: &str, zone: &DnsZone) {
        if !is_host(domain) {
            let message = format!("`{domain}` can't be a DNS zone");
            self.error("bad-host", &zone.place, message, "write a domain such as `example.com`");
        }
        if zone.external {
            self.external_zone(zone);
        }
        for (name, records) in &zone.records {
            if !is_record_name(name) {
                let message = format!("`{name}` can't name a record");
                let help = "names are relative to the zone; the zone itself is \"@\"";
                self.error("bad-host", &records.place, message, help);
            }
            if name.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')) {
                let message = format!("`{name}` is relative to `{domain}`, which it repeats");
                let relative = name.trim_end_matches(domain).trim_end_matches('.');
                self.warning(
                    "absolute-record",
                    &records.place,
                    message,
                    &format!("write `{relative}`"),
                );
            }
            self.record_length(name, domain, records);
            self.record_set(name, records);
        }
    }

    /// Files a name that is too long for DNS together with its zone.
    fn record_length(&mut self, name: &str, domain: &str, records: &RecordSet) {
        let length = name.len() + 1 + domain.len();
        if name != "@" && length > LONGEST_NAME {
            let message = format!(
                "`{name}.{domain}` has {length} characters; a name has {LONGEST_NAME} at most"
            );
            self.error("bad-host", &records.place, message, "take a shorter name");
        }
    }

    fn external_zone(&mut self, zone: &DnsZone) {
        if zone.existing || zone.adopt || zone.lock() == LockPolicy::Lift {
            let help = "leave `existing`, `adopt` and `lock` out: nothing of it is in Azure";
            let message = "an external zone is not an Azure resource";
            self.error("external-zone", &zone.place, message, help);
        }
    }

    fn record_set(&mut self, name: &str, records: &RecordSet) {
        let RecordSet {
            a,
            aaaa,
            txt,
            cname,
            caa,
            mx,
            srv,
            alias,
            alias_type,
            ttl,
            adopt: _,
            place,
        } = records;
        let others = [a.len(), aaaa.len(), txt.len(), caa.len(), mx.len(), srv.len()];
        let others: usize = others.iter().sum();
        if let Some(cname) = cname {
            if name == "@" {
                let help = "write `alias:` with the Azure resource, or an `a` record";
                self.error("cname-at-apex", &cname.place, "the zone itself can't be a CNAME", help);
            }
            if others > 0 || alias.is_some() {
                let help = "remove the CNAME, or move the other records to another name";
                let message = format!("`{name}` has a CNAME, so it can have no other record");
                self.error("cname-beside-others", &cname.place, message, help);
            }
            if cname.literal().is_some_and(|target| !is_host(target)) {
                let message = format!("`{}` is not a host name", cname.value);
                let help = "write the name alone, without `https://` and path";
                self.error("bad-host", &cname.place, message, help);
            }
        }
        if others == 0 && cname.is_none() && alias.is_none() {
            let help = "write `a:`, `cname:`, `txt:` or another type";
            let types = ["a", "aaaa", "txt", "cname", "caa", "mx", "srv", "alias"];
            self.missing(&types, place, format!("`{name}` has no records"), help);
        }
        if let (Some(kind), None) = (alias_type, alias) {
            self.error("missing-key", &kind.place, "`aliasType` without `alias`", "remove it");
        }
        if let Some(ttl) = ttl.as_ref().filter(|ttl| !(1..=2_147_483_647).contains(&ttl.as_secs()))
        {
            let message = format!("`ttl` is {}; a record's is 1 to 2147483647 seconds", ttl.value);
            self.error("ttl-range", &ttl.place, message, "write `300`");
        }
        let is_name = alias_type.as_ref().is_some_and(|kind| kind.value == AliasType::Cname);
        if let (Some(alias), false) = (alias, is_name) {
            self.address_alias(alias, &alias.place);
        }
        self.record_values(name, records);
    }

    fn record_values(&mut self, name: &str, records: &RecordSet) {
        for caa in &records.caa {
            if !["issue", "issuewild", "iodef"].contains(&caa.tag.as_str()) {
                let message = format!("`{}` is not a tag of CAA records", *caa.tag);
                let help = "write `issue`, `issuewild` or `iodef`";
                self.error("unknown-value", &caa.tag.place, message, help);
            }
        }
        for mx in &records.mx {
            self.record_host(&mx.exchange, &mx.exchange.place);
        }
        for srv in &records.srv {
            self.record_host(&srv.target, &srv.target.place);
        }
        self.texts(name, records);
        self.values_apart(name, records);
    }

    /// Files texts that are too long together: each is sent in strings of 255 octets.
    fn texts(&mut self, name: &str, records: &RecordSet) {
        let most = match self.topology.cloud() {
            Cloud::UsGovernment | Cloud::China => 1024,
            Cloud::Public | Cloud::Custom(_) => 4096,
        };
        let octets: usize =
            records.txt.iter().filter_map(|text| text.literal()).map(str::len).sum();
        if let Some(last) = records.txt.last().filter(|_| octets > most) {
            let message =
                format!("the texts of `{name}` have {octets} octets together; Azure takes {most}");
            let help = "shorten them, or spread them over several names";
            self.error("txt-too-long", &last.place, message, help);
        }
    }

    /// Files values that stand twice in their set, host names compared as DNS does.
    fn values_apart(&mut self, name: &str, records: &RecordSet) {
        let RecordSet { a, aaaa, txt, caa, mx, srv, .. } = records;
        self.apart(
            name,
            a.iter().map(|it| (it.value.to_string(), it.value.to_string(), &it.place)),
        );
        let addresses =
            aaaa.iter().map(|it| (it.value.to_string(), it.value.to_string(), &it.place));
        self.apart(name, addresses);
        let texts = txt.iter().filter_map(|it| Some((it.literal()?.to_owned(), &it.place)));
        self.apart(name, texts.map(|(text, place)| (text.clone(), text, place)));
        self.apart(
            name,
            caa.iter().map(|it| {
                let flags = it.flags.as_ref().map_or(0, |flags| flags.value);
                let (tag, value) = (it.tag.to_ascii_lowercase(), &it.value.value);
                (format!("{flags} {tag} {value}"), value.clone(), &it.value.place)
            }),
        );
        self.apart(
            name,
            mx.iter().map(|it| {
                let form = format!("{} {}", it.preference.value, host_key(&it.exchange));
                (form, it.exchange.value.clone(), &it.exchange.place)
            }),
        );
        self.apart(
            name,
            srv.iter().map(|it| {
                let (priority, weight, port) = (it.priority.value, it.weight.value, it.port.value);
                let form = format!("{priority} {weight} {port} {}", host_key(&it.target));
                (form, it.target.value.clone(), &it.target.place)
            }),
        );
    }

    /// Files values of equal form, each given as form, text and place.
    fn apart<'p>(&mut self, name: &str, values: impl Iterator<Item = (String, String, &'p Place)>) {
        let mut seen: HashMap<String, &Place> = HashMap::new();
        for (form, text, place) in values.filter(|(_, text, _)| !text.is_empty()) {
            if let Some(first) = seen.insert(form, place) {
                let short: String = text.chars().take(60).collect();
                let message = format!("`{name}` holds `{short}` twice");
                self.diagnostics.push(
                    Diagnostic::error("duplicate-value", place, message)
                        .label("the second one")
                        .also(first, "the first one")
                        .help("remove one of them: a record set knows each value once"),
                );
            }
        }
    }

    fn record_host(&mut self, host: &str, place: &Place) {
        if !host.is_empty() && host != "." && !is_host(host) {
            self.error("bad-host", place, format!("`{host}` is not a host name"), "");
        }
    }
}
