//! The vocabulary of Azure Resource Manager (ARM).
//!
//! Everything that Evenkeel says about Azure it says in these types: where a resource is
//! ([`ResourceId`]), what kind it is ([`ResourceType`]), what its body may hold besides plain JSON
//! ([`Expression`]), what ARM answered ([`Observed`]), what the engine knows of each type
//! ([`catalogue`]), what gives a secret away ([`secret`]) and which characters deceive a reader. Nothing here knows of topologies, plans or HTTP.

mod absent;
pub mod catalogue;
mod deceptive;
mod expression;
mod id;
mod inner;
mod mark;
mod observed;
mod resource_type;
pub mod secret;
mod suffixes;
pub mod types;

pub use absent::{absent, absent_as_null, is_absent, without_absent};
pub use deceptive::is_deceptive;
pub use expression::{
    Expression, Part, Reference, SecretSource, base64, contains_expression, walk_expressions,
};
pub use id::{ResourceId, ResourceIdError};
pub use inner::{inner, parted};
pub use mark::{MARK, is_marked, tag};
pub use observed::{DnsAnswer, NameState, NotEvaluated, Observation, Observed};
pub use resource_type::ResourceType;
pub use suffixes::{Service, Suffixes, is_of_a_service};
