//! The pair of certificate and key on the host's disk is broken: they do not belong together, or one is gone. vCenter
//! cannot renew what the agents cannot load, so the host makes a pair of its own (A17), and vCenter issues its
//! certificate as the host is reconnected (A11).

use super::{HostDraft, Remedy, Scope, Stage, moves};
use crate::certificate::Fingerprint;
use crate::facts::Host;
use crate::plan::Planning;
use crate::policy::RenewBy;

pub(super) const REMEDY: Remedy = Remedy {
    name: "regenerate-host-certificate",
    help: "set what is left of the host's pair aside, let the host make a new one, restart its agents and reconnect it",
    scope: Scope::Host(steps),
};

fn steps(planning: &Planning<'_>, host: &Host, draft: &mut HostDraft) -> Result<(), String> {
    if !planning.case.is_vmca_mode() {
        return Err("the steps of KB 320568 on the shell are for certificate mode `vmca` only".to_owned());
    }
    if planning.case.policy.renew_by == RenewBy::Vcenter {
        return Err("vCenter cannot renew a pair that is broken on the host's disk; the shell can (the setting `renew_by`: `auto`)"
            .to_owned());
    }
    super::restart_provider_daemon::with_shell(planning, host, draft)?;
    // Where no agent shows a certificate any more, whatever is there afterwards is another one.
    let before = host.on_443.value().map_or_else(|| Fingerprint::of(&[]), |shown| shown.leaf);
    let timeout = planning.case.policy.step_timeout_seconds;
    let ends = super::host_certificate::end_of(planning, &before);
    for step in moves::replace_by_shell(host, &before, ends, timeout) {
        draft.add(Stage::HostCertificate, step);
    }
    for step in super::host_certificate::reconnect(host, &before, ends, true, timeout) {
        draft.add(Stage::HostCertificate, step);
    }
    super::host_certificate::afterwards(planning, host, draft)
}
