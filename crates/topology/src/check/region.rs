//! Regions: do they exist, and are they apart?

use std::collections::HashMap;

use super::Check;
use crate::{Cloud, Diagnostic, Place, Sp, region, regions};

impl Check<'_> {
    /// Files regions that don't exist, and stamps that share one.
    pub(super) fn regions(&mut self) {
        let topology = self.topology;
        let mut first: HashMap<&str, (&str, &Sp<String>)> = HashMap::new();
        for (name, stamp) in &topology.stamps {
            self.region(&stamp.region);
            let here = (name.as_str(), &stamp.region);
            let Some((other, place)) = first.insert(stamp.region.as_str(), here) else { continue };
            if stamp.region.value.is_empty() {
                continue;
            }
            let message =
                format!("stamps `{other}` and `{name}` are both in `{}`", stamp.region.value);
            self.diagnostics.push(
                Diagnostic::warning("same-region-stamps", &stamp.region.place, message)
                    .label("the same region")
                    .also(&place.place, format!("`{other}` is here"))
                    .help("the loss of this region takes both: give one of them another region"),
            );
        }
        topology.location.iter().for_each(|location| self.region(location));
        for section in topology.language().sections() {
            for (_, entry) in topology.declared(section) {
                entry.regions().into_iter().for_each(|location| self.region(location));
            }
        }
    }

    /// Files stamps whose texts would hold one number.
    pub(super) fn indexes(&mut self) {
        let mut first: HashMap<u32, (&str, &Place)> = HashMap::new();
        for (name, stamp) in self.topology.stamps.iter().filter(|(_, it)| it.index.is_used) {
            let number = stamp.index.value;
            let Some((other, place)) = first.insert(number, (name, &stamp.place)) else { continue };
            let message = format!("`{{index}}` is {number} in the stamps `{other}` and `{name}`");
            self.diagnostics.push(
                Diagnostic::error("same-index", &stamp.place, message)
                    .also(place, format!("`{other}` is here"))
                    .help("give one of them another `index`"),
            );
        }
    }

    /// Files a region that doesn't exist; of custom clouds nothing is known.
    fn region(&mut self, written: &Sp<String>) {
        let is_custom = matches!(self.topology.cloud(), Cloud::Custom(_));
        if is_custom || written.value.is_empty() || region(&written.value).is_some() {
            return;
        }
        let mut diagnostic = Diagnostic::error(
            "unknown-region",
            &written.place,
            format!("`{}` is not an Azure region", written.value),
        );
        if let Some(near) = regions::nearest(&written.value) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        }
        self.diagnostics.push(diagnostic);
    }
}
