//! VECS: the stores in which vCenter keeps its certificates (KB 376720), and what else of them lies on the appliance.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;
use time::{Duration, OffsetDateTime};

use super::vcenter::VCenter;
use crate::pki::{Certificate, Identity};

/// Everything that VECS holds but for `MACHINE_SSL_CERT` and `TRUSTED_ROOTS`, which vCenter's other faces show too.
#[derive(Clone, Debug)]
pub struct Vecs {
    /// Stores by name. Those two are among them, without entries: see [`VCenter::entries_of`].
    pub stores: BTreeMap<String, Store>,
    /// The roots under `/etc/vmware-vpx/docRoot/certs`, where they are not those of `TRUSTED_ROOTS`.
    pub published_roots: Option<Vec<Arc<Certificate>>>,
    /// `sps-runtime.log.stderr`.
    pub sps_stderr: Growth,
}

/// A store.
#[derive(Clone, Debug, Default)]
pub struct Store {
    /// By alias.
    pub entries: BTreeMap<String, Entry>,
    /// Users who may read it.
    pub readers: BTreeSet<String>,
    /// Users who may write it.
    pub writers: BTreeSet<String>,
}

/// An entry of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its certificate; a secret has none.
    pub certificate: Option<Arc<Certificate>>,
    /// Its private key, by number.
    pub key: Option<usize>,
}

/// A log that grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Growth {
    /// Its size.
    pub bytes: u64,
    /// When it was begun.
    #[serde(with = "time::serde::rfc3339")]
    pub begun: OffsetDateTime,
}

impl Entry {
    /// A certificate that is trusted.
    pub fn trusted(certificate: Arc<Certificate>) -> Self {
        Self { certificate: Some(certificate), key: None }
    }

    /// A certificate with its key.
    pub fn pair(identity: Identity) -> Self {
        Self { certificate: Some(identity.certificate), key: Some(identity.key) }
    }

    /// As `vecs-cli` names its kind.
    pub fn kind(&self) -> &'static str {
        match (&self.certificate, self.key) {
            (Some(_), Some(_)) => "Private Key",
            (Some(_), None) => "Trusted Cert",
            (None, _) => "Secret Key",
        }
    }
}

impl Vecs {
    /// The stores of a healthy appliance of this version; SPS fills `SMS`.
    pub fn healthy(now: OffsetDateTime, version: &str) -> Self {
        let mut stores: BTreeMap<String, Store> =
            NAMES.iter().map(|name| ((*name).to_owned(), Store::default())).collect();
        let permissions = if version.starts_with(['6', '7']) { BEFORE_8 } else { FROM_8_0_U1 };
        for (name, readers, writers) in permissions {
            let users = |users: &[&str]| users.iter().map(|user| (*user).to_owned()).collect();
            let store = stores.entry(name.to_owned()).or_default();
            (store.readers, store.writers) = (users(readers), users(writers));
        }
        let secret = Entry { certificate: None, key: None };
        stores
            .entry("APPLMGMT_PASSWORD".to_owned())
            .or_default()
            .entries
            .insert("location_password_default".to_owned(), secret);
        let sps_stderr = Growth { bytes: 48_211, begun: now - Duration::days(20) };
        Self { stores, published_roots: None, sps_stderr }
    }
}

impl VCenter {
    /// The entries of a store by alias; nothing when there is no such store.
    pub fn entries_of(&self, store: &str) -> Option<BTreeMap<String, Entry>> {
        let kept = self.vecs.stores.get(store)?;
        Some(match store {
            MACHINE_SSL_STORE => BTreeMap::from([("__MACHINE_CERT".to_owned(), Entry::pair(self.machine_ssl.clone()))]),
            ROOTS_STORE => {
                self.trusted_roots.iter().map(|root| (root.key_id.clone(), Entry::trusted(Arc::clone(root)))).collect()
            }
            _ => kept.entries.clone(),
        })
    }

    /// The certificate of an entry of the store `SMS`.
    pub fn sms_entry(&self, alias: &str) -> Option<&Arc<Certificate>> {
        self.vecs.stores.get(SMS_STORE)?.entries.get(alias)?.certificate.as_ref()
    }

    /// Writes an entry of the store `SMS`. Without the store nothing is written.
    pub fn put_sms_entry(&mut self, alias: &str, entry: Entry) {
        if let Some(store) = self.vecs.stores.get_mut(SMS_STORE) {
            store.entries.insert(alias.to_owned(), entry);
        }
    }

    /// Takes an entry out of the store `SMS`.
    pub fn take_sms_entry(&mut self, alias: &str) -> Option<Entry> {
        self.vecs.stores.get_mut(SMS_STORE)?.entries.remove(alias)
    }

    /// Whether SPS may use the store `SMS` as its version needs to, without which it cannot make its certificates anew.
    pub fn sps_may_write(&self) -> bool {
        let is_old = self.version.starts_with(['6', '7']);
        let is_given =
            |store: &Store| if is_old { store.writers.contains("sps") } else { store.readers.contains("deploy") };
        self.vecs.stores.get(SMS_STORE).is_some_and(is_given)
    }

    /// The roots under `/etc/vmware-vpx/docRoot/certs`.
    pub fn published_roots(&self) -> &[Arc<Certificate>] {
        self.vecs.published_roots.as_ref().unwrap_or(&self.trusted_roots)
    }
}

/// The store of SPS.
pub const SMS_STORE: &str = "SMS";
/// The store of vCenter's own HTTPS certificate.
pub const MACHINE_SSL_STORE: &str = "MACHINE_SSL_CERT";
/// The store of roots.
pub const ROOTS_STORE: &str = "TRUSTED_ROOTS";
/// Where vCenter keeps what it has replaced (KB 326268).
pub const BACKUP_STORE: &str = "BACKUP_STORE";

/// The stores of a vCenter 8 (KB 376720).
const NAMES: [&str; 13] = [
    MACHINE_SSL_STORE,
    ROOTS_STORE,
    "TRUSTED_ROOT_CRLS",
    "machine",
    "vsphere-webclient",
    "vpxd",
    "vpxd-extension",
    "hvc",
    "data-encipherment",
    "APPLMGMT_PASSWORD",
    SMS_STORE,
    "wcp",
    BACKUP_STORE,
];

/// A store, its readers and its writers.
type Permissions = (&'static str, &'static [&'static str], &'static [&'static str]);

/// As vCert expects them from 7.0 build 20051473 on.
const BEFORE_8: [Permissions; 4] = [
    (MACHINE_SSL_STORE, &["vpxd", "vsphere-ui"], &[]),
    (ROOTS_STORE, &["EVERYONE"], &["sps"]),
    ("vpxd-extension", &["deploy", "vpxd"], &["sps"]),
    (SMS_STORE, &["deploy", "vpxd"], &["sps"]),
];

/// As vCert expects them from 8.0 build 21560480 on.
const FROM_8_0_U1: [Permissions; 4] = [
    (MACHINE_SSL_STORE, &["vpxd", "vsphere-ui"], &["rhttpproxy"]),
    (ROOTS_STORE, &["EVERYONE"], &[]),
    ("vpxd-extension", &["vpxd"], &["sps"]),
    (SMS_STORE, &["deploy"], &[]),
];
