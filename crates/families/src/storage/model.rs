//! What a topology says of a storage account.

use serde_json::{Value, json};
use topology::property::{Form, Written};
use topology::{Sp, TlsVersion, choice, entry, record};

use super::STORAGE;

record! {
    /// A storage account.
    pub struct Storage,
        common("account" in both,
            name "The account's name, 3 to 24 lower-case letters and digits, unique in the \
                cloud; left out, `st{name}<key>{stamp}` without its other characters",
            protect "`true` when left out, since it holds data") {
        /// How copies are kept; must be given unless the account is `existing`.
        pub redundancy at "/sku/name": Option<Sp<Redundancy>>,
        /// The kind of account; `StorageV2` when left out.
        pub kind at "/kind": Option<Sp<StorageKind>> = StorageKind::StorageV2,
        /// The default access tier of blobs; `hot` when left out.
        pub tier at "/properties/accessTier": Option<Sp<AccessTier>> => born AccessTier::Hot,
        /// Blob containers.
        #[serde(default)]
        pub containers: Vec<Sp<String>>,
        /// Queues.
        #[serde(default)]
        pub queues: Vec<Sp<String>>,
        /// The lowest TLS version accepted; `"1.2"` when left out.
        pub min_tls at "/properties/minimumTlsVersion" via TLS_OF_ACCOUNT:
            Option<Sp<TlsVersion>> = TlsVersion::Tls12,
        /// Lets containers be opened to anonymous readers; `false` when left out.
        pub public_access at "/properties/allowBlobPublicAccess": Option<Sp<bool>> = false,
        /// Lets callers sign in with the account's keys.
        pub shared_key at "/properties/allowSharedKeyAccess": Option<Sp<bool>> => born true,
    }
}

choice! {
    /// How copies of the data are kept.
    pub enum Redundancy {
        /// Three copies in one data centre.
        Lrs = "LRS" => "Standard_LRS",
        /// Copies in three zones of the region.
        Zrs = "ZRS" => "Standard_ZRS",
        /// Like LRS, and a copy in the paired region.
        Grs = "GRS" => "Standard_GRS",
        /// Like ZRS, and a copy in the paired region.
        Gzrs = "GZRS" => "Standard_GZRS",
        /// Like GRS, and the copy can be read.
        RaGrs = "RA-GRS" => "Standard_RAGRS",
        /// Like GZRS, and the copy can be read.
        RaGzrs = "RA-GZRS" => "Standard_RAGZRS",
        /// Fast disks, one data centre.
        PremiumLrs = "Premium-LRS" => "Premium_LRS",
        /// Fast disks, three zones.
        PremiumZrs = "Premium-ZRS" => "Premium_ZRS",
    }
}

choice! {
    /// The kind of a storage account.
    pub enum StorageKind {
        /// General purpose.
        StorageV2 = "StorageV2",
        /// Premium block blobs.
        BlockBlobStorage = "BlockBlobStorage",
        /// Premium file shares.
        FileStorage = "FileStorage",
        /// The first generation of general-purpose accounts.
        Storage = "Storage",
        /// Blobs alone, first generation.
        BlobStorage = "BlobStorage",
    }
}

choice! {
    /// The default access tier of blobs.
    pub enum AccessTier {
        /// Read and written often.
        Hot = "hot" => "Hot",
        /// Kept for a month or more.
        Cool = "cool" => "Cool",
        /// Kept for three months or more.
        Cold = "cold" => "Cold",
    }
}

impl Redundancy {
    /// Returns whether a copy is kept in another region.
    pub fn is_geo_redundant(self) -> bool {
        matches!(self, Self::Grs | Self::Gzrs | Self::RaGrs | Self::RaGzrs)
    }

    /// Returns whether copies are kept in several zones of the region.
    pub fn is_zone_redundant(self) -> bool {
        matches!(self, Self::Zrs | Self::Gzrs | Self::RaGzrs | Self::PremiumZrs)
    }

    /// Returns whether the copy in the other region can be read.
    pub fn is_read_access(self) -> bool {
        matches!(self, Self::RaGrs | Self::RaGzrs)
    }
}

/// TLS versions as storage accounts have them, `TLS1_2`; an old account that says nothing takes 1.0.
const TLS_OF_ACCOUNT: Form<TlsVersion> = Form {
    to_arm: |version, _| json!(format!("TLS{}", version.as_str().replace('.', "_"))),
    of_arm: |value, _| {
        let word = value.and_then(Value::as_str).unwrap_or("TLS1_0");
        Some(Written::Text(word.replace("TLS", "").replace('_', ".")))
    },
};

entry!(Storage in STORAGE;
    fn refuses_lock(&self) -> Option<(&'static str, &'static str)> {
        let has_no_blobs = self.kind.as_ref().is_some_and(|kind| kind.value == StorageKind::FileStorage);
        has_no_blobs.then_some((
            "holds file shares and no blobs",
            "take an account of another kind: the lock is the lease of a blob",
        ))
    }

    fn check(&self, check: &mut topology::family::Check<'_>, at: topology::family::At<'_>) {
        super::check::account(self, check, at);
    }
);
