//! What can be looked at to tell whether a step is needed, or done.

use serde::{Deserialize, Serialize};

use crate::certificate::{ChainVerdict, Fingerprint, Validity, verify_chain};
use crate::facts::{CertificateMode, ConnectionState, Facts, Host, HostId, Observed, Presented, ProviderId};
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
    /// The certificate on 443 is another one than before, is in its time, and is trusted by vCenter's roots.
    HostCertificateReplaced {
        /// The host.
        host: HostId,
        /// The certificate that was there.
        before: Fingerprint,
    },
    /// The certificate on 443 is another one than before, whoever issued it.
    HostCertificateChanged {
        /// The host.
        host: HostId,
        /// The certificate that was there.
        before: Fingerprint,
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
    /// The CA store holds these and no others.
    CaStoreIs {
        /// The host.
        host: HostId,
        /// What must be there.
        certificates: Vec<Fingerprint>,
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
    /// The host has a provider under its own name that is online, with a certificate that is in its time and the one
    /// that 9080 shows.
    ProviderWell {
        /// The host.
        host: HostId,
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
    /// `rui.crt` and `rui.key` are set aside: `old.rui.*` are there, `rui.*` are not.
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

/// What only a run looks at: files on hosts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnDisk {
    /// The names in `/etc/vmware/ssl`.
    pub names: Option<Vec<String>>,
    /// The certificate in `rui.crt`.
    pub host_certificate: Option<Fingerprint>,
}

impl Condition {
    /// Whether it holds by these facts. `None` when the facts do not tell.
    pub fn holds(
        &self,
        facts: &Facts,
        on_disk: impl Fn(&HostId) -> Option<OnDisk> + Copy,
        now: UnixTime,
    ) -> Option<bool> {
        match self {
            Self::Never => Some(false),
            Self::Both { left, right } => Some(left.holds(facts, on_disk, now)? && right.holds(facts, on_disk, now)?),
            Self::HostCertificateReplaced { host, before } => {
                let presented = host_of(facts, host)?.on_443.value()?;
                Some(presented.leaf != *before && is_good(facts, presented, now)?)
            }
            Self::HostCertificateChanged { host, before } => {
                let presented = host_of(facts, host)?.on_443.value()?;
                Some(presented.leaf != *before && is_in_time(facts, &presented.leaf, now)?)
            }
            Self::ListenerFollowsHost { host } => {
                let host = host_of(facts, host)?;
                let leaf = &host.on_9080.value()?.leaf;
                Some(*leaf == host.on_443.value()?.leaf && is_in_time(facts, leaf, now)?)
            }
            Self::CaStoreHolds { host, certificates } => {
                let store = host_of(facts, host)?.ca_store.value()?;
                Some(certificates.iter().all(|wanted| store.contains(wanted)))
            }
            Self::CaStoreIs { host, certificates } => {
                let store = host_of(facts, host)?.ca_store.value()?;
                Some(
                    store.iter().all(|one| certificates.contains(one))
                        && certificates.iter().all(|one| store.contains(one)),
                )
            }
            Self::HostIs { host, state } => Some(host_of(facts, host)?.connection.value()? == state),
            Self::Service { host, service, running } => {
                let services = host_of(facts, host)?.services.value()?;
                Some(services.iter().find(|one| one.key == *service)?.running == *running)
            }
            Self::ProviderWell { host } => provider_is_well(facts, host, now),
            Self::ProvidersWell { hosts } => {
                let each: Option<Vec<bool>> = hosts.iter().map(|host| provider_is_well(facts, host, now)).collect();
                Some(each?.into_iter().all(|well| well))
            }
            Self::ProviderGone { provider } => {
                facts.provider_list.value()?;
                Some(!facts.providers.contains_key(provider))
            }
            Self::SpsWell => Some(facts.vcenter.sps.value()?.is_well() && facts.provider_list.value().is_some()),
            Self::HostCertificateSetAside { host } => {
                let names = on_disk(host)?.names?;
                let has = |name: &str| names.iter().any(|one| one == name);
                Some(has("old.rui.crt") && has("old.rui.key") && !has("rui.crt") && !has("rui.key"))
            }
            Self::HostCertificateGenerated { host, before } => {
                let names = on_disk(host)?.names?;
                if !names.iter().any(|name| name == "rui.key") {
                    return Some(false);
                }
                on_disk(host)?.host_certificate.map(|now| now != *before).or(Some(false))
            }
            Self::HostCertificateOnDisk { host, certificate } => {
                Some(on_disk(host)?.host_certificate.as_ref() == Some(certificate))
            }
            Self::AgentsFollowDisk { host } => {
                let shown = &host_of(facts, host)?.on_443.value()?.leaf;
                Some(on_disk(host)?.host_certificate.as_ref() == Some(shown))
            }
        }
    }

    /// In words, for people: what is waited for.
    pub fn in_words(&self) -> String {
        match self {
            Self::Never => "never".to_owned(),
            Self::Both { left, right } => format!("{} and {}", left.in_words(), right.in_words()),
            Self::HostCertificateReplaced { before, .. } => {
                format!("port 443 shows a trusted certificate other than `{}`", before.short())
            }
            Self::HostCertificateChanged { before, .. } => {
                format!("port 443 shows a certificate other than `{}`", before.short())
            }
            Self::ListenerFollowsHost { .. } => "port 9080 shows the certificate of port 443".to_owned(),
            Self::CaStoreHolds { certificates, .. } => {
                format!("the CA store holds {} certificates that it needs", certificates.len())
            }
            Self::CaStoreIs { .. } => "the CA store is as it was before".to_owned(),
            Self::HostIs { state, .. } => match state {
                ConnectionState::Connected => "vCenter says `connected`".to_owned(),
                ConnectionState::Disconnected => "vCenter says `disconnected`".to_owned(),
                ConnectionState::NotResponding => "vCenter says `notResponding`".to_owned(),
                ConnectionState::Other(word) => format!("vCenter says `{word}`"),
            },
            Self::Service { service, running: true, .. } => format!("the service `{service}` runs"),
            Self::Service { service, running: false, .. } => format!("the service `{service}` is stopped"),
            Self::ProviderWell { .. } => "the storage provider is online with the certificate of port 9080".to_owned(),
            Self::ProvidersWell { hosts } => format!("the storage providers of {} hosts are online", hosts.len()),
            Self::ProviderGone { .. } => "the storage provider is gone".to_owned(),
            Self::SpsWell => "the service `sps` is started and healthy".to_owned(),
            Self::HostCertificateSetAside { .. } => "`old.rui.crt` and `old.rui.key` hold the earlier pair".to_owned(),
            Self::HostCertificateGenerated { .. } => "`rui.crt` holds a new certificate".to_owned(),
            Self::HostCertificateOnDisk { .. } => "`rui.crt` holds the earlier certificate".to_owned(),
            Self::AgentsFollowDisk { .. } => "port 443 shows the certificate of `rui.crt`".to_owned(),
        }
    }
}

fn host_of<'a>(facts: &'a Facts, host: &HostId) -> Option<&'a Host> {
    facts.hosts.get(host)
}

fn is_in_time(facts: &Facts, leaf: &Fingerprint, now: UnixTime) -> Option<bool> {
    Some(matches!(facts.certificates.find(leaf)?.validity(now), Validity::Valid { .. }))
}

/// In its time, and trusted: by vCenter's roots in `vmca` mode, where alone host certificates are replaced.
fn is_good(facts: &Facts, presented: &Presented, now: UnixTime) -> Option<bool> {
    if !is_in_time(facts, &presented.leaf, now)? {
        return Some(false);
    }
    if facts.vcenter.mode.value() != Some(&CertificateMode::Vmca) {
        return Some(true);
    }
    let leaf = facts.certificates.find(&presented.leaf)?;
    let find_all =
        |list: &[Fingerprint]| list.iter().filter_map(|one| facts.certificates.find(one)).collect::<Vec<_>>();
    let roots = find_all(facts.vcenter.trusted_roots.value()?);
    Some(matches!(verify_chain(leaf, &find_all(&presented.rest), &roots, now), ChainVerdict::Trusted { .. }))
}

fn provider_is_well(facts: &Facts, host: &HostId, now: UnixTime) -> Option<bool> {
    facts.provider_list.value()?;
    let host = host_of(facts, host)?;
    let Some(provider) = facts.providers_of(host).find(|provider| provider.url.host.eq_ignore_ascii_case(&host.name))
    else {
        return Some(false);
    };
    if !provider.is_online() {
        return Some(false);
    }
    let stored = provider.certificate.value()?;
    let shown = match &host.on_9080 {
        Observed::Seen { value, .. } => &value.leaf,
        Observed::Unknown(_) => return Some(false),
    };
    Some(stored == shown && is_in_time(facts, stored, now)?)
}
