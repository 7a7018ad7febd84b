//! A mistake in a topology, as data: rendered for people elsewhere, read by tools as JSON.

use serde::Serialize;

use crate::Place;

/// How bad a mistake is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// There is no topology as long as it stands.
    Error,
    /// The topology can be used; what is written is probably not what is meant.
    Warning,
}

/// One mistake, with its place and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnostic {
    /// The stable, kebab-case code; [`Language::explain`](crate::Language::explain) knows each.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What was found and what is allowed, without a full stop.
    pub message: String,
    /// What stands under the caret; may be empty.
    pub label: String,
    /// Where it is.
    pub place: Place,
    /// What to write instead.
    pub help: Option<String>,
    /// Other places that belong to it, each with its label.
    pub also: Vec<(Place, String)>,
}

impl Diagnostic {
    /// Makes an error.
    pub fn error(code: &'static str, place: &Place, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            label: String::new(),
            place: place.clone(),
            help: None,
            also: Vec::new(),
        }
    }

    /// Makes the mistake of two entries that ask for one resource of Azure: `id` is asked for at
    /// `second` and, before, at `first`.
    pub fn declared_twice(
        id: &str,
        (second, place): (&str, &Place),
        (first, other): (&str, &Place),
    ) -> Self {
        let message = format!("`{second}` and `{first}` are one resource in Azure, `{id}`");
        let diagnostic =
            Self::error("declared-twice", place, message).label("the second one").help(
                "keep one of them, or give one another name: what each says would undo the other",
            );
        // Two values of one entry have one place.
        if place == other { diagnostic } else { diagnostic.also(other, "the first one") }
    }

    /// Makes the mistake of a resource that lies in a region, and that nothing gives one.
    pub fn without_region(address: &str, place: &Place) -> Self {
        Self::error("no-region", place, format!("nothing says in which region `{address}` lies"))
            .label("has no region")
            .help("write `location` here, or once for the whole topology")
    }

    /// Makes a warning.
    pub fn warning(code: &'static str, place: &Place, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, place, message) }
    }

    /// Sets what stands under the caret.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Sets what to do about it.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a place that belongs to it.
    pub fn also(mut self, place: &Place, label: impl Into<String>) -> Self {
        self.also.push((place.clone(), label.into()));
        self
    }
}
