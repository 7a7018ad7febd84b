//! Whether it matters how often one asks.

/// Whether requests are limited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Throttle {
    /// As in Azure.
    Real,
    /// Never; answers do not tell how many requests are left.
    #[default]
    None,
}
