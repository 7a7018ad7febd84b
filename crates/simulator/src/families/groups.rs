//! `Microsoft.Resources`: resource groups.

use crate::kind::{Delete, Form, Kind, Put};

/// The types of this family.
pub(crate) const KINDS: &[Kind] = &[Kind {
    name: "Microsoft.Resources/resourceGroups",
    put: Put::direct(201, 200),
    // A group and all in it take minutes; recorded `Retry-After` is 15.
    delete: Delete::long(Form::Location, 60.0, 15),
    ..Kind::GENERIC
}];
