//! `Microsoft.DocumentDB`: the protocol alone.
//!
//! Statuses, headers, waits and defaults as observed in recorded traffic; else bodies are stored as
//! sent.

use crate::kind::{Accepted, Delete, Form, Kind, Place, Put, Tags};

const COSMOS_CHILD: Kind = Kind {
    put: Put { body: Accepted::Enqueued, ..Put::long(202, 202, Form::AsyncAndLocation, 15.0, 10) },
    delete: Delete::long(Form::AsyncAndLocation, 15.0, 10),
    place: Place::None,
    has_state: false,
    dropped: &["/properties/options"],
    ..Kind::GENERIC
};

/// The types of Cosmos DB.
pub(crate) const KINDS: &[Kind] = &[
    Kind {
        name: "Microsoft.DocumentDB/databaseAccounts",
        put: Put::long(200, 200, Form::AsyncAndLocation, 120.0, 10),
        patch: Some(Put::long(200, 200, Form::AsyncAndLocation, 60.0, 10)),
        delete: Delete::long(Form::AsyncAndLocation, 60.0, 10),
        place: Place::Display,
        tags: Tags::Empty,
        dropped: &["/properties/createMode"],
        ..Kind::GENERIC
    },
    Kind { name: "Microsoft.DocumentDB/databaseAccounts/sqlDatabases", ..COSMOS_CHILD },
    Kind { name: "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers", ..COSMOS_CHILD },
];
