//! Values of several parts that are one value: compared by what they say, and written whole.
//!
//! A network is its first and last address, whether the last is written or the length of the prefix
//! they share; a text of DNS is what its strings say together. Two forms of one such value are equal,
//! and where it changes, the new form takes the place of the old: parts of both would say both.

use std::net::IpAddr;

use serde_json::Value;

use super::{PropertyPath, TypeFacts};
use crate::Expression;

/// Brings a value into the one form that all its spellings share; `None` for what is no such value.
pub type Form = fn(&Value) -> Option<String>;

impl TypeFacts {
    /// Returns the form of what stands at `path`, where it is a value of several parts.
    pub fn whole_at(&self, path: &PropertyPath) -> Option<Form> {
        self.wholes.iter().find(|(rule, _)| path.is(rule)).map(|(_, form)| *form)
    }

    /// Tells whether two values at `path` are one in two forms; `None` where a value there is no
    /// whole, or one of them is not known yet.
    pub fn same_whole(
        &self,
        path: &PropertyPath,
        desired: &Value,
        observed: &Value,
    ) -> Option<bool> {
        let form = self.whole_at(path)?;
        let (desired, observed) = (form(desired)?, form(observed)?);
        Some(desired == observed)
    }
}

/// Reads a range of addresses: `first` and `last`, or `first` and the length of a prefix.
pub(super) fn network(value: &Value) -> Option<String> {
    let member = |name: &str| {
        let map = value.as_object()?;
        let found = map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?.1;
        (!found.is_null()).then_some(found)
    };
    let address = |name: &str| member(name)?.as_str()?.parse::<IpAddr>().ok();
    let first = address("first")?;
    let length = member("scope").and_then(|scope| match scope {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    });
    let (first, last) = match (address("last"), length) {
        (Some(last), _) => (first, last),
        (None, Some(length)) => {
            let network = ipnet::IpNet::new(first, u8::try_from(length).ok()?).ok()?;
            (network.network(), network.broadcast())
        }
        (None, None) => (first, first),
    };
    Some(format!("{first}-{last}"))
}

/// Reads the text that the strings of one TXT record say together.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::Array(strings) => strings.iter().map(Value::as_str).collect(),
        Value::String(text) if Expression::read(value).is_none() => Some(text.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_network_is_one_in_any_form() {
        let forms = [
            json!({ "first": "192.0.2.0", "scope": 24 }),
            json!({ "first": "192.0.2.0", "last": "192.0.2.255" }),
            json!({ "first": "192.0.2.0", "last": "192.0.2.255", "scope": null }),
            json!({ "First": "192.0.2.77", "Scope": "24" }),
        ];
        for form in &forms {
            assert_eq!(network(form).as_deref(), Some("192.0.2.0-192.0.2.255"), "{form}");
        }
        let alone =
            [json!({ "first": "2001:db8::1" }), json!({ "first": "2001:0db8::1", "scope": 128 })];
        assert_eq!(network(&alone[0]), network(&alone[1]));
        assert_ne!(network(&alone[0]), network(&json!({ "first": "2001:db8::", "scope": 64 })));
        assert_eq!(network(&json!({ "last": "192.0.2.1" })), None);
    }

    proptest! {
        #[test]
        fn a_prefix_is_its_first_and_last_address(bits in any::<u32>(), length in 0_u8..=32) {
            let net = ipnet::Ipv4Net::new(bits.into(), length).unwrap();
            let prefix = json!({ "first": net.network().to_string(), "scope": length });
            let range = json!({ "first": net.network().to_string(), "last": net.broadcast().to_string() });
            prop_assert_eq!(network(&prefix), network(&range));
        }

        #[test]
        fn a_text_is_one_however_it_is_split(text in "[a-zé =;]{1,40}", at in 0_usize..40) {
            let cut = text.char_indices().map(|(index, _)| index).nth(at).unwrap_or(0);
            let split = json!([&text[..cut], &text[cut..]]);
            prop_assert_eq!(super::text(&split), super::text(&json!([text])));
        }
    }
}
