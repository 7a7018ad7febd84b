//! How the resources of a type are read, changed and marked, and where they lie.

/// How the resources of a type are read in few requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    /// `GET {subscription}/providers/{type}` returns all with full properties.
    Subscription,
    /// As [`Listing::Subscription`], under a path and a right of their own.
    Apart {
        /// What is appended to the subscription.
        path: &'static str,
        /// The action of ARM that reads one.
        right: &'static str,
    },
    /// The parent's body holds them (Traffic Manager endpoints).
    Parent,
    /// `GET {zone}/recordsets` returns the records of every type.
    Records,
    /// `GET {parent}/{segment}` lists the siblings.
    InParent(&'static str),
    /// Each is read with a GET of its own.
    Get,
    /// `POST {id}/list`: the service shows secrets to those alone who may ask for them.
    PostList {
        /// Whether a plan may ask, because the language speaks of it.
        by_plan: bool,
    },
    /// An extension type that is listed for a scope and everything below it.
    Scope,
}

/// How an existing resource is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Update {
    /// PATCH of what differs; a PUT would reset what is not sent.
    Patch,
    /// PUT of the desired body laid over the observed one.
    PutOver,
}

/// Where the mark of ownership is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ownership {
    /// In `tags`.
    Tags,
    /// In the map at this JSON pointer (a DNS record set has metadata and no tags).
    Metadata(&'static str),
    /// In the text at this JSON pointer (a lock has notes and nothing else).
    Note(&'static str),
    /// The parent's mark counts.
    Parent,
    /// There is no room for a mark and no parent that could stand in.
    None,
}

/// Where the resources of a type lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Locality {
    /// In a region that is named at the creation.
    Regional,
    /// Everywhere: the region is `global`.
    Global,
    /// Where their parent lies, or nowhere: a body has no `location`.
    Unplaced,
}
