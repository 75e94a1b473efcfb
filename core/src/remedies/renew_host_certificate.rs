//! The host certificate runs out, is self-signed, or comes from an earlier root, but is still good enough for vCenter
//! to talk to the host: renew it (A7), restart the daemon so that 9080 follows (A9), look at the CA store once more, and
//! let SMS look again. Where vCenter refuses to renew it and there is a login for the shell, the steps of KB 320568
//! follow (A17). In mode `custom` the customer's certificate is installed instead (A7c).
//!
//! The seed's skip rule (KB 320568): a host certificate that outlives the provider's is not what troubles the provider,
//! so one that merely nears its soft threshold is then left alone.

use super::{HostDraft, Remedy, Scope, Stage, moves};
use crate::certificate::Fingerprint;
use crate::facts::{CertificateMode, Host};
use crate::gates::Touches;
use crate::plan::{IfNotDone, Planning, Step};
use crate::policy::RenewBy;
use crate::time::UnixTime;

pub(super) const REMEDY: Remedy = Remedy {
    name: "renew-host-certificate",
    help: "renew the host certificate, restart the provider daemon, then synchronise the provider",
    scope: Scope::Host(steps),
};

pub(super) fn steps(planning: &Planning<'_>, host: &Host, draft: &mut HostDraft) -> Result<(), String> {
    if is_custom(planning) {
        return super::install_custom_certificate::steps(planning, host, draft);
    }
    let before = leaf_on_443(host)?;
    let renew = moves::renew_by_vcenter(host, &before, planning.case.policy.step_timeout_seconds);
    match planning.case.policy.renew_by {
        RenewBy::Shell => by_shell(planning, host, &before, draft)?,
        RenewBy::Auto if may_go_on_by_shell(planning, host) => {
            draft.add(Stage::HostCertificate, Step { if_not_done: IfNotDone::GoOnIfEnded, ..renew });
            by_shell(planning, host, &before, draft)?;
        }
        RenewBy::Auto | RenewBy::Vcenter => draft.add(Stage::HostCertificate, renew),
    }
    afterwards(planning, host, draft)
}

/// A17 and the reconnection that must follow it. Only vCenter's own CA makes a certificate of it that is trusted again,
/// so in any other mode it is refused, whatever gate is waived.
pub(super) fn by_shell(
    planning: &Planning<'_>,
    host: &Host,
    before: &Fingerprint,
    draft: &mut HostDraft,
) -> Result<(), String> {
    if !planning.case.is_vmca_mode() {
        return Err("the steps of KB 320568 on the shell are for certificate mode `vmca` only".to_owned());
    }
    super::restart_provider_daemon::with_shell(planning, host, draft)?;
    let timeout = planning.case.policy.step_timeout_seconds;
    let ends = end_of(planning, before);
    for step in moves::regenerate_by_shell(host, before, ends, timeout) {
        draft.add(Stage::HostCertificate, step);
    }
    for step in super::reissue_host_certificate::reconnect(host, before, ends, true, timeout) {
        draft.add(Stage::HostCertificate, step);
    }
    Ok(())
}

/// When a certificate that was there ends, where it was seen.
pub(super) fn end_of(planning: &Planning<'_>, before: &Fingerprint) -> Option<UnixTime> {
    planning.case.facts.certificates.find(before).map(|certificate| certificate.not_after)
}

/// Whether the shell can be the way after a renewal that vCenter refuses.
fn may_go_on_by_shell(planning: &Planning<'_>, host: &Host) -> bool {
    let is_open = |touches| planning.is_open(host, touches);
    planning.ways.esxi_shell
        && planning.case.is_vmca_mode()
        && host.services.value().is_some()
        && is_open(Touches::Shell)
        && is_open(Touches::HostConnection)
}

pub(super) fn is_custom(planning: &Planning<'_>) -> bool {
    planning.case.facts.vcenter.mode.value() == Some(&CertificateMode::Custom)
}

/// What follows every new host certificate.
pub(super) fn afterwards(planning: &Planning<'_>, host: &Host, draft: &mut HostDraft) -> Result<(), String> {
    super::restart_provider_daemon::restart(planning, host, draft)?;
    if let Some(certificate) = super::trust_sms_certificate::client_certificate(planning.case.facts, host) {
        let timeout = planning.case.policy.step_timeout_seconds;
        draft.add(Stage::CaStoreAgain, moves::add_to_ca_store(host, &[certificate], timeout));
    }
    super::refresh_provider::steps(planning, host, draft)
}

pub(super) fn leaf_on_443(host: &Host) -> Result<Fingerprint, String> {
    let presented = host.on_443.known();
    presented
        .map(|presented| presented.leaf)
        .map_err(|missing| format!("the certificate on port 443 is not known: {}", missing.message))
}
