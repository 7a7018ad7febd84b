//! The parts of an app's configuration.

use serde::Serialize;

use crate::{AnyIdentity, AnyVault, App, Ref, Sp, Target, Text};
use crate::{choice, record};

choice! {
    /// What an app is.
    pub enum AppKind {
        /// A web app.
        Web = "web",
        /// A function app.
        Function = "function",
    }
}

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

choice! {
    /// Which kinds of FTP deployment an app accepts.
    pub enum FtpsState {
        /// FTP and FTPS.
        All = "all",
        /// FTPS alone.
        FtpsOnly = "ftpsOnly",
        /// None.
        Disabled = "disabled",
    }
}

choice! {
    /// How much an app logs.
    pub enum LogLevel {
        /// Nothing.
        Off = "off",
        /// Errors.
        Error = "error",
        /// Warnings and worse.
        Warning = "warning",
        /// Information and worse.
        Information = "information",
        /// Everything.
        Verbose = "verbose",
    }
}

choice! {
    /// What a connection string connects to.
    pub enum ConnectionStringType {
        /// Azure SQL Database.
        SqlAzure = "sqlAzure",
        /// SQL Server.
        SqlServer = "sqlServer",
        /// MySQL.
        MySql = "mySql",
        /// PostgreSQL.
        PostgreSql = "postgreSql",
        /// A Service Bus namespace.
        ServiceBus = "serviceBus",
        /// An Event Hubs namespace.
        EventHub = "eventHub",
        /// Cosmos DB.
        DocDb = "docDb",
        /// Redis.
        RedisCache = "redisCache",
        /// Anything else.
        Custom = "custom",
    }
}

record! {
    /// A connection string of an app.
    pub struct ConnectionString {
        /// What it connects to; `custom` when left out.
        pub kind as "type": Option<Sp<ConnectionStringType>>,
        /// The string itself; secrets by reference.
        pub value: Sp<Text>,
    }
}

record! {
    /// What an app logs to its file system.
    pub struct AppLogs {
        /// The web server's requests.
        pub http: Option<HttpLogs>,
        /// What the application writes.
        pub application: Option<Sp<LogLevel>>,
        /// Keeps the pages of failed requests.
        pub detailed_errors: Option<Sp<bool>>,
        /// Traces failed requests.
        pub failed_requests: Option<Sp<bool>>,
    }
}

record! {
    /// How long and how much of the web server's log is kept.
    pub struct HttpLogs {
        /// Days.
        pub retention_days: Option<Sp<u32>>,
        /// Megabytes, 25 to 100.
        pub retention_mb: Option<Sp<u32>>,
    }
}

record! {
    /// A role that an identity gets.
    pub struct Permission {
        /// The role's name, such as `Key Vault Secrets User`, or its definition's GUID.
        pub role: Sp<String>,
        /// Where it holds: a reference or a resource ID.
        pub scope: Sp<Target>,
    }
}

record! {
    /// An access policy that an identity gets in a vault without RBAC.
    pub struct VaultAccess {
        /// The vault: a reference or a resource ID.
        pub vault: Sp<Ref<AnyVault>>,
        /// What may be done with secrets: `get`, `list`…
        #[serde(default)]
        pub secrets: Vec<Sp<String>>,
        /// What may be done with keys.
        #[serde(default)]
        pub keys: Vec<Sp<String>>,
        /// What may be done with certificates.
        #[serde(default)]
        pub certificates: Vec<Sp<String>>,
    }
}

/// The managed identities of an app.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AppIdentity {
    /// Whether the app has an identity of its own.
    pub system: bool,
    /// Identities that live apart from the app.
    pub user: Vec<Sp<Ref<(AnyIdentity, App)>>>,
}

/// The identity that pulls an app's image.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum PullIdentity {
    /// The app's own.
    System,
    /// One that lives apart from the app.
    User(Ref<AnyIdentity>),
}

/// Stack and version of an app, written `dotnet|8.0`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Runtime {
    /// The stack in lower case, such as `dotnet`, `dotnet-isolated` or `node`.
    pub stack: String,
    /// The version as written.
    pub version: String,
}
