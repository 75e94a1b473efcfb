//! The host refuses SPS, because its CA store lacks the certificate that SPS shows: add it (A8), then let SMS connect
//! again. Nothing that is in the store is taken out; an older SMS certificate stays until a person removes it.

use super::{HostDraft, Remedy, Scope, Stage, moves};
use crate::certificate::Certificate;
use crate::facts::{Facts, Host};
use crate::plan::Planning;

pub(super) const REMEDY: Remedy = Remedy {
    name: "trust-sms-certificate",
    help: "add the certificate that SPS shows to the host's CA store, then synchronise the provider",
    scope: Scope::Host(steps),
};

fn steps(planning: &Planning<'_>, host: &Host, draft: &mut HostDraft) -> Result<(), String> {
    let timeout = planning.case.policy.step_timeout_seconds;
    let mut wanted: Vec<&Certificate> = client_certificate(planning.case.facts, host).into_iter().collect();
    if wanted.is_empty() && host.major_version().is_none_or(|major| major < 9) {
        return Err("the certificate that SPS shows to this host is not known; give a login for SSH to the appliance, or the certificate itself as `sms_certificate`".to_owned());
    }
    // A host that lacks vCenter's roots gets them in the same write.
    wanted.extend(planning.case.roots.iter().copied().filter(|root| root.is_ca));
    if wanted.is_empty() {
        return Err("the roots that vCenter trusts are not known, so there is nothing to add".to_owned());
    }
    draft.add(Stage::CaStore, moves::add_to_ca_store(host, &wanted, timeout));
    super::refresh_provider::steps(planning, host, draft)
}

/// The certificate that SPS shows to this host: `sms_self_signed` below 9.0 (KB 440183). From 9.0 on it is
/// `sps-extension`, which the host trusts through its issuer, so there is nothing of its own to add.
pub(super) fn client_certificate<'a>(facts: &'a Facts, host: &Host) -> Option<&'a Certificate> {
    let below_nine = host.major_version()? < 9;
    below_nine.then(|| facts.vcenter.sms.sms_self_signed.value()).flatten().and_then(|one| facts.certificates.find(one))
}
