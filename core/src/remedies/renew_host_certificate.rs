//! The host certificate runs out, is self-signed, or comes from an earlier root, but is still good enough for vCenter
//! to talk to the host: renew it (A7), restart the daemon so that 9080 follows (A9), look at the CA store once more, and
//! let SMS look again. Where vCenter refuses to renew it, there is a login for the shell and the ceiling is `ask-first`,
//! the steps of KB 320568 follow (A17). In mode `custom` the customer's certificate is installed instead (A7c).
//!
//! The seed's skip rule (KB 320568): a host certificate that outlives the provider's is not what troubles the provider,
//! so one that merely nears its soft threshold is then left alone.

use super::{HostDraft, Remedy, Scope, Stage, host_certificate, moves};
use crate::facts::Host;
use crate::gates::Touches;
use crate::plan::{IfNotDone, Planning, Safety, Step};
use crate::policy::RenewBy;

pub(super) const REMEDY: Remedy = Remedy {
    name: "renew-host-certificate",
    help: "renew the host certificate, restart the provider daemon, then synchronise the provider",
    scope: Scope::Host(steps),
};

pub(super) fn steps(planning: &Planning<'_>, host: &Host, draft: &mut HostDraft) -> Result<(), String> {
    if host_certificate::is_custom(planning) {
        return super::install_custom_certificate::steps(planning, host, draft);
    }
    let before = host_certificate::leaf_on_443(host)?;
    let renew = moves::renew_by_vcenter(host, &before, planning.case.policy.step_timeout_seconds);
    match planning.case.policy.renew_by {
        RenewBy::Shell => host_certificate::by_shell(planning, host, &before, draft)?,
        RenewBy::Auto if may_go_on_by_shell(planning, host) => {
            draft.add(Stage::HostCertificate, Step { if_not_done: IfNotDone::GoOnIfEnded, ..renew });
            host_certificate::by_shell(planning, host, &before, draft)?;
        }
        RenewBy::Auto | RenewBy::Vcenter => draft.add(Stage::HostCertificate, renew),
    }
    host_certificate::must_be_vmca(planning)?;
    host_certificate::afterwards(planning, host, draft)
}

/// Whether the shell can be the way after a renewal that vCenter refuses.
fn may_go_on_by_shell(planning: &Planning<'_>, host: &Host) -> bool {
    let is_open = |touches| planning.is_open(host, touches);
    planning.ways.esxi_shell
        && planning.case.policy.ceiling >= Safety::AskFirst
        && host.is_connected()
        && planning.case.is_vmca_mode()
        && host.services.value().is_some()
        && is_open(Touches::Shell)
        && is_open(Touches::HostConnection)
}
