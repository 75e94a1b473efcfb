//! ## What it finds
//!
//! vCenter itself gave no way in: its name has no address, nothing answers, the connection is refused, TLS does not
//! come about, or what answers is no vCenter.
//!
//! A survey that meets this stops, with this code. Saved facts that hold it are found here.
//!
//! ## Why it hurts
//!
//! Nothing can be said of any host or provider. Silence about them is not health.
//!
//! ## How it shows
//!
//! The vSphere Client does not open either, or opens from elsewhere only. The logs of vCenter show nothing of a
//! connection that never came.
//!
//! ## What cures it
//!
//! Check the name, the port and the firewall from this machine, and that vCenter is up. Where its certificate is not
//! trusted, give its CA by the setting `ca_file` or its fingerprint by the setting `thumbprint`.
//!
//! ## Sources
//!
//! TCP, TLS and SOAP as vCenter speaks them (grade A).

use crate::case::{Case, Verdict};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::MissingReason;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "vc-unreachable",
    severity: Severity::Critical,
    grade: Grade::A,
    title: "vCenter cannot be asked",
    rank: 1,
    explains: &[],
    log: None,
    cure: Cure::ByHand("check the name, the port and what stands between, and that vCenter is up; then look again"),
    check: Check::VCenter(check),
    source: include_str!("vc_unreachable.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    let vcenter = &case.facts.vcenter;
    let Err(missing) = vcenter.session.known() else { return Verdict::Fine };
    let has_no_way = matches!(
        missing.reason,
        MissingReason::NameUnknown
            | MissingReason::NoAnswer
            | MissingReason::Refused
            | MissingReason::Tls
            | MissingReason::Closed
            | MissingReason::Malformed
    );
    // A refused login is `vc-login-denied`; facts without any login, such as those of a bundle, have nothing to say.
    if !has_no_way {
        return Verdict::NotApplicable;
    }
    let message = format!("vCenter `{}` cannot be asked: {}", vcenter.authority, missing.message);
    Verdict::found(message, vec![Evidence::new("way to vCenter", missing.message.clone())])
}

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
    use crate::rules::cases::Case;
    use crate::rules::testing::Fleet;

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "no-answer",
                "vCenter does not answer",
                "Facts of a survey that found no way in, saved and judged later. Nothing was seen of any host, and the one \
                 finding is why.",
                Fleet::shut_out(MissingReason::NoAnswer),
            ),
            Case::near_miss(
                "login-refused",
                "vCenter answers and refuses the login",
                "The near miss of `no-answer`: as little was seen, but vCenter is there. That is `vc-login-denied`.",
                Fleet::shut_out(MissingReason::Denied),
            ),
        ]
    }

    #[test]
    fn facts_without_any_login_say_nothing_of_it() {
        Fleet::shut_out(MissingReason::NotAsked).is_fine();
    }
}
