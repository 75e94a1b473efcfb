//! What the ways to a new host certificate share.

use super::{HostDraft, Stage, moves};
use crate::certificate::{Certificate, Fingerprint};
use crate::facts::{CertificateMode, ConnectionState, Host};
use crate::gates::Touches;
use crate::plan::{Condition, Planning, Safety, Step};
use crate::time::UnixTime;

/// Whether a CA of the customer issues the host certificates.
pub(super) fn is_custom(planning: &Planning<'_>) -> bool {
    planning.case.facts.vcenter.mode.value() == Some(&CertificateMode::Custom)
}

/// The certificate that the host shows now, or why it is not known.
pub(super) fn leaf_on_443(host: &Host) -> Result<Fingerprint, String> {
    let presented = host.on_443.known();
    presented
        .map(|presented| presented.leaf)
        .map_err(|missing| format!("the certificate on port 443 is not known: {}", missing.message))
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
    for step in reconnect(host, before, ends, true, timeout) {
        draft.add(Stage::HostCertificate, step);
    }
    Ok(())
}

/// A11 as a way to a new certificate, one that ends after `ends` where that is given. A host that a person disconnected
/// is not connected unasked.
pub(super) fn reconnect(
    host: &Host,
    before: &Fingerprint,
    ends: Option<UnixTime>,
    accept_shown_certificate: bool,
    timeout_seconds: i64,
) -> [Step; 2] {
    let replaced = Condition::HostCertificateReplaced { host: host.id.clone(), before: *before };
    let done = moves::lasting(host, ends, replaced);
    let is_on_purpose = host.connection.value() == Some(&ConnectionState::Disconnected);
    let safety = if is_on_purpose { Safety::AskFirst } else { Safety::Disturbs };
    moves::reconnect_host(host, accept_shown_certificate, &done, timeout_seconds).map(|step| Step {
        safety,
        touches: Touches::HostCertificate,
        ..step
    })
}

/// Only in mode `vmca` does vCenter issue host certificates, and only where that is known, whatever gate is waived.
pub(super) fn must_be_vmca(planning: &Planning<'_>) -> Result<(), String> {
    if planning.case.is_vmca_mode() {
        return Ok(());
    }
    Err(match planning.case.facts.vcenter.mode.known() {
        Ok(_) => "vCenter issues host certificates in certificate mode `vmca` only".to_owned(),
        Err(missing) => format!(
            "the certificate mode is not known, and vCenter issues host certificates in mode `vmca` only: {}",
            missing.message
        ),
    })
}

/// When a certificate that was there ends, where it was seen.
pub(super) fn end_of(planning: &Planning<'_>, before: &Fingerprint) -> Option<UnixTime> {
    planning.case.facts.certificates.find(before).map(|certificate| certificate.not_after)
}

/// What follows every new host certificate.
pub(super) fn afterwards(planning: &Planning<'_>, host: &Host, draft: &mut HostDraft) -> Result<(), String> {
    super::restart_provider_daemon::restart(planning, host, draft)?;
    keep_ca_store(planning, host, draft);
    super::refresh_provider::steps(planning, host, draft)
}

/// A new certificate may come with vCenter's roots and without what else the CA store held (as A6 does), so all that was
/// there is wanted afterwards, and the certificate of SPS with it.
fn keep_ca_store(planning: &Planning<'_>, host: &Host, draft: &mut HostDraft) {
    let facts = planning.case.facts;
    let held: &[Fingerprint] = match host.ca_store.known() {
        Ok(store) => store,
        Err(missing) => {
            draft.notes.push(format!(
                "`{}`: what its CA store holds is not known, so what the new certificate may take out of it is not put back: {}",
                host.name, missing.message
            ));
            &[]
        }
    };
    let client = super::trust_sms_certificate::client_certificate(facts, host);
    let all: Vec<&Certificate> = held.iter().filter_map(|one| facts.certificates.find(one)).chain(client).collect();
    if !all.is_empty() {
        let timeout = planning.case.policy.step_timeout_seconds;
        draft.add(Stage::CaStoreAgain, moves::add_to_ca_store(host, &all, timeout));
    }
}
