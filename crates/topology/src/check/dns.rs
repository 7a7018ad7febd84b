//! DNS zones and records.
//!
//! Source: <https://learn.microsoft.com/azure/dns/dns-zones-records>.

use super::Check;
use crate::{AliasType, DnsZone, LockPolicy, Place, RecordSet};

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
    name.len() <= 253 && name.contains('.') && name.split('.').all(label)
}

/// Returns whether a text can name a record set: a host name's labels, `@` or a wildcard.
fn is_record_name(name: &str) -> bool {
    let rest = name.strip_prefix("*.").unwrap_or(name);
    name == "@" || name == "*" || is_host(&format!("{rest}.x"))
}

impl Check<'_> {
    pub(super) fn zones(&mut self) {
        let topology = self.topology;
        for (domain, zone) in &topology.dns {
            if !is_host(domain) {
                let message = format!("`{domain}` can't be a DNS zone");
                self.error(
                    "bad-host",
                    &zone.place,
                    message,
                    "write a domain such as `example.com`",
                );
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
                if name.strip_suffix(domain.as_str()).is_some_and(|rest| rest.ends_with('.')) {
                    let message = format!("`{name}` is relative to `{domain}`, which it repeats");
                    let relative = name.trim_end_matches(domain.as_str()).trim_end_matches('.');
                    self.warning(
                        "absolute-record",
                        &records.place,
                        message,
                        &format!("write `{relative}`"),
                    );
                }
                self.record_set(name, records);
            }
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
        let RecordSet { a, aaaa, txt, cname, caa, mx, srv, alias, alias_type, ttl, place } =
            records;
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
            self.address_alias(alias);
        }
        self.record_values(records);
    }

    fn record_values(&mut self, records: &RecordSet) {
        for text in &records.txt {
            // Each record may be split into strings of 255; the whole is limited.
            if text.literal().is_some_and(|text| text.len() > 4096) {
                self.error(
                    "out-of-range",
                    &text.place,
                    "a TXT record holds at most 4096 characters",
                    "",
                );
            }
        }
        for caa in &records.caa {
            if !["issue", "issuewild", "iodef"].contains(&caa.tag.as_str()) {
                let help = "write `issue`, `issuewild` or `iodef`";
                let message = format!("`{}` is not a tag of CAA records", caa.tag.value);
                self.error("unknown-value", &caa.tag.place, message, help);
            }
        }
        for mx in &records.mx {
            self.record_host(&mx.exchange, &mx.exchange.place);
        }
        for srv in &records.srv {
            self.record_host(&srv.target, &srv.target.place);
        }
    }

    fn record_host(&mut self, host: &str, place: &Place) {
        if !host.is_empty() && host != "." && !is_host(host) {
            self.error("bad-host", place, format!("`{host}` is not a host name"), "");
        }
    }
}
