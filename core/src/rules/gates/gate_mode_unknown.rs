//! ## What it finds
//!
//! vCenter's setting `vpxd.certmgmt.mode` could not be read, or holds a word that this version does not know.
//!
//! ## Why it hurts
//!
//! Who issues host certificates decides which repairs are right. Not knowing counts as the strictest mode: nothing that
//! issues or replaces a host certificate is done.
//!
//! ## How it shows
//!
//! The setting is among vCenter's advanced settings in the vSphere Client. The logs show nothing.
//!
//! ## What cures it
//!
//! Let the user read vCenter's settings (`Global.Settings`), or look the mode up by hand before any repair.
//!
//! ## Sources
//!
//! vSphere documentation, certificate modes (grade A).

use crate::case::{Case, Verdict};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::CertificateMode;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "gate-mode-unknown",
    severity: Severity::Info,
    grade: Grade::A,
    title: "the certificate mode of vCenter is not known",
    rank: 100,
    explains: &[],
    log: None,
    cure: Cure::ByHand(
        "look the advanced setting `vpxd.certmgmt.mode` up in the vSphere Client, and let the user read it",
    ),
    check: Check::VCenter(check),
    source: include_str!("gate_mode_unknown.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    let seen = match case.facts.vcenter.mode.known() {
        Ok(CertificateMode::Other(word)) => format!("`{word}`"),
        Ok(_) => return Verdict::Fine,
        Err(missing) => missing.message.clone(),
    };
    let evidence = vec![Evidence::new("vpxd.certmgmt.mode", seen.clone())];
    Verdict::found(format!("certificate mode of vCenter is not known: {seen}"), evidence)
}

#[cfg(test)]
mod tests {
    use crate::facts::{CertificateMode, MissingReason};
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen, unknown};

    fn with(change: impl Fn(&mut Fleet)) -> Fleet {
        let mut fleet = Fleet::of(1);
        change(&mut fleet);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "not-readable",
                "The setting may not be read",
                "The user lacks the privilege to read the settings. What the mode decides is held back.",
                with(|fleet| fleet.vcenter().mode = unknown(MissingReason::Denied)),
            ),
            Case::near_miss(
                "vmca",
                "The mode is `vmca`",
                "The near miss of `not-readable`: the setting came, and it is the default.",
                with(|fleet| fleet.vcenter().mode = seen(CertificateMode::Vmca)),
            ),
        ]
    }

    #[test]
    fn a_word_of_a_later_version_is_not_known_either() {
        let fleet = with(|fleet| fleet.vcenter().mode = seen(CertificateMode::Other("quantum".to_owned())));
        assert_eq!(fleet.notes(), ["gate-mode-unknown"]);
    }
}
