//! Spellings in ARM bodies that are not those of the value's type.

use resource::absent;
use serde_json::{Value, json};

use super::{Arm, FromArm, ToArm, Written};

/// How one property is spelled in an ARM body.
#[derive(Debug)]
pub struct Form<T> {
    /// Returns how ARM has a value.
    pub to_arm: fn(&T, &dyn ToArm) -> Value,
    /// Returns how a topology writes what ARM has, or what it means that it is left out.
    pub of_arm: fn(Option<&Value>, &mut dyn FromArm) -> Option<Written>,
}

impl<T: Arm> Form<T> {
    /// Returns the form that the type itself has.
    pub fn plain() -> Self {
        Self {
            to_arm: T::to_arm,
            of_arm: |value, world| match value {
                Some(value) => T::of_arm(value, world),
                None => T::left_out(),
            },
        }
    }
}

fn switch(on: bool) -> Option<Written> {
    Some(Written::Plain(on.to_string()))
}

/// A switch that ARM takes on, or not at all.
pub const ONLY_ON: Form<bool> = Form {
    to_arm: |on, _| if *on { json!(true) } else { absent() },
    of_arm: |value, _| switch(value == Some(&Value::Bool(true))),
};

/// A switch that ARM spells `Enabled` and `Disabled`.
pub const ENABLED: Form<bool> = Form {
    to_arm: |on, _| json!(if *on { "Enabled" } else { "Disabled" }),
    of_arm: |value, _| {
        let word = value.and_then(Value::as_str)?;
        switch(word.eq_ignore_ascii_case("Enabled"))
    },
};

/// `publicNetworkAccess`: open where nothing is said.
pub const PUBLIC_NETWORK: Form<bool> = Form {
    to_arm: |open, _| if *open { absent() } else { json!("Disabled") },
    of_arm: |value, _| {
        let word = value.and_then(Value::as_str);
        switch(word.is_none_or(|word| word.is_empty() || word == "Enabled"))
    },
};
