//! The stores of VECS, in which vCenter keeps its certificates (KB 376720).

use serde::{Deserialize, Serialize};

use crate::certificate::Fingerprint;

/// One store, such as `SMS` or `TRUSTED_ROOTS`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VecsStore {
    /// Its name.
    pub name: String,
    /// What is in it; keys are never read out.
    pub entries: Vec<VecsEntry>,
    /// Who may read or write it, where that was told.
    pub permissions: Vec<VecsPermission>,
}

/// One entry of a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VecsEntry {
    /// Its alias, such as `sms_self_signed` or `https://esx01.example.com:9080/version.xml`.
    pub alias: String,
    /// Its certificate; `None` when it holds none that reads.
    pub certificate: Option<Fingerprint>,
}

/// A user of the appliance that may use a store (`vecs-cli store get-permissions`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VecsPermission {
    /// The user, such as `sps`.
    pub user: String,
    /// Whether it may read.
    pub read: bool,
    /// Whether it may write.
    pub write: bool,
}

impl VecsStore {
    /// The entry of this alias.
    pub fn entry(&self, alias: &str) -> Option<&VecsEntry> {
        self.entries.iter().find(|entry| entry.alias == alias)
    }
}
