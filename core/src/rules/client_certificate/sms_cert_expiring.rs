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

use crate::certificate::Validity;
use crate::diagnostic::Severity;
use crate::rules::{Case, Check, Cure, Grade, Rule, Verdict, certificate_seen, known, span};

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
    cases: Vec::new,
};

fn check(case: &Case<'_>) -> Verdict {
    let shown = known!(case.facts.vcenter.sms.sms_self_signed.known());
    let shown = known!(case.certificate(shown));
    let Validity::Valid { seconds_left } = case.validity(shown) else { return Verdict::Fine };
    if seconds_left > SOON_SECONDS {
        return Verdict::Fine;
    }
    let message =
        format!("certificate `sms_self_signed` expires in {} (not after {})", span(seconds_left), shown.not_after);
    Verdict::found(message, vec![certificate_seen("SMS certificate", shown)])
}

/// vCenter renews its other certificates 60 days ahead (KB 427937), and no shorter limit is written of this one.
const SOON_SECONDS: i64 = 60 * crate::time::DAY_SECONDS;

#[cfg(test)]
mod tests {
    use super::SOON_SECONDS;
    use crate::rules::testing::{Fleet, Leaf, seen};

    fn ending_in(seconds: i64) -> Vec<String> {
        let mut fleet = Fleet::healthy();
        let sms = fleet.keep(Leaf::of("sms_self_signed").ends(seconds).self_signed("SMS"));
        fleet.vcenter().sms.sms_self_signed = seen(sms);
        for number in 1..=3 {
            fleet.host(number).ca_store = seen(vec![sms]);
        }
        fleet.codes().into_iter().filter(|code| code.starts_with("sms")).collect()
    }

    #[test]
    fn sixty_days_to_the_second_are_soon_and_one_more_is_not() {
        assert_eq!(ending_in(SOON_SECONDS), ["sms-cert-expiring"]);
        assert_eq!(ending_in(SOON_SECONDS + 1), [""; 0]);
    }
}
