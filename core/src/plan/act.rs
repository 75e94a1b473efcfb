//! What a step does.

use serde::{Deserialize, Serialize};

use crate::certificate::Fingerprint;
use crate::facts::{Alarm, HostId, ProviderId};
use crate::request::SshChange;

/// What a step does. The letters are those of `core/ACTIONS.md`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Act {
    /// A1: `VasaProviderSync_Task`.
    SyncProvider {
        /// The host whose provider it is.
        host: HostId,
    },
    /// A2: `VasaProviderReconnect_Task`; a no-op for VASA 1.5 providers, which is why it is never the last step.
    ReconnectProvider {
        /// The host whose provider it is.
        host: HostId,
    },
    /// A3: `UnregisterProvider_Task`.
    UnregisterProvider {
        /// The provider.
        provider: ProviderId,
    },
    /// A4: wait until the provider has registered itself.
    AwaitProvider {
        /// The host whose provider it is.
        host: HostId,
    },
    /// A5: `RegisterProvider_Task`, without credentials: an IOFilter provider knows SPS by its certificate. Whether the
    /// service takes it so is not known (grade C), which is why this is the last resort, and is looked at afterwards.
    RegisterProvider {
        /// The name in the list of providers.
        name: String,
        /// Where it listens.
        url: String,
        /// What the service is told to trust.
        certificate: RegisterWith,
    },
    /// A6: `CertMgrRefreshCACertificatesAndCRLs_Task`: vCenter pushes its trusted roots. It can drop what else the store
    /// held, so [`Act::AddToCaStore`] always follows.
    PushRoots {
        /// The host.
        host: HostId,
    },
    /// A7: `CertMgrRefreshCertificates_Task`.
    RenewHostCertificate {
        /// The host.
        host: HostId,
    },
    /// A7c, first half: `GenerateCertificateSigningRequest`. What it gives is kept for the customer's CA.
    RequestSigning {
        /// The host.
        host: HostId,
    },
    /// A7c, second half: `InstallServerCertificate` of a certificate that the customer's CA signed.
    InstallHostCertificate {
        /// The host.
        host: HostId,
        /// The certificate, and after it in the same PEM text those of its chain.
        certificate: PemCertificate,
    },
    /// A8: read the CA store, add what is missing, replace; the revocation lists are passed back as they were.
    AddToCaStore {
        /// The host.
        host: HostId,
        /// What must be in the store afterwards, in PEM.
        certificates: Vec<PemCertificate>,
    },
    /// A8 with the certificate that SPS shows to this host when the step's turn comes: a plan that renews it cannot name
    /// it before.
    TrustClientCertificate {
        /// The host.
        host: HostId,
    },
    /// A9, A17: one command of the closed list, over SSH.
    Shell {
        /// The host.
        host: HostId,
        /// The command.
        command: SshChange,
    },
    /// A10: `NotifyAffectedServices`. Whether the provider daemon is among them is not known (grade C).
    NotifyServices {
        /// The host.
        host: HostId,
    },
    /// A11, first half: `DisconnectHost_Task`.
    DisconnectHost {
        /// The host.
        host: HostId,
    },
    /// A11, second half: `ReconnectHost_Task`.
    ReconnectHost {
        /// The host.
        host: HostId,
        /// Whether vCenter is told to accept the certificate that 443 shows. Only after it was compared with the one
        /// on the host's disk, over SSH with a verified host key.
        accept_shown_certificate: bool,
    },
    /// A12: restart the service `sps` over REST.
    RestartSps,
    /// A12 for a service that is stopped: start it over REST.
    StartSps,
    /// A13, A13x: keep an entry of the appliance's store `SMS`, then delete it; SPS makes it anew when it starts.
    DeleteClientEntry {
        /// Which.
        entry: ClientEntry,
    },
    /// The reverse of [`Act::DeleteClientEntry`].
    RestoreClientEntry {
        /// Which.
        entry: ClientEntry,
    },
    /// A13t: tell SPS by an entry of its store `SMS` which certificate a provider shows (mode `thumbprint`).
    PinProvider {
        /// The provider's URL, which is the entry's alias.
        url: String,
        /// The certificate.
        certificate: PemCertificate,
    },
    /// The reverse of [`Act::PinProvider`] where there was no entry before.
    UnpinProvider {
        /// The provider's URL, which is the entry's alias.
        url: String,
    },
    /// A14: `EnableRuleset` or `DisableRuleset` of the host's firewall.
    SetRuleSet {
        /// The host.
        host: HostId,
        /// The rule set's key.
        key: String,
        /// Whether it is to be enabled.
        enabled: bool,
    },
    /// A14: `UpdateRuleset`: which addresses may use a rule set.
    SetAllowedAddresses {
        /// The host.
        host: HostId,
        /// The rule set's key.
        key: String,
        /// The addresses and networks, each as `192.0.2.1` or `192.0.2.0/24`; empty for all.
        addresses: Vec<String>,
    },
    /// A15: `UpdateDateTimeConfig`: which time servers the host asks.
    SetTimeServers {
        /// The host.
        host: HostId,
        /// Their names or addresses.
        servers: Vec<String>,
    },
    /// A16: `ClearTriggeredAlarms`, for alarms that stayed behind after their cause was gone. It takes all alarms of these
    /// colours with it, on hosts or on everything, so it is sent only while these are the only ones.
    ClearAlarms {
        /// The alarms.
        alarms: Vec<AlarmAt>,
        /// Their colours, `red` and `yellow`.
        statuses: Vec<String>,
        /// Whether all of them are on ESXi hosts, so that those of other things are left alone.
        on_hosts_only: bool,
    },
    /// A16: `AcknowledgeAlarm`, where an alarm that stayed behind cannot be cleared without others.
    AcknowledgeAlarm {
        /// The alarm's managed object id.
        alarm: String,
        /// The type of the object that it is shown at.
        entity_kind: String,
        /// The object's id.
        entity: String,
    },
    /// `StartService` of `HostServiceSystem`, such as `TSM-SSH` for the time of the shell steps.
    StartService {
        /// The host.
        host: HostId,
        /// The service's key.
        service: String,
    },
    /// `StopService`.
    StopService {
        /// The host.
        host: HostId,
        /// The service's key.
        service: String,
    },
}

/// An alarm at an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlarmAt {
    /// Managed object id of the alarm's definition.
    pub alarm: String,
    /// Managed object id of the object.
    pub entity: String,
}

impl AlarmAt {
    /// Whether this triggered alarm is it.
    pub(crate) fn is(&self, alarm: &Alarm) -> bool {
        self.alarm == alarm.alarm && self.entity == alarm.entity
    }

    /// The first alarm that clearing would take with it besides `own`.
    pub(crate) fn other<'a>(
        own: &[Self],
        statuses: &[String],
        on_hosts_only: bool,
        all: &'a [Alarm],
    ) -> Option<&'a Alarm> {
        let is_taken =
            |alarm: &&Alarm| statuses.contains(&alarm.status) && (!on_hosts_only || alarm.entity_kind == "HostSystem");
        all.iter().filter(is_taken).find(|alarm| !own.iter().any(|one| one.is(alarm)))
    }
}

/// A certificate that a step writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PemCertificate {
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// The certificate in PEM.
    pub pem: String,
}

/// What SMS is told to trust when a provider is registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegisterWith {
    /// The certificate that port 9080 of this host shows to us when the step's turn comes, and only if it leads to a root
    /// that vCenter trusts. What SMS itself saw is never accepted unseen.
    Shown(HostId),
    /// The certificate that SMS had stored before the provider was unregistered.
    Stored(PemCertificate),
    /// None is named.
    Nothing,
}

/// The client certificates of SPS, by their aliases in the store `SMS` (KB 440183).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ClientEntry {
    /// Shown to hosts below 9.0.
    #[serde(rename = "sms_self_signed")]
    SmsSelfSigned,
    /// Shown to hosts from 9.0 on.
    #[serde(rename = "sps-extension")]
    SpsExtension,
}

impl ClientEntry {
    /// Its alias.
    pub fn alias(self) -> &'static str {
        match self {
            Self::SmsSelfSigned => "sms_self_signed",
            Self::SpsExtension => "sps-extension",
        }
    }

    /// The command that keeps and deletes it.
    pub(crate) fn delete(self) -> SshChange {
        match self {
            Self::SmsSelfSigned => SshChange::DeleteSmsSelfSigned,
            Self::SpsExtension => SshChange::DeleteSpsExtension,
        }
    }

    /// The command that puts it back.
    pub(crate) fn restore(self) -> SshChange {
        match self {
            Self::SmsSelfSigned => SshChange::RestoreSmsSelfSigned,
            Self::SpsExtension => SshChange::RestoreSpsExtension,
        }
    }
}

impl Act {
    /// True when its effect can be told from the state before. A restart leaves no such trace: a service that is well
    /// afterwards may never have been restarted.
    pub fn shows(&self) -> bool {
        !matches!(self, Self::RestartSps)
    }

    /// True when doing it twice is as good as doing it once.
    pub fn is_idempotent(&self) -> bool {
        match self {
            Self::SyncProvider { .. }
            | Self::ReconnectProvider { .. }
            | Self::AwaitProvider { .. }
            | Self::PushRoots { .. }
            | Self::AddToCaStore { .. }
            | Self::TrustClientCertificate { .. }
            | Self::NotifyServices { .. }
            | Self::InstallHostCertificate { .. }
            | Self::DisconnectHost { .. }
            | Self::ReconnectHost { .. }
            | Self::RestartSps
            | Self::StartSps
            | Self::RestoreClientEntry { .. }
            | Self::PinProvider { .. }
            | Self::UnpinProvider { .. }
            | Self::SetRuleSet { .. }
            | Self::SetAllowedAddresses { .. }
            | Self::SetTimeServers { .. }
            | Self::ClearAlarms { .. }
            | Self::AcknowledgeAlarm { .. }
            | Self::StartService { .. }
            | Self::StopService { .. }
            | Self::RegisterProvider { .. }
            | Self::UnregisterProvider { .. } => true,
            // A second request may come with another key, a second deletion would keep the wrong entry.
            Self::RenewHostCertificate { .. } | Self::RequestSigning { .. } | Self::DeleteClientEntry { .. } => false,
            Self::Shell { command, .. } => matches!(
                command,
                SshChange::RestartProviderDaemon
                    | SshChange::RestartManagementAgents
                    | SshChange::SetHostCertificateAside
                    | SshChange::SetRemainsAside
                    | SshChange::RestoreHostCertificate
                    | SshChange::RestoreRemains
            ),
        }
    }

    /// True when it ends with a restart, of which what was put in place before does not tell.
    pub(crate) fn ends_with_restart(&self) -> bool {
        matches!(self, Self::RestoreClientEntry { .. } | Self::Shell { command: SshChange::RestoreHostCertificate, .. })
    }
}
