//! Tenants outside Azure: how they are asked, and what for.

use url::{Host, Url};

use super::Check;
use crate::{Comparison, Part, SecretSource, Sp, Tenant, TenantAuth, Text};

impl Check<'_> {
    pub(super) fn parity(&mut self) {
        let topology = self.topology;
        let Some(parity) = &topology.parity else { return };
        if parity.tenants.len() < 2 && !self.is_broken(&parity.place, "tenants") {
            let message = "there is nothing to compare a tenant with";
            self.error("tenant-alone", &parity.place, message, "name two or more under `tenants`");
        }
        if parity.compare.is_empty() && !self.is_broken(&parity.place, "compare") {
            let message = "nothing of the tenants is compared";
            let help = "add `compare: [{ path: /api/v1/Packages, key: Id }]`";
            self.error("compare-nothing", &parity.place, message, help);
        }
        for tenant in parity.tenants.values() {
            self.tenant(tenant);
        }
        for comparison in &parity.compare {
            self.comparison(comparison, false);
        }
    }

    fn tenant(&mut self, tenant: &Tenant) {
        self.address("url", &tenant.url);
        for value in tenant.headers.values() {
            self.at_hand(value);
        }
        let Some(auth) = &tenant.auth else { return };
        let TenantAuth { oauth, basic, place } = auth;
        match (oauth, basic) {
            (None, None) => {
                let message = "`auth` says no way to log in";
                let help = "write `oauth: { token: …, clientId: …, secret: … }` or `basic: { user: …, password: … }`";
                self.missing(&["oauth", "basic"], place, message, help);
            }
            (Some(_), Some(basic)) => {
                let message = "a request logs in by one of `oauth` and `basic`";
                self.error("one-of", &basic.place, message, "remove one of them");
            }
            _ => {}
        }
        if let Some(oauth) = oauth {
            self.address("token", &oauth.token);
            self.at_hand(&oauth.client_id);
            self.at_hand(&oauth.secret);
        }
        if let Some(basic) = basic {
            self.at_hand(&basic.user);
            self.at_hand(&basic.password);
        }
    }

    /// Files an address to which no login can be entrusted, or that is none.
    fn address(&mut self, key: &str, address: &Sp<String>) {
        if address.is_empty() {
            return;
        }
        let is_sound = Url::parse(address).is_ok_and(|url| {
            let is_protected = url.scheme() == "https" || url.scheme() == "http" && is_here(&url);
            let is_bare = url.username().is_empty() && url.password().is_none();
            is_protected && is_bare && url.query().is_none() && url.fragment().is_none()
        });
        if !is_sound {
            let message = format!("`{}` is no address that a login may be sent to", address.value);
            let help = format!("write `{key}: https://<host>/<path>`, without login and query");
            self.error("tenant-address", &address.place, message, &help);
        }
    }

    /// Files a text that cannot be had without Azure.
    fn at_hand(&mut self, text: &Sp<Text>) {
        let is_far = |part: &Part| match part {
            Part::Literal(_) | Part::Secret(SecretSource::Env(_)) => false,
            Part::Secret(SecretSource::KeyVault { .. }) | Part::Reference { .. } => true,
        };
        if text.0.iter().any(is_far) {
            let message = format!("`{}` cannot be had where tenants are compared", text.value);
            let help = "write `${secret:env:NAME}`, and let the pipeline fill that variable";
            self.error("tenant-secret", &text.place, message, help);
        }
    }

    /// Files what cannot be asked; with the entries of another comparison where it `is_below` one.
    fn comparison(&mut self, comparison: &Comparison, is_below: bool) {
        let Comparison { path, key, only, ignore, for_each, place, .. } = comparison;
        if !is_below && path.fields().next().is_some() {
            let message = format!("`{}` takes a field of an entry above it", path.value);
            let help = "write it below the `forEach` of what lists the entries";
            self.error("compare-path", &path.place, message, help);
        }
        let is_key = |field: &&Sp<String>| key.iter().any(|key| key.value == field.value);
        for field in only.iter().chain(ignore).filter(is_key) {
            let message = format!("`{}` is what an entry is known by", field.value);
            self.error("field-not-used", &field.place, message, "remove it: it is not compared");
        }
        if !for_each.is_empty() && key.is_empty() {
            let message = "entries without a `key` are not told apart";
            let help = "write `key: Id`, the field that an entry is known by";
            self.missing(&["key"], place, message, help);
        }
        for below in for_each {
            self.comparison(below, true);
        }
    }
}

/// Tells whether an address is this machine's own, which needs no protection.
fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
