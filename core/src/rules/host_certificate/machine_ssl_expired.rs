//! ## What it finds
//!
//! The certificate that vCenter shows on its own HTTPS port (store `MACHINE_SSL_CERT`) is not within its dates: it has
//! expired, or it begins in the future.
//!
//! When the root of vCenter's CA is out of its dates too, `vmca-root-expired` is the cause and this follows from it.
//!
//! ## Why it hurts
//!
//! Services of vCenter refuse to talk to each other, SPS among them, and nothing on hosts can be renewed: a good
//! certificate of vCenter is the first condition for that. It has to be renewed before anything else is tried.
//!
//! ## How it shows
//!
//! The browser warns before the vSphere Client opens, or the client does not open at all. In `sps.log` and `vpxd.log`
//! calls between vCenter's own services fail with S-13 (`CertificateExpiredException`).
//!
//! ## What cures it
//!
//! Renew it with the vendor's tools (vCert, `certificate-manager`, or the client's certificate page while it opens), then
//! restart the services of vCenter.
//!
//! ## Sources
//!
//! vSphere documentation, conditions for renewing ESXi certificates (grade A); KB 385107, vCert (grade A).

use crate::case::{Case, Verdict, certificate_seen, known};
use crate::diagnostic::Severity;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "machine-ssl-expired",
    severity: Severity::Critical,
    grade: Grade::A,
    title: "vCenter's own certificate is not within its dates",
    rank: 8,
    explains: &["sms-endpoint-down", "sps-service-stopped"],
    log: None,
    cure: Cure::ByHand(
        "renew vCenter's own certificate with vCert (KB 385107) or `certificate-manager` on the appliance, restart its services, then check again",
    ),
    check: Check::VCenter(check),
    source: include_str!("machine_ssl_expired.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    let shown = known!(case.facts.vcenter.on_https.known());
    let own = known!(case.certificate(&shown.leaf));
    if case.validity(own).is_valid() {
        return Verdict::Fine;
    }
    let message = format!(
        "certificate of vCenter `{}` is good from {} to {}, which is not now ({})",
        case.facts.vcenter.authority, own.not_before, own.not_after, case.now
    );
    Verdict::found(message, vec![certificate_seen("certificate of vCenter", own)])
}

#[cfg(test)]
mod tests {
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, Leaf, seen, shown, unknown};

    fn within(dates: &Leaf) -> Fleet {
        let mut fleet = Fleet::of(1);
        let own = fleet.issue(dates);
        fleet.vcenter().on_https = shown(own);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "by-one-second",
                "vCenter's own certificate ended one second ago",
                "The hosts and their providers are in order, and stay so until a service of vCenter has to connect \
                 anew. Nothing on hosts may be renewed before it.",
                within(&Leaf::of("vc.lab.test").ends(-1)),
            ),
            Case::near_miss(
                "last-second",
                "vCenter's own certificate in its last second",
                "RFC 5280 counts the second of `not after` as valid. The near miss of `by-one-second`.",
                within(&Leaf::of("vc.lab.test").ends(0)),
            ),
        ]
    }

    #[test]
    fn one_that_begins_in_the_future_is_found_too() {
        within(&Leaf::of("vc.lab.test").begins(1)).has_one_cause("machine-ssl-expired");
    }

    #[test]
    fn it_explains_a_service_that_does_not_run() {
        let mut fleet = within(&Leaf::of("vc.lab.test").ends(-1));
        let mut stopped = fleet.vcenter().sps.value().cloned();
        if let Some(sps) = &mut stopped {
            sps.state = "STOPPED".to_owned();
        }
        fleet.vcenter().sps = stopped.map_or_else(|| unknown(crate::facts::MissingReason::NotAsked), seen);
        fleet.follows("sps-service-stopped", "machine-ssl-expired");
    }
}
