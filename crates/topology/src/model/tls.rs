//! Versions of TLS.

use crate::choice;

choice! {
    /// A version of TLS.
    pub enum TlsVersion {
        /// TLS 1.0.
        Tls10 = "1.0",
        /// TLS 1.1.
        Tls11 = "1.1",
        /// TLS 1.2.
        Tls12 = "1.2",
        /// TLS 1.3.
        Tls13 = "1.3",
    }
}
