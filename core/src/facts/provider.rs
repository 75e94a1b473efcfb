//! One IOFilter storage provider, as SMS knows it.

use serde::{Deserialize, Serialize};

use super::{Host, Observed};
use crate::certificate::Fingerprint;
use crate::time::UnixTime;

/// `SmsProviderInfo.uid`, which unregistering takes. Not `VasaProviderInfo.providerId`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProviderId(pub String);

/// What SMS says of one provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Its uid.
    pub id: ProviderId,
    /// Managed object id; a new one after each registration.
    pub object: String,
    /// Such as `IOFILTER Provider esx01.example.com`. For people; never matched on.
    pub name: String,
    /// Where it listens.
    pub url: ProviderUrl,
    /// `IOFILTERS:<host uuid>` entries of `relatedStorageArray`.
    pub array_ids: Vec<String>,
    /// `online`, `offline`, `syncError`, `unknown`, `connected`, `disconnected`, or a word of a later version.
    pub status: Observed<String>,
    /// The name of the fault in `statusFault`, if one was sent.
    pub status_fault: Option<String>,
    /// `valid`, `expirySoftLimitReached`, `expiryHardLimitReached`, `expired`, `invalid`, or a later word.
    pub certificate_status: Observed<String>,
    /// The certificate that SMS has stored for it.
    pub certificate: Observed<Fingerprint>,
    /// SMS's own date of its end.
    pub certificate_expires: Option<UnixTime>,
    /// When SMS last synchronised with it.
    pub last_sync: Option<UnixTime>,
    /// True when certificate life-cycle calls are switched off for it.
    pub retains_certificate: bool,
    /// `1.0`, `1.5`, `5.0`, as sent.
    pub vasa_version: Option<String>,
}

impl Provider {
    /// True when this is the provider of `host`: its URL names the host, or its array id holds the host's uuid.
    /// The URL is matched first because it is what SPS connects to.
    pub fn belongs_to(&self, host: &Host) -> bool {
        host.is_called(&self.url.host) || host.uuid.value().is_some_and(|uuid| self.is_array_of(uuid))
    }

    /// True when an array id of this provider is `IOFILTERS:<uuid>`.
    pub fn is_array_of(&self, uuid: &str) -> bool {
        self.array_ids
            .iter()
            .filter_map(|id| id.strip_prefix("IOFILTERS:"))
            .any(|own| !uuid.is_empty() && own.eq_ignore_ascii_case(uuid))
    }

    /// True when SMS says that it is online.
    pub fn is_online(&self) -> bool {
        self.status.value().is_some_and(|status| status == "online")
    }
}

/// Where a provider listens: `https://<host>:9080/version.xml`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderUrl {
    /// As SMS sent it.
    pub text: String,
    /// The host in it, without brackets.
    pub host: String,
    /// The port in it.
    pub port: u16,
}
