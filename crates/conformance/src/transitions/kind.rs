//! Kinds of failure, so that many failures can be told as few.

use std::fmt::Debug;

use plan::Code;

/// Why a plan may be refused: the closed list. Each is said before the first write.
const REFUSALS: [Code; 16] = [
    // It loses data.
    Code::Protected,
    Code::ReplacementLosesData,
    // It is not possible in place, or not in one step.
    Code::AdoptionNeedsReplacement,
    Code::RedundancyNotConvertible,
    Code::RedundancyInConversion,
    Code::CannotKeep,
    // Somebody else's.
    Code::NameTaken,
    Code::OfAnotherTopology,
    Code::RightOnOtherTerms,
    Code::AdoptionNotAllowed,
    Code::ExistingNotFound,
    Code::ProviderNotRegistered,
    // What a guard keeps.
    Code::Locked,
    Code::MassDelete,
    Code::NoTargetLeft,
    Code::IndexMoved,
];

/// Tells whether a refusal is one of those that are right.
pub fn is_right_refusal(code: Code) -> bool {
    REFUSALS.contains(&code)
}

/// Returns the form of a text: without what it names.
pub fn form(text: &str) -> String {
    let mut form = String::new();
    let mut quote: Option<char> = None;
    for c in text.chars() {
        match (quote, c) {
            (Some(end), c) if c == end => {
                quote = None;
                form.push('…');
            }
            (Some(_), _) => {}
            (None, '`' | '\'' | '"') => quote = Some(c),
            (None, c) if c.is_ascii_digit() => {
                if !form.ends_with('#') {
                    form.push('#');
                }
            }
            (None, '\n') => form.push(' '),
            (None, c) => form.push(c),
        }
    }
    let words: Vec<&str> = form
        .split_whitespace()
        .map(|word| if word.contains('/') && word.len() > 12 { "…" } else { word })
        .collect();
    words.join(" ").chars().take(160).collect()
}

/// Returns the name of a variant.
pub fn debug_word(value: &impl Debug) -> String {
    format!("{value:?}").split([' ', '(']).next().unwrap_or_default().to_owned()
}
