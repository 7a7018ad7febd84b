//! `Microsoft.Authorization`: locks and role assignments.

pub(crate) mod roles;

use serde_json::{Value, json};

use crate::kind::azure::Azure;
use crate::kind::family::{Family, Limit};
use crate::kind::shapes::Shapes;
use crate::kind::{Delete, Deleted, Draft, Kind, Missing, Place, Put};
use crate::store::clock;
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::json;
use crate::wire::request::Request;

const ASSIGNMENT: &str = "Microsoft.Authorization/roleAssignments";

/// The API versions of locks.
const LOCK_VERSIONS: &[&str] =
    &["2015-01-01", "2015-05-01-preview", "2016-09-01", "2017-04-01", "2020-05-01"];

/// The API versions of role assignments.
const VERSIONS: &[&str] = &[
    "2014-07-01-preview",
    "2014-10-01-preview",
    "2015-06-01",
    "2015-07-01",
    "2016-07-01",
    "2017-05-01",
    "2017-09-01",
    "2017-10-01-preview",
    "2018-01-01-preview",
    "2018-05-01-preview",
    "2018-07-01",
    "2018-09-01-preview",
    "2018-12-01-preview",
    "2019-04-01-preview",
    "2020-03-01-preview",
    "2020-04-01-preview",
    "2020-08-01-preview",
    "2020-10-01-preview",
    "2021-04-01-preview",
    "2022-01-01-preview",
    "2022-04-01",
];

static SHAPES: Shapes = Shapes::new(include_str!("shapes.json"));

/// What is known of locks, roles and policies.
pub(crate) static FAMILY: Family = Family {
    kinds: &[KINDS],
    shapes: Some(&SHAPES),
    is_extension: true,
    // Source: <https://github.com/Azure/alzlib/issues/168>.
    limits: &[Limit {
        paths: &["microsoft.authorization/"],
        reads: false,
        requests: 120.0,
        per_secs: 60.0,
    }],
    special: |azure, request| roles::special(azure, request),
    ..Family::new("Microsoft.Authorization/")
};

/// The types of this family.
const KINDS: &[Kind] = &[
    Kind {
        name: "Microsoft.Authorization/locks",
        put: Put::direct(201, 200),
        delete: Delete::direct(200),
        place: Place::None,
        versions: LOCK_VERSIONS,
        has_state: false,
        words: &[("/properties/level", &["CanNotDelete", "ReadOnly", "NotSpecified"])],
        settle: settle_lock,
        after: |azure, draft| {
            azure.state.lifted.remove(draft.id.key());
        },
        after_delete: note_lifted,
        ..Kind::GENERIC
    },
    Kind {
        name: "Microsoft.Authorization/roleAssignments",
        // The same name again answers 201 too.
        put: Put::direct(201, 201),
        patch: None,
        delete: Delete::direct(200).answering(Deleted::Resource),
        place: Place::None,
        versions: VERSIONS,
        has_state: false,
        missing: Missing::Code("RoleAssignmentNotFound"),
        settle: settle_assignment,
        direct: |_, _, body| json::set(body, "/properties/createdBy", json!(null)),
        ..Kind::GENERIC
    },
    Kind {
        name: "Microsoft.Authorization/policyAssignments",
        put: Put::direct(201, 201),
        delete: Delete::direct(200).answering(Deleted::Resource),
        has_state: false,
        ..Kind::GENERIC
    },
];

fn settle_lock(_: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    let level = draft.text("/level").unwrap_or_default();
    if ["CanNotDelete", "ReadOnly"].contains(&level) {
        return Ok(());
    }
    let text = format!(
        "The lock level '{level}' is not valid. Valid values are 'CanNotDelete', 'ReadOnly'."
    );
    Err(Answer::error(400, "InvalidLockLevel", text))
}

/// A lock that went with its resource was not lifted.
fn note_lifted(azure: &mut Azure, lock: &Stored, request: &Request) {
    let is_scope_there = lock.id.parent().is_some_and(|scope| {
        azure.state.get(&scope).is_some() || scope.resource_type().is_subscription()
    });
    if is_scope_there && !azure.is_unguarded {
        let by = format!("{} {}", request.method, request.path);
        azure.state.lifted.insert(lock.id.key().to_owned(), by);
    }
}

fn settle_assignment(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    let principal = draft.text("/principalId").unwrap_or_default().to_owned();
    let role = draft.text("/roleDefinitionId").unwrap_or_default().to_owned();
    check_assignment(azure, draft, &principal, &role)?;
    let scope = draft.id.parent().map(|scope| scope.to_string()).unwrap_or_default();
    check_unique(azure, draft, &principal, &role)?;
    if let Some(before) = &draft.before {
        let same = |pointer: &str, wanted: &str| {
            before.text(pointer).is_some_and(|v| last(v).eq_ignore_ascii_case(last(wanted)))
        };
        if !same("/principalId", &principal) || !same("/roleDefinitionId", &role) {
            let text =
                "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.";
            return Err(Answer::error(400, "RoleAssignmentUpdateNotPermitted", text));
        }
    }
    let subscription = azure.settings.subscription.clone();
    let now = clock::text(azure.now);
    let created = draft.before.as_ref().and_then(|before| before.property("/createdOn").cloned());
    let by = azure.principal();
    let properties = draft.properties();
    properties["roleDefinitionId"] = json!(format!(
        "/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions/{}",
        last(&role)
    ));
    if properties["principalType"].is_null() {
        properties["principalType"] = json!("ServicePrincipal");
    }
    properties["scope"] = json!(scope);
    properties["createdOn"] = created.unwrap_or_else(|| json!(now));
    properties["updatedOn"] = json!(now);
    properties["createdBy"] = json!(by);
    properties["updatedBy"] = json!(by);
    let absent = json!({"condition": null, "conditionVersion": null, "delegatedManagedIdentityResourceId": null, "description": null});
    json::fill(properties, &absent);
    Ok(())
}

/// Refuses an assignment that names nobody, no role, or somebody whom nobody knows yet.
fn check_assignment(
    azure: &Azure,
    draft: &Draft,
    principal: &str,
    role: &str,
) -> Result<(), Answer> {
    let name = draft.name();
    if uuid::Uuid::parse_str(&name).is_err() {
        let text = format!(
            "The role assignment ID '{name}' is not valid. The role assignment ID must be a GUID."
        );
        return Err(Answer::error(400, "InvalidRoleAssignmentId", text));
    }
    let is_guid = |text: &str| uuid::Uuid::parse_str(text).is_ok();
    if !azure.is_unguarded && (!is_guid(principal) || !is_guid(last(role))) {
        let text = format!(
            "The principal ID '{principal}' or the role definition ID '{role}' is not valid. Both must be GUIDs."
        );
        return Err(Answer::error(400, "InvalidPrincipalId", text));
    }
    if principal.is_empty() || role.is_empty() {
        let text =
            "The request content was invalid: 'principalId' and 'roleDefinitionId' are required.";
        return Err(Answer::error(400, "BadRequest", text));
    }
    if !knows_principal(azure, principal) && draft.text("/principalType").is_none() {
        let directory = &azure.settings.tenant;
        let bare = principal.replace('-', "");
        let text = format!(
            "Principal {bare} does not exist in the directory {directory}. Check that you have the \
             correct principal ID. If you are creating this principal and then immediately \
             assigning a role, this error might be related to a replication delay. In this case, \
             set the role assignment principalType property to a value, such as ServicePrincipal, \
             User, or Group.  See https://aka.ms/docs-principaltype"
        );
        return Err(Answer::error(400, "PrincipalNotFound", text));
    }
    Ok(())
}

fn last(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or_default()
}

fn check_unique(azure: &Azure, draft: &Draft, principal: &str, role: &str) -> Result<(), Answer> {
    let scope = draft.id.parent();
    let is_same = |stored: &&Stored| {
        let same = |pointer: &str, wanted: &str| {
            stored.text(pointer).is_some_and(|value| last(value).eq_ignore_ascii_case(last(wanted)))
        };
        stored.id != draft.id
            && stored.id.parent() == scope
            && same("/principalId", principal)
            && same("/roleDefinitionId", role)
    };
    match azure.state.of_type(ASSIGNMENT).find(is_same) {
        Some(existing) => {
            let id = existing.id.name().replace('-', "");
            let text = format!(
                "The role assignment already exists. The ID of the existing role assignment is {id}."
            );
            Err(Answer::error(409, "RoleAssignmentExists", text))
        }
        None => Ok(()),
    }
}

/// Tells whether the simulated directory knows an object ID.
fn knows_principal(azure: &Azure, principal: &str) -> bool {
    let same = |value: Option<&Value>| {
        value.and_then(Value::as_str).is_some_and(|id| id.eq_ignore_ascii_case(principal))
    };
    azure.principal().eq_ignore_ascii_case(principal)
        || azure.state.resources.values().any(|stored| {
            same(stored.body.pointer("/identity/principalId"))
                || stored.kind().is("Microsoft.ManagedIdentity/userAssignedIdentities")
                    && same(stored.property("/principalId"))
        })
}
