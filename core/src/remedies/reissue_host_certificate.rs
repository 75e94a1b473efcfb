//! The host certificate has expired. vCenter does not renew an expired certificate in place; it issues a new one when
//! the host is reconnected (ESXi certificate documentation, GUID-ECFD1A29): disconnect and reconnect (A11), or the
//! seed's way by the shell (A17), then as after any renewal. In mode `custom` the customer's certificate is installed
//! instead (A7c).

use super::{HostDraft, Remedy, Scope, Stage, moves};
use crate::certificate::Fingerprint;
use crate::facts::Host;
use crate::plan::{Condition, Planning, Step};
use crate::policy::RenewBy;
use crate::time::UnixTime;

pub(super) const REMEDY: Remedy = Remedy {
    name: "reissue-host-certificate",
    help: "disconnect and reconnect the host so that vCenter issues a new certificate, restart the provider daemon, then synchronise the provider",
    scope: Scope::Host(steps),
};

fn steps(planning: &Planning<'_>, host: &Host, draft: &mut HostDraft) -> Result<(), String> {
    if super::renew_host_certificate::is_custom(planning) {
        return super::install_custom_certificate::steps(planning, host, draft);
    }
    let before = super::renew_host_certificate::leaf_on_443(host)?;
    match planning.case.policy.renew_by {
        RenewBy::Auto | RenewBy::Vcenter => {
            for step in reconnect(host, &before, None, false, planning.case.policy.step_timeout_seconds) {
                draft.add(Stage::HostCertificate, step);
            }
        }
        RenewBy::Shell => super::renew_host_certificate::by_shell(planning, host, &before, draft)?,
    }
    super::renew_host_certificate::afterwards(planning, host, draft)
}

/// A11 as a way to a new certificate, one that ends after `ends` where that is given.
pub(super) fn reconnect(
    host: &Host,
    before: &Fingerprint,
    ends: Option<UnixTime>,
    accept_shown_certificate: bool,
    timeout_seconds: i64,
) -> [Step; 2] {
    let replaced = Condition::HostCertificateReplaced { host: host.id.clone(), before: *before };
    moves::reconnect_host(host, accept_shown_certificate, &moves::lasting(host, ends, replaced), timeout_seconds)
}
