//! Leg B: the certificate that vCenter shows to a host, and what the host trusts.

pub(super) mod castore_bloat;
pub(super) mod castore_empty;
pub(super) mod castore_malformed;
pub(super) mod castore_missing_machine_issuer;
pub(super) mod castore_missing_sms;
pub(super) mod castore_missing_vmca_root;
pub(super) mod castore_stale_sms;
pub(super) mod castore_unreadable;
pub(super) mod castore_wiped_after_refresh;
pub(super) mod esx9_client_untrusted;
mod shown;
pub(super) mod sms_cert_expired;
pub(super) mod sms_cert_expiring;
pub(super) mod sms_cert_missing;
pub(crate) mod sms_cert_renew_failed;
pub(super) mod sms_regenerated_fleet_pending;
pub(super) mod sms_store_missing;
pub(super) mod sms_store_permission;
pub(super) mod sps_extension_expired;
pub(super) mod sps_extension_missing;
pub(super) mod sps_extension_old_root;

pub(super) use shown::{ClientCertificate, is_due};

use crate::case::{Case, Verdict};
use crate::certificate::{Certificate, ChainVerdict, verify_chain};
use crate::facts::{Host, Missing, MissingReason, Provider};

/// Whether a host below 9.0 trusts the certificate that SPS shows to it (KB 440183: `sms_self_signed`).
enum SmsTrust<'a> {
    /// It holds the certificate, or one that it leads to.
    Held,
    /// It holds another certificate of the same name, and not this one.
    Stale { older: &'a Certificate, present: &'a Certificate },
    /// It holds neither.
    Absent { present: &'a Certificate },
    /// The certificate is not known; but the host holds nothing but vCenter's roots, among which it is not.
    NothingLikeIt,
}

/// What a host trusts. The other verdict when the host is not concerned, or when it cannot be told.
fn sms_trust<'a>(case: &Case<'a>, host: &Host) -> Result<SmsTrust<'a>, Verdict> {
    let store = store(case, host)?;
    if store.is_empty() || major_version(host)? >= 9 {
        return Err(Verdict::NotApplicable);
    }
    let present = match case.facts.vcenter.sms.sms_self_signed.known() {
        Ok(fingerprint) => case.certificate(fingerprint)?,
        Err(missing) if missing.reason == MissingReason::Gone => return Err(Verdict::NotApplicable),
        Err(missing) => return nothing_like_it(case, host, &store, missing),
    };
    if store.contains(&present) || verify_chain(present, &[], &store, case.now).is_trusted() {
        return Ok(SmsTrust::Held);
    }
    let older = store.into_iter().find(|held| held.subject == present.subject);
    Ok(older.map_or(SmsTrust::Absent { present }, |older| SmsTrust::Stale { older, present }))
}

/// True when nothing says that this host would refuse the certificate that SPS shows to it.
pub(super) fn is_trusting(case: &Case<'_>, host: &Host) -> bool {
    matches!(sms_trust(case, host), Ok(SmsTrust::Held) | Err(Verdict::NotApplicable))
}

/// Without the SMS certificate one thing can still be said: a host that holds only what vCenter pushes does not hold it.
/// It is said only of a provider that is down, because someone may have made the SMS certificate a trusted root.
fn nothing_like_it<'a>(
    case: &Case<'a>,
    host: &Host,
    store: &[&Certificate],
    missing: &Missing,
) -> Result<SmsTrust<'a>, Verdict> {
    let is_down = case.canonical_provider(host).is_some_and(is_down);
    let is_pushed = |held: &&Certificate| held.is_ca && case.roots.contains(held);
    if is_down && store.iter().all(is_pushed) {
        return Ok(SmsTrust::NothingLikeIt);
    }
    Err(Verdict::Unknown(Missing { help: PROVIDE.to_owned(), ..missing.clone() }))
}

/// True when SMS says that the provider does not answer, or that it has stopped asking.
fn is_down(provider: &Provider) -> bool {
    provider.status.value().is_some_and(|status| status == "offline" || status == "disconnected")
}

/// The certificates that a host trusts, unless vCenter does not reach it.
fn store<'a>(case: &Case<'a>, host: &Host) -> Result<Vec<&'a Certificate>, Verdict> {
    if host.is_away() {
        return Err(Verdict::NotApplicable);
    }
    let held = host.ca_store.known()?;
    held.iter().map(|fingerprint| case.certificate(fingerprint).map_err(Verdict::from)).collect()
}

/// The major version; which certificate vCenter shows depends on it.
fn major_version(host: &Host) -> Result<u32, Verdict> {
    let version = host.version.known()?;
    host.major_version().ok_or_else(|| {
        Verdict::Unknown(Missing {
            reason: MissingReason::Malformed,
            message: format!("version `{version}` of host `{}` is not a number", host.name),
            help: "look at the version of the host in the vSphere Client".to_owned(),
        })
    })
}

/// The chain of a certificate that vCenter shows to hosts was followed, and what it leads to cannot be judged here.
fn unverifiable(shown: &str, chain: &ChainVerdict) -> Verdict {
    let why = match chain {
        ChainVerdict::Unsupported { reason } => reason.as_str(),
        _ => "too many authorities bear the same names",
    };
    Verdict::Unknown(Missing {
        reason: MissingReason::Malformed,
        message: format!("chain of the certificate `{shown}` of vCenter cannot be verified: {why}"),
        help: "look at the chain with openssl".to_owned(),
    })
}

/// How the SMS certificate gets known: no API tells it.
const PROVIDE: &str = "provide the certificate `sms_self_signed`: a login by the setting `appliance_ssh` lets it be read, the setting `sms_certificate` takes it";

#[cfg(test)]
mod tests {
    use crate::facts::CertificateMode;
    use crate::rules::testing::{Authority, Fleet, Leaf, seen, shown};

    #[test]
    fn a_chain_that_cannot_be_verified_is_neither_trusted_nor_found_wanting() {
        let mut fleet = Fleet::of(1);
        fleet.host(1).version = seen("9.0.0".to_owned());
        fleet.vcenter().version = seen("9.0.0".to_owned());
        fleet.vcenter().mode = seen(CertificateMode::Custom);
        let odd = Authority::of_an_unknown_kind("Example Root", "IT");
        fleet.trust(&odd.certificate);
        let mut held = fleet.host(1).ca_store.value().cloned().unwrap_or_default();
        held.push(odd.certificate.fingerprint);
        fleet.host(1).ca_store = seen(held);
        let extension = fleet.keep(odd.sign(&Leaf::of("sps-extension")));
        fleet.vcenter().sms.sps_extension = seen(extension);
        let https = fleet.keep(odd.sign(&Leaf::of("vc.lab.test")));
        fleet.vcenter().on_https = shown(https);
        let open: Vec<String> = fleet.judge().unanswered.into_iter().flat_map(|open| open.codes).collect();
        for code in ["castore-missing-machine-issuer", "esx9-client-untrusted", "sps-extension-old-root"] {
            assert!(open.contains(&code.to_owned()), "{code}: {open:?}");
            assert!(!fleet.codes().contains(&code.to_owned()), "{code}");
        }
    }
}
