//! ## What it finds
//!
//! The certificate that `vvold` of an ESXi host shows to the VASA providers of arrays has expired, or vCenter could not
//! provision or register it and has not done so since: it logged that, or an alarm on the host tells it.
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

use crate::case::{Case, Verdict, known, span, standing};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{Alarm, Host, VCenterEvent};
use crate::rules::event_seen;
use crate::rules::rule::{Check, Cure, Grade, Rule};

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
    let alarm = case.alarms_on(&host.id.0).iter().copied().find(|alarm| {
        let is_mended = |event: &&VCenterEvent| {
            FAILURES.iter().any(|(_, good)| event.short_kind() == *good) && event.at >= alarm.since
        };
        is_about_client_certificate(alarm) && !events.iter().any(is_mended)
    });
    let message = match (is_expired, end) {
        (true, Some(end)) => {
            let ago = span(case.now.seconds_since(end));
            format!("certificate that host `{}` shows to arrays expired {ago} ago (not after {end})", host.name)
        }
        (true, None) => format!("certificate that host `{}` shows to arrays has expired", host.name),
        (false, _) if failure.is_some() || alarm.is_some() => {
            format!("host `{}` could not be given a certificate to show to arrays", host.name)
        }
        (false, _) => {
            // No source told of it: hosts below 8.0.1 have none, and no array may need it. Where nobody asked any source,
            // nobody knows.
            let vcenter = &case.facts.vcenter;
            if vcenter.events.value().is_none() && vcenter.alarms.value().is_none() {
                known!(host.vasa_client.known());
            }
            return Verdict::Fine;
        }
    };
    let status = shown.map(|shown| Evidence::new("VASA client certificate in vCenter", shown.status.clone()));
    let alarm =
        alarm.map(|alarm| Evidence::new("alarm", format!("`{}` {} since {}", alarm.name, alarm.status, alarm.since)));
    Verdict::found(message, status.into_iter().chain(failure.map(event_seen)).chain(alarm).collect())
}

/// The alarm of KB 440183 on a host. Its name is not known to the letter; no other speaks of such a certificate.
fn is_about_client_certificate(alarm: &Alarm) -> bool {
    let words = alarm.words();
    words.contains("client cert") && ["vasa", "vvol"].iter().any(|word| words.contains(word))
}

/// What fails, and what says that it has been done since.
const FAILURES: [(&str, &str); 2] = [
    ("EsxiVasaClientCertificateProvisionFailure", "EsxiVasaClientCertificateProvisionSuccess"),
    ("EsxiVasaClientCertificateRegisterFailure", "EsxiVasaClientCertificateRegisterSuccess"),
];

#[cfg(test)]
mod tests {
    use crate::facts::{MissingReason, ReportedCertificate, VCenterEvent};
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, NOW, alarm, seen, unknown};

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
    fn the_alarm_on_the_host_is_enough_until_it_was_done() {
        let mut fleet = with(Vec::new());
        let name = "Provisioning of the ESXi VASA client certificate failed";
        fleet.vcenter().alarms = seen(vec![alarm(name, ("HostSystem", "host-1"), 600)]);
        fleet.has_one_cause("vvol-client-cert-failed");
        fleet.vcenter().events = seen(vec![event("EsxiVasaClientCertificateProvisionSuccess", 60)]);
        fleet.is_fine();
    }

    #[test]
    fn where_no_source_was_asked_nobody_knows() {
        let mut fleet = Fleet::of(1);
        fleet.host(1).vasa_client = unknown(MissingReason::Denied);
        fleet.is_fine();
        fleet.vcenter().events = unknown(MissingReason::Denied);
        fleet.vcenter().alarms = unknown(MissingReason::Denied);
        let codes: Vec<String> = fleet.judge().unanswered.into_iter().flat_map(|one| one.codes).collect();
        assert!(codes.contains(&"vvol-client-cert-failed".to_owned()), "{codes:?}");
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
