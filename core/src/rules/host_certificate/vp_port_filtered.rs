//! ## What it finds
//!
//! Port 443 of a connected ESXi host answers, port 9080 is silent, and SMS does not have the provider online.
//!
//! If SMS has it online, only the way from this machine to port 9080 is closed: then nothing can be said of that port
//! from here.
//!
//! ## Why it hurts
//!
//! The host's rule set `iofiltervp` is off or does not allow vCenter, or a firewall stands between. SPS cannot reach
//! the provider, whatever its certificate.
//!
//! ## How it shows
//!
//! The vSphere Client shows the provider offline. `sps.log` shows S-17 (connect timed out) for port 9080.
//!
//! ## What cures it
//!
//! Enable the rule set and allow vCenter's address in it, or ask the people of the network.
//!
//! ## Sources
//!
//! vSphere API, host firewall, rule set `iofiltervp` (grade A).

use crate::diagnostic::{Evidence, Severity};
use crate::facts::{Host, MissingReason};
use crate::log::Leg;
use crate::rules::{Case, Check, Cure, Grade, Rule, Verdict};

pub(crate) const RULE: Rule = Rule {
    code: "vp-port-filtered",
    severity: Severity::High,
    grade: Grade::A,
    title: "a firewall swallows what is sent to the provider's port",
    rank: 47,
    explains: &[
        "provider-cert-cached-stale",
        "provider-cert-invalid",
        "provider-connected-unsynced",
        "provider-disconnected",
        "provider-missing",
        "provider-offline",
        "provider-status-unknown",
        "provider-syncerror",
    ],
    log: Some(Leg::Network),
    cure: Cure::ByHand(
        "enable the firewall rule set `iofiltervp` on the host, allow vCenter's address in it, and check the network between them",
    ),
    check: Check::Host(check),
    source: include_str!("vp_port_filtered.rs"),
    #[cfg(test)]
    cases: Vec::new,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    let Err(missing) = host.on_9080.known() else { return Verdict::Fine };
    if !host.is_connected() || missing.reason != MissingReason::NoAnswer {
        return Verdict::NotApplicable;
    }
    if !case.provider_port_is_down(host) {
        return Verdict::from(missing);
    }
    let evidence = vec![Evidence::new("port 9080", missing.message.clone()), Evidence::new("port 443", "answers")];
    Verdict::found(format!("port 9080 of host `{}` does not answer, its port 443 does", host.name), evidence)
}

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
    use crate::rules::testing::{Fleet, seen, unknown};

    fn failed(reason: MissingReason) -> Fleet {
        let mut fleet = Fleet::healthy();
        fleet.host(1).on_9080 = unknown(reason);
        fleet.provider(1).status = seen("offline".to_owned());
        fleet
    }

    #[test]
    fn it_is_found_explains_the_provider_and_leaves_nothing_unanswered() {
        let fleet = failed(MissingReason::NoAnswer);
        fleet.has_one_cause("vp-port-filtered");
        fleet.follows("provider-offline", "vp-port-filtered");
        assert!(fleet.judge().unanswered.is_empty());
    }

    #[test]
    fn a_provider_that_is_online_is_only_closed_to_us() {
        let mut fleet = failed(MissingReason::NoAnswer);
        fleet.provider(1).status = seen("online".to_owned());
        fleet.is_unanswered("vp-port-filtered");
        fleet.is_unanswered("vp-cert-expired");
    }
}
