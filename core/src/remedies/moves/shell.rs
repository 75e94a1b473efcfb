//! A9, A10 and A17: the provider daemon, and the steps of KB 320568 on the host's shell.

use super::{CERTIFICATE_MANAGE, ROOT_ON_ESXI, both, either, step};
use crate::certificate::Fingerprint;
use crate::facts::Host;
use crate::gates::Touches;
use crate::plan::{Act, Condition, Safety, Step, Undo};
use crate::request::SshChange;
use crate::time::UnixTime;

const DAEMON_AWAY: &str = "the provider of this host is away for some seconds; disks that use a filter go on";

/// A9.
pub(crate) fn restart_provider_daemon(host: &Host, timeout_seconds: i64) -> Step {
    Step {
        skip_when: Condition::ListenerFollowsHost { host: host.id.clone() },
        done_when: Condition::ListenerFollowsHost { host: host.id.clone() },
        undo: Undo::Nothing("a restart leaves no state of its own".to_owned()),
        safety: Safety::Disturbs,
        disturbs: DAEMON_AWAY.to_owned(),
        ..shell(host, SshChange::RestartProviderDaemon, Touches::ProviderDaemon, timeout_seconds)
    }
}

/// A10 in the place of A9, where nobody may come in by SSH.
pub(crate) fn tell_provider_daemon(host: &Host, timeout_seconds: i64) -> Step {
    Step {
        skip_when: Condition::ListenerFollowsHost { host: host.id.clone() },
        done_when: Condition::ListenerFollowsHost { host: host.id.clone() },
        undo: Undo::Nothing("services that load a certificate leave no state of their own".to_owned()),
        safety: Safety::Disturbs,
        disturbs: "the host's management agents load its certificate; whether the provider does is looked at"
            .to_owned(),
        privilege: CERTIFICATE_MANAGE.to_owned(),
        ..step(Some(host), Act::NotifyServices { host: host.id.clone() }, Touches::ProviderDaemon, timeout_seconds)
    }
}

/// A17: the steps of KB 320568 on the shell, up to the restart of the agents. Reconnecting must follow, since the new
/// certificate is self-signed until vCenter issues another. Each is passed over once the host has a certificate that
/// vCenter trusts; as the way after a renewal that failed, they are for what that left undone. `ends` is the end of the
/// earlier certificate, where it is known: the new one must end later (KB 320568: confirm the new expiry date).
pub(crate) fn regenerate_by_shell(
    host: &Host,
    before: &Fingerprint,
    ends: Option<UnixTime>,
    timeout_seconds: i64,
) -> [Step; 3] {
    let id = || host.id.clone();
    let replaced = || Condition::HostCertificateReplaced { host: id(), before: *before };
    let generated = || Condition::HostCertificateGenerated { host: id(), before: *before };
    let earlier = Condition::HostCertificateOnDisk { host: id(), certificate: *before };
    let in_place = both(earlier, Condition::RemainsInPlace { host: id() });
    let restore = Undo::By {
        act: Act::Shell { host: id(), command: SshChange::RestoreHostCertificate },
        // Where reconnecting brought a good certificate after all, the earlier one must not take its place.
        done_when: either(both(in_place, Condition::AgentsFollowDisk { host: id() }), replaced()),
    };
    [
        Step {
            skip_when: either(replaced(), generated()),
            done_when: Condition::HostCertificateSetAside { host: id() },
            undo: restore,
            safety: Safety::Disturbs,
            disturbs: "the host has no certificate on disk until the next step; running agents keep the one in memory".to_owned(),
            ..shell(host, SshChange::SetHostCertificateAside, Touches::HostCertificate, timeout_seconds)
        },
        Step {
            skip_when: either(replaced(), generated()),
            done_when: match ends {
                Some(before) => both(generated(), Condition::DiskCertificateEndsAfter { host: id(), before }),
                None => generated(),
            },
            undo: Undo::Nothing("the step before puts the earlier pair back in its place".to_owned()),
            safety: Safety::Disturbs,
            disturbs: "nothing until the agents are restarted".to_owned(),
            ..shell(host, SshChange::GenerateHostCertificate, Touches::HostCertificate, timeout_seconds)
        },
        Step {
            skip_when: replaced(),
            done_when: lasting(
                host,
                ends,
                both(
                    Condition::AgentsFollowDisk { host: id() },
                    Condition::HostCertificateChanged { host: id(), before: *before },
                ),
            ),
            undo: Undo::Nothing("putting the earlier pair back restarts the agents once more".to_owned()),
            // Whether auto-start is on is not read (`HostAutoStartManager`), and machines that start again come as a surprise.
            safety: Safety::AskFirst,
            disturbs: "all management agents of the host restart and it leaves vCenter for a while; virtual machines go on; where auto-start is on for the host, its machines may be started again: turn it off before".to_owned(),
            ..shell(host, SshChange::RestartManagementAgents, Touches::HostCertificate, timeout_seconds)
        },
    ]
}

/// `reached`, by a certificate on 443 that ends later than the earlier one did, where that is known.
pub(in crate::remedies) fn lasting(host: &Host, ends: Option<UnixTime>, reached: Condition) -> Condition {
    match ends {
        Some(before) => both(reached, Condition::HostCertificateEndsAfter { host: host.id.clone(), before }),
        None => reached,
    }
}

/// A17 where the pair on disk is broken, or half of it is gone: whatever is left is set aside. Going back puts it in its
/// place and restarts nothing, since no agent could load it.
pub(crate) fn replace_by_shell(
    host: &Host,
    before: &Fingerprint,
    ends: Option<UnixTime>,
    timeout_seconds: i64,
) -> [Step; 3] {
    let replaced = || Condition::HostCertificateReplaced { host: host.id.clone(), before: *before };
    let [aside, generate, restart] = regenerate_by_shell(host, before, ends, timeout_seconds);
    let put_back = Act::Shell { host: host.id.clone(), command: SshChange::RestoreRemains };
    let back = Condition::RemainsInPlace { host: host.id.clone() };
    [
        Step {
            act: Act::Shell { host: host.id.clone(), command: SshChange::SetRemainsAside },
            skip_when: replaced(),
            done_when: Condition::HostPairAside { host: host.id.clone() },
            undo: Undo::By { act: put_back, done_when: either(back, replaced()) },
            ..aside
        },
        Step { skip_when: replaced(), ..generate },
        restart,
    ]
}

fn shell(host: &Host, command: SshChange, touches: Touches, timeout_seconds: i64) -> Step {
    Step {
        privilege: ROOT_ON_ESXI.to_owned(),
        ..step(Some(host), Act::Shell { host: host.id.clone(), command }, touches, timeout_seconds)
    }
}
