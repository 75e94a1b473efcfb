//! The daemon on 9080 serves an older certificate than the host has: restart it (A9) over SSH, which is opened for that
//! and closed again, then let SMS look again. Where nobody may come in by SSH, the host's services are told of their
//! certificate through vCenter (A10, from 8.0.1 on). That either is enough is inferred (grade C), so the certificate on
//! 9080 is looked at afterwards and the plan does not go on without it.

use super::{HostDraft, Remedy, Scope, Stage, moves};
use crate::facts::Host;
use crate::gates::Touches;
use crate::plan::Planning;

pub(super) const REMEDY: Remedy = Remedy {
    name: "restart-provider-daemon",
    help: "restart `iofiltervpd` on the host so that it serves the current certificate, then synchronise the provider",
    scope: Scope::Host(steps),
};

fn steps(planning: &Planning<'_>, host: &Host, draft: &mut HostDraft) -> Result<(), String> {
    restart(planning, host, draft)?;
    super::refresh_provider::steps(planning, host, draft)
}

/// The restart itself, with SSH around it where it was closed.
pub(super) fn restart(planning: &Planning<'_>, host: &Host, draft: &mut HostDraft) -> Result<(), String> {
    let timeout = planning.case.policy.step_timeout_seconds;
    let may_come_in = planning.ways.esxi_shell && planning.is_open(host, Touches::Shell);
    if !may_come_in && can_be_told(host) {
        draft.add(Stage::ProviderDaemon, moves::tell_provider_daemon(host, timeout));
        return Ok(());
    }
    draft.add(Stage::ProviderDaemon, moves::restart_provider_daemon(host, timeout));
    with_shell(planning, host, draft)
}

/// A daemon that does not run cannot be told anything, and before 8.0.1 there is no such call to rely on.
fn can_be_told(host: &Host) -> bool {
    let version = host.version.value().map(|version| version.split('.').map(|part| part.parse().unwrap_or(0)));
    host.on_9080.value().is_some() && version.is_some_and(|parts| parts.collect::<Vec<u32>>() >= vec![8, 0, 1])
}

/// Opens SSH before and closes it after, if it is closed now.
pub(super) fn with_shell(planning: &Planning<'_>, host: &Host, draft: &mut HostDraft) -> Result<(), String> {
    if !planning.ways.esxi_shell {
        return Err(
            "it needs a command on the ESXi host; give a root login for SSH by the setting `esxi_ssh`".to_owned()
        );
    }
    let services =
        host.services.known().map_err(|missing| format!("the host's services are not known: {}", missing.message))?;
    let runs = services.iter().any(|service| service.key == moves::SSH_SERVICE && service.running);
    if !runs {
        if host.is_away() && !draft.connects_first() {
            return Err("SSH does not run on the host, and vCenter, which is not connected to it, cannot start it; start it at the host's console".to_owned());
        }
        let timeout = planning.case.policy.step_timeout_seconds;
        draft.add(Stage::OpenShell, moves::open_shell(host, timeout));
        draft.add(Stage::CloseShell, moves::close_shell(host, timeout));
    }
    Ok(())
}
