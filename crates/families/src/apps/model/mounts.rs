//! What an app keeps outside of itself: mounted shares, and its backup.

use topology::{Duration, Sp, Text, choice, record};

choice! {
    /// What is mounted.
    pub enum MountKind {
        /// A file share.
        Files = "files" => "AzureFiles",
        /// A blob container, for reading alone.
        Blobs = "blobs" => "AzureBlob",
    }
}

record! {
    /// A share or container of a storage account that an app sees as a folder.
    pub struct Mount {
        /// `files` when left out, or `blobs`.
        pub kind as "type" at "/type": Option<Sp<MountKind>> = MountKind::Files,
        /// The name of the storage account, such as `{storage/shared.name}`.
        pub account at "/accountName": Sp<Text>,
        /// The share or container.
        pub share at "/shareName": Sp<String>,
        /// The folder under which the app sees it.
        pub path at "/mountPath": Sp<String>,
        /// The account's key, by reference; or `@AppSettingRef(<name>)`, the setting that holds it.
        pub key at "/accessKey": Sp<Text>,
    }
}

choice! {
    /// Where a database is that goes into a backup.
    pub enum DatabaseType {
        /// Azure SQL Database.
        SqlAzure = "sqlAzure" => "SqlAzure",
        /// MySQL.
        MySql = "mySql" => "MySql",
        /// PostgreSQL.
        PostgreSql = "postgreSql" => "PostgreSql",
    }
}

record! {
    /// When an app is backed up, and where to.
    pub struct Backup {
        /// Whether backups are made; `true` when left out.
        pub enabled at "/enabled": Option<Sp<bool>> = true,
        /// The blob container, as a URL with its signature: by reference, since it is a secret.
        pub container at "/storageAccountUrl": Sp<Text>,
        /// How often: whole hours, or whole days.
        pub every: Sp<Duration>,
        /// How long each is kept, in whole days; `30d` when left out, and `0d` keeps them for good.
        pub keep: Option<Sp<Duration>>,
        /// Keeps one, however old it is; `true` when left out.
        pub keep_one at "/backupSchedule/keepAtLeastOneBackup": Option<Sp<bool>> = true,
        /// Databases that go with it.
        #[serde(default)]
        pub databases at "/databases": Vec<BackupDatabase>,
    }
}

record! {
    /// A database that is backed up with its app.
    pub struct BackupDatabase {
        /// Where it is.
        pub kind as "type" at "/databaseType": Sp<DatabaseType>,
        /// Its name.
        pub name at "/name": Sp<String>,
        /// The name of the connection string that leads to it.
        pub connection at "/connectionStringName": Option<Sp<String>>,
    }
}
