//! ## What it finds
//!
//! A connected ESXi host has no provider, and the registration was refused with `InvalidCertificate`: the certificate
//! that the host showed was empty, malformed, expired, not yet valid, revoked, or of another name. The event of the
//! failed registration says so, or the log of SPS does for this host.
//!
//! A finding about the host's certificate explains it and leads. Alone, it tells of a certificate that is gone since.
//!
//! ## Why it hurts
//!
//! The provider stays unregistered until somebody starts another attempt.
//!
//! ## How it shows
//!
//! The vSphere Client lists no provider of the host. `sps.log` shows S-11 (`InvalidCertificate`).
//!
//! ## What cures it
//!
//! Cure the host's certificate. If both ports show a good one by now, restart the service `sps` once: it registers what
//! is missing.
//!
//! ## Sources
//!
//! SMS API, `InvalidCertificate` (grade A); that it shows in the log and in the event (grade C).

use super::registration::refused_for;
use crate::case::{Case, Verdict};
use crate::diagnostic::Severity;
use crate::facts::Host;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "register-invalid-cert",
    severity: Severity::High,
    grade: Grade::C,
    title: "vCenter would not register a host's provider, because its certificate is not valid",
    rank: 69,
    explains: &["provider-missing", "provider-registration-failed"],
    log: None,
    cure: Cure::Remedy("register-provider"),
    check: Check::Host(check),
    source: include_str!("register_invalid_cert.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    refused_for(case, host, "InvalidCertificate", &[], "its certificate was not valid")
}

#[cfg(test)]
mod tests {
    use crate::facts::ProviderId;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, event, seen};

    /// Registering the provider of host 1 failed an hour ago for this fault; `is_registered` says whether it has one.
    fn failed_for(fault: &str, is_registered: bool) -> Fleet {
        let mut fleet = Fleet::of(1);
        if !is_registered {
            fleet.facts.providers.remove(&ProviderId("uid-1".to_owned()));
        }
        let kind = "com.vmware.vc.iofilter.HostVendorProviderRegistrationFailedEvent";
        fleet.vcenter().events = seen(vec![event(kind, -3600, Some("host-1"), &[("fault", fault)])]);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "certificate-is-good-by-now",
                "Refused for a certificate that is gone since",
                "The registration of the provider of `esx01.lab.test` was refused an hour ago. The host shows a good \
                 certificate by now, and nobody tried again.",
                failed_for("sms.fault.InvalidCertificate", false),
            ),
            Case::near_miss(
                "registered-since",
                "An old refusal of a provider that is registered",
                "The same event, but the provider is there and online.",
                failed_for("sms.fault.InvalidCertificate", true),
            ),
        ]
    }

    #[test]
    fn an_expired_certificate_leads() {
        let mut fleet = failed_for("sms.fault.InvalidCertificate", false);
        let leaf = fleet.issue(&crate::rules::testing::Leaf::of("esx01.lab.test").ends(-1));
        fleet.host(1).on_443 = crate::rules::testing::shown(leaf);
        fleet.host(1).on_9080 = crate::rules::testing::shown(leaf);
        fleet.follows("register-invalid-cert", "host-cert-expired");
    }
}
