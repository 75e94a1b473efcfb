//! What is kept of a host's CA store before it is changed, and what the change writes.
//!
//! A store that does not parse can keep the host's agent from starting (KB 367381), so nothing is written but whole
//! certificates, each once, and none that was there is left out.

use super::journal::SavedCaStore;
use crate::certificate::{Certificate, Fingerprint, is_same_text};
use crate::facts::{Facts, HostId};
use crate::plan::Act;
use crate::survey::Inquiry;

/// What must be kept to go back. `Err` when it is not known: then nothing may be changed. What the store held before the run,
/// and an earlier step has dropped, counts as no addition: it stays when this step is taken back.
pub(super) fn save(act: &Act, inquiry: &Inquiry, before_run: &[Fingerprint]) -> Result<Option<SavedCaStore>, String> {
    let (Act::AddToCaStore { host, .. } | Act::TrustClientCertificate { host } | Act::PushRoots { host }) = act else {
        return Ok(None);
    };
    let host = inquiry.facts.known_host(host)?;
    let store =
        host.ca_store.known().map_err(|missing| format!("the CA store could not be read: {}", missing.message))?;
    let lists = host.ca_revocation_lists.known();
    let lists = lists.map_err(|missing| format!("the revocation lists could not be read: {}", missing.message))?;
    let pem = |one| inquiry.facts.certificates.find(one).map(Certificate::to_pem);
    let certificates: Option<Vec<String>> = store.iter().map(pem).collect();
    let certificates = certificates.ok_or("a certificate of the CA store is not known")?;
    let mut adds = may_add(act, &inquiry.facts)?;
    adds.retain(|new| !store.contains(new) && !before_run.contains(new));
    Ok(Some(SavedCaStore { certificates, revocation_lists: lists.clone(), adds }))
}

/// What the act may write that was not there.
fn may_add(act: &Act, facts: &Facts) -> Result<Vec<Fingerprint>, String> {
    Ok(match act {
        Act::AddToCaStore { certificates, .. } => certificates.iter().map(|one| one.fingerprint).collect(),
        Act::TrustClientCertificate { host } => vec![client_certificate(facts, host)?.fingerprint],
        Act::PushRoots { .. } => {
            let roots = facts.vcenter.trusted_roots.known();
            roots.map_err(|missing| format!("the roots of vCenter could not be read: {}", missing.message))?.clone()
        }
        _ => Vec::new(),
    })
}

/// The store as it was before: in its order what was there, then what others have added since, without what the change
/// added. Revocation lists stay, whoever brought them: one too many refuses no certificate that is still good.
pub(super) fn without_added(facts: &Facts, host: &HostId, saved: &SavedCaStore) -> Result<SavedCaStore, String> {
    let host = facts.known_host(host)?;
    let store = host.ca_store.known().map_err(|missing| missing.message.clone())?;
    let mut back = saved.clone();
    for one in store.iter().filter(|one| !saved.adds.contains(one)) {
        let pem = facts.certificates.find(one).ok_or("a certificate of the CA store is not known")?.to_pem();
        if !back.certificates.iter().any(|other| is_same_text(other, &pem)) {
            back.certificates.push(pem);
        }
    }
    for list in host.ca_revocation_lists.value().into_iter().flatten() {
        if !back.revocation_lists.iter().any(|other| is_same_text(other, list)) {
            back.revocation_lists.push(list.clone());
        }
    }
    Ok(back)
}

/// The store with what the act adds: what was there in its order, then what is new.
pub(super) fn with_added(act: &Act, inquiry: &Inquiry, saved: &SavedCaStore) -> Result<Vec<String>, String> {
    let added = match act {
        Act::AddToCaStore { certificates, .. } => {
            certificates.iter().map(|one| whole(&one.pem, Some(&one.fingerprint))).collect::<Result<Vec<_>, _>>()?
        }
        Act::TrustClientCertificate { host } => vec![client_certificate(&inquiry.facts, host)?.clone()],
        _ => Vec::new(),
    };
    let held = saved.certificates.iter().map(|pem| whole(pem, None)).collect::<Result<Vec<_>, _>>()?;
    let mut all: Vec<Certificate> = Vec::new();
    for one in held.into_iter().chain(added) {
        if !all.contains(&one) {
            all.push(one);
        }
    }
    Ok(all.iter().map(Certificate::to_pem).collect())
}

/// Exactly one certificate, and the one that the plan names.
fn whole(pem: &str, named: Option<&Fingerprint>) -> Result<Certificate, String> {
    let mut blocks = Certificate::all_from_pem(pem).into_iter();
    let (Some(first), None) = (blocks.next(), blocks.next()) else {
        return Err("what is to be written to the CA store is not one certificate".to_owned());
    };
    let certificate =
        first.map_err(|error| format!("what is to be written to the CA store cannot be read: {error}"))?;
    match named {
        Some(named) if certificate.fingerprint != *named => Err(format!(
            "what is to be written to the CA store is {}, and the plan names {}",
            certificate.fingerprint.short(),
            named.short()
        )),
        _ => Ok(certificate),
    }
}

/// The certificate that SPS shows to a host below 9.0, as it was read last.
fn client_certificate<'f>(facts: &'f Facts, host: &HostId) -> Result<&'f Certificate, String> {
    let host = facts.known_host(host)?;
    if host.major_version().is_none_or(|major| major >= 9) {
        return Err("a host from 9.0 on trusts SPS through its issuer, so it is not written to its CA store".to_owned());
    }
    let known = facts.vcenter.sms.sms_self_signed.known();
    let client = known.map_err(|missing| format!("the certificate of SPS is not known: {}", missing.message))?;
    facts.certificates.find(client).ok_or_else(|| "the certificate of SPS is not known".to_owned())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::rules::testing::{Authority, Leaf};

    #[test]
    fn only_whole_certificates_are_written_and_only_the_one_that_is_named() {
        let root = Authority::root("CA", "IT");
        let (one, other) = (root.sign(&Leaf::of("a.lab.test")), root.sign(&Leaf::of("b.lab.test")));
        assert_eq!(whole(&one.to_pem(), Some(&one.fingerprint)).unwrap(), one);
        assert!(whole(&one.to_pem(), Some(&other.fingerprint)).unwrap_err().contains("the plan names"));
        assert!(whole(&format!("{}{}", one.to_pem(), other.to_pem()), None).is_err());
        let cut: String = one.to_pem().chars().take(200).collect();
        for junk in ["", "junk", &cut] {
            assert!(whole(junk, None).is_err(), "{junk}");
        }
    }
}
