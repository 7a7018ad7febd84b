//! Properties that are declared with their place in the ARM body: the way back.

use resource::ResourceId;
use serde_json::Value;
use topology::Section;
use topology::property::{FromArm, Member, Record, Written};

use crate::draft::Draft;
use crate::node::{Map, Node, literal};

impl Draft<'_> {
    /// Writes what a body has of the declared properties of `T`, as it is written in `stamp`.
    pub fn declared<T: Record>(
        &mut self,
        body: &Value,
        owner: &str,
        stamp: Option<usize>,
        map: &mut Map,
    ) {
        let members = T::take(body, &mut Writer { draft: self, owner, stamp });
        members.into_iter().for_each(|member| add(map, member));
    }
}

/// Writes references and texts of one resource.
struct Writer<'a, 'd> {
    draft: &'a mut Draft<'d>,
    owner: &'a str,
    stamp: Option<usize>,
}

impl FromArm for Writer<'_, '_> {
    fn reference(&mut self, id: &str, wanted: &[&'static Section]) -> Written {
        let Ok(id) = ResourceId::parse(id) else { return Written::Text(id.to_owned()) };
        let address = self.draft.addresses.get(&id);
        let is_wanted =
            address.is_some_and(|address| wanted.is_empty() || wanted.contains(&address.section));
        match self.draft.addresses.reference(&id, self.stamp).filter(|_| is_wanted) {
            Some(address) => Written::Template(address),
            None => Written::Text(id.as_str().to_owned()),
        }
    }

    fn text(&mut self, name: &str, text: &str) -> Written {
        match self.draft.value(name, self.owner, text, self.stamp) {
            Node::Text(template) => Written::Template(template),
            _ => Written::Text(text.to_owned()),
        }
    }
}

fn add(map: &mut Map, member: Member) {
    map.set(&member.key, node(member.value)).optional = member.optional;
}

fn node(written: Written) -> Node {
    match written {
        Written::Text(text) => literal(&text),
        Written::Template(text) => Node::Text(text),
        Written::Plain(text) => Node::Plain(text),
        Written::List(items) => Node::List(items.into_iter().map(node).collect()),
        Written::Map(members) => {
            let mut map = Map::default();
            members.into_iter().for_each(|member| add(&mut map, member));
            Node::Map(map)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use planner::{DesiredResource, Mode};
    use proptest::prelude::*;
    use resource::{Expression, Observation, Observed, is_absent};
    use serde_json::{Map as Json, json};
    use topology::property::Property;
    use topology::section::{Entry, Section};
    use topology::{Identity, Storage, Vault};

    use super::*;
    use crate::check::{self, Variables};
    use crate::family::tests::language;
    use crate::{Request, Verdict, import};

    const SUBSCRIPTION: &str = "11111111-2222-3333-4444-555555555555";

    /// What a key may hold, by the schema of its record.
    fn values(schema: &Value) -> Vec<Value> {
        let has = |wanted: &str| {
            let types = &schema["type"];
            types == wanted || types.as_array().is_some_and(|all| all.iter().any(|it| it == wanted))
        };
        if let Some(words) = schema["enum"].as_array() {
            return words.iter().filter(|word| !word.is_null()).cloned().collect();
        }
        if has("boolean") {
            return vec![json!(true), json!(false)];
        }
        if has("integer") {
            return vec![json!(7), json!(30), json!(90)];
        }
        if has("string") { vec![json!("a"), json!("b c")] } else { vec![] }
    }

    /// Entries of a section with any of its declared properties.
    fn entries<T: Entry + Record>(
        record: &'static str,
    ) -> BoxedStrategy<(&'static Section, Value)> {
        let schema = language().json_schema();
        let keys: Vec<(String, Vec<Value>)> = T::properties()
            .into_iter()
            .map(|Property { key, .. }| {
                let values = values(&schema["$defs"][record]["properties"][&key]);
                assert!(!values.is_empty(), "{record}.{key} has no value to try");
                (key, values)
            })
            .collect();
        let one = keys.into_iter().map(|(key, values)| {
            proptest::option::of(proptest::sample::select(values))
                .prop_map(move |it| (key.clone(), it))
        });
        one.collect::<Vec<_>>()
            .prop_map(|all| {
                let given = all.into_iter().filter_map(|(key, value)| Some((key, value?)));
                (T::SECTION, Value::Object(given.collect::<Json<String, Value>>()))
            })
            .boxed()
    }

    /// What Azure holds after an apply: what was asked for, and something for what only it knows.
    fn observed(desired: &planner::Desired) -> Observed {
        fn plain(value: &Value) -> Option<Value> {
            match value {
                value if is_absent(value) => None,
                value if Expression::read(value).is_some() => Some(json!("of Azure")),
                Value::Object(map) => {
                    let members =
                        map.iter().filter_map(|(key, it)| Some((key.clone(), plain(it)?)));
                    Some(Value::Object(members.collect()))
                }
                Value::Array(items) => Some(items.iter().filter_map(plain).collect()),
                value => Some(value.clone()),
            }
        }
        let mut observed = Observed::default();
        let id = ResourceId::subscription_scope(SUBSCRIPTION);
        observed.insert(Observation { id, body: json!({ "tenantId": "of Azure" }), etag: None });
        for resource in desired.resources() {
            let mut body = plain(&resource.body).unwrap_or_default();
            let only = resource.create_only.iter().filter_map(Value::as_object).flatten();
            for (key, value) in only.filter(|(key, _)| *key == "location") {
                body[key] = value.clone();
            }
            observed.insert(Observation { id: resource.id.clone(), body, etag: None });
        }
        observed
    }

    /// What a topology asks for, but for what a new resource has anyway: that goes without saying.
    fn asked(desired: &planner::Desired, section: &Section) -> BTreeMap<ResourceId, Value> {
        let properties: Vec<Property> = match section.key {
            "storage" => Storage::properties(),
            "vaults" => Vault::properties(),
            _ => Identity::properties(),
        };
        let plain = |resource: &DesiredResource| {
            let mut body = resource.body.clone();
            for Property { pointer, born, .. } in &properties {
                let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
                let is_born = body.pointer(pointer).is_some_and(|it| born.as_ref() == Some(it));
                if let (true, Some(parent)) = (is_born, body.pointer_mut(parent)) {
                    parent.as_object_mut().expect("an object").shift_remove(key);
                }
            }
            (resource.id.clone(), body)
        };
        desired.resources().filter(|it| it.mode == Mode::Managed).map(plain).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, max_global_rejects: 4096, ..ProptestConfig::default() })]

        #[test]
        fn what_is_imported_asks_for_what_was_expanded(
            (section, entry) in prop_oneof![
                entries::<Storage>("Storage"),
                entries::<Vault>("Vault"),
                entries::<Identity>("Identity"),
            ],
        ) {
            let topology = json!({
                "version": 1, "name": "shop", "subscription": SUBSCRIPTION,
                "location": "westeurope", section.key: { "main": entry },
            });
            let Ok(desired) = check::expand(language(), &topology.to_string(), &Variables::new()) else {
                return Err(TestCaseError::reject("Azure does not take these together"));
            };
            let observed = observed(&desired);
            let scopes = vec![ResourceId::group(SUBSCRIPTION, "rg-shop-global")];
            let environment = BTreeMap::new();
            let request = Request { scopes, name: None, cloud: None, environment };
            let found = import(language(), &observed, &request);
            prop_assert_eq!(&found.verdict, &Verdict::Empty, "{}\n{}", topology, found.body);
            let again = check::expand(language(), &found.body, &Variables::new());
            let again = again.map_err(|it| TestCaseError::fail(format!("{it:?}\n{}", found.body)))?;
            let again = asked(&again, section);
            for (id, body) in asked(&desired, section) {
                prop_assert_eq!(again.get(&id), Some(&body), "{}\n{}", topology, found.body);
            }
        }
    }
}
