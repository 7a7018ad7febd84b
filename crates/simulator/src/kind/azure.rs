//! The store together with what is known about the types of what lies in it.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use axum::http::{HeaderMap, Method, Uri};
use resource::{ResourceId, ResourceType};
use serde_json::{Value, json};

use crate::kind::Kind;
use crate::kind::family::{Family, GENERIC};
use crate::kind::part::Part;
use crate::kind::shapes::{self, Shape};
use crate::settings::Settings;
use crate::store::Store;
use crate::store::state::Stored;
use crate::wire::json;
use crate::wire::request::Request;

/// Where a resource keeps its place in a list of what it lies in.
pub(crate) const PLACE: &str = "place";

/// A store whose contents are understood, by the families that it is given.
#[derive(Debug)]
pub(crate) struct Azure {
    /// What is known, a family for each part of a provider.
    pub families: &'static [&'static Family],
    store: Store,
}

impl Deref for Azure {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

impl DerefMut for Azure {
    fn deref_mut(&mut self) -> &mut Store {
        &mut self.store
    }
}

impl Azure {
    /// Makes an empty Azure that knows `families`.
    pub fn new(families: &'static [&'static Family], settings: Settings, origin: String) -> Self {
        Self { families, store: Store::new(settings, origin) }
    }

    /// Returns what is known about a type.
    pub fn kind_of(&self, kind: &ResourceType) -> &'static Kind {
        static UNKNOWN: Kind = Kind::GENERIC;
        let mut known = self.families.iter().flat_map(|family| family.kinds());
        known.find(|known| kind.is(known.name)).unwrap_or(&UNKNOWN)
    }

    /// Returns the family of a type, also of one that no table names.
    pub fn family_of(&self, kind: &ResourceType) -> &'static Family {
        let holds = |family: &&&'static Family| {
            let start = kind.as_str().get(..family.prefix.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(family.prefix))
        };
        let known = self.families.iter().filter(holds).max_by_key(|family| family.prefix.len());
        known.copied().unwrap_or(&GENERIC)
    }

    /// Returns the provider namespaces that are known, each once.
    pub fn namespaces(&self) -> Vec<&'static str> {
        let mut names: Vec<&str> = Vec::new();
        for kind in self.families.iter().flat_map(|family| family.kinds()) {
            let name = kind.name.split('/').next().unwrap_or_default();
            if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                names.push(name);
            }
        }
        names
    }

    /// Returns the types of a namespace without it, each with API versions, the newest first.
    pub fn types_of(&self, namespace: &str) -> Vec<(&'static str, Vec<&'static str>)> {
        let known = self.families.iter().flat_map(|family| family.kinds());
        let named = known.filter_map(|kind| Some((kind, kind.name.split_once('/')?)));
        let own = named.filter(|(_, (found, _))| found.eq_ignore_ascii_case(namespace));
        own.map(|(kind, (_, name))| {
            let family = self.family_of(&ResourceType::new(kind.name));
            let own: Vec<&str> = kind.versions.iter().rev().copied().collect();
            (name, if own.is_empty() { family.listed_versions.to_vec() } else { own })
        })
        .collect()
    }

    /// Returns the shape of a resource's body; that of any body where no other is known.
    pub fn shape_of(&self, id: &ResourceId) -> Arc<Shape> {
        let kind = id.resource_type();
        let family = self.family_of(&kind);
        let lower = kind.as_str().to_ascii_lowercase();
        let name = lower.split_once('/').map_or("", |(_, name)| name);
        let alike = family.alike.iter().find(|(one, _)| name.starts_with(one));
        let name = alike.map_or_else(|| name.to_owned(), |(one, other)| name.replace(one, other));
        let known = family.shapes.and_then(|own| own.of(&name, &id.name().to_ascii_lowercase()));
        known.unwrap_or_else(shapes::of_any)
    }

    /// Returns the body that a GET answers.
    pub fn view(&self, stored: &Stored) -> Value {
        let kind = self.kind_of(&stored.kind());
        let mut body = stored.body.clone();
        if kind.has_etag {
            body["etag"] = json!(self.etag(stored));
        }
        for part in kind.parts {
            let rows: Vec<Value> =
                self.rows_of(&stored.id, part).into_iter().map(|row| self.view(row)).collect();
            json::set(&mut body, &format!("/properties{}", part.list), json!(rows));
        }
        (kind.view)(self, stored, &mut body);
        body
    }

    /// Returns the resources that stand in a list of a body, in its order.
    pub fn rows_of(&self, id: &ResourceId, part: &Part) -> Vec<&Stored> {
        let name = format!("{}/{}", id.resource_type(), part.segment());
        let own = self.state.of_type_below(&name, id);
        let mut rows: Vec<&Stored> =
            own.filter(|row| row.id.parent().is_some_and(|parent| parent == *id)).collect();
        // What was written by itself stands behind what came with the whole.
        rows.sort_by_key(|row| {
            row.hidden.get(PLACE).and_then(Value::as_u64).unwrap_or(row.version)
        });
        rows
    }

    /// Removes a resource and all that lies below it.
    pub fn remove(&mut self, id: &ResourceId) {
        let request =
            Request::new(Method::DELETE, &Uri::from_static("/"), HeaderMap::new(), Vec::new());
        self.remove_for(id, &request);
    }

    /// Removes a resource, as `request` asks for.
    pub fn remove_for(&mut self, id: &ResourceId, request: &Request) {
        let removed = self.state.remove(id);
        for stored in &removed {
            let kind = self.kind_of(&stored.kind());
            (kind.after_delete)(self, stored, request);
            self.state.note_identity(stored, None);
        }
        self.state.next_version();
        self.touched();
    }
}
