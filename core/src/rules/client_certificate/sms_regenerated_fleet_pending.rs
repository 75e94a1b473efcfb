//! ## What it finds
//!
//! Two or more connected hosts below 9.0 trust an earlier `sms_self_signed`, and the present one is newer than what
//! they hold: SPS's certificate was made anew and has not reached them.
//!
//! Where the certificate, or what so many hosts trust, is not known, it cannot be told.
//!
//! It leads `castore-stale-sms` at each of them. One host alone that was left behind is `castore-stale-sms` itself.
//!
//! ## Why it hurts
//!
//! All these hosts refuse vCenter. It happens to the whole fleet at once, when somebody, or SPS, replaces the certificate.
//!
//! ## How it shows
//!
//! The vSphere Client shows provider after provider offline or disconnected. `sps.log` shows S-18 once, and S-01 for
//! host after host.
//!
//! ## What cures it
//!
//! Add the present certificate to the CA certificates of every such host, then synchronise and reconnect their
//! providers. Do not make it anew once more: that begins it all again. Host certificates have no part in it.
//!
//! ## Sources
//!
//! KB 440183 (grade A); what hosts trust (grade B); that the name stays the same when it is made anew (grade C).

use super::{SmsTrust, sms_trust};
use crate::case::{Case, Reach, Verdict, certificate_seen};
use crate::diagnostic::{Evidence, Severity};
use crate::log::Leg;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "sms-regenerated-fleet-pending",
    severity: Severity::Critical,
    grade: Grade::C,
    title: "the certificate that SPS shows was made anew, and hosts still trust the one before",
    rank: 19,
    explains: &["castore-stale-sms", "whole-fleet-down"],
    log: Some(Leg::ClientTrust),
    cure: Cure::Remedy("trust-sms-certificate"),
    check: Check::VCenter(check),
    source: include_str!("sms_regenerated_fleet_pending.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    let (mut behind, mut open) = (Vec::new(), Vec::new());
    for host in case.facts.hosts.values() {
        match sms_trust(case, host) {
            Ok(SmsTrust::Stale { older, present }) if older.not_before < present.not_before => {
                behind.push((host, present));
            }
            Err(Verdict::Unknown(missing)) => open.push(missing),
            _ => {}
        }
    }
    let Some((_, present)) = behind.first().filter(|_| behind.len() >= FLEET) else {
        let may_be_found = behind.len().saturating_add(open.len()) >= FLEET;
        return open.into_iter().next().filter(|_| may_be_found).map_or(Verdict::Fine, Verdict::Unknown);
    };
    let message = format!(
        "certificate `sms_self_signed` was made anew on {}, and {} hosts still trust an earlier one",
        present.not_before.date(),
        behind.len()
    );
    let names: Vec<String> = behind.iter().take(NAMED).map(|(host, _)| format!("`{}`", host.name)).collect();
    let more = behind.len().saturating_sub(names.len());
    let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
    let hosts = Evidence::new("hosts that trust an earlier one", names.join(", ") + &rest);
    Verdict::found(message, vec![certificate_seen("SMS certificate", present), hosts])
        .reaching(Reach::Hosts(behind.iter().map(|(host, _)| host.id.0.clone()).collect()))
}

/// So many hosts are more than one that was forgotten.
const FLEET: usize = 2;

/// Hosts named in the evidence; the findings beneath name all.
const NAMED: usize = 10;

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
    use crate::plan::{Ways, plan};
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, Leaf, seen, unknown};

    /// Made anew an hour ago; so many of two hosts got the new one.
    fn made_anew(reached: usize) -> Fleet {
        let mut fleet = Fleet::of(2);
        let fresh = fleet.keep(Leaf::of("sms_self_signed").begins(-3600).self_signed("SMS"));
        fleet.vcenter().sms.sms_self_signed = seen(fresh);
        for number in 1..=reached {
            let mut held = fleet.host(number).ca_store.value().cloned().unwrap_or_default();
            held.push(fresh);
            fleet.host(number).ca_store = seen(held);
        }
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        let mut down = made_anew(0);
        for number in 1..=2 {
            down.provider(number).status = seen("disconnected".to_owned());
        }
        vec![
            Case::cause(
                "no-host-has-it",
                "Somebody deleted `sms_self_signed` to help one host",
                "SPS made it anew an hour ago, and both hosts still trust the one before. All providers went down at \
                 once; their hosts' certificates are good.",
                down,
            ),
            Case::near_miss(
                "one-host-left",
                "One host was forgotten",
                "The new certificate reached `esx01.lab.test` and not `esx02.lab.test`: a trouble of that host.",
                made_anew(1),
            ),
        ]
    }

    #[test]
    fn without_the_certificate_or_the_stores_of_hosts_it_cannot_be_told() {
        let open = |fleet: &Fleet| -> Vec<String> {
            fleet.judge().unanswered.into_iter().flat_map(|open| open.codes).collect()
        };
        let mut fleet = made_anew(2);
        fleet.host(1).ca_store = unknown(MissingReason::Denied);
        assert!(!open(&fleet).contains(&"sms-regenerated-fleet-pending".to_owned()), "one host is no fleet");
        fleet.host(2).ca_store = unknown(MissingReason::Denied);
        assert!(open(&fleet).contains(&"sms-regenerated-fleet-pending".to_owned()));
        let mut fleet = made_anew(2);
        fleet.vcenter().sms.sms_self_signed = unknown(MissingReason::NotAsked);
        assert!(open(&fleet).contains(&"sms-regenerated-fleet-pending".to_owned()));
    }

    #[test]
    fn its_cure_is_planned_at_every_host_that_was_left_behind() {
        let fleet = made_anew(0);
        let ways = Ways { esxi_shell: false, appliance_shell: false, provider_port: Ways::PROVIDER_PORT };
        let plan = plan(&fleet.facts, &fleet.judge(), &fleet.policy, ways);
        let hosts = plan.lanes.iter().flat_map(|lane| &lane.hosts).map(|host| host.host.name.as_str());
        assert_eq!(hosts.collect::<Vec<_>>(), ["esx01.lab.test", "esx02.lab.test"], "{:?}", plan.refused);
    }

    #[test]
    fn it_leads_every_host_that_was_left_behind() {
        let fleet = made_anew(0);
        fleet.has_one_cause("sms-regenerated-fleet-pending");
        assert_eq!(fleet.codes().iter().filter(|code| *code == "castore-stale-sms").count(), 2);
        made_anew(1).has_one_cause("castore-stale-sms");
    }
}
