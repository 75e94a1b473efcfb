//! ## What it finds
//!
//! The certificate mode of vCenter (`vpxd.certmgmt.mode`) is `thumbprint`. Where a provider is pinned badly, the rules of
//! the entries speak instead, because they say what to do first.
//!
//! ## Why it hurts
//!
//! Every provider's certificate is pinned by hand, and each renewal of a host breaks its provider. Some services do not
//! work in this mode.
//!
//! ## How it shows
//!
//! The vSphere Client shows it among vCenter's advanced settings. The logs show nothing.
//!
//! ## What cures it
//!
//! Plan to leave it: for `vmca`, all hosts are removed, the mode is set, and the hosts are added again; other orders are
//! unpredictable. It is no work for an evening, and nothing of ours does it.
//!
//! ## Sources
//!
//! KB 318194, that the mode should be left (grade A); vSphere documentation, changing the certificate mode (grade A).

use super::thumbprint::is_any_pin_bad;
use crate::case::{Case, Verdict, known};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::CertificateMode;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "mode-thumbprint",
    severity: Severity::Medium,
    grade: Grade::A,
    title: "vCenter trusts hosts by thumbprint, which the vendor advises against",
    rank: 91,
    explains: &[],
    log: None,
    cure: Cure::ByHand(
        "plan to leave the mode thumbprint: remove all hosts, set vpxd.certmgmt.mode to vmca, restart vCenter's services, and add the hosts again (KB 318194)",
    ),
    check: Check::VCenter(check),
    source: include_str!("mode_thumbprint.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    if known!(case.facts.vcenter.mode.known()) != &CertificateMode::Thumbprint {
        return Verdict::Fine;
    }
    if is_any_pin_bad(case) {
        return Verdict::NotApplicable;
    }
    let evidence = vec![Evidence::new("`vpxd.certmgmt.mode`", "thumbprint")];
    Verdict::found("certificate mode of vCenter is `thumbprint`, which the vendor advises to leave", evidence)
}

#[cfg(test)]
mod tests {
    use crate::facts::CertificateMode;
    use crate::rules::cases::Case;
    use crate::rules::provider::thumbprint::testing::pinned;
    use crate::rules::testing::{Fleet, seen};

    pub(crate) fn cases() -> Vec<Case> {
        let mut custom = Fleet::of(1);
        custom.vcenter().mode = seen(CertificateMode::Custom);
        vec![
            Case::cause(
                "in-use",
                "A vCenter that was never taken out of the mode",
                "It was upgraded from 5.5 to 8.0 and kept the mode. All providers are pinned and well.",
                pinned(1),
            ),
            Case::near_miss(
                "custom",
                "Mode `custom`",
                "A customer's CA issues the certificates; that is no trouble.",
                custom,
            ),
        ]
    }
}
