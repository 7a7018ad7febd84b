//! Properties that are declared once: a line of a record says where its value stands in the ARM
//! body, and both directions follow from it.
//!
//! Of ARM nothing is known here but those places and spellings. What is not one to one is code in
//! the planner's expansion, with its inverse in the importer.

mod arm;
mod form;

use resource::{is_absent, parted};
use serde_json::{Map, Value};

use crate::{FreeMap, Sp, Target, Text};

pub use arm::Arm;
pub use form::Form;
pub use form::{ENABLED, ONLY_ON, PUBLIC_NETWORK};

/// A value as a topology writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// A text that is meant literally.
    Text(String),
    /// A reference or a text with placeholders, in the language's own form.
    Template(String),
    /// A number, a switch or a quantity, which needs no quotes.
    Plain(String),
    /// A list.
    List(Vec<Written>),
    /// A map.
    Map(Vec<Member>),
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The key.
    pub key: String,
    /// The value.
    pub value: Written,
    /// Whether the language may mean the same without it.
    pub optional: bool,
}

/// What the way into an ARM body needs to know of the rest of the topology.
pub trait ToArm {
    /// Returns the ID of what a reference leads to.
    fn id(&self, target: &Target) -> Value;

    /// Returns the value of a text, perhaps with what is known only later.
    fn text(&self, text: &Text) -> Value;
}

/// What the way out of an ARM body needs to know of everything else that was observed.
pub trait FromArm {
    /// Writes the reference to a resource where one of the sections with these keys is wanted, or its ID.
    fn reference(&mut self, id: &str, wanted: &[&'static str]) -> Written;

    /// Writes a text of the user's under a name: what is secret or another's by reference.
    fn text(&mut self, name: &str, text: &str) -> Written;

    /// Takes the name under which a text stands that has none of the user's.
    fn under(&mut self, _name: &str) {}
}

/// A property of a section's entries that has a place in their ARM body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// The key.
    pub key: String,
    /// The child in whose body it stands; empty where it is in the resource's own.
    pub part: &'static str,
    /// Where its value stands in that body, as a JSON pointer.
    pub pointer: &'static str,
    /// What the language takes where it is left out, as a topology writes it.
    pub default: Option<Written>,
    /// What a new resource has where it is left out, as ARM has it.
    pub born: Option<Value>,
}

/// A record whose lines say where their values stand in an ARM body.
pub trait Record: Sized {
    /// Shows every line with a place there to `visitor`, with what `record` gives.
    fn visit<V: Visitor>(record: Option<&Self>, visitor: &mut V);

    /// Returns all keys with the types of their values.
    fn fields() -> Vec<(String, &'static str)>;

    /// Returns the properties that have a place there.
    fn properties() -> Vec<Property> {
        let mut describe = Describe(Vec::new());
        Self::visit(None, &mut describe);
        describe.0
    }

    /// Puts them into a body, with the defaults of those that are left out.
    fn put(&self, body: &mut Value, world: &dyn ToArm) {
        self.put_in("", body, world);
    }

    /// Puts those that stand in the body of a child there.
    fn put_in(&self, part: &str, body: &mut Value, world: &dyn ToArm) {
        Self::visit(Some(self), &mut Put { part, with_defaults: true, body, world });
    }

    /// Does the same with those alone that are given.
    fn put_given(&self, part: &str, body: &mut Value, world: &dyn ToArm) {
        Self::visit(Some(self), &mut Put { part, with_defaults: false, body, world });
    }

    /// Returns how a topology writes those that a body has.
    fn take(body: &Value, world: &mut dyn FromArm) -> Vec<Member> {
        Self::take_in("", body, world)
    }

    /// Returns how a topology writes those that the body of a child has.
    fn take_in(part: &str, body: &Value, world: &mut dyn FromArm) -> Vec<Member> {
        let mut take = Take { part, body, world, members: Vec::new() };
        Self::visit(None, &mut take);
        take.members
    }
}

/// What is done with each line of a record.
pub trait Visitor {
    /// Takes a line and what the record gives.
    fn line<T>(&mut self, line: Line<T>, given: Option<&T>);
}

struct Describe(Vec<Property>);

impl Visitor for Describe {
    fn line<T>(&mut self, line: Line<T>, _: Option<&T>) {
        let spelled = |value: &T| (line.form.to_arm)(value, &Nowhere);
        let default = line.default.as_ref().map(spelled);
        self.0.push(Property {
            default: default.and_then(|it| (line.form.of_arm)(Some(&it), &mut Nowhere)),
            born: line.born.as_ref().map(spelled),
            part: parted(line.pointer).0,
            pointer: parted(line.pointer).1,
            key: line.key,
        });
    }
}

struct Put<'a> {
    part: &'a str,
    with_defaults: bool,
    body: &'a mut Value,
    world: &'a dyn ToArm,
}

impl Visitor for Put<'_> {
    fn line<T>(&mut self, line: Line<T>, given: Option<&T>) {
        let (part, pointer) = parted(line.pointer);
        if part != self.part {
            return;
        }
        let default = line.default.as_ref().filter(|_| self.with_defaults);
        if let Some(value) = given.or(default) {
            put_at(self.body, pointer, (line.form.to_arm)(value, self.world));
        }
    }
}

struct Take<'a> {
    part: &'a str,
    body: &'a Value,
    world: &'a mut dyn FromArm,
    members: Vec<Member>,
}

impl Visitor for Take<'_> {
    fn line<T>(&mut self, line: Line<T>, _: Option<&T>) {
        let (part, pointer) = parted(line.pointer);
        if part != self.part {
            return;
        }
        let found = self.body.pointer(pointer).filter(|it| !it.is_null() && !is_absent(it));
        if found.is_none() && line.default.is_none() {
            return;
        }
        let of_arm = line.form.of_arm;
        self.world.under(pointer.rsplit('/').next().unwrap_or_default());
        let Some(value) = of_arm(found, self.world) else { return };
        // A record that shares its place with others may find nothing of its own there.
        if value == Written::Map(Vec::new()) {
            return;
        }
        // What a new resource has anyway goes without saying.
        let born = line.born.as_ref().map(|born| (line.form.to_arm)(born, &Nowhere));
        if born.and_then(|born| of_arm(Some(&born), self.world)).as_ref() != Some(&value) {
            self.members.push(Member { key: line.key, value, optional: line.default.is_some() });
        }
    }
}

/// A field of a record: its value, if it is given.
pub trait Field {
    /// What is given.
    type Value;

    /// Returns what is given.
    fn given(&self) -> Option<&Self::Value>;
}

impl<T> Field for Sp<T> {
    type Value = T;

    fn given(&self) -> Option<&T> {
        Some(&self.value)
    }
}

impl<T> Field for Option<Sp<T>> {
    type Value = T;

    fn given(&self) -> Option<&T> {
        self.as_ref().map(|given| &given.value)
    }
}

impl<T: Record> Field for Option<T> {
    type Value = T;

    fn given(&self) -> Option<&T> {
        self.as_ref()
    }
}

impl<T> Field for FreeMap<T> {
    type Value = Self;

    fn given(&self) -> Option<&Self> {
        Some(self).filter(|map| !map.is_silent())
    }
}

impl<T> Field for Vec<T> {
    type Value = Self;

    fn given(&self) -> Option<&Self> {
        Some(self).filter(|list| !list.is_empty())
    }
}

/// One property of a record, with its type.
#[derive(Debug)]
pub struct Line<T> {
    /// The key.
    pub key: String,
    /// The place in the body, as a JSON pointer; in that of a child behind its path and `#`.
    pub pointer: &'static str,
    /// How the value is spelled there.
    pub form: Form<T>,
    /// What the language takes where it is left out.
    pub default: Option<T>,
    /// What a new resource has where it is left out.
    pub born: Option<T>,
}

/// Where no reference leads anywhere: defaults hold none.
struct Nowhere;

impl ToArm for Nowhere {
    fn id(&self, _: &Target) -> Value {
        Value::Null
    }

    fn text(&self, text: &Text) -> Value {
        text.literal().map_or(Value::Null, |text| Value::String(text.to_owned()))
    }
}

impl FromArm for Nowhere {
    fn reference(&mut self, id: &str, _: &[&'static str]) -> Written {
        Written::Text(id.to_owned())
    }

    fn text(&mut self, _: &str, text: &str) -> Written {
        Written::Text(text.to_owned())
    }
}

/// Sets the value at a pointer; objects that are missing on the way are made, and one that is there
/// keeps what the value says nothing of.
fn put_at(body: &mut Value, pointer: &str, value: Value) {
    let mut here = body;
    for key in pointer.split('/').skip(1) {
        if !here.is_object() {
            *here = Value::Object(Map::new());
        }
        here = &mut here[key];
    }
    match (here, value) {
        (Value::Object(here), Value::Object(value)) => here.extend(value),
        (here, value) => *here = value,
    }
}

/// Shows a line of a record to a visitor, if it has a place in the ARM body.
#[doc(hidden)]
#[macro_export]
macro_rules! property_line {
    ($visitor:ident, $record:ident, $field:ident, $ty:ty, $key:expr; [] [] [] []) => {};
    ($visitor:ident, $record:ident, $field:ident, $ty:ty, $key:expr;
        [$pointer:literal] [$($form:path)?] [$($default:expr)?] [$($born:expr)?]) => {
        $visitor.line(
            $crate::property::Line::<<$ty as $crate::property::Field>::Value> {
                key: $key,
                pointer: $pointer,
                form: $crate::property_line!(@form $($form)?),
                default: $crate::property_line!(@maybe $($default)?),
                born: $crate::property_line!(@maybe $($born)?),
            },
            $record.and_then(|record| $crate::property::Field::given(&record.$field)),
        );
    };
    (@form) => { $crate::property::Form::plain() };
    (@form $form:path) => { $form };
    (@maybe) => { None };
    (@maybe $value:expr) => { Some($value) };
}
