//! Leg A: the certificate that a host shows, and that vCenter judges.

pub(super) mod auto_renew_race;
pub(super) mod cert_not_yet_valid;
pub(super) mod docroot_out_of_sync;
pub(super) mod host_cert_capped_by_root;
pub(super) mod host_cert_chain_incomplete;
pub(super) mod host_cert_expired;
pub(super) mod host_cert_expiring_hard;
pub(super) mod host_cert_expiring_soft;
pub(crate) mod host_cert_foreign_ca;
pub(super) mod host_cert_missing;
pub(super) mod host_cert_name_mismatch;
pub(super) mod host_cert_no_san;
pub(super) mod host_cert_old_vmca_root;
pub(super) mod host_cert_self_signed;
pub(super) mod host_cert_self_signed_custom;
pub(super) mod host_cert_untrusted_custom;
pub(super) mod host_cert_weak;
pub(super) mod host_cert_wildcard;
pub(super) mod host_key_mismatch;
pub(super) mod machine_ssl_expired;
pub(super) mod roots_expired_leftover;
pub(super) mod roots_unparseable;
pub(super) mod vc_status_lag;
pub(super) mod vcdb_thumbprint_mismatch;
pub(super) mod vmca_root_expired;
pub(super) mod vmca_root_expiring;
pub(super) mod vmca_root_too_new;
pub(super) mod vp_cert_expired;
pub(super) mod vp_cert_expiring_hard;
pub(super) mod vp_cert_expiring_soft;
pub(super) mod vp_cert_newer_than_host;
pub(super) mod vp_cert_stale;

use std::ops::RangeInclusive;

use crate::case::BY_HOST_SHELL;
use crate::case::{Case, Port, Verdict, certificate_seen, known, span};
use crate::certificate::{Certificate, ChainVerdict, Validity};
use crate::diagnostic::Evidence;
use crate::facts::{CertificateMode, Host, MachinePair, Missing, MissingReason, Presented, VCenter};
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

/// What a host shows on a port, and where its chain ends.
struct Path<'a, 'h> {
    leaf: &'a Certificate,
    shown: &'h Presented,
    chain: ChainVerdict,
}

/// The path of what a host shows on a port. The other verdict when something is missing for telling, or when certificates
/// are pinned one by one and need to lead nowhere.
fn path<'a, 'h>(case: &Case<'a>, host: &'h Host, port: Port) -> Result<Path<'a, 'h>, Verdict> {
    let leaf = case.leaf(host, port)?;
    match case.facts.vcenter.mode.known()? {
        CertificateMode::Vmca | CertificateMode::Custom => {}
        CertificateMode::Thumbprint => return Err(Verdict::NotApplicable),
        CertificateMode::Other(word) => return Err(unknown_mode(word)),
    }
    let shown = port.of(host).known()?;
    let chain = case.chain(shown)?;
    if chain.is_unknown() {
        return Err(Verdict::Unknown(Missing {
            reason: MissingReason::Malformed,
            message: format!("chain of the certificate of host `{}` cannot be verified: {}", host.name, reason(&chain)),
            help: "look at the chain with the vSphere Client or with openssl".to_owned(),
        }));
    }
    Ok(Path { leaf, shown, chain })
}

/// The path of the host's own certificate when the mode is `mode`.
fn path_in_mode<'a, 'h>(case: &Case<'a>, host: &'h Host, mode: &CertificateMode) -> Result<Path<'a, 'h>, Verdict> {
    case.leaf(host, Port::Host)?;
    match case.facts.vcenter.mode.known()? {
        CertificateMode::Other(word) => Err(unknown_mode(word)),
        told if told != mode => Err(Verdict::NotApplicable),
        _ => path(case, host, Port::Host),
    }
}

/// What is missing or has expired between a certificate and the trusted root that it would lead to; `None` when it leads
/// there, when nothing that is known completes it, or when vCenter's CA has nothing to do with that root although it
/// ought to have issued it.
fn gap(case: &Case<'_>, path: &Path<'_, '_>) -> Option<String> {
    let (ChainVerdict::UnknownIssuer { .. }
    | ChainVerdict::Incomplete { .. }
    | ChainVerdict::IntermediateExpired { .. }) = path.chain
    else {
        return None;
    };
    match case.completed(path.shown) {
        Some((root, _)) if case.is_vmca_mode() && case.is_foreign(root) => None,
        Some((_, between)) => Some(format!("`{}` was not sent with it", between.subject)),
        None => matches!(path.chain, ChainVerdict::IntermediateExpired { .. }).then(|| reason(&path.chain)),
    }
}

/// Both certificates when the one on port 9080 is not the newer of two different ones, and that of the host is good: a
/// host certificate that is no good either is the first trouble, and a newer copy is another one.
fn older_copy<'a>(case: &Case<'a>, host: &Host) -> Result<Option<(&'a Certificate, &'a Certificate)>, Verdict> {
    let served = case.leaf(host, Port::Provider)?;
    let own = case.leaf(host, Port::Host)?;
    if served == own {
        return Ok(None);
    }
    if !case.validity(own).is_valid() || served.not_before > own.not_before {
        return Err(Verdict::NotApplicable);
    }
    Ok(Some((own, served)))
}

/// True when vCenter renews host certificates by itself, and this one was issued within the last day: by an event, or by
/// its dates. VMCA dates back what it issues.
fn is_just_renewed_by_itself(case: &Case<'_>, host: &Host, own: &Certificate) -> bool {
    let dated_back = if case.is_vmca_mode() { case.thresholds().minutes_before.saturating_mul(60) } else { 0 };
    let updates = case.events_at(host).iter().filter(|event| event.short_kind() == "HostCertUpdatedEvent");
    let issued = updates.map(|event| event.at).chain([own.not_before.plus_seconds(dated_back)]).max();
    renews_by_itself(&case.facts.vcenter) && issued.is_some_and(|at| case.now.seconds_since(at) < DAY_SECONDS)
}

/// KB 427937: from 8.0 U3h, which only its build tells from the other updates of 8.0 U3, and from 9.0.2 on.
fn renews_by_itself(vcenter: &VCenter) -> bool {
    let number = |part: Option<&str>| part.and_then(|part| part.parse::<u32>().ok()).unwrap_or(0);
    let mut parts = vcenter.version.value().map_or("", String::as_str).split('.');
    let version = [number(parts.next()), number(parts.next()), number(parts.next())];
    match version {
        [8, 0, 3] => vcenter.build.value().is_some_and(|build| number(Some(build.as_str())) >= BUILD_OF_8_0_U3H),
        later => later >= [9, 0, 2],
    }
}

/// 8.0.3.25092719, by the vendor's list of releases as others repeat it (grade B).
const BUILD_OF_8_0_U3H: u32 = 25_092_719;

/// The host's certificate and key on its disk. Asked for only where port 443 breaks off before it has shown a certificate,
/// or refuses although vCenter misses the host: what shows one has a pair that fits.
fn machine_pair(host: &Host) -> Result<&MachinePair, Verdict> {
    let is_in_doubt = |missing: &Missing| match missing.reason {
        MissingReason::Tls | MissingReason::Closed => true,
        MissingReason::Refused => host.is_away(),
        _ => false,
    };
    Case::optional(&host.machine_pair, host.on_443.known().is_err_and(is_in_doubt), BY_HOST_SHELL)
}

/// The last sighting in the logs of a signature of vCenter itself, within the last week: vCenter looks through its
/// certificates less often than once a day.
fn in_logs(case: &Case<'_>, signature: &str) -> Option<Evidence> {
    let hits = case.logged(signature).iter().filter(|(_, hit)| case.is_of_late(hit, 7 * DAY_SECONDS));
    let (log, hit) = hits.max_by_key(|(_, hit)| hit.last_at())?;
    let last = hit.sightings.last()?;
    let at = last.at.map(|at| format!(", last {at}")).unwrap_or_default();
    let seen = format!("{signature} (grade {:?}): {}{at}, seen {} times", hit.grade, hit.meaning, hit.count);
    Some(Evidence::new(format!("log `{}` line {}", log.file, last.line), seen))
}

/// Who issues the host certificates cannot be told from a word that this version does not know.
fn unknown_mode(word: &str) -> Verdict {
    let word: String = word.chars().filter(|c| !c.is_control()).take(60).collect();
    Verdict::Unknown(Missing {
        reason: MissingReason::Malformed,
        message: format!("vCenter's certificate mode is `{word}`, which is not known here"),
        help: "look at `vpxd.certmgmt.mode` in vCenter's advanced settings".to_owned(),
    })
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
