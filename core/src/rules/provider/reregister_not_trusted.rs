//! ## What it finds
//!
//! A connected ESXi host has no provider, and the registration was refused with `CertificateNotTrusted`: the log of SPS
//! says so for this host (S-05, S-06) within the last week, or the event of the failed registration does. S-04 alone does not count: a TLS
//! alert may come from either side.
//!
//! A finding about the host's certificate, or about what the host trusts, explains it and leads.
//!
//! ## Why it hurts
//!
//! The provider was offline with an old certificate, somebody unregistered it to help, and now vCenter does not take it
//! back.
//!
//! ## How it shows
//!
//! The vSphere Client lists no provider of the host. `sps.log` shows S-04, S-05 and S-06 for its `version.xml`.
//!
//! ## What cures it
//!
//! Cure the host's certificate first, then the trust of the host in SPS, and let vCenter register the provider again. Do
//! not accept the certificate that the fault hands back without comparing its fingerprint with that on port 9080.
//!
//! ## Sources
//!
//! KB 402809, the log and the fault (grade A); that the lines mean leg A (grade C).

use super::registration::refused_for;
use crate::case::{Case, Verdict};
use crate::diagnostic::Severity;
use crate::facts::Host;
use crate::log::Leg;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "reregister-not-trusted",
    severity: Severity::High,
    grade: Grade::C,
    title: "vCenter would not register a host's provider, because it does not trust its certificate",
    rank: 69,
    explains: &["provider-missing", "provider-registration-failed"],
    log: Some(Leg::ServerTrust),
    cure: Cure::ByHand(
        "compare the certificate on port 9080 of the host with the trusted roots of vCenter, cure the host's certificate, then restart the service `sps` once; do not accept a certificate unseen (KB 402809)",
    ),
    check: Check::Host(check),
    source: include_str!("reregister_not_trusted.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    refused_for(case, host, "CertificateNotTrusted", &["S-05", "S-06"], "it does not trust its certificate")
}

#[cfg(test)]
mod tests {
    use crate::facts::ProviderId;
    use crate::log::LogScan;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, event, seen};

    /// Without a provider, and the log of SPS ends with these lines.
    fn logged(lines: &[&str]) -> Fleet {
        logged_on("2026-02-04", lines)
    }

    fn logged_on(day: &str, lines: &[&str]) -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.facts.providers.remove(&ProviderId("uid-1".to_owned()));
        let mut scan = LogScan::new("sps.log");
        for line in lines {
            scan.feed(format!("{day}T05:07:01Z [pool-31-thread-4] {line}\n").as_bytes());
        }
        fleet.facts.logs = vec![scan.finish()];
        fleet
    }

    const ALERT: &str = "WARN  opId=sps-Main-1-2 com.vmware.vim.sms.provider.vasa.VersionHandler - [isLegacyProvider] \
        Failed to retrieve version information from provider - https://esx01.lab.test:9080/version.xml: \
        certificate_unknown(46)";
    const REFUSED: &str = "WARN  opId=sps-Main-1-2 com.vmware.vim.sms.provider.vasa.VasaProviderUtils - \
        [isValidatorexception]: Unknown certificate";

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "after-unregistering",
                "Unregistered to help, and not taken back",
                "KB 402809: the provider of `esx01.lab.test` was unregistered, and SPS refuses the host's certificate \
                 when it reads `version.xml`. What the host shows now is in order.",
                logged(&[ALERT, REFUSED]),
            ),
            Case::near_miss(
                "alert-alone",
                "A TLS alert does not say who refused",
                "The log holds the alert and not SPS's own refusal: it may as well be the host that refused. The provider \
                 is missing, and the log is no proof of why.",
                logged(&[ALERT]),
            ),
            Case::near_miss(
                "line-of-last-year",
                "The log remembers a refusal of last year",
                "The near miss of `after-unregistering`: the same lines, a year old. What keeps the provider from being \
                 registered today, they do not say.",
                logged_on("2025-02-04", &[ALERT, REFUSED]),
            ),
        ]
    }

    #[test]
    fn the_event_may_name_the_fault() {
        let mut fleet = Fleet::of(1);
        fleet.facts.providers.remove(&ProviderId("uid-1".to_owned()));
        let kind = "com.vmware.vc.iofilter.HostVendorProviderRegistrationFailedEvent";
        let arguments = [("fault", "sms.fault.CertificateNotTrusted")];
        fleet.vcenter().events = seen(vec![event(kind, -60, Some("host-1"), &arguments)]);
        fleet.has_one_cause("reregister-not-trusted");
        fleet.follows("provider-registration-failed", "reregister-not-trusted");
    }
}
