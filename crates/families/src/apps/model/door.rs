//! Whom an app's own declaration shuts out before the app is asked.

use ipnet::IpNet;

use super::{Access, AccessAction, AccessRule, App, ClientCertificateMode, Unauthenticated};
use topology::{Place, Sp};

/// What keeps a request from an app, and how it is answered.
#[derive(Debug, Clone, Copy)]
pub struct Shut<'a> {
    /// Where it is written.
    pub place: &'a Place,
    /// Which of the doors it is.
    pub door: Door,
    /// The status codes that it answers with; more than one where it depends on who asks.
    pub answers: &'static [u16],
}

/// What stands before an app, in the order in which a request comes to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// The app is reached by private connections alone.
    PublicAccess,
    /// Its access rules.
    Access,
    /// Clients show certificates.
    ClientCertificates,
    /// People sign in.
    Auth,
}

/// Who asks for a path of an app, without a certificate and without having signed in.
#[derive(Debug, Clone, Copy)]
pub enum Asker<'a> {
    /// A service of Azure whose addresses this service tag stands for.
    Tag(&'a str),
    /// Somebody whose address nobody knows.
    Anybody,
}

impl App {
    /// Returns what shuts a router out, whatever it asks for.
    ///
    /// Source: <https://learn.microsoft.com/azure/app-service/app-service-ip-restrictions>.
    pub fn shut_to(&self, asker: Asker<'_>) -> Vec<Shut<'_>> {
        let shut = |place, door| Shut { place, door, answers: &[403] };
        let public = self.public_access.as_ref().filter(|open| !open.value);
        let access = self.access.as_ref().filter(|access| !access.lets_in(asker));
        let public = public.map(|open| shut(&open.place, Door::PublicAccess));
        public.into_iter().chain(access.map(|it| shut(&it.place, Door::Access))).collect()
    }

    /// Returns what shuts out a request for a path, which has neither certificate nor sign-in.
    pub fn shuts(&self, path: &str) -> Vec<Shut<'_>> {
        let certificates = self.client_certificates.as_ref().filter(|it| {
            let mode = it.mode.as_ref().map_or(ClientCertificateMode::Required, |mode| mode.value);
            mode == ClientCertificateMode::Required && !is_under(path, &it.except)
        });
        let certificates = certificates.map(|it| Shut {
            place: &it.place,
            door: Door::ClientCertificates,
            answers: &[403],
        });
        let is_on = |switch: &Option<Sp<bool>>| switch.as_ref().is_none_or(|it| it.value);
        let auth = self.auth.as_ref().filter(|auth| {
            is_on(&auth.enabled) && is_on(&auth.required) && !is_under(path, &auth.excluded)
        });
        let auth = auth.and_then(|auth| {
            let answers: &[u16] = match auth.unauthenticated.as_ref().map(|it| it.value) {
                Some(Unauthenticated::Allow) => return None,
                // People at a browser are led to the sign-in, programs are told to sign in.
                Some(Unauthenticated::Redirect) | None => &[302, 401],
                Some(Unauthenticated::Refuse) => &[401],
                Some(Unauthenticated::Forbid) => &[403],
            };
            Some(Shut { place: &auth.place, door: Door::Auth, answers })
        });
        certificates.into_iter().chain(auth).collect()
    }
}

impl Access {
    /// Tells whether the rules let somebody in for sure.
    fn lets_in(&self, asker: Asker<'_>) -> bool {
        let mut rules: Vec<&AccessRule> = self.rules.values().collect();
        rules.sort_by_key(|rule| rule.priority.value);
        let fits = |rule: &&&AccessRule| match asker {
            Asker::Tag(tag) => rule.is_of_tag(tag) || rule.is_of_all(),
            // Whoever is meant by a rule that refuses may be the one.
            Asker::Anybody => rule.is_of_all() || !rule.allows(),
        };
        match rules.iter().find(fits) {
            Some(rule) => rule.allows(),
            None => !self.refuses_others(),
        }
    }

    /// Tells whether a request that no rule fits is refused.
    fn refuses_others(&self) -> bool {
        match &self.otherwise {
            Some(otherwise) => otherwise.value == AccessAction::Deny,
            None => self.rules.values().any(AccessRule::allows),
        }
    }
}

impl AccessRule {
    fn allows(&self) -> bool {
        self.action.as_ref().is_none_or(|action| action.value == AccessAction::Allow)
    }

    /// Tells whether it means the addresses of a service: a refusal of some of its requests, told by
    /// their headers, is none of all.
    fn is_of_tag(&self, tag: &str) -> bool {
        let own = self.service_tag.as_deref().map(String::as_str).unwrap_or_default();
        (own.eq_ignore_ascii_case(tag) || own.eq_ignore_ascii_case("AzureCloud"))
            && (self.allows() || self.headers.is_empty())
    }

    fn is_of_all(&self) -> bool {
        let address = self.address.as_deref().map(String::as_str).unwrap_or_default();
        let is_all =
            |part: &str| part.trim().parse::<IpNet>().is_ok_and(|net| net.prefix_len() == 0);
        self.headers.is_empty() && address.split(',').any(is_all)
    }
}

/// Tells whether a path is one of these or lies below one.
fn is_under(path: &str, known: &[Sp<String>]) -> bool {
    known.iter().any(|known| {
        path.strip_prefix(known.value.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || known.ends_with('/'))
    })
}
