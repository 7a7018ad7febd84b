//! DNS zones and records.
//!
//! Source: <https://learn.microsoft.com/azure/dns/dns-zones-records>.

use std::collections::HashMap;

use topology::family::Check;
use topology::{Cloud, Diagnostic, Explanation, Place, host_key};

use super::{AliasType, DnsZone, LockPolicy, RecordSet};
use crate::traffic_manager::needs_addresses;

/// What the codes mean.
pub(super) const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "external-zone",
        title: "an external zone is treated like an Azure resource",
        reason: "A zone elsewhere has no lock and can't be adopted; Evenkeel tells which records to make and verifies them by query.",
        example: "dns:\n  corp.example: { external: true, lock: lift }",
        remedy: "Leave `existing`, `adopt` and `lock` out.",
    },
    Explanation {
        code: "cname-at-apex",
        title: "a zone itself is given a CNAME",
        reason: "The zone has SOA and NS records, and a CNAME can stand beside no other.",
        example: "dns:\n  example.com: { records: { \"@\": { cname: www.example.net } } }",
        remedy: "Write an `alias`, or let `domains` make one.",
    },
    Explanation {
        code: "cname-beside-others",
        title: "a CNAME stands beside other records",
        reason: "A name with a CNAME can have no other record (RFC 1034), and Azure DNS refuses it.",
        example: "records:\n  www: { cname: a.example.net, txt: hello }",
        remedy: "Remove the CNAME, or move the others.",
    },
    Explanation {
        code: "duplicate-value",
        title: "a record set holds a value twice",
        reason: "DNS knows a value of a set once: Azure refuses the second one. Host names are compared without case and final dot.",
        example: "mx: [{ preference: 10, exchange: mail.example.net }, { preference: 10, exchange: Mail.example.net. }]",
        remedy: "Remove one of them.",
    },
    Explanation {
        code: "txt-too-long",
        title: "the texts of a record set are too long together",
        reason: "A TXT record set holds 4096 octets over all its texts, 1024 in the clouds of the US government and of China. Letters beyond ASCII have two to four octets each.",
        example: "records: { long: { txt: [\"<3000 letters>\", \"<2000 letters>\"] } }",
        remedy: "Shorten them, or spread them over several names.",
    },
    Explanation {
        code: "absolute-record",
        title: "a record's name repeats its zone",
        reason: "Names are relative: `app.example.com` in `example.com` is `app.example.com.example.com`.",
        example: "dns:\n  example.com: { records: { app.example.com: { a: 20.1.2.3 } } }",
        remedy: "Write `app`.",
    },
];

/// Characters of the longest name that DNS can hold, without its final dot.
const LONGEST_NAME: usize = 253;

/// Returns whether a text can be the name of a host.
pub(crate) fn is_host(name: &str) -> bool {
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

pub(super) fn zone(check: &mut Check<'_>, domain: &str, zone: &DnsZone) {
    if !is_host(domain) {
        let message = format!("`{domain}` can't be a DNS zone");
        check.error("bad-host", &zone.place, message, "write a domain such as `example.com`");
    }
    if zone.external {
        external_zone(check, zone);
    }
    for (name, records) in &zone.records {
        if !is_record_name(name) {
            let message = format!("`{name}` can't name a record");
            let help = "names are relative to the zone; the zone itself is \"@\"";
            check.error("bad-host", &records.place, message, help);
        }
        if name.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')) {
            let message = format!("`{name}` is relative to `{domain}`, which it repeats");
            let relative = name.trim_end_matches(domain).trim_end_matches('.');
            check.warning(
                "absolute-record",
                &records.place,
                message,
                &format!("write `{relative}`"),
            );
        }
        record_length(check, name, domain, records);
        record_set(check, name, records);
    }
}

/// Files a name that is too long for DNS together with its zone.
fn record_length(check: &mut Check<'_>, name: &str, domain: &str, records: &RecordSet) {
    let length = name.len() + 1 + domain.len();
    if name != "@" && length > LONGEST_NAME {
        let message =
            format!("`{name}.{domain}` has {length} characters; a name has {LONGEST_NAME} at most");
        check.error("bad-host", &records.place, message, "take a shorter name");
    }
}

fn external_zone(check: &mut Check<'_>, zone: &DnsZone) {
    if zone.existing || zone.adopt || zone.lock() == LockPolicy::Lift {
        let help = "leave `existing`, `adopt` and `lock` out: nothing of it is in Azure";
        let message = "an external zone is not an Azure resource";
        check.error("external-zone", &zone.place, message, help);
    }
}

fn record_set(check: &mut Check<'_>, name: &str, records: &RecordSet) {
    let RecordSet { a, aaaa, txt, cname, caa, mx, srv, alias, alias_type, ttl, adopt: _, place } =
        records;
    let others = [a.len(), aaaa.len(), txt.len(), caa.len(), mx.len(), srv.len()];
    let others: usize = others.iter().sum();
    if let Some(cname) = cname {
        if name == "@" {
            let help = "write `alias:` with the Azure resource, or an `a` record";
            check.error("cname-at-apex", &cname.place, "the zone itself can't be a CNAME", help);
        }
        if others > 0 || alias.is_some() {
            let help = "remove the CNAME, or move the other records to another name";
            let message = format!("`{name}` has a CNAME, so it can have no other record");
            check.error("cname-beside-others", &cname.place, message, help);
        }
        if cname.literal().is_some_and(|target| !is_host(target)) {
            let message = format!("`{}` is not a host name", cname.value);
            let help = "write the name alone, without `https://` and path";
            check.error("bad-host", &cname.place, message, help);
        }
    }
    if others == 0 && cname.is_none() && alias.is_none() {
        let help = "write `a:`, `cname:`, `txt:` or another type";
        let types = ["a", "aaaa", "txt", "cname", "caa", "mx", "srv", "alias"];
        check.missing(&types, place, format!("`{name}` has no records"), help);
    }
    if let (Some(kind), None) = (alias_type, alias) {
        check.error("missing-key", &kind.place, "`aliasType` without `alias`", "remove it");
    }
    if let Some(ttl) = ttl.as_ref().filter(|ttl| !(1..=2_147_483_647).contains(&ttl.as_secs())) {
        let message = format!("`ttl` is {}; a record's is 1 to 2147483647 seconds", ttl.value);
        check.error("ttl-range", &ttl.place, message, "write `300`");
    }
    let is_name = alias_type.as_ref().is_some_and(|kind| kind.value == AliasType::Cname);
    if let (Some(alias), false) = (alias, is_name) {
        needs_addresses(check, alias, &alias.place);
    }
    record_values(check, name, records);
}

fn record_values(check: &mut Check<'_>, name: &str, records: &RecordSet) {
    for caa in &records.caa {
        if !["issue", "issuewild", "iodef"].contains(&caa.tag.as_str()) {
            let message = format!("`{}` is not a tag of CAA records", *caa.tag);
            let help = "write `issue`, `issuewild` or `iodef`";
            check.error("unknown-value", &caa.tag.place, message, help);
        }
    }
    for mx in &records.mx {
        record_host(check, &mx.exchange, &mx.exchange.place);
    }
    for srv in &records.srv {
        record_host(check, &srv.target, &srv.target.place);
    }
    texts(check, name, records);
    values_apart(check, name, records);
}

/// Files texts that are too long together: each is sent in strings of 255 octets.
fn texts(check: &mut Check<'_>, name: &str, records: &RecordSet) {
    let most = match check.topology().cloud() {
        Cloud::UsGovernment | Cloud::China => 1024,
        Cloud::Public | Cloud::Custom(_) => 4096,
    };
    let octets: usize = records.txt.iter().filter_map(|text| text.literal()).map(str::len).sum();
    if let Some(last) = records.txt.last().filter(|_| octets > most) {
        let message =
            format!("the texts of `{name}` have {octets} octets together; Azure takes {most}");
        let help = "shorten them, or spread them over several names";
        check.error("txt-too-long", &last.place, message, help);
    }
}

/// Files values that stand twice in their set, host names compared as DNS does.
fn values_apart(check: &mut Check<'_>, name: &str, records: &RecordSet) {
    let RecordSet { a, aaaa, txt, caa, mx, srv, .. } = records;
    apart(check, name, a.iter().map(|it| (it.value.to_string(), it.value.to_string(), &it.place)));
    let addresses = aaaa.iter().map(|it| (it.value.to_string(), it.value.to_string(), &it.place));
    apart(check, name, addresses);
    let texts = txt.iter().filter_map(|it| Some((it.literal()?.to_owned(), &it.place)));
    apart(check, name, texts.map(|(text, place)| (text.clone(), text, place)));
    apart(
        check,
        name,
        caa.iter().map(|it| {
            let flags = it.flags.as_ref().map_or(0, |flags| flags.value);
            let (tag, value) = (it.tag.to_ascii_lowercase(), &it.value.value);
            (format!("{flags} {tag} {value}"), value.clone(), &it.value.place)
        }),
    );
    apart(
        check,
        name,
        mx.iter().map(|it| {
            let form = format!("{} {}", it.preference.value, host_key(&it.exchange));
            (form, it.exchange.value.clone(), &it.exchange.place)
        }),
    );
    apart(
        check,
        name,
        srv.iter().map(|it| {
            let (priority, weight, port) = (it.priority.value, it.weight.value, it.port.value);
            let form = format!("{priority} {weight} {port} {}", host_key(&it.target));
            (form, it.target.value.clone(), &it.target.place)
        }),
    );
}

/// Files values of equal form, each given as form, text and place.
fn apart<'p>(
    check: &mut Check<'_>,
    name: &str,
    values: impl Iterator<Item = (String, String, &'p Place)>,
) {
    let mut seen: HashMap<String, &Place> = HashMap::new();
    for (form, text, place) in values.filter(|(_, text, _)| !text.is_empty()) {
        if let Some(first) = seen.insert(form, place) {
            let short: String = text.chars().take(60).collect();
            let message = format!("`{name}` holds `{short}` twice");
            check.file(
                Diagnostic::error("duplicate-value", place, message)
                    .label("the second one")
                    .also(first, "the first one")
                    .help("remove one of them: a record set knows each value once"),
            );
        }
    }
}

fn record_host(check: &mut Check<'_>, host: &str, place: &Place) {
    if !host.is_empty() && host != "." && !is_host(host) {
        check.error("bad-host", place, format!("`{host}` is not a host name"), "");
    }
}
