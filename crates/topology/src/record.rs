//! The macros that make a record or a choice of the language from one definition: the public
//! type, its decoder and its JSON Schema.

/// Defines a map of the language with fixed keys.
///
/// Each field is a key in camelCase (or the literal after `as`). A field of type `Option`, `Vec`,
/// `IndexMap` or `bool` may be left out. The record also gets a `place`, which equality ignores.
///
/// A field with a place in the ARM body says so behind its key, and all else follows from its type:
/// `pub rbac at "/properties/enableRbacAuthorization": Option<Sp<bool>> = true`. What follows `=` is
/// what the language takes where the key is left out; what follows `=> born` is what a new resource
/// has then. `via` names a spelling that is not the type's own. A place in the body of a child with a name of
/// its own stands behind its path: `at "databases/default#/properties/port"`.
///
/// What stands behind a semicolon is no key: the entries of the sections that may stand in this map.
///
/// What nearly every resource has, its name and its place, its tags and what may become of it, stands at
/// the head, with where it may stand: `common("vault" in both, name "The name in Azure", protect "`true` when
/// left out")`. What stands in a `stamp` alone has its region and subscription; what stands outside of all, in
/// the `topology`, has a subscription; what stands in `both` has a region as well. `entry!` then knows these keys.
#[macro_export]
macro_rules! record {
    ($(#[$meta:meta])* pub struct $name:ident,
        common($what:literal in $home:tt, name $about:literal, protect $protect:literal) { $($lines:tt)* }
    ) => {
        $crate::common_keys!($home [$name] [$(#[$meta])*] $what, $about, $protect; { $($lines)* });
    };
    ($(#[$meta:meta])* pub struct $name:ident {
        $( $(#[$fmeta:meta])* pub $field:ident $(as $key:literal)? $(at $pointer:literal)?
            $(via $form:path)? : $ty:ty $(= $default:expr)? $(=> born $born:expr)? ),* $(,)?
        $(; $(#[$smeta:meta])* pub $sections:ident : $sty:ty)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, serde::Serialize, schemars::JsonSchema)]
        #[serde(rename_all = "camelCase")]
        #[schemars(deny_unknown_fields)]
        pub struct $name {
            $( $(#[$fmeta])* $(#[serde(rename = $key)])? pub $field: $ty, )*
            $(
                $(#[$smeta])*
                #[serde(flatten)]
                #[schemars(skip)]
                pub $sections: $sty,
            )?
            /// Where it is written.
            #[serde(skip)]
            #[schemars(skip)]
            pub place: $crate::Place,
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                true $( && self.$field == other.$field )* $( && self.$sections == other.$sections )?
            }
        }

        impl $crate::family::Decode for $name {
            fn decode(
                node: &$crate::family::Node,
                cx: &mut $crate::family::Context<'_>,
            ) -> Option<Self> {
                static KEYS: std::sync::LazyLock<Vec<String>> = std::sync::LazyLock::new(|| {
                    vec![$( $crate::family::key(
                        stringify!($field),
                        $crate::family::first(&[$($key)?]),
                    ) ),*]
                });
                let entries = cx.entries(node, &KEYS, &[$( <$sty>::keys(cx) )?])?;
                let mut keys = KEYS.iter();
                // Every field is decoded before any is missed: all mistakes show at once.
                $( let $field: Option<$ty> = cx.field(&entries, keys.next()?, &node.place); )*
                $( let $sections = <$sty>::decode(&entries, &node.place, cx); )?
                Some(Self { $( $field: $field?, )* $( $sections, )? place: node.place.clone() })
            }
        }

        impl $crate::property::Record for $name {
            fn visit<V: $crate::property::Visitor>(_record: Option<&Self>, _visitor: &mut V) {
                $( $crate::property_line!(
                    _visitor, _record, $field, $ty, $crate::family::key(
                        stringify!($field),
                        $crate::family::first(&[$($key)?]),
                    );
                    [$($pointer)?] [$($form)?] [$($default)?] [$($born)?]
                ); )*
            }

            fn fields() -> Vec<(String, &'static str)> {
                vec![$( (
                    $crate::family::key(stringify!($field), $crate::family::first(&[$($key)?])),
                    stringify!($ty),
                ) ),*]
            }
        }

        impl $crate::property::Arm for $name {
            fn to_arm(&self, world: &dyn $crate::property::ToArm) -> serde_json::Value {
                let mut body = serde_json::json!({});
                $crate::property::Record::put(self, &mut body, world);
                body
            }

            fn of_arm(
                value: &serde_json::Value,
                world: &mut dyn $crate::property::FromArm,
            ) -> Option<$crate::property::Written> {
                value.as_object()?;
                let members = <Self as $crate::property::Record>::take(value, world);
                Some($crate::property::Written::Map(members))
            }
        }
    };
}

/// Defines a record with the keys that nearly every resource has, by where it may stand.
#[doc(hidden)]
#[macro_export]
macro_rules! common_keys {
    (stamp $($rest:tt)*) => {
        $crate::common_keys!(@ "the stamp's", "the topology's and the stamp's"; [] []; $($rest)*);
    };
    (topology $($rest:tt)*) => {
        $crate::common_keys!(@ "the topology's", "the topology's"; [subscription] []; $($rest)*);
    };
    (both $($rest:tt)*) => {
        $crate::common_keys!(@ "the stamp's or the topology's", "the topology's and the stamp's";
            [subscription] [location]; $($rest)*);
    };
    (@ $over:literal, $tags:literal; [$($subscription:ident)?] [$($location:ident)?];
        [$name:ident] [$($meta:tt)*] $what:literal, $about:literal, $protect:literal; { $($lines:tt)* }
    ) => {
        $crate::record! {
            $($meta)*
            pub struct $name {
                #[doc = concat!(" ", $about, ".")]
                #[serde(default)]
                pub name: $crate::Name,
                #[doc = concat!(" The resource group; left out, ", $over, ".")]
                #[serde(default)]
                pub resource_group: $crate::Name,
                $(
                    #[doc = concat!(" The subscription, if it is not ", $over, ".")]
                    pub $subscription: Option<$crate::Sp<String>>,
                )?
                $(
                    #[doc = concat!(" The region; left out, ", $over, " `location`.")]
                    pub $location: Option<$crate::Sp<String>>,
                )?
                $($lines)*
                #[doc = concat!(" Tags, laid over ", $tags, ".")]
                #[serde(default)]
                pub tags: $crate::FreeMap<$crate::Sp<String>>,
                #[doc = concat!(" Reads the ", $what, " and never writes it.")]
                #[serde(default)]
                pub existing: bool,
                #[doc = concat!(" Takes over the ", $what, " if it exists already.")]
                #[serde(default)]
                pub adopt: bool,
                #[doc = concat!(" Refuses its delete and replacement; ", $protect, ".")]
                pub protect: Option<$crate::Sp<bool>>,
            }
        }

        $crate::shared!($name: $($subscription,)? $($location,)? tags, existing, adopt, protect;
            named name, resource_group; regions $($location)?);
    };
}

/// Defines a scalar of the language that is one of a few words. Behind `=>` stands how ARM has the
/// word, where it has another.
#[macro_export]
macro_rules! choice {
    ($(#[$meta:meta])* pub enum $name:ident {
        $( $(#[$vmeta:meta])* $variant:ident = $word:literal $(=> $arm:literal)? ),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        pub enum $name {
            $( $(#[$vmeta])* #[serde(rename = $word)] $variant, )*
        }

        impl $name {
            /// All words, in the order of the documentation.
            pub const WORDS: &'static [&'static str] = &[$($word),*];

            /// Returns the word as a topology writes it.
            pub fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $word, )* }
            }

            /// Returns the word as ARM has it.
            pub fn arm(self) -> &'static str {
                match self {
                    $( Self::$variant => $crate::family::first(&[$($arm)?]).unwrap_or($word), )*
                }
            }

            /// Returns the member that ARM has this word for.
            pub fn of_arm(word: &str) -> Option<Self> {
                let all = [$( Self::$variant, )*];
                all.into_iter().find(|it| it.arm().eq_ignore_ascii_case(word))
            }
        }

        impl $crate::property::Arm for $name {
            fn to_arm(&self, _: &dyn $crate::property::ToArm) -> serde_json::Value {
                serde_json::Value::from(self.arm())
            }

            fn of_arm(
                value: &serde_json::Value,
                _: &mut dyn $crate::property::FromArm,
            ) -> Option<$crate::property::Written> {
                let word = Self::of_arm(value.as_str()?)?.as_str();
                Some($crate::property::Written::Text(word.to_owned()))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "enum": Self::WORDS })
            }
        }

        impl $crate::family::Decode for $name {
            fn decode(
                node: &$crate::family::Node,
                cx: &mut $crate::family::Context<'_>,
            ) -> Option<Self> {
                let word = cx.word(node, Self::WORDS)?;
                match word { $( $word => Some(Self::$variant), )* _ => None }
            }
        }
    };
}

/// Gives a type a schema that stands where it is used.
#[macro_export]
macro_rules! inline_schema {
    ($name:ident, $generator:pat => $schema:expr) => {
        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema($generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                $schema
            }
        }
    };
}

/// Returns the key of a field: the literal given, or the field's name in camelCase.
pub fn key(field: &str, given: Option<&str>) -> String {
    if let Some(given) = given {
        return given.to_owned();
    }
    let mut key = String::with_capacity(field.len());
    for (index, word) in field.split('_').enumerate() {
        let (first, rest) = word.split_at(word.len().min(1));
        if index == 0 {
            key.push_str(word);
        } else {
            key.push_str(&first.to_ascii_uppercase());
            key.push_str(rest);
        }
    }
    key
}

/// Returns the one literal that a macro repetition gave, if it gave one.
pub fn first(given: &[&'static str]) -> Option<&'static str> {
    given.first().copied()
}
