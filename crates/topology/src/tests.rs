//! What the tests of single modules have in common.

use std::sync::LazyLock;

use crate::Language;
use crate::section::RESOURCE_GROUP;

/// Returns the language that the tests are written in: that without families.
pub(crate) fn language() -> &'static Language {
    static LANGUAGE: LazyLock<Language> = LazyLock::new(|| Language::new([&RESOURCE_GROUP]));
    &LANGUAGE
}
