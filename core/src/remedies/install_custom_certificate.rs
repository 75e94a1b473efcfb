//! In certificate mode `custom` only the customer's CA may sign host certificates. Without a signed one at hand the host
//! is asked for a signing request, which is kept with the run, and the plan ends there in words; with one, it is judged,
//! installed (A7c), the host's services are told (A10), the daemon follows and SMS looks again.

use super::{HostDraft, Remedy, Scope, Stage, host_certificate, moves};
use crate::certificate::{
    Certificate, ChainVerdict, KeyAlgorithm, NameMatch, SignatureAlgorithm, SigningRequest, verify_chain,
};
use crate::facts::Host;
use crate::plan::{PemCertificate, Planning};
use crate::policy::SignedCertificate;

pub(super) const REMEDY: Remedy = Remedy {
    name: "install-custom-certificate",
    help: "have the host make a signing request; once the customer's CA has signed it, install the certificate and restart the provider daemon",
    scope: Scope::Host(steps),
};

/// Seconds that a certificate gets to show on 443 before the host's services are told of it.
const PATIENCE_SECONDS: i64 = 10;

pub(super) fn steps(planning: &Planning<'_>, host: &Host, draft: &mut HostDraft) -> Result<(), String> {
    if !host_certificate::is_custom(planning) {
        return Err("a certificate of the customer's CA is installed in certificate mode `custom` only".to_owned());
    }
    let timeout = planning.case.policy.step_timeout_seconds;
    let given = planning.case.policy.host_certificates.iter().find(|(name, _)| host.is_called(name));
    let Some((_, given)) = given else {
        draft.add(Stage::HostCertificate, moves::request_signing(host, timeout));
        draft.then_by_hand = Some(format!(
            "`{}`: have the signing request of this run signed by your CA, then plan again and give the certificate by the setting `host_certificates`",
            host.name
        ));
        return Ok(());
    };
    let certificate = judge(planning, host, given)?;
    let shown = host_certificate::leaf_on_443(host)?;
    let before = planning.case.certificate(&shown).map_err(|missing| missing.message)?;
    let patience = PATIENCE_SECONDS.min(timeout);
    draft.add(Stage::HostCertificate, moves::install_host_certificate(host, certificate.clone(), before, patience));
    draft.add(Stage::HostCertificate, moves::notify_of_host_certificate(host, &certificate.fingerprint, timeout));
    host_certificate::afterwards(planning, host, draft)
}

/// The certificate to install, or why it must not be: what vCenter or the host would refuse, or accept and then suffer
/// from (vSphere documentation, custom certificates for ESXi hosts).
fn judge(planning: &Planning<'_>, host: &Host, given: &SignedCertificate) -> Result<PemCertificate, String> {
    let wrong = |why: String| format!("the certificate that was given for `{}` cannot be installed: {why}", host.name);
    let blocks: Result<Vec<Certificate>, _> = Certificate::all_from_pem(&given.certificate).into_iter().collect();
    let blocks = blocks.map_err(|error| wrong(error.to_string()))?;
    let Some((leaf, rest)) = blocks.split_first() else { return Err(wrong("it holds no certificate".to_owned())) };
    let case = &planning.case;
    let validity = case.validity(leaf);
    let chain = verify_chain(leaf, &rest.iter().collect::<Vec<_>>(), &case.roots, case.now);
    let shown = host.on_443.value().and_then(|shown| case.facts.certificates.find(&shown.leaf));
    let is_for_key = match given.request.as_deref().map(SigningRequest::from_pem) {
        Some(request) => request.map_err(|error| wrong(error.to_string()))?.is_for(leaf),
        None => shown.is_some_and(|shown| leaf.has_key_of(shown)),
    };
    let why = if leaf.is_ca {
        "it is that of an authority".to_owned()
    } else if !validity.is_valid() {
        format!("it is good from {} to {} only", leaf.not_before, leaf.not_after)
    } else if leaf.matches_name(&host.name) != NameMatch::Exact {
        "its alternative names do not hold the host's name".to_owned()
    } else if leaf.dns_names.iter().any(|name| name.starts_with("*.")) {
        "it has a wildcard among its names, which ESXi hosts do not support".to_owned()
    } else if leaf.signature_algorithm.is_weak() || leaf.signature_algorithm == SignatureAlgorithm::RsaPss {
        "it is signed by an algorithm that ESXi hosts do not support (SHA-1, MD5 or RSASSA-PSS)".to_owned()
    } else if leaf.key.algorithm != KeyAlgorithm::Rsa || !(2048..=8192).contains(&leaf.key.bits) {
        "its key is not RSA of 2048 to 8192 bits".to_owned()
    } else if !is_for_key {
        "it is not for the key of the signing request, nor for the one that the host uses now; give the request beside it".to_owned()
    } else if !matches!(chain, ChainVerdict::Trusted { .. }) {
        "it does not lead to a root that vCenter trusts; import the CA's root into TRUSTED_ROOTS first".to_owned()
    } else {
        let pem = blocks.iter().map(Certificate::to_pem).collect();
        return Ok(PemCertificate { fingerprint: leaf.fingerprint, pem });
    };
    Err(wrong(why))
}
