//! The steps that remedies are made of, one function each. What each does, when it is done, how it is undone and what
//! it disturbs stands together here; the letters are those of the table of actions in ARCHITECTURE.md.

use crate::certificate::{Certificate, Fingerprint};
use crate::facts::{ConnectionState, Host, HostId, Provider};
use crate::gates::Touches;
use crate::plan::{Act, Condition, HostRef, IfNotDone, PemCertificate, Safety, Step, StepId, Undo};
use crate::request::SshChange;

/// The key of the SSH service in `HostServiceSystem`.
pub(crate) const SSH_SERVICE: &str = "TSM-SSH";

const CERTIFICATE_MANAGE: &str = "Certificate.Manage";
const CONFIGURE_SERVICE: &str = "StorageViews.ConfigureService";
const ROOT_ON_ESXI: &str = "root on the ESXi host, by SSH";
const APPLIANCE_ADMINISTRATOR: &str = "appliance administrator (REST)";

/// A1. A sync needs no more than the right to look.
pub(crate) fn sync_provider(host: &Host, timeout_seconds: i64) -> Step {
    Step {
        skip_when: Condition::ProviderWell { host: host.id.clone() },
        done_when: Condition::ProviderWell { host: host.id.clone() },
        if_not_done: IfNotDone::GoOn,
        undo: Undo::Nothing("a synchronisation leaves no state of its own".to_owned()),
        disturbs: "nothing".to_owned(),
        privilege: "StorageViews.View".to_owned(),
        ..step(Some(host), Act::SyncProvider { host: host.id.clone() }, Touches::Nothing, timeout_seconds)
    }
}

/// A2. Does nothing for providers of VASA 1.5, so a later step must be ready to follow.
pub(crate) fn reconnect_provider(host: &Host, timeout_seconds: i64) -> Step {
    Step {
        skip_when: Condition::ProviderWell { host: host.id.clone() },
        done_when: Condition::ProviderWell { host: host.id.clone() },
        if_not_done: IfNotDone::GoOn,
        undo: Undo::Nothing("a reconnection leaves no state of its own".to_owned()),
        disturbs: "nothing".to_owned(),
        privilege: CONFIGURE_SERVICE.to_owned(),
        ..step(Some(host), Act::ReconnectProvider { host: host.id.clone() }, Touches::Nothing, timeout_seconds)
    }
}

/// A3, for a provider that will register itself again.
pub(crate) fn unregister_to_register_anew(host: &Host, provider: &Provider, timeout_seconds: i64) -> Step {
    Step {
        skip_when: Condition::ProviderWell { host: host.id.clone() },
        ..unregister(Some(host), provider, timeout_seconds)
    }
}

/// A3, for a provider that nobody needs.
pub(crate) fn unregister_for_good(host: Option<&Host>, provider: &Provider, timeout_seconds: i64) -> Step {
    Step { safety: Safety::AskFirst, ..unregister(host, provider, timeout_seconds) }
}

fn unregister(host: Option<&Host>, provider: &Provider, timeout_seconds: i64) -> Step {
    Step {
        skip_when: Condition::ProviderGone { provider: provider.id.clone() },
        done_when: Condition::ProviderGone { provider: provider.id.clone() },
        if_not_done: IfNotDone::Stop,
        undo: Undo::Impossible(
            "SPS registers the provider again when it restarts: on the vCenter appliance, run: service-control --restart vmware-sps".to_owned(),
        ),
        safety: Safety::Disturbs,
        disturbs: "storage policies of this host's IO filters are not offered until the provider is registered again".to_owned(),
        privilege: CONFIGURE_SERVICE.to_owned(),
        ..step(host, Act::UnregisterProvider { provider: provider.id.clone() }, Touches::Registration, timeout_seconds)
    }
}

/// A4.
pub(crate) fn await_provider(host: &HostRef, timeout_seconds: i64) -> Step {
    Step {
        skip_when: Condition::ProviderWell { host: host.id.clone() },
        done_when: Condition::ProviderWell { host: host.id.clone() },
        if_not_done: IfNotDone::Stop,
        undo: Undo::Nothing("waiting changes nothing".to_owned()),
        disturbs: "nothing".to_owned(),
        privilege: "StorageViews.View".to_owned(),
        host: Some(host.clone()),
        ..step(None, Act::AwaitProvider { host: host.id.clone() }, Touches::Nothing, timeout_seconds)
    }
}

/// A7. vCenter asks the host for a request, signs it by VMCA and installs the answer; the earlier key is gone.
pub(crate) fn renew_by_vcenter(host: &Host, before: &Fingerprint, timeout_seconds: i64) -> Step {
    Step {
        skip_when: Condition::HostCertificateReplaced { host: host.id.clone(), before: *before },
        done_when: Condition::HostCertificateReplaced { host: host.id.clone(), before: *before },
        if_not_done: IfNotDone::Stop,
        undo: Undo::Nothing(
            "the certificate that was there was to be replaced, and vCenter keeps no copy of its key; the host keeps one in /etc/vmware/ssl/rui.bak".to_owned(),
        ),
        safety: Safety::Disturbs,
        disturbs: "the host's management agents load the new certificate; virtual machines are not touched".to_owned(),
        privilege: CERTIFICATE_MANAGE.to_owned(),
        ..step(Some(host), Act::RenewHostCertificate { host: host.id.clone() }, Touches::HostCertificate, timeout_seconds)
    }
}

/// A8. The store is read just before, so that nothing which is there is lost, and put back from that list if needed.
pub(crate) fn add_to_ca_store(host: &Host, certificates: &[&Certificate], timeout_seconds: i64) -> Step {
    let wanted: Vec<Fingerprint> = certificates.iter().map(|one| one.fingerprint).collect();
    let pems =
        certificates.iter().map(|one| PemCertificate { fingerprint: one.fingerprint, pem: one.to_pem() }).collect();
    Step {
        skip_when: Condition::CaStoreHolds { host: host.id.clone(), certificates: wanted.clone() },
        done_when: Condition::CaStoreHolds { host: host.id.clone(), certificates: wanted },
        if_not_done: IfNotDone::Stop,
        undo: Undo::PutBackCaStore,
        disturbs: "nothing; the host trusts one certificate more".to_owned(),
        privilege: CERTIFICATE_MANAGE.to_owned(),
        ..step(
            Some(host),
            Act::AddToCaStore { host: host.id.clone(), certificates: pems },
            Touches::ClientTrust,
            timeout_seconds,
        )
    }
}

/// A9.
pub(crate) fn restart_provider_daemon(host: &Host, timeout_seconds: i64) -> Step {
    Step {
        skip_when: Condition::ListenerFollowsHost { host: host.id.clone() },
        done_when: Condition::ListenerFollowsHost { host: host.id.clone() },
        if_not_done: IfNotDone::Stop,
        undo: Undo::Nothing("a restart leaves no state of its own".to_owned()),
        disturbs: "the provider of this host is away for some seconds; disks that use a filter go on".to_owned(),
        privilege: ROOT_ON_ESXI.to_owned(),
        ..shell(host, SshChange::RestartProviderDaemon, Touches::ProviderDaemon, timeout_seconds)
    }
}

/// A11: disconnect, then reconnect. In `vmca` mode vCenter issues a new host certificate as it reconnects.
pub(crate) fn reconnect_host(
    host: &Host,
    accept_shown_certificate: bool,
    done_when: &Condition,
    timeout_seconds: i64,
) -> [Step; 2] {
    let reconnect = Act::ReconnectHost { host: host.id.clone(), accept_shown_certificate };
    let disconnected = Condition::HostIs { host: host.id.clone(), state: ConnectionState::Disconnected };
    let connected = Condition::HostIs { host: host.id.clone(), state: ConnectionState::Connected };
    let done = Condition::Both { left: Box::new(connected.clone()), right: Box::new(done_when.clone()) };
    let disturbs = "vCenter does not manage the host meanwhile, its agents are set up again and HA is reconfigured; virtual machines go on";
    [
        Step {
            skip_when: done.clone(),
            done_when: disconnected,
            if_not_done: IfNotDone::Stop,
            undo: Undo::By { act: reconnect.clone(), done_when: connected },
            safety: Safety::Disturbs,
            disturbs: disturbs.to_owned(),
            privilege: "Host.Config.Connection".to_owned(),
            ..step(Some(host), Act::DisconnectHost { host: host.id.clone() }, Touches::HostConnection, timeout_seconds)
        },
        Step {
            skip_when: done.clone(),
            done_when: done,
            if_not_done: IfNotDone::Stop,
            undo: Undo::Nothing("the host is connected, as it should be".to_owned()),
            safety: Safety::Disturbs,
            disturbs: disturbs.to_owned(),
            privilege: "Host.Config.Connection".to_owned(),
            ..step(Some(host), reconnect, Touches::HostConnection, timeout_seconds)
        },
    ]
}

/// A17: the steps of KB 320568 on the shell, up to the restart of the agents. Reconnecting must follow, since the new
/// certificate is self-signed until vCenter issues another.
pub(crate) fn regenerate_by_shell(host: &Host, before: &Fingerprint, timeout_seconds: i64) -> [Step; 3] {
    let id = || host.id.clone();
    let restore = Undo::By {
        act: Act::Shell { host: id(), command: SshChange::RestoreHostCertificate },
        done_when: Condition::HostCertificateOnDisk { host: id(), certificate: *before },
    };
    let disturbs = "the host has no certificate on disk until the next step; running agents keep the one in memory";
    [
        Step {
            skip_when: Condition::HostCertificateGenerated { host: id(), before: *before },
            done_when: Condition::HostCertificateSetAside { host: id() },
            if_not_done: IfNotDone::Stop,
            undo: restore,
            safety: Safety::Disturbs,
            disturbs: disturbs.to_owned(),
            ..shell(host, SshChange::SetHostCertificateAside, Touches::HostCertificate, timeout_seconds)
        },
        Step {
            skip_when: Condition::HostCertificateGenerated { host: id(), before: *before },
            done_when: Condition::HostCertificateGenerated { host: id(), before: *before },
            if_not_done: IfNotDone::Stop,
            undo: Undo::Nothing("the step before puts the earlier pair back in its place".to_owned()),
            safety: Safety::Disturbs,
            disturbs: "nothing until the agents are restarted".to_owned(),
            ..shell(host, SshChange::GenerateHostCertificate, Touches::HostCertificate, timeout_seconds)
        },
        Step {
            skip_when: Condition::Never,
            done_when: Condition::Both {
                left: Box::new(Condition::AgentsFollowDisk { host: id() }),
                right: Box::new(Condition::HostCertificateChanged { host: id(), before: *before }),
            },
            if_not_done: IfNotDone::Stop,
            undo: Undo::Nothing("putting the earlier pair back restarts the agents once more".to_owned()),
            safety: Safety::Disturbs,
            disturbs: "all management agents of the host restart and it leaves vCenter for a while; virtual machines go on, those with auto-start may be started again".to_owned(),
            ..shell(host, SshChange::RestartManagementAgents, Touches::HostCertificate, timeout_seconds)
        },
    ]
}

/// Opens SSH for the steps that need it.
pub(crate) fn open_shell(host: &Host, timeout_seconds: i64) -> Step {
    service(host, true, timeout_seconds)
}

/// Closes SSH again, as it was found.
pub(crate) fn close_shell(host: &Host, timeout_seconds: i64) -> Step {
    service(host, false, timeout_seconds)
}

fn service(host: &Host, running: bool, timeout_seconds: i64) -> Step {
    let id: HostId = host.id.clone();
    let key = SSH_SERVICE.to_owned();
    let start = Act::StartService { host: id.clone(), service: key.clone() };
    let stop = Act::StopService { host: id.clone(), service: key.clone() };
    let stopped = Condition::Service { host: id.clone(), service: key.clone(), running: false };
    let holds = Condition::Service { host: id, service: key, running };
    let (act, undo) = if running {
        (start, Undo::By { act: stop, done_when: stopped })
    } else {
        (stop, Undo::Nothing("the service is as it was found".to_owned()))
    };
    Step {
        skip_when: holds.clone(),
        done_when: holds,
        if_not_done: IfNotDone::Stop,
        undo,
        disturbs: "SSH is open on the host for the time of the steps between".to_owned(),
        privilege: "Host.Config.NetService".to_owned(),
        ..step(Some(host), act, Touches::Shell, timeout_seconds)
    }
}

/// A12, once a run, for hosts whose providers must register themselves.
pub(crate) fn restart_sps(hosts: Vec<HostId>, timeout_seconds: i64) -> Step {
    Step {
        skip_when: Condition::ProvidersWell { hosts },
        done_when: Condition::SpsWell,
        if_not_done: IfNotDone::Stop,
        undo: Undo::Nothing("a restart leaves no state of its own".to_owned()),
        safety: Safety::Disturbs,
        disturbs: "only if the steps before did not help: storage policies and all storage providers, arrays included, are away for a minute or two; virtual machines go on".to_owned(),
        privilege: APPLIANCE_ADMINISTRATOR.to_owned(),
        ..step(None, Act::RestartSps, Touches::VcenterService, timeout_seconds)
    }
}

/// A12, for a service that is stopped.
pub(crate) fn start_sps(timeout_seconds: i64) -> Step {
    Step {
        skip_when: Condition::SpsWell,
        done_when: Condition::SpsWell,
        if_not_done: IfNotDone::Stop,
        undo: Undo::Nothing("the service ought to run".to_owned()),
        disturbs: "nothing; storage policies and providers come back".to_owned(),
        privilege: APPLIANCE_ADMINISTRATOR.to_owned(),
        ..step(None, Act::StartSps, Touches::Nothing, timeout_seconds)
    }
}

fn shell(host: &Host, command: SshChange, touches: Touches, timeout_seconds: i64) -> Step {
    Step {
        privilege: ROOT_ON_ESXI.to_owned(),
        ..step(Some(host), Act::Shell { host: host.id.clone(), command }, touches, timeout_seconds)
    }
}

/// What every step has; its maker says the rest.
fn step(host: Option<&Host>, act: Act, touches: Touches, timeout_seconds: i64) -> Step {
    Step {
        id: StepId(0),
        host: host.map(|host| HostRef { id: host.id.clone(), name: host.name.clone() }),
        act,
        skip_when: Condition::Never,
        done_when: Condition::Never,
        if_not_done: IfNotDone::Stop,
        undo: Undo::Nothing(String::new()),
        safety: Safety::Safe,
        touches,
        disturbs: String::new(),
        privilege: String::new(),
        timeout_seconds,
    }
}
