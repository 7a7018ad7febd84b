//! The parts of an app's configuration.

use schemars::json_schema;
use serde::Serialize;
use topology::family::{Context, Decode, Node, NodeKind};
use topology::{Diagnostic, Ref, Sp, Text, choice, inline_schema, record};

use crate::apps::App;
use crate::identities::Identity;

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

/// The managed identities of an app.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AppIdentity {
    /// Whether the app has an identity of its own.
    pub system: bool,
    /// Identities that live apart from the app.
    pub user: Vec<Sp<Ref<(Identity, App)>>>,
}

/// The identity that pulls an app's image.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum PullIdentity {
    /// The app's own.
    System,
    /// One that lives apart from the app.
    User(Ref<Identity>),
}

/// Stack and version of an app, written `dotnet|8.0`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Runtime {
    /// The stack in lower case, such as `dotnet`, `dotnet-isolated` or `node`.
    pub stack: String,
    /// The version as written.
    pub version: String,
}

inline_schema!(AppIdentity, _ => json_schema!({
    "anyOf": [
        { "type": "string", "enum": ["system", "none"] },
        { "type": "array", "items": { "type": "string" } }
    ]
}));
inline_schema!(PullIdentity, _ => json_schema!({ "type": "string" }));
inline_schema!(Runtime, _ => json_schema!({ "type": "string", "pattern": "^[^|]+\\|.+$" }));

impl Decode for AppIdentity {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        let items = match &node.kind {
            NodeKind::Seq(items) => items,
            _ => {
                let word = cx.word(node, &["system", "none"])?;
                return Some(Self { system: word == "system", user: Vec::new() });
            }
        };
        let mut identity = Self::default();
        for item in items {
            match &item.kind {
                NodeKind::Text(text) if text == "system" => identity.system = true,
                _ => identity.user.extend(Sp::<Ref<(Identity, App)>>::decode(item, cx)),
            }
        }
        Some(identity)
    }
}

impl Decode for PullIdentity {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        match &node.kind {
            NodeKind::Text(text) if text == "system" => Some(Self::System),
            _ => Ref::decode(node, cx).map(Self::User),
        }
    }
}

/// Stacks that App Service runs, as `runtime` names them.
const STACKS: &[&str] = &[
    "custom",
    "dotnet",
    "dotnet-isolated",
    "go",
    "java",
    "jbosseap",
    "node",
    "php",
    "powershell",
    "python",
    "ruby",
    "tomcat",
];

impl Decode for Runtime {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        let text = cx.scalar(node, "a runtime such as `dotnet|8.0`")?;
        let (stack, version) = text.split_once('|').unwrap_or((&text, ""));
        let stack = match stack.to_ascii_lowercase() {
            stack if stack == "dotnetcore" => "dotnet".to_owned(),
            stack => stack,
        };
        if version.is_empty() && stack != "custom" {
            let message = format!("runtime `{text}` names no version");
            let diagnostic = Diagnostic::error("wrong-type", &node.place, message)
                .help("write stack and version: `dotnet|8.0`, `node|20-lts`, `python|3.12`");
            cx.report(diagnostic);
            return None;
        }
        if !STACKS.contains(&stack.as_str()) {
            cx.not_allowed(node, &stack, STACKS);
            return None;
        }
        Some(Self { version: version.to_owned(), stack })
    }
}
