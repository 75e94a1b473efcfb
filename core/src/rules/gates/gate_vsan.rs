//! ## What it finds
//!
//! An ESXi host takes part in vSAN.
//!
//! ## Why it hurts
//!
//! It does not. vSAN has a storage provider of its own on each host, with the host's certificate, and an order in which
//! certificates of its hosts are replaced. Renewing this host's certificate is held back.
//!
//! ## How it shows
//!
//! The vSphere Client shows a vSAN provider on port 8080 beside the IOFILTER provider.
//!
//! ## What cures it
//!
//! Follow KB 317244 for host certificates of a vSAN cluster, then waive the gate `vsan` with that as the reason.
//!
//! ## Sources
//!
//! KB 317244, by its title and by articles that refer to it (grade A, in part).

use crate::case::{Case, Verdict};
use crate::diagnostic::Severity;
use crate::facts::Host;
use crate::gates::vsan;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "gate-vsan",
    severity: Severity::Info,
    grade: Grade::A,
    title: "an ESXi host takes part in vSAN",
    rank: 105,
    explains: &[],
    log: None,
    cure: Cure::ByHand("follow KB 317244 before the certificate of this host is replaced"),
    check: Check::Host(check),
    source: include_str!("gate_vsan.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    Verdict::from(vsan::check(case, host))
}

#[cfg(test)]
mod tests {
    use crate::facts::{Provider, ProviderId, ProviderUrl};
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, healthy_provider, seen};

    fn vsan_provider() -> (ProviderId, Provider) {
        let mut fleet = Fleet::of(1);
        let host = fleet.host(1).clone();
        let leaf = host.on_443.value().map_or_else(|| unreachable!("it is shown"), |shown| shown.leaf);
        let id = ProviderId("uid-vsan".to_owned());
        let url = ProviderUrl {
            text: "https://esx09.lab.test:8080/version.xml".to_owned(),
            host: "esx09.lab.test".to_owned(),
            port: 8080,
        };
        let name = "vSAN Provider esx09.lab.test".to_owned();
        (id.clone(), Provider { id, name, url, ..healthy_provider(9, &host, leaf) })
    }

    fn with(change: impl Fn(&mut Fleet)) -> Fleet {
        let mut fleet = Fleet::of(1);
        change(&mut fleet);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "member",
                "A host of a vSAN cluster",
                "A healthy host whose certificate vSAN uses too.",
                with(|fleet| fleet.host(1).in_vsan = seen(true)),
            ),
            Case::near_miss(
                "provider-of-another-cluster",
                "A vSAN provider is registered, this host takes no part",
                "The near miss of `member`: vSAN is used elsewhere in this vCenter.",
                with(|fleet| fleet.facts.other_providers.extend([vsan_provider()])),
            ),
        ]
    }
}
