//! Leg A: the certificate that a host shows, and that vCenter judges.

pub(super) mod cert_not_yet_valid;
pub(super) mod host_cert_expired;
pub(super) mod host_cert_expiring_hard;
pub(super) mod host_cert_expiring_soft;
pub(crate) mod host_cert_foreign_ca;
pub(super) mod host_cert_name_mismatch;
pub(super) mod host_cert_old_vmca_root;
pub(super) mod host_cert_self_signed;
pub(super) mod host_cert_self_signed_custom;
pub(super) mod host_cert_untrusted_custom;
pub(super) mod vmca_root_expired;
pub(super) mod vp_cert_expired;
pub(super) mod vp_cert_expiring_hard;
pub(super) mod vp_cert_expiring_soft;
pub(super) mod vp_cert_newer_than_host;
pub(super) mod vp_cert_stale;

use std::ops::RangeInclusive;

use super::{Case, Port, Verdict, certificate_seen, known, span};
use crate::certificate::{Certificate, ChainVerdict, Validity};
use crate::facts::{CertificateMode, Host, Missing, MissingReason};
use crate::time::DAY_SECONDS;

/// Found when the certificate on a port has expired at the time of judging.
fn expired(case: &Case<'_>, host: &Host, port: Port) -> Verdict {
    let leaf = known!(case.leaf(host, port));
    let Validity::Expired { seconds } = case.validity(leaf) else { return Verdict::Fine };
    let message = format!(
        "{} of host `{}` expired {} ago (not after {}, judged at {})",
        port.certificate(),
        host.name,
        span(seconds),
        leaf.not_after,
        case.now
    );
    Verdict::found(message, vec![certificate_seen(port.certificate(), leaf)])
}

/// Found when the certificate on a port is good and the seconds left to it lie in `left`.
fn expiring(case: &Case<'_>, host: &Host, port: Port, left: &RangeInclusive<i64>) -> Verdict {
    let leaf = known!(case.leaf(host, port));
    let Validity::Valid { seconds_left } = case.validity(leaf) else { return Verdict::Fine };
    if !left.contains(&seconds_left) {
        return Verdict::Fine;
    }
    let message = format!(
        "{} of host `{}` expires in {} (not after {}, threshold {} days)",
        port.certificate(),
        host.name,
        span(seconds_left),
        leaf.not_after,
        left.end() / DAY_SECONDS
    );
    Verdict::found(message, vec![certificate_seen(port.certificate(), leaf)])
}

/// The seconds left that are within the urgent threshold.
fn hard(days: i64) -> RangeInclusive<i64> {
    0..=days.saturating_mul(DAY_SECONDS)
}

/// The seconds left that are within the early threshold and not yet within the urgent one.
fn soft(hard_days: i64, soft_days: i64) -> RangeInclusive<i64> {
    hard_days.saturating_mul(DAY_SECONDS).saturating_add(1)..=soft_days.saturating_mul(DAY_SECONDS)
}

/// The host's certificate, and where its chain ends, when the mode is `mode`. The other verdict when it is not, or when
/// something is missing for telling.
fn chain_in_mode<'a>(
    case: &Case<'a>,
    host: &Host,
    mode: &CertificateMode,
) -> Result<(&'a Certificate, ChainVerdict), Verdict> {
    let leaf = case.leaf(host, Port::Host)?;
    if case.facts.vcenter.mode.known()? != mode {
        return Err(Verdict::NotApplicable);
    }
    let chain = case.chain(host.on_443.known()?)?;
    if chain.is_unknown() {
        return Err(Verdict::Unknown(Missing {
            reason: MissingReason::Malformed,
            message: format!("chain of the certificate of host `{}` cannot be verified: {}", host.name, reason(&chain)),
            help: "look at the chain with the vSphere Client or with openssl".to_owned(),
        }));
    }
    Ok((leaf, chain))
}

/// Why a chain is not trusted, in words.
fn reason(chain: &ChainVerdict) -> String {
    match chain {
        ChainVerdict::Trusted { anchor } => format!("it leads to {}", anchor.short()),
        ChainVerdict::SelfSigned => "it signed itself".to_owned(),
        ChainVerdict::UnknownIssuer { issuer } => format!("nobody trusted is called `{issuer}`"),
        ChainVerdict::SameNameOtherKey { issuer, .. } => format!("`{issuer}` is trusted with another key"),
        ChainVerdict::BadSignature { issuer, .. } => format!("the signature of {} does not verify", issuer.short()),
        ChainVerdict::Incomplete { missing } => format!("the certificate of `{missing}` is missing"),
        ChainVerdict::AnchorExpired { not_after, .. } => format!("the trusted root expired on {}", not_after.date()),
        ChainVerdict::IntermediateExpired { not_after, .. } => {
            format!("an intermediate authority expired on {}", not_after.date())
        }
        ChainVerdict::IssuerNotYetValid { not_before, .. } => {
            format!("its authority is good only from {not_before}")
        }
        ChainVerdict::NotAnAuthority { issuer } => format!("{} may not sign certificates", issuer.short()),
        ChainVerdict::Unsupported { reason } => reason.clone(),
        ChainVerdict::TooComplex => "too many authorities bear the same names".to_owned(),
    }
}
