//! ## What it finds
//!
//! vCenter sends no version for an ESXi host, or one that does not begin with a number.
//!
//! ## Why it hurts
//!
//! Hosts below 9.0 and hosts from 9.0 on meet different client certificates of vCenter. Without the version nobody can
//! say which of them this host must trust, so what the host trusts is not judged and nothing is changed there.
//!
//! ## How it shows
//!
//! The vSphere Client shows no version for the host. The logs show nothing.
//!
//! ## What cures it
//!
//! Look at the host in the vSphere Client. vCenter learns the version again when the host is connected anew.
//!
//! ## Sources
//!
//! KB 440183, which certificate is shown to which version (grade A).

use crate::case::{Case, Verdict};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{Host, MissingReason};
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "host-version-unknown",
    severity: Severity::Medium,
    grade: Grade::A,
    title: "the version of an ESXi host is not known",
    rank: 88,
    explains: &[],
    log: None,
    cure: Cure::ByHand(
        "look at the version of the host in the vSphere Client; disconnect and connect the host if vCenter has none",
    ),
    check: Check::Host(check),
    source: include_str!("host_version_unknown.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(_: &Case<'_>, host: &Host) -> Verdict {
    let told = match host.version.known() {
        Ok(_) if host.major_version().is_some() => return Verdict::Fine,
        Ok(version) => format!("`{version}`"),
        Err(missing) if missing.reason == MissingReason::NotSent => "nothing".to_owned(),
        Err(missing) => return Verdict::from(missing),
    };
    Verdict::found(
        format!("version of host `{}` is not known: vCenter says {told}", host.name),
        vec![Evidence::new("version in vCenter", told)],
    )
}

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen, unknown};

    pub(crate) fn cases() -> Vec<Case> {
        let mut without = Fleet::of(1);
        without.host(1).version = unknown(MissingReason::NotSent);
        let mut odd = Fleet::of(1);
        odd.host(1).version = seen("8.0.3-custom.build".to_owned());
        vec![
            Case::cause(
                "not-sent",
                "vCenter sends no version for the host",
                "The inventory has the host and not its product. Which client certificate it must trust cannot be told.",
                without,
            ),
            Case::near_miss(
                "odd-but-readable",
                "A version with a tail of its own",
                "The near miss of `not-sent`: odd, but it begins with 8.",
                odd,
            ),
        ]
    }

    #[test]
    fn a_word_in_place_of_a_version_is_found() {
        let mut fleet = Fleet::of(1);
        fleet.host(1).version = seen("ESXi".to_owned());
        fleet.has_one_cause("host-version-unknown");
    }

    #[test]
    fn a_version_that_may_not_be_read_is_unanswered() {
        let mut fleet = Fleet::of(1);
        fleet.host(1).version = unknown(MissingReason::Denied);
        fleet.is_unanswered("host-version-unknown");
    }
}
