//! ## What it finds
//!
//! vCenter's setting `vpxd.certmgmt.mode` is `custom`.
//!
//! ## Why it hurts
//!
//! It does not. vCenter must not renew host certificates then: a renewal, or a reconnect that issues one, would replace
//! the customer's. The gate `certificate-mode` holds both back; providers, trust and the daemon can still be repaired.
//!
//! ## How it shows
//!
//! The setting is among vCenter's advanced settings in the vSphere Client. The logs show nothing.
//!
//! ## What cures it
//!
//! Nothing needs a cure. Where a host certificate has to be renewed, make a request on the host, have the customer's CA
//! sign it, and install it.
//!
//! ## Sources
//!
//! vSphere documentation, certificate modes (grade A).

use crate::case::{Case, Verdict};
use crate::diagnostic::Severity;
use crate::facts::CertificateMode;
use crate::gates::certificate_mode;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "gate-custom-mode",
    severity: Severity::Info,
    grade: Grade::A,
    title: "a CA of the customer issues the host certificates",
    rank: 100,
    explains: &[],
    log: None,
    cure: Cure::ByHand("leave it so; renew host certificates by requests that the customer's CA signs"),
    check: Check::VCenter(check),
    source: include_str!("gate_custom_mode.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    if case.facts.vcenter.mode.value() != Some(&CertificateMode::Custom) {
        return Verdict::NotApplicable;
    }
    Verdict::from(certificate_mode::check(case))
}

#[cfg(test)]
mod tests {
    use crate::facts::CertificateMode;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Authority, Fleet, Leaf, seen};

    /// A CA of the customer, imported, and a host with its certificate.
    fn custom() -> Fleet {
        let mut fleet = Fleet::of(1);
        let authority = Authority::root("Example Root", "IT");
        let leaf = fleet.keep(authority.sign(&Leaf::of("esx01.lab.test")));
        fleet.serve(1, leaf);
        fleet.trust(&authority.certificate);
        fleet.vcenter().mode = seen(CertificateMode::Custom);
        fleet
    }

    fn with(change: impl Fn(&mut Fleet)) -> Fleet {
        let mut fleet = Fleet::of(1);
        change(&mut fleet);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "custom",
                "The mode is `custom`",
                "A fleet with certificates of a CA of its own. Nothing is wrong, and renewals by vCenter are held back.",
                custom(),
            ),
            Case::near_miss(
                "thumbprint",
                "The mode is `thumbprint`",
                "The near miss of `custom`: renewals are held back too, for another reason.",
                with(|fleet| fleet.vcenter().mode = seen(CertificateMode::Thumbprint)),
            ),
        ]
    }
}
