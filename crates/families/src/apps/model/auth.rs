//! Who has to sign in at an app, and how.

use topology::{Raw, Sp, choice, record};

choice! {
    /// What becomes of a request of somebody who has not signed in.
    pub enum Unauthenticated {
        /// It is led to the page where one signs in.
        Redirect = "redirect" => "RedirectToLoginPage",
        /// It is let in; the app looks at it itself.
        Allow = "allow" => "AllowAnonymous",
        /// It is answered with 401.
        Refuse = "refuse" => "Return401",
        /// It is answered with 403.
        Forbid = "forbid" => "Return403",
    }
}

record! {
    /// The sign-in that App Service holds before an app.
    pub struct Auth {
        /// Whether it is on; `true` when left out.
        pub enabled at "/platform/enabled": Option<Sp<bool>> = true,
        /// Whether one must have signed in; `true` when left out.
        pub required at "/globalValidation/requireAuthentication": Option<Sp<bool>> = true,
        /// What becomes of others: `redirect` when left out.
        pub unauthenticated at "/globalValidation/unauthenticatedClientAction":
            Option<Sp<Unauthenticated>> = Unauthenticated::Redirect,
        /// The provider to which they are led, such as `azureActiveDirectory`.
        pub provider at "/globalValidation/redirectToProvider": Option<Sp<String>>,
        /// Paths for which nobody need sign in: those that are probed.
        #[serde(default)]
        pub excluded at "/globalValidation/excludedPaths": Vec<Sp<String>>,
        /// Microsoft Entra ID.
        pub entra at "/identityProviders/azureActiveDirectory": Option<Entra>,
        /// Other providers, as ARM has them below `identityProviders`.
        pub providers: Option<Sp<Raw>>,
        /// Keeps the tokens of those who have signed in; `false` when left out.
        pub token_store at "/login/tokenStore/enabled": Option<Sp<bool>> = false,
        /// Refuses sign-in without TLS; `true` when left out.
        pub require_https at "/httpSettings/requireHttps": Option<Sp<bool>> = true,
    }
}

record! {
    /// Sign-in with Microsoft Entra ID.
    pub struct Entra {
        /// Whether it is offered; `true` when left out.
        pub enabled at "/enabled": Option<Sp<bool>> = true,
        /// The application's client ID.
        pub client_id at "/registration/clientId": Sp<String>,
        /// Who issues the tokens: `https://login.microsoftonline.com/<tenant>/v2.0`.
        pub issuer at "/registration/openIdIssuer": Option<Sp<String>>,
        /// The name of the setting that holds the client secret.
        pub secret_setting at "/registration/clientSecretSettingName": Option<Sp<String>>,
        /// Whom a token may be meant for.
        #[serde(default)]
        pub audiences at "/validation/allowedAudiences": Vec<Sp<String>>,
        /// Client IDs of applications that may call.
        #[serde(default)]
        pub applications at "/validation/defaultAuthorizationPolicy/allowedApplications":
            Vec<Sp<String>>,
        /// Object IDs of groups that may call.
        #[serde(default)]
        pub groups at "/validation/defaultAuthorizationPolicy/allowedPrincipals/groups":
            Vec<Sp<String>>,
    }
}
