//! What was observed, and nothing else.
//!
//! Every fact says when it was seen; a thing that was not seen is [`Observed::Unknown`] with the reason and what a
//! person can do about it, never a default. Facts are plain data: they are judged by [`crate::rules`] in the same
//! process, in another one, or days later from a file.

mod certificates;
mod happenings;
mod host;
mod provider;
mod reading;
mod vcenter;
mod vecs;

pub use certificates::{Certificates, Presented};
pub use happenings::{Alarm, VCenterEvent};
pub use host::{
    Attestation, ConnectionState, FailoverCapacity, Host, HostId, HostService, IoFilter, Lockdown, MachinePair,
    NamesSeen, ProviderRuleSet, ReportedCertificate, VersionXml,
};
pub use provider::{Provider, ProviderId, ProviderUrl};
pub(crate) use reading::FIRST_MOMENT;
pub use vcenter::{
    Backup, CertificateMode, LogGrowth, Node, ServiceHealth, ServiceState, SmsCertificates, Snapshot, Thresholds,
    VCenter,
};
pub use vecs::{VecsEntry, VecsPermission, VecsStore};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::certificate::{NameMatch, is_same_name};
use crate::log::LogFacts;
use crate::time::UnixTime;

/// The version of the shape of [`Facts`]; a file of another version is refused.
pub const FACTS_SCHEMA: &str = "iofilter-certs/facts/1";

/// Everything that one survey saw of one vCenter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// [`FACTS_SCHEMA`].
    pub schema: String,
    /// When the survey began, by the host program's clock.
    #[serde(deserialize_with = "reading::moment")]
    pub began_at: UnixTime,
    /// When the survey ended, by the host program's clock; certificates are judged at this time.
    #[serde(deserialize_with = "reading::moment")]
    pub ended_at: UnixTime,
    /// The vCenter itself.
    pub vcenter: VCenter,
    /// ESXi hosts by managed object id.
    #[serde(deserialize_with = "reading::hosts")]
    pub hosts: BTreeMap<HostId, Host>,
    /// Whether the inventory was read to its end. A part of it is never taken for the whole.
    pub inventory: Observed<InventoryRead>,
    /// Storage providers that serve port 9080, by `uid`.
    #[serde(deserialize_with = "reading::providers")]
    pub providers: BTreeMap<ProviderId, Provider>,
    /// Storage providers of another kind, by `uid`: vSAN on 8080, arrays. Classified and handed on, never repaired.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "reading::providers")]
    pub other_providers: BTreeMap<ProviderId, Provider>,
    /// Whether the list of providers was read to its end.
    pub provider_list: Observed<ProviderList>,
    /// Every certificate that is named by fingerprint elsewhere in these facts.
    pub certificates: Certificates,
    /// What the logs said, one entry a file.
    pub logs: Vec<LogFacts>,
    /// Why a log or another saved file that was given could not be read or used.
    pub logs_missing: Vec<Missing>,
    /// The files that facts were taken from in the place of looking, where there was no connection.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<SavedFile>,
}

/// A file that stands for something that nobody looked at: what a daemon served when the file was kept may be older.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedFile {
    /// Its path, within its archive where it lies in one.
    pub path: String,
    /// The host that it is of; `None` for vCenter.
    pub host: Option<HostId>,
    /// What it was taken for, such as `certificate on port 443`.
    pub taken_for: String,
}

/// How much of the inventory was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InventoryRead {
    /// Hosts in it.
    pub hosts: u32,
    /// Pages that it came in.
    pub pages: u32,
}

/// How much of the list of providers was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderList {
    /// Providers of any kind.
    pub registered: u32,
    /// Providers that are not an ESXi host's IOFilter provider (vSAN on 8080, arrays); looked at, not judged.
    pub others: u32,
}

/// Something that was seen at a time, or the reason why it was not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Observed<T> {
    /// It was seen.
    Seen {
        /// What was seen.
        value: T,
        /// When, by the host program's clock.
        #[serde(deserialize_with = "reading::moment")]
        at: UnixTime,
    },
    /// It was not seen.
    Unknown(Missing),
}

/// Why something is not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Missing {
    /// What decisions are made on.
    pub reason: MissingReason,
    /// What happened, lower case, one line.
    pub message: String,
    /// What a person can do so that it is known next time; empty when there is nothing to do.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub help: String,
}

/// The reasons why something is not known, as far as decisions are made on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingReason {
    /// Nobody asked: it needs something the job did not provide, or a host that cannot be asked.
    NotAsked,
    /// The connection was refused: something answers there, but nothing listens on that port.
    Refused,
    /// No answer in time, or no way there.
    NoAnswer,
    /// The name has no address.
    NameUnknown,
    /// TLS could not be agreed on.
    Tls,
    /// A privilege or a login is missing.
    Denied,
    /// The answer made no sense.
    Malformed,
    /// The server answered with a fault.
    Fault,
    /// The object is gone.
    Gone,
    /// The server did not send it, though asked.
    NotSent,
    /// The connection was closed before the server had shown anything.
    Closed,
    /// The server no longer knows the session.
    SessionExpired,
}

/// What a file of facts does not mention is not known.
impl<T> Default for Observed<T> {
    fn default() -> Self {
        not_yet("this")
    }
}

impl<T> Observed<T> {
    /// Something seen now.
    pub fn seen(value: T, at: UnixTime) -> Self {
        Self::Seen { value, at }
    }

    /// Something that nobody asked for, with what would make it known.
    pub fn not_asked(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Unknown(Missing { reason: MissingReason::NotAsked, message: message.into(), help: help.into() })
    }

    /// What was seen, if it was.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Seen { value, .. } => Some(value),
            Self::Unknown(_) => None,
        }
    }

    /// What was seen, or why it was not: made for `?` in rules.
    pub fn known(&self) -> Result<&T, &Missing> {
        match self {
            Self::Seen { value, .. } => Ok(value),
            Self::Unknown(missing) => Err(missing),
        }
    }
}

impl Facts {
    /// The host of this id, or that there is none any more.
    pub(crate) fn known_host(&self, id: &HostId) -> Result<&Host, String> {
        self.hosts.get(id).ok_or_else(|| format!("ESXi host `{}` is not in the inventory any more", id.0))
    }

    /// Facts of a survey that has seen nothing yet.
    pub fn nothing_yet(authority: &str, now: UnixTime) -> Self {
        Self {
            schema: FACTS_SCHEMA.to_owned(),
            began_at: now,
            ended_at: now,
            vcenter: VCenter::nothing_yet(authority),
            hosts: BTreeMap::new(),
            inventory: not_yet("the inventory"),
            providers: BTreeMap::new(),
            other_providers: BTreeMap::new(),
            provider_list: not_yet("the list of storage providers"),
            certificates: Certificates::default(),
            logs: Vec::new(),
            logs_missing: Vec::new(),
            files: Vec::new(),
        }
    }

    /// The IOFilter providers whose URL names `host`, by any of the names that the host is known by.
    pub fn providers_of<'a>(&'a self, host: &'a Host) -> impl Iterator<Item = &'a Provider> {
        self.providers.values().filter(move |provider| provider.belongs_to(host))
    }

    /// The provider of a host that SPS ought to use: the one whose URL names the host as vCenter does. Where none does,
    /// it is one that works, then one that is called by a management address, then one that the certificate on port 9080
    /// speaks for; the first of those that are equal.
    pub fn canonical_provider<'a>(&'a self, host: &'a Host) -> Option<&'a Provider> {
        let all: Vec<&Provider> = self.providers_of(host).collect();
        all.into_iter().rev().max_by_key(|provider| self.claim(host, provider))
    }

    /// What speaks for a provider as the one that a host ought to have, the weightiest first.
    pub(crate) fn claim(&self, host: &Host, provider: &Provider) -> [bool; 4] {
        let own = &provider.url.host;
        let is_address = || host.management_addresses.value().into_iter().flatten().any(|at| is_same_name(at, own));
        let served = || host.on_9080.value().and_then(|shown| self.certificates.find(&shown.leaf));
        let is_carried = || served().is_some_and(|leaf| matches!(leaf.matches_name(own), NameMatch::Exact));
        [is_same_name(own, &host.name), provider.is_online(), is_address(), is_carried()]
    }
}

/// What the survey has not come to yet.
pub(crate) fn not_yet<T>(what: &str) -> Observed<T> {
    Observed::not_asked(format!("{what} was not asked for"), "")
}
