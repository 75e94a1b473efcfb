//! ## What it finds
//!
//! An ESXi host boots from the network and keeps nothing (Auto Deploy, stateless). Only its shell tells; but where
//! vCenter's service Auto Deploy (`rbd`) does not run, no host boots so.
//!
//! ## Why it hurts
//!
//! It does not. What is repaired on the host itself is lost at its next boot; the Auto Deploy server hands out the
//! certificate that it stored.
//!
//! ## How it shows
//!
//! The vSphere Client shows an image profile and deploy rules for the host. The logs show nothing.
//!
//! ## What cures it
//!
//! Repair through vCenter, which tells Auto Deploy, and look again after the next boot.
//!
//! ## Sources
//!
//! vSphere documentation, Auto Deploy and certificates (grade A).

use crate::diagnostic::{Evidence, Severity};
use crate::facts::Host;
use crate::rules::case::BY_HOST_SHELL;
use crate::rules::{Case, Check, Cure, Grade, Rule, Verdict, known};

pub(crate) const RULE: Rule = Rule {
    code: "gate-autodeploy",
    severity: Severity::Info,
    grade: Grade::A,
    title: "an ESXi host keeps nothing over a boot",
    rank: 109,
    explains: &[],
    log: None,
    cure: Cure::ByHand("repair through vCenter and look again after the next boot of the host"),
    check: Check::Host(check),
    source: include_str!("gate_autodeploy.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    if !host.is_connected() {
        return Verdict::NotApplicable;
    }
    let none_boots_so = case.facts.vcenter.auto_deploy.value() == Some(&false);
    if none_boots_so && host.stateless.value().is_none() {
        return Verdict::Fine;
    }
    if !*known!(Case::optional(&host.stateless, case.is_unwell(host), BY_HOST_SHELL)) {
        return Verdict::Fine;
    }
    Verdict::found(
        format!("host `{}` keeps nothing over a boot, so what is repaired on it is lost then", host.name),
        vec![Evidence::new("boot", "from the network, stateless")],
    )
}

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
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
                "boots-from-the-network",
                "A host that keeps nothing",
                "A healthy host of Auto Deploy.",
                with(|fleet| fleet.host(1).stateless = seen(true)),
            ),
            Case::near_miss(
                "nobody-asked-its-shell",
                "Nobody asked its shell",
                "The near miss of `boots-from-the-network`: the host is well, so nothing would be repaired on it.",
                with(|fleet| {
                    fleet.vcenter().auto_deploy = seen(true);
                    fleet.host(1).stateless = unknown(MissingReason::NotAsked);
                }),
            ),
            Case::near_miss(
                "no-host-boots-so",
                "Auto Deploy does not run",
                "The near miss of `boots-from-the-network`: the provider is offline and the shell was not asked, but without vCenter's service no host boots from the network.",
                with(|fleet| {
                    fleet.provider(1).status = seen("offline".to_owned());
                    fleet.host(1).stateless = unknown(MissingReason::NotAsked);
                }),
            ),
        ]
    }

    #[test]
    fn an_unwell_host_whose_shell_was_not_asked_leaves_it_open() {
        let mut fleet = with(|fleet| fleet.host(1).stateless = unknown(MissingReason::NotAsked));
        fleet.provider(1).status = seen("offline".to_owned());
        fleet.vcenter().auto_deploy = seen(true);
        assert!(fleet.judge().unanswered.iter().any(|one| one.codes == ["gate-autodeploy"]));
    }
}
