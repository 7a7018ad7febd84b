//! Values that have a form of their own in an ARM body.

use resource::absent;
use serde_json::{Value, json};

use super::{FromArm, Member, ToArm, Written};
use crate::{Allowed, FreeMap, Ref, Sp, Target, Text};

/// A value that has one form in an ARM body and one in a topology.
pub trait Arm: Sized {
    /// Returns how ARM has it.
    fn to_arm(&self, world: &dyn ToArm) -> Value;

    /// Returns how a topology writes what ARM has; `None` where it has no word for it.
    fn of_arm(value: &Value, world: &mut dyn FromArm) -> Option<Written>;

    /// Returns the same for a value that stands under a name of the user's.
    fn of_arm_named(_name: &str, value: &Value, world: &mut dyn FromArm) -> Option<Written> {
        Self::of_arm(value, world)
    }

    /// Returns what it means that ARM's answer leaves the property out, where that means something.
    fn left_out() -> Option<Written> {
        None
    }
}

impl Arm for bool {
    fn to_arm(&self, _: &dyn ToArm) -> Value {
        json!(self)
    }

    fn of_arm(value: &Value, _: &mut dyn FromArm) -> Option<Written> {
        value.as_bool().map(|value| Written::Plain(value.to_string()))
    }

    fn left_out() -> Option<Written> {
        Some(Written::Plain("false".to_owned()))
    }
}

/// Numbers have one form everywhere.
macro_rules! number {
    ($($number:ty),*) => { $(
        impl Arm for $number {
            fn to_arm(&self, _: &dyn ToArm) -> Value {
                json!(self)
            }

            fn of_arm(value: &Value, _: &mut dyn FromArm) -> Option<Written> {
                value.as_u64().map(|value| Written::Plain(value.to_string()))
            }
        }
    )* };
}

number!(u8, u16, u32);

impl Arm for String {
    fn to_arm(&self, _: &dyn ToArm) -> Value {
        json!(self)
    }

    fn of_arm(value: &Value, _: &mut dyn FromArm) -> Option<Written> {
        value.as_str().map(|text| Written::Text(text.to_owned()))
    }
}

impl Arm for Text {
    fn to_arm(&self, world: &dyn ToArm) -> Value {
        world.text(self)
    }

    fn of_arm(value: &Value, world: &mut dyn FromArm) -> Option<Written> {
        Self::of_arm_named("", value, world)
    }

    fn of_arm_named(name: &str, value: &Value, world: &mut dyn FromArm) -> Option<Written> {
        value.as_str().map(|text| world.text(name, text))
    }
}

impl Arm for Target {
    fn to_arm(&self, world: &dyn ToArm) -> Value {
        world.id(self)
    }

    fn of_arm(value: &Value, world: &mut dyn FromArm) -> Option<Written> {
        value.as_str().map(|id| world.reference(id, &[]))
    }
}

impl<A: Allowed> Arm for Ref<A> {
    fn to_arm(&self, world: &dyn ToArm) -> Value {
        world.id(self)
    }

    fn of_arm(value: &Value, world: &mut dyn FromArm) -> Option<Written> {
        value.as_str().map(|id| world.reference(id, A::KEYS))
    }
}

impl<T: Arm> Arm for Sp<T> {
    fn to_arm(&self, world: &dyn ToArm) -> Value {
        self.value.to_arm(world)
    }

    fn of_arm(value: &Value, world: &mut dyn FromArm) -> Option<Written> {
        T::of_arm(value, world)
    }

    fn of_arm_named(name: &str, value: &Value, world: &mut dyn FromArm) -> Option<Written> {
        T::of_arm_named(name, value, world)
    }
}

impl<T: Arm> Arm for FreeMap<T> {
    fn to_arm(&self, world: &dyn ToArm) -> Value {
        let given = self.iter().map(|(name, value)| (name.clone(), value.to_arm(world)));
        given.chain(self.absent().iter().map(|name| (name.value.clone(), absent()))).collect()
    }

    fn of_arm(value: &Value, world: &mut dyn FromArm) -> Option<Written> {
        let members = value.as_object().filter(|members| !members.is_empty())?.iter();
        let members = members.map(|(name, value)| {
            let value = T::of_arm_named(name, value, world)?;
            Some(Member { key: name.clone(), value, optional: false })
        });
        members.collect::<Option<_>>().map(Written::Map)
    }
}

impl<T: Arm> Arm for Vec<T> {
    fn to_arm(&self, world: &dyn ToArm) -> Value {
        self.iter().map(|item| item.to_arm(world)).collect()
    }

    fn of_arm(value: &Value, world: &mut dyn FromArm) -> Option<Written> {
        let items = value.as_array().filter(|items| !items.is_empty())?.iter();
        items.map(|item| T::of_arm(item, world)).collect::<Option<_>>().map(Written::List)
    }
}
