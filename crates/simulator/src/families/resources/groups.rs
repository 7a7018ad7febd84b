//! `Microsoft.Resources`: resource groups.

use crate::kind::{Delete, Form, Kind, Lies, Put};
use crate::wire::answer::Answer;

/// The API versions of resource groups.
const VERSIONS: &[&str] = &[
    "2014-04-01-preview",
    "2014-04-01",
    "2015-01-01",
    "2015-11-01",
    "2016-02-01",
    "2016-06-01",
    "2016-07-01",
    "2016-09-01",
    "2017-05-01",
    "2017-05-10",
    "2017-06-01",
    "2017-08-01",
    "2018-01-01",
    "2018-02-01",
    "2018-05-01",
    "2019-03-01",
    "2019-05-01",
    "2019-05-10",
    "2019-07-01",
    "2019-08-01",
    "2019-09-01",
    "2019-10-01",
    "2019-11-01",
    "2020-06-01",
    "2020-07-01",
    "2020-08-01",
    "2020-10-01",
    "2021-01-01",
    "2021-04-01",
    "2022-01-01",
    "2022-09-01",
    "2022-12-01",
    "2023-07-01",
    "2024-03-01",
    "2024-07-01",
    "2024-11-01",
    "2025-03-01",
    "2025-04-01",
];

/// The types of this family.
pub(crate) const KINDS: &[Kind] = &[
    Kind {
        name: "Microsoft.Resources/resourceGroups",
        put: Put::direct(201, 200),
        lies: Lies::Region,
        versions: VERSIONS,
        // A group and all in it take minutes; recorded `Retry-After` is 15.
        delete: Delete::long(Form::Location, 60.0, 15),
        ..Kind::GENERIC
    },
    Kind {
        name: "Microsoft.Resources/deployments",
        // Better refused than `Succeeded` with nothing made.
        settle: |_, draft| {
            let text = format!(
                "The simulator carries out no template deployments: '{}' was not deployed.",
                draft.id.name()
            );
            Err(Answer::error(501, "NotImplemented", text))
        },
        ..Kind::GENERIC
    },
];
