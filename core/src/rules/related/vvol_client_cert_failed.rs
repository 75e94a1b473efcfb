//! ## What it finds
//!
//! The certificate that `vvold` of an ESXi host shows to the VASA providers of arrays has expired, or vCenter could not
//! provision or register it and has not done so since.
//!
//! ## Why it hurts
//!
//! Virtual volumes of arrays that ask for it go offline on this host. It is not the certificate of the IOFilter
//! provider, although the same service provisions it and the same kind of alarm tells.
//!
//! ## How it shows
//!
//! A red alarm on the host about its VASA client certificate; the events `EsxiVasaClientCertificateProvisionFailure` or
//! `EsxiVasaClientCertificateRegisterFailure`. `vvold.log` shows V-01 or V-03.
//!
//! ## What cures it
//!
//! KB 440183 is the vendor's procedure. Renewing the host's certificate does not help.
//!
//! ## Sources
//!
//! KB 440183 (grade A, in part); vSphere API, certificate kind `VASAClient` from 8.0.1 on (grade A); events of 8.0 U2
//! (grade B).

use crate::diagnostic::{Evidence, Severity};
use crate::facts::Host;
use crate::rules::{Case, Check, Cure, Grade, Rule, Verdict, event_seen, span, standing};

pub(crate) const RULE: Rule = Rule {
    code: "vvol-client-cert-failed",
    severity: Severity::High,
    grade: Grade::A,
    title: "a host has no good certificate to show to arrays",
    rank: 95,
    explains: &[],
    log: None,
    cure: Cure::ByHand(
        "follow KB 440183: raise the log level of SPS, look why the certificate cannot be provisioned, and let SPS provision it again; the IOFilter provider needs nothing",
    ),
    check: Check::Host(check),
    source: include_str!("vvol_client_cert_failed.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    let events = case.events_at(host);
    let failure = FAILURES.iter().find_map(|(bad, good)| standing(events.iter().copied(), &[*bad], &[*good]));
    let shown = host.vasa_client.value().and_then(Option::as_ref);
    let end = shown.and_then(|certificate| certificate.not_after).filter(|end| *end < case.now);
    let is_expired = end.is_some() || shown.is_some_and(|certificate| certificate.status == "expired");
    let message = match (is_expired, end) {
        (true, Some(end)) => {
            let ago = span(case.now.seconds_since(end));
            format!("certificate that host `{}` shows to arrays expired {ago} ago (not after {end})", host.name)
        }
        (true, None) => format!("certificate that host `{}` shows to arrays has expired", host.name),
        (false, _) if failure.is_some() => {
            format!("host `{}` could not be given a certificate to show to arrays", host.name)
        }
        // Neither source told of it: hosts below 8.0.1 have none, and no array may need it.
        (false, _) => return Verdict::Fine,
    };
    let status = shown.map(|shown| Evidence::new("VASA client certificate in vCenter", shown.status.clone()));
    Verdict::found(message, status.into_iter().chain(failure.map(event_seen)).collect())
}

/// What fails, and what says that it has been done since.
const FAILURES: [(&str, &str); 2] = [
    ("EsxiVasaClientCertificateProvisionFailure", "EsxiVasaClientCertificateProvisionSuccess"),
    ("EsxiVasaClientCertificateRegisterFailure", "EsxiVasaClientCertificateRegisterSuccess"),
];

#[cfg(test)]
mod tests {
    use crate::facts::{ReportedCertificate, VCenterEvent};
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, NOW, seen};

    fn event(kind: &str, seconds_ago: i64) -> VCenterEvent {
        VCenterEvent {
            key: None,
            chain: None,
            kind: format!("com.vmware.vc.sms.{kind}"),
            at: NOW.plus_seconds(-seconds_ago),
            host: Some("host-1".to_owned()),
            message: "VASA client certificate of esx01.lab.test".to_owned(),
            arguments: Vec::new(),
        }
    }

    fn with(events: Vec<VCenterEvent>) -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.vcenter().events = seen(events);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "not-provisioned",
                "The certificate for arrays could not be provisioned",
                "The alarm on the host looks like one of its IOFilter provider, which is well.",
                with(vec![event("EsxiVasaClientCertificateProvisionFailure", 600)]),
            ),
            Case::near_miss(
                "provisioned-since",
                "It failed once and succeeded a minute later",
                "The near miss of `not-provisioned`: the events of a renewal that needed two attempts.",
                with(vec![
                    event("EsxiVasaClientCertificateProvisionSuccess", 540),
                    event("EsxiVasaClientCertificateProvisionFailure", 600),
                ]),
            ),
        ]
    }

    #[test]
    fn one_that_has_expired_is_found_without_any_event() {
        let mut fleet = Fleet::of(1);
        let ended = |seconds| {
            Some(ReportedCertificate {
                status: "good".to_owned(),
                issuer: None,
                not_after: Some(NOW.plus_seconds(seconds)),
            })
        };
        fleet.host(1).vasa_client = seen(ended(0));
        fleet.is_fine();
        fleet.host(1).vasa_client = seen(ended(-1));
        fleet.has_one_cause("vvol-client-cert-failed");
    }
}
