//! The host certificate runs out, is self-signed, or comes from an earlier root, but is still good enough for vCenter
//! to talk to the host: renew it (A7, or A17 by the shell), restart the daemon so that 9080 follows (A9), look at the
//! CA store once more, and let SMS look again.
//!
//! The seed's skip rule (KB 320568): a host certificate that outlives the provider's is not what troubles the provider,
//! so one that merely nears its soft threshold is then left alone.

use super::{HostDraft, Remedy, Scope, Stage, moves};
use crate::certificate::Fingerprint;
use crate::facts::Host;
use crate::plan::Planning;
use crate::policy::RenewBy;

pub(super) const REMEDY: Remedy = Remedy {
    name: "renew-host-certificate",
    help: "renew the host certificate, restart the provider daemon, then synchronise the provider",
    scope: Scope::Host(steps),
};

fn steps(planning: &Planning<'_>, host: &Host, draft: &mut HostDraft) -> Result<(), String> {
    let before = leaf_on_443(host)?;
    let timeout = planning.case.policy.step_timeout_seconds;
    match planning.case.policy.renew_by {
        RenewBy::Auto | RenewBy::Vcenter => {
            draft.add(Stage::HostCertificate, moves::renew_by_vcenter(host, &before, timeout));
        }
        RenewBy::Shell => by_shell(planning, host, &before, draft)?,
    }
    afterwards(planning, host, draft)
}

/// A17 and the reconnection that must follow it.
pub(super) fn by_shell(
    planning: &Planning<'_>,
    host: &Host,
    before: &Fingerprint,
    draft: &mut HostDraft,
) -> Result<(), String> {
    super::restart_provider_daemon::with_shell(planning, host, draft)?;
    let timeout = planning.case.policy.step_timeout_seconds;
    for step in moves::regenerate_by_shell(host, before, timeout) {
        draft.add(Stage::HostCertificate, step);
    }
    for step in super::reissue_host_certificate::reconnect(host, before, true, timeout) {
        draft.add(Stage::HostCertificate, step);
    }
    Ok(())
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
