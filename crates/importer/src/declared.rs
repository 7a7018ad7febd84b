//! Properties that are declared with their place in the ARM body: the way back.

use resource::ResourceId;
use serde_json::Value;
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
        self.declared_in::<T>("", body, owner, stamp, map);
    }

    /// Writes what the body of a child, such as `config/web`, has of them.
    pub fn declared_in<T: Record>(
        &mut self,
        part: &str,
        body: &Value,
        owner: &str,
        stamp: Option<usize>,
        map: &mut Map,
    ) {
        let mut writer = Writer { draft: self, owner, stamp, under: String::new() };
        let members = T::take_in(part, body, &mut writer);
        members.into_iter().for_each(|member| add(map, member));
    }
}

/// Writes references and texts of one resource.
struct Writer<'a, 'd> {
    draft: &'a mut Draft<'d>,
    owner: &'a str,
    stamp: Option<usize>,
    /// The name of what is read, where its text has none of the user's.
    under: String,
}

impl FromArm for Writer<'_, '_> {
    fn reference(&mut self, id: &str, wanted: &[&'static str]) -> Written {
        let Ok(id) = ResourceId::parse(id) else { return Written::Text(id.to_owned()) };
        let address = self.draft.addresses.get(&id);
        let is_wanted = address
            .is_some_and(|address| wanted.is_empty() || wanted.contains(&address.section.key));
        match self.draft.addresses.reference(&id, self.stamp).filter(|_| is_wanted) {
            Some(address) => Written::Template(address),
            None => Written::Text(id.as_str().to_owned()),
        }
    }

    fn under(&mut self, name: &str) {
        name.clone_into(&mut self.under);
    }

    fn text(&mut self, name: &str, text: &str) -> Written {
        let under = std::mem::take(&mut self.under);
        let name = if name.is_empty() { &under } else { name };
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
