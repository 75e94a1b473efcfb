//! ## What it finds
//!
//! The certificate `sms_self_signed` in vCenter's store `SMS` is good and ends within 60 days.
//!
//! ## Why it hurts
//!
//! SPS ought to have renewed it by itself. When it ends, every host below 9.0 refuses vCenter.
//!
//! ## How it shows
//!
//! The vSphere Client may show a critical alarm on vCenter's root folder. `sps.log` shows S-18.
//!
//! ## What cures it
//!
//! Wait for the renewal, or renew it in a planned hour: the new certificate has to reach every host below 9.0.
//!
//! ## Sources
//!
//! KB 440183 (grade A, in part); the 60 days are ours.

use super::ClientCertificate;
use super::shown::SOON_SECONDS;
use crate::case::{Case, Verdict, certificate_seen, known, span};
use crate::certificate::Validity;
use crate::diagnostic::Severity;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "sms-cert-expiring",
    severity: Severity::High,
    grade: Grade::A,
    title: "the certificate that SPS shows to hosts below 9.0 expires soon",
    rank: 68,
    explains: &[],
    log: None,
    cure: Cure::ByHand(
        "see whether SPS renews it; if the alarm of KB 440183 is raised, renew it and let every host below 9.0 trust the new one",
    ),
    check: Check::VCenter(check),
    source: include_str!("sms_cert_expiring.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    let shown = known!(ClientCertificate::SmsSelfSigned.read(case));
    let Validity::Valid { seconds_left } = case.validity(shown) else { return Verdict::Fine };
    if seconds_left > SOON_SECONDS {
        return Verdict::Fine;
    }
    let message =
        format!("certificate `sms_self_signed` expires in {} (not after {})", span(seconds_left), shown.not_after);
    Verdict::found(message, vec![certificate_seen("SMS certificate", shown)])
}

#[cfg(test)]
mod tests {
    use super::SOON_SECONDS;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, Leaf, seen};

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "sixty-days",
                "The certificate that SPS shows ends in 60 days",
                "SPS ought to have renewed it by now. Nothing is down yet.",
                ending_in(SOON_SECONDS),
            ),
            Case::near_miss(
                "sixty-days-and-a-second",
                "One second more than 60 days",
                "SPS still has its time.",
                ending_in(SOON_SECONDS + 1),
            ),
        ]
    }

    fn ending_in(seconds: i64) -> Fleet {
        let mut fleet = Fleet::of(1);
        let sms = fleet.keep(Leaf::of("sms_self_signed").ends(seconds).self_signed("SMS"));
        fleet.vcenter().sms.sms_self_signed = seen(sms);
        let roots = fleet.vcenter().trusted_roots.value().cloned().unwrap_or_default();
        fleet.host(1).ca_store = seen(roots.into_iter().chain([sms]).collect());
        fleet
    }

    #[test]
    fn sixty_days_to_the_second_are_soon_and_one_more_is_not() {
        ending_in(SOON_SECONDS).has_one_cause("sms-cert-expiring");
        ending_in(SOON_SECONDS + 1).is_fine();
    }
}
