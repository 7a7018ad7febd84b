//! The published definitions, read as they are needed.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::Context;
use serde::Deserialize;
use serde_json::Value;

/// A set of type definitions, as `index.json` lists it.
#[derive(Debug)]
pub struct Definitions {
    folder: PathBuf,
    /// Where a type is defined: lower-case `type@version` to file and place in it.
    index: HashMap<String, (String, usize)>,
    files: RefCell<HashMap<String, Rc<Vec<Node>>>>,
}

/// A reference to a node of the same file, `#/7`.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "RawReference")]
pub struct Reference(pub usize);

#[derive(Deserialize)]
struct RawReference {
    #[serde(rename = "$ref")]
    text: String,
}

impl TryFrom<RawReference> for Reference {
    type Error = String;

    fn try_from(raw: RawReference) -> Result<Self, String> {
        let number = raw.text.strip_prefix("#/").and_then(|number| number.parse().ok());
        number.map(Self).ok_or_else(|| format!("`{}` is no reference within the file", raw.text))
    }
}

/// One element of a `types.json`.
#[derive(Debug, Deserialize)]
#[serde(tag = "$type", rename_all_fields = "camelCase")]
pub enum Node {
    /// A resource with its body.
    ResourceType {
        /// The body's definition.
        body: Reference,
    },
    /// An object.
    ObjectType {
        /// The properties that are named.
        #[serde(default)]
        properties: HashMap<String, Property>,
        /// What any other property holds; absent where there can be none.
        additional_properties: Option<Reference>,
    },
    /// An object of which one property decides what the others are.
    DiscriminatedObjectType {
        /// The property that decides.
        discriminator: String,
        /// Properties of every variant.
        #[serde(default)]
        base_properties: HashMap<String, Property>,
        /// The variants by the value of the property that decides.
        elements: HashMap<String, Reference>,
    },
    /// An array.
    ArrayType {
        /// What its members are.
        item_type: Reference,
        /// The least number of members.
        min_length: Option<usize>,
        /// The greatest number of members.
        max_length: Option<usize>,
    },
    /// One of several definitions: mostly literals, with a text beside them where others may come.
    UnionType {
        /// The alternatives.
        elements: Vec<Reference>,
    },
    /// One text.
    StringLiteralType {
        /// The text.
        value: String,
    },
    /// Any text.
    StringType {
        /// The least number of characters.
        min_length: Option<usize>,
        /// The greatest number of characters.
        max_length: Option<usize>,
    },
    /// A number; the definitions know no other type for decimals.
    IntegerType {
        /// The least value.
        min_value: Option<f64>,
        /// The greatest value.
        max_value: Option<f64>,
    },
    /// A switch.
    BooleanType {},
    /// Anything, or a kind of node that says nothing of bodies.
    #[serde(other)]
    Other,
}

/// A property of an object.
#[derive(Debug, Deserialize)]
pub struct Property {
    /// What it holds.
    #[serde(rename = "type")]
    pub definition: Reference,
    /// The flags of the format, one bit each.
    #[serde(default)]
    flags: u32,
}

impl Property {
    /// Tells whether a body without it is not valid.
    pub fn is_required(&self) -> bool {
        self.flags & 1 != 0
    }

    /// Tells whether it must never be sent.
    pub fn is_read_only(&self) -> bool {
        self.flags & 2 != 0
    }

    /// Tells whether the URL already says it (`name`, `type`, `apiVersion`).
    pub fn is_said_by_url(&self) -> bool {
        self.flags & 8 != 0
    }
}

impl Definitions {
    /// Reads the index of the definitions in `folder`.
    pub fn load(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join("index.json");
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("failed to read `{}`", path.display()))?;
        let index: Value = serde_json::from_str(&text)
            .with_context(|| format!("`{}` is not an index of types", path.display()))?;
        let resources = index["resources"].as_object().into_iter().flatten();
        let index = resources.filter_map(|(name, reference)| {
            let (file, place) = reference["$ref"].as_str()?.split_once("#/")?;
            Some((name.to_ascii_lowercase(), (file.to_owned(), place.parse().ok()?)))
        });
        let (folder, index) = (folder.to_owned(), index.collect());
        Ok(Self { folder, index, files: RefCell::default() })
    }

    /// Finds the definition of a resource's body, with the file whose nodes it refers to.
    pub fn find(
        &self,
        resource_type: &str,
        api_version: &str,
    ) -> anyhow::Result<Option<(Rc<Vec<Node>>, usize)>> {
        let key = format!("{resource_type}@{api_version}").to_ascii_lowercase();
        let Some((file, place)) = self.index.get(&key) else { return Ok(None) };
        let nodes = self.file(file)?;
        Ok(match nodes.get(*place) {
            Some(Node::ResourceType { body }) => {
                let body = body.0;
                Some((nodes, body))
            }
            _ => None,
        })
    }

    /// Finds the definition of a resource's body in any version.
    pub fn find_any(&self, resource_type: &str) -> anyhow::Result<Option<(Rc<Vec<Node>>, usize)>> {
        let beginning = format!("{resource_type}@").to_ascii_lowercase();
        let newest = self.index.keys().filter(|key| key.starts_with(&beginning)).max();
        let version = newest.and_then(|key| key.split('@').nth(1).map(str::to_owned));
        version.map_or(Ok(None), |version| self.find(resource_type, &version))
    }

    fn file(&self, name: &str) -> anyhow::Result<Rc<Vec<Node>>> {
        if let Some(nodes) = self.files.borrow().get(name) {
            return Ok(Rc::clone(nodes));
        }
        let path = self.folder.join(name);
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("failed to read `{}`", path.display()))?;
        let nodes: Vec<Node> = serde_json::from_str(&text)
            .with_context(|| format!("`{}` holds no type definitions", path.display()))?;
        let nodes = Rc::new(nodes);
        self.files.borrow_mut().insert(name.to_owned(), Rc::clone(&nodes));
        Ok(nodes)
    }
}
