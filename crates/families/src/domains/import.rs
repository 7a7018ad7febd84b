//! From a domain that was recognised to its entry.

use std::collections::BTreeSet;

use importer::{
    Choices, Draft, Import, Map, Node, Placement, Recognised, Survey, duration, literal,
    one_or_many,
};
use resource::ResourceId;
use topology::section::Entry;

use super::recognise::{self, Found, Source, custom_host, found, is_uploaded};
use super::{BINDING, CERTIFICATE, Domain};
use crate::apps::App;
use crate::vaults::Vault;

impl Import for Domain {
    const PARTS: &'static [&'static str] = &[BINDING];

    fn recognise(
        survey: &Survey<'_>,
        placement: &Placement,
        choices: &Choices,
    ) -> Option<Recognised> {
        let found = recognise::recognise(survey, placement, choices);
        let parts = found.iter().flat_map(Found::parts).cloned().collect();
        Some(Recognised::new(parts, found))
    }

    fn tells(survey: &Survey<'_>, _: &Placement, id: &ResourceId) -> bool {
        id.resource_type().is(CERTIFICATE) && survey.observed.get(id).is_none_or(is_uploaded)
    }

    fn import(draft: &mut Draft<'_>, _: Option<usize>, home: &mut Map) {
        let domains = domains(draft);
        home.set_some(Self::SECTION.key, domains);
    }
}

/// Writes the domains, and tells which host names none of them holds.
fn domains(draft: &mut Draft<'_>) -> Map {
    let mut domains = Map::default();
    for domain in found(draft) {
        let map = self::domain(draft, domain);
        let member = domains.set(&domain.host, map);
        member.about.clone_from(&domain.record);
        if domain.zone.is_none() {
            member.comment("Its zone is not in Azure DNS: check where the name points.");
        }
    }
    let told: BTreeSet<&str> = found(draft).iter().map(|domain| &*domain.host).collect();
    let hosts: Vec<ResourceId> = draft
        .survey
        .inside()
        .filter(|seen| custom_host(seen).is_some_and(|host| !told.contains(&*host)))
        .map(|seen| seen.id.clone())
        .collect();
    for id in hosts {
        let why = "no record of ours leads the host name to something in the topology; the \
                   binding stays as it is";
        draft.remark(id.as_str(), why);
    }
    for seen in draft.survey.inside().filter(|seen| is_uploaded(seen)) {
        let why = "it was uploaded and cannot be made again from what Azure answers; it stays \
                   as it is";
        draft.remark(seen.id.as_str(), why);
    }
    domains
}

fn domain(draft: &Draft<'_>, domain: &Found) -> Map {
    let mut map = Map::default();
    map.set("routeTo", draft.target(&domain.route, None));
    map.set_some("bind", bind(draft, domain));
    match &domain.source {
        Some(Source::Managed) => {
            map.set("certificate", literal("managed"));
        }
        Some(Source::Vault(vault, secret)) => {
            let mut source = Map::default();
            source.set("keyVault", draft.target_in::<Vault>(vault, None));
            source.set("secret", literal(secret));
            map.set("certificate", source);
        }
        None => {}
    }
    if let Some(ttl) = domain.ttl {
        map.set_default("ttl", duration(ttl));
    }
    map.set_default("alias", domain.is_alias);
    // A take-over of the name is a word of its own, as of any resource.
    let is_ours = |id: &ResourceId| {
        draft.survey.observed.get(id).is_none_or(|seen| draft.survey.is_owned(seen))
    };
    if !domain.record.iter().chain(&domain.proof).all(is_ours) {
        map.set("adopt", true);
    }
    map
}

/// Returns the bound apps: by the key alone where it is that app of every stamp.
fn bind(draft: &Draft<'_>, domain: &Found) -> Node {
    let bound: BTreeSet<(usize, &str)> =
        domain.bound.iter().filter_map(|site| draft.key_in_stamp::<App>(site)).collect();
    let stamps = 0..draft.placement.stamps.len();
    let keys: BTreeSet<&str> = bound.iter().map(|(_, key)| *key).collect();
    let mut nodes = vec![];
    for key in keys {
        let is_everywhere = stamps.clone().all(|at| {
            let is_there = bound.contains(&(at, key));
            let exists =
                draft.addresses.of(App::SECTION, Some(at)).iter().any(|(_, own)| own == key);
            is_there || !exists
        });
        if is_everywhere {
            nodes.push(literal(key));
            continue;
        }
        for (at, _) in bound.iter().filter(|(_, own)| *own == key) {
            nodes.push(literal(&format!("{}/{key}", draft.placement.stamps[*at].name)));
        }
    }
    if nodes.is_empty() { Node::List(vec![]) } else { one_or_many(nodes) }
}
