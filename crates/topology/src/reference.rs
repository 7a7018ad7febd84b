//! References: what a path such as `weu/web` leads to, among all that the topology declares.

use std::collections::HashMap;
use std::sync::Arc;

use crate::decode::{Context, Decode, quoted};
use crate::section::{Addressed, Keys};
use crate::suggest::closest;
use crate::tree::Node;
use crate::value::Allowed;
use crate::{Diagnostic, Language, Place, Ref, Section, Target};

/// All that can be referred to.
#[derive(Debug)]
pub(crate) struct Declared {
    /// The language.
    pub language: &'static Language,
    /// The root of the topology.
    pub root: Option<Arc<Node>>,
    /// The resolved tree of every stamp.
    pub stamps: HashMap<Arc<str>, Arc<Node>>,
}

impl Declared {
    /// Returns what an address leads to, seen from inside `stamp` or from outside all stamps.
    fn resolve(
        &self,
        address: &str,
        stamp: Option<&Arc<str>>,
        wanted: &[&'static Section],
    ) -> Option<Target> {
        let segments: Vec<&str> = address.split('/').collect();
        match segments.as_slice() {
            [one] => self.resolve_name(one, stamp, wanted),
            [key, name] => self
                .in_section(stamp, key, name)
                .or_else(|| self.in_section(None, key, name))
                .or_else(|| self.in_stamp(key, name)),
            [stamp, key, name] => {
                let (stamp, _) = self.stamps.get_key_value(*stamp)?;
                self.in_section(Some(stamp), key, name)
            }
            _ => None,
        }
    }

    fn sections(&self) -> impl Iterator<Item = &'static Section> {
        self.language.sections().iter().copied()
    }

    /// Resolves a bare name: in the stamp first, then globally, what is wanted first.
    fn resolve_name(
        &self,
        name: &str,
        stamp: Option<&Arc<str>>,
        wanted: &[&'static Section],
    ) -> Option<Target> {
        let is_in_section = |section: &&Section| section.addressed == Addressed::InSection;
        let mut found = Vec::new();
        if let Some(stamp) = stamp {
            found.extend(self.in_stamp(stamp, name));
            let local = self.language.by_name().filter(is_in_section);
            found.extend(local.filter_map(|section| self.entry(section, Some(stamp), name)));
        }
        found.extend(self.language.by_name().filter_map(|section| match section.addressed {
            Addressed::InSection => self.entry(section, None, name),
            Addressed::Alone if section.key == name => self.entry(section, None, name),
            _ => None,
        }));
        let is_wanted =
            |target: &Target| target.section().is_some_and(|section| wanted.contains(&section));
        let first = found.iter().position(is_wanted);
        (!found.is_empty()).then(|| found.swap_remove(first.unwrap_or(0)))
    }

    /// Resolves `<stamp>/<name>`: what stands in a stamp without the name of its section.
    fn in_stamp(&self, stamp: &str, name: &str) -> Option<Target> {
        let (stamp, _) = self.stamps.get_key_value(stamp)?;
        let alone = self.language.alone_in_stamp().find(|section| section.key == name);
        if let Some(section) = alone {
            return self.entry(section, Some(stamp), name);
        }
        let mut by_key = self.sections().filter(|it| it.addressed == Addressed::ByKey);
        by_key.find_map(|section| self.entry(section, Some(stamp), name))
    }

    /// Resolves `<section>/<name>` inside a stamp, or globally.
    fn in_section(&self, stamp: Option<&Arc<str>>, key: &str, name: &str) -> Option<Target> {
        let section = self.language.section(key)?;
        let has_keys = matches!(section.addressed, Addressed::InSection | Addressed::ByKey);
        self.entry(section, stamp, name).filter(|_| has_keys)
    }

    /// Returns the entry of a section if it is declared in a stamp, or globally.
    fn entry(
        &self,
        section: &'static Section,
        stamp: Option<&Arc<str>>,
        name: &str,
    ) -> Option<Target> {
        if !section.stands.has(stamp.is_some()) {
            return None;
        }
        let holder = match stamp {
            Some(stamp) => self.stamps.get(stamp)?,
            None => self.root.as_ref()?,
        };
        let name = match section.keys {
            // Zones and domains have one form behind the parser, whatever was written.
            Keys::Host => crate::host_key(name),
            Keys::Word => name.to_owned(),
        };
        // What has no entries is there wherever there is something to hold it.
        if section.entries.is_some() {
            let entries = holder.get(section.key)?;
            if section.addressed != Addressed::Alone {
                entries.get(&name)?;
            }
        }
        Some(Target::Entry { section, stamp: stamp.map(ToString::to_string), name })
    }

    /// Returns every address that could have been meant.
    fn addresses(&self, stamp: Option<&Arc<str>>, wanted: &[&'static Section]) -> Vec<String> {
        let is_wanted = |section: &&'static Section| wanted.is_empty() || wanted.contains(section);
        let mut addresses = Vec::new();
        let holders = stamp.and_then(|stamp| self.stamps.get(stamp)).into_iter().chain(&self.root);
        let holders: Vec<&Arc<Node>> = holders.collect();
        for section in self.sections().filter(is_wanted) {
            match section.addressed {
                Addressed::ByKey => {
                    for (name, node) in &self.stamps {
                        let entries = node.get(section.key).map_or(&[][..], |it| it.entries());
                        addresses
                            .extend(entries.iter().map(|it| section.address(Some(name), &it.key)));
                    }
                }
                Addressed::InSection => {
                    for entries in holders.iter().filter_map(|holder| holder.get(section.key)) {
                        for entry in entries.entries() {
                            addresses.push(section.local_address(&entry.key));
                            addresses.push(entry.key.to_string());
                        }
                    }
                }
                Addressed::Alone | Addressed::Never => {}
            }
        }
        addresses.sort();
        addresses.dedup();
        addresses
    }
}

impl Decode for Target {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        target(node, cx, Vec::new())
    }
}

impl<A: Allowed> Decode for Ref<A> {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        target(node, cx, A::sections(cx.language())).map(Self::new)
    }
}

/// Reads a reference to what is `wanted`, or to anything.
fn target(node: &Node, cx: &mut Context<'_>, wanted: Vec<&'static Section>) -> Option<Target> {
    let wanted = wanted.as_slice();
    let address = cx.scalar(node, "a reference such as `weu/web`, or a resource ID")?;
    if address.starts_with('/') {
        return resource_id(address, node, cx);
    }
    let stamp = cx.scope.stamp.as_ref().map(|stamp| stamp.name.clone());
    let Some(target) = cx.declared.resolve(&address, stamp.as_ref(), wanted) else {
        dangling(&address, &node.place, wanted, cx);
        return None;
    };
    let section = target.section()?;
    if !wanted.is_empty() && !wanted.contains(&section) {
        let nouns = wanted.iter().map(|section| section.noun).chain(["a resource ID"]);
        let nouns: Vec<&str> = nouns.collect();
        let message = format!("`{address}` is {}, which `{}` can't use", section.noun, cx.field);
        let help = format!("it takes {}", nouns.join(" or "));
        cx.report(Diagnostic::error("bad-reference-kind", &node.place, message).help(help));
        return None;
    }
    Some(target)
}

/// Takes a resource ID as it is, if it looks like one.
fn resource_id(id: String, node: &Node, cx: &mut Context<'_>) -> Option<Target> {
    let lower = id.to_ascii_lowercase();
    let sound = ["/subscriptions/", "/providers/", "/tenants/"]
        .iter()
        .any(|prefix| lower.starts_with(prefix) && lower.len() > prefix.len());
    if sound && !id.ends_with('/') && !id.contains("//") && !id.contains(char::is_whitespace) {
        return Some(Target::Id(id));
    }
    let diagnostic = Diagnostic::error(
        "bad-resource-id",
        &node.place,
        format!("`{id}` is not a resource ID"),
    )
    .help("it has the form `/subscriptions/<id>/resourceGroups/<group>/providers/<type>/<name>`");
    cx.report(diagnostic);
    None
}

/// Files a reference that leads nowhere.
fn dangling(address: &str, place: &Place, wanted: &[&'static Section], cx: &mut Context<'_>) {
    let stamp = cx.scope.stamp.as_ref().map(|stamp| stamp.name.clone());
    let addresses = cx.declared.addresses(stamp.as_ref(), wanted);
    let near = closest(address, addresses.iter().map(String::as_str));
    let message = format!("nothing in this topology is called `{address}`");
    let mut diagnostic =
        Diagnostic::error("dangling-reference", place, message).label("leads nowhere");
    if let Some(near) = near {
        diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
    } else if addresses.is_empty() || addresses.len() > 8 {
        diagnostic = diagnostic.help(
            "references are `<stamp>/<app>`, `storage/<key>`, `trafficManager/<key>`…, or a \
             resource ID for what lives elsewhere",
        );
    } else {
        diagnostic = diagnostic.help(format!("there are {}", quoted(&addresses)));
    }
    cx.report(diagnostic);
}

/// Reads `address.property` of a text.
pub(crate) fn property(
    inner: &str,
    place: &Place,
    cx: &mut Context<'_>,
) -> Option<(Target, String)> {
    let stamp = cx.scope.stamp.as_ref().map(|stamp| stamp.name.clone());
    // Names of zones and domains hold dots too: the longest address that leads somewhere wins.
    let found = inner.rmatch_indices('.').find_map(|(dot, _)| {
        let (address, property) = (&inner[..dot], &inner[dot + 1..]);
        let declared = &cx.declared;
        let target = declared
            .resolve(address, stamp.as_ref(), &[])
            .or_else(|| declared.resolve(&address.replace('.', "/"), stamp.as_ref(), &[]))?;
        Some((target, property.to_owned()))
    });
    let Some((target, property)) = found else {
        let address = inner.rsplit_once('.').map_or(inner, |(address, _)| address);
        dangling(address, place, &[], cx);
        return None;
    };
    let section = target.section()?;
    let Some(known) = section.properties() else { return Some((target, property)) };
    if known.contains(&property.as_str()) {
        return Some((target, property));
    }
    let help = match closest(&property, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("it has {}", quoted(&known)),
    };
    let message = format!("{} has no property `{property}`", section.noun);
    cx.report(Diagnostic::error("unknown-property", place, message).help(help));
    None
}
