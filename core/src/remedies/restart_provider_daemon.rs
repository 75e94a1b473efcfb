//! The daemon on 9080 serves an older certificate than the host has: restart it (A9) over SSH, which is opened for that
//! and closed again, then let SMS look again. That a restart is enough is inferred (grade C), so the certificate on 9080
//! is looked at afterwards and the plan does not go on without it.

use super::{HostDraft, Remedy, Scope, Stage, moves};
use crate::facts::Host;
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
    with_shell(planning, host, draft)?;
    let timeout = planning.case.policy.step_timeout_seconds;
    draft.add(Stage::ProviderDaemon, moves::restart_provider_daemon(host, timeout));
    Ok(())
}

/// Opens SSH before and closes it after, if it is closed now.
pub(super) fn with_shell(planning: &Planning<'_>, host: &Host, draft: &mut HostDraft) -> Result<(), String> {
    if !planning.esxi_shell {
        return Err("it needs a command on the ESXi host; give a root login for SSH (`--esxi-ssh-password-file` or `--esxi-ssh-key`)".to_owned());
    }
    let services =
        host.services.known().map_err(|missing| format!("the host's services are not known: {}", missing.message))?;
    let runs = services.iter().any(|service| service.key == moves::SSH_SERVICE && service.running);
    if !runs {
        let timeout = planning.case.policy.step_timeout_seconds;
        draft.add(Stage::OpenShell, moves::open_shell(host, timeout));
        draft.add(Stage::CloseShell, moves::close_shell(host, timeout));
    }
    Ok(())
}
