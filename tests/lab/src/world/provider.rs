//! A storage provider as SMS knows it.

use std::sync::Arc;

use serde::Serialize;
use time::{Duration, OffsetDateTime};

use super::Fault;
use crate::pki::Certificate;

/// A registered provider (`VasaProviderInfo`).
#[derive(Clone, Debug)]
pub struct Provider {
    /// `SmsProviderInfo.uid`, what `UnregisterProvider_Task` takes.
    pub uid: String,
    /// Managed object id; a provider registered anew has a new one.
    pub moref: String,
    /// Name.
    pub name: String,
    /// Description.
    pub description: String,
    /// URL of its `version.xml`.
    pub url: String,
    /// The id of its storage array, `IOFILTERS:<host uuid>`.
    pub array_id: String,
    /// `1.5` for hosts before 9.0, `5.0` from then on.
    pub vasa_version: String,
    /// The certificate SMS accepted when it registered the provider (or at a sync, if the switch says so).
    pub certificate: Arc<Certificate>,
    /// Status.
    pub status: Status,
    /// Why it is not online.
    pub status_fault: Option<Fault>,
    /// What SMS thinks of the certificate.
    pub certificate_status: CertificateStatus,
    /// When SMS last read it.
    pub last_sync: OffsetDateTime,
    /// Does SMS still look at it?
    pub link: Link,
    /// Whose provider it is.
    pub kind: ProviderKind,
}

/// Whose provider it is. Only an ESXi host's IO filters have one that the lab runs; the status of the others stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ProviderKind {
    /// An ESXi host's IO filters, on port 9080.
    IoFilter,
    /// An ESXi host's vSAN, on port 8080.
    Vsan,
    /// A storage array.
    Array,
}

/// `VasaProviderStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    /// Online.
    Online,
    /// Does not answer; SMS keeps polling.
    Offline,
    /// SMS stopped talking to it.
    Disconnected,
    /// Connected, but reading it fails.
    SyncError,
}

impl Status {
    /// As SMS spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Offline => "offline",
            Self::Disconnected => "disconnected",
            Self::SyncError => "syncError",
        }
    }
}

/// `VasaProviderCertificateStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum CertificateStatus {
    /// More than six months left.
    Valid,
    /// Six months or less left (KB 323232).
    ExpirySoftLimitReached,
    /// One month or less left (KB 323232).
    ExpiryHardLimitReached,
    /// Expired.
    Expired,
    /// Revoked, malformed or missing.
    Invalid,
}

impl CertificateStatus {
    /// As SMS spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::ExpirySoftLimitReached => "expirySoftLimitReached",
            Self::ExpiryHardLimitReached => "expiryHardLimitReached",
            Self::Expired => "expired",
            Self::Invalid => "invalid",
        }
    }

    /// By what is left of a certificate at `now`.
    pub fn of(certificate: &Certificate, now: OffsetDateTime) -> Self {
        let left = certificate.not_after - now;
        if left < Duration::ZERO {
            Self::Expired
        } else if left <= Duration::days(30) {
            Self::ExpiryHardLimitReached
        } else if left <= Duration::days(183) {
            Self::ExpirySoftLimitReached
        } else {
            Self::Valid
        }
    }
}

/// How SMS holds on to a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Link {
    /// Polled; its status follows what the poll finds.
    Polled,
    /// Polls no longer reach it although nothing is wrong with the host; a sync makes it polled again.
    Stuck,
    /// SMS stopped talking to it; only a reconnect, a new registration or a start of SPS ends that.
    Dropped,
}

impl Provider {
    /// Is it the IOFilter provider of the host with this name?
    pub fn is_of(&self, host: &str) -> bool {
        self.kind == ProviderKind::IoFilter && self.url_host() == host
    }

    /// The host part of its URL.
    pub fn url_host(&self) -> &str {
        let rest = self.url.split_once("://").map_or(self.url.as_str(), |(_, rest)| rest);
        rest.split([':', '/']).next().unwrap_or(rest)
    }
}
