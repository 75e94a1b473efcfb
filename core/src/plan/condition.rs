//! What can be looked at to tell whether a step is needed, or done.

use serde::{Deserialize, Serialize};

use super::{AlarmAt, ClientEntry};
use crate::certificate::Fingerprint;
use crate::facts::{ConnectionState, HostId, ProviderId};
use crate::request::ASIDE_MARK;
use crate::time::UnixTime;

/// A statement about the world that holds, does not hold, or cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Condition {
    /// Never holds: the step is always needed.
    Never,
    /// Both hold.
    Both {
        /// One.
        left: Box<Condition>,
        /// The other.
        right: Box<Condition>,
    },
    /// One of them holds; what cannot be told of the other does not matter then.
    Either {
        /// One.
        left: Box<Condition>,
        /// The other.
        right: Box<Condition>,
    },
    /// The certificate on 443 is another one than before, is in its time, and is trusted by vCenter's roots.
    HostCertificateReplaced {
        /// The host.
        host: HostId,
        /// The certificate that was there.
        before: Fingerprint,
    },
    /// The certificate on 443 is in its time and ends later than this.
    HostCertificateEndsAfter {
        /// The host.
        host: HostId,
        /// The end of the one that was there.
        before: UnixTime,
    },
    /// The certificate in `rui.crt` on disk is in its time and ends later than this.
    DiskCertificateEndsAfter {
        /// The host.
        host: HostId,
        /// The end of the one that was there.
        before: UnixTime,
    },
    /// The certificate on 443 is another one than before, whoever issued it.
    HostCertificateChanged {
        /// The host.
        host: HostId,
        /// The certificate that was there.
        before: Fingerprint,
    },
    /// 443 shows this very certificate.
    HostCertificateIs {
        /// The host.
        host: HostId,
        /// The certificate.
        certificate: Fingerprint,
    },
    /// 9080 shows the same certificate as 443, and it is in its time.
    ListenerFollowsHost {
        /// The host.
        host: HostId,
    },
    /// The CA store holds all of these.
    CaStoreHolds {
        /// The host.
        host: HostId,
        /// What must be there.
        certificates: Vec<Fingerprint>,
    },
    /// The CA store holds each of these revocation lists, or another one of the same issuer.
    RevocationListsHold {
        /// The host.
        host: HostId,
        /// In PEM.
        lists: Vec<String>,
    },
    /// The CA store holds what it held before a change, and nothing that the change added. What others added since may
    /// stay.
    CaStoreIsBack {
        /// The host.
        host: HostId,
        /// What must be there.
        certificates: Vec<Fingerprint>,
        /// What must not be there.
        added: Vec<Fingerprint>,
    },
    /// The CA store holds the certificate that SPS shows to this host now, or one that signed it.
    ClientTrusted {
        /// The host.
        host: HostId,
    },
    /// vCenter says that the host is in this state.
    HostIs {
        /// The host.
        host: HostId,
        /// The state.
        state: ConnectionState,
    },
    /// A service of the host runs, or does not.
    Service {
        /// The host.
        host: HostId,
        /// The service's key.
        service: String,
        /// Whether it should run.
        running: bool,
    },
    /// The host's provider, the one under its own name where it has several, is online, with a certificate that is in its
    /// time and the one that 9080 shows.
    ProviderWell {
        /// The host.
        host: HostId,
    },
    /// The host has a provider, under whatever of its names and in whatever state.
    HostRegistered {
        /// The host.
        host: HostId,
    },
    /// A provider listens at this URL, in whatever state.
    UrlRegistered {
        /// The URL.
        url: String,
    },
    /// No provider has this uid.
    ProviderGone {
        /// The provider.
        provider: ProviderId,
    },
    /// The providers of all these hosts are well.
    ProvidersWell {
        /// The hosts.
        hosts: Vec<HostId>,
    },
    /// The service `sps` runs and is well, and SMS answers.
    SpsWell,
    /// A client certificate of SPS is not in the store `SMS`, or is another one than before.
    ClientEntryDeleted {
        /// Which.
        entry: ClientEntry,
        /// What was there; `None` when nothing was.
        before: Option<Fingerprint>,
    },
    /// A client certificate of SPS is in the store `SMS`, is another one than before, and is in its time.
    ClientEntryRenewed {
        /// Which.
        entry: ClientEntry,
        /// What was there; `None` when nothing was.
        before: Option<Fingerprint>,
    },
    /// The entry of the store `SMS` with this alias holds this certificate; or there is none.
    StoreEntryIs {
        /// The alias.
        alias: String,
        /// The certificate.
        certificate: Option<Fingerprint>,
    },
    /// The firewall's rule set of the provider's port is in this state.
    RuleSetIs {
        /// The host.
        host: HostId,
        /// Whether it is enabled.
        enabled: bool,
    },
    /// The firewall's rule set of the provider's port lets in these addresses and networks, or all.
    RuleSetAllows {
        /// The host.
        host: HostId,
        /// The addresses; empty for all.
        addresses: Vec<String>,
    },
    /// The host asks these time servers.
    TimeServersAre {
        /// The host.
        host: HostId,
        /// The servers.
        servers: Vec<String>,
    },
    /// The clock of the host differs from vCenter's by no more than this.
    ClockAgrees {
        /// The host.
        host: HostId,
        /// Seconds.
        seconds: i64,
    },
    /// None of these alarms is shown any more.
    AlarmsGone {
        /// The alarms.
        alarms: Vec<AlarmAt>,
    },
    /// The alarm is not shown at the object any more, or a person has seen it.
    AlarmQuiet {
        /// The alarm's managed object id.
        alarm: String,
        /// The object's id.
        entity: String,
    },
    /// Neither `rui.crt` nor `rui.key` is there, and the mark says that a repair has set aside what was.
    HostPairAside {
        /// The host.
        host: HostId,
    },
    /// The mark is gone by which a repair knows what it has set aside; `old.rui.*` without it are somebody else's.
    RemainsInPlace {
        /// The host.
        host: HostId,
    },
    /// `rui.crt` and `rui.key` are set aside: `old.rui.*` and the mark are there, `rui.*` are not.
    HostCertificateSetAside {
        /// The host.
        host: HostId,
    },
    /// `rui.crt` on disk is another certificate than before.
    HostCertificateGenerated {
        /// The host.
        host: HostId,
        /// The certificate that was there.
        before: Fingerprint,
    },
    /// `rui.crt` on disk is this certificate.
    HostCertificateOnDisk {
        /// The host.
        host: HostId,
        /// The certificate.
        certificate: Fingerprint,
    },
    /// 443 shows the certificate that `rui.crt` on disk holds.
    AgentsFollowDisk {
        /// The host.
        host: HostId,
    },
}

impl Condition {
    /// Both of these.
    pub(crate) fn both(left: Self, right: Self) -> Self {
        Self::Both { left: Box::new(left), right: Box::new(right) }
    }
}

/// What only a run looks at: files on hosts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnDisk {
    /// The names in `/etc/vmware/ssl`.
    pub names: Option<Vec<String>>,
    /// The certificate in `rui.crt`; of what is none, the fingerprint all the same.
    pub host_certificate: Option<Fingerprint>,
}

impl OnDisk {
    /// The same with this run's mark by the name that marks have, and without any other's.
    pub(crate) fn as_seen_by(&self, run: i64) -> Self {
        let own = format!("{ASIDE_MARK}.{run}");
        let seen = |name: &String| match name {
            name if *name == own => Some(ASIDE_MARK.to_owned()),
            name if name.starts_with(ASIDE_MARK) => None,
            name => Some(name.clone()),
        };
        Self { names: self.names.as_ref().map(|all| all.iter().filter_map(seen).collect()), ..self.clone() }
    }
}
