//! How a request of ours logs in where no login of Azure counts.

use crate::record;
use crate::{Sp, Text};

record! {
    /// A user's name and password (RFC 7617), joined and encoded when they are sent.
    pub struct BasicAuth {
        /// The user.
        pub user: Sp<Text>,
        /// The password: `${secret:…}`.
        pub password: Sp<Text>,
    }
}

record! {
    /// How a probe logs in.
    pub struct ProbeAuth {
        /// By a user and a password.
        pub basic: BasicAuth,
    }
}

record! {
    /// The client credentials of OAuth 2.0 (RFC 6749, 4.4).
    pub struct OAuth {
        /// Where a token is given: an address of `https`.
        pub token: Sp<String>,
        /// The client's ID.
        pub client_id: Sp<Text>,
        /// Its secret: `${secret:env:…}`.
        pub secret: Sp<Text>,
        /// What the token is asked for; left out, nothing is said of it.
        pub scope: Option<Sp<String>>,
    }
}
