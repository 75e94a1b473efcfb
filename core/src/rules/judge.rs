//! Judging: every rule at every place.

use std::collections::{BTreeMap, BTreeSet};

use super::RULES;
use super::environment::privilege_missing_view;
use super::finding::{Judgement, Unanswered};
use super::fold::{Hit, fold};
use super::rule::{Check, Grade, Rule};
use crate::case::contradictions::{Contradiction, contradictions};
use crate::case::{Case, Found, Place, Reach, Verdict};
use crate::diagnostic::Severity;
use crate::facts::{Facts, Host, HostId, Missing, MissingReason};
use crate::policy::Policy;

/// Judges facts by every rule. Pure; grows linearly with hosts and providers.
pub fn judge(facts: &Facts, policy: &Policy) -> Judgement {
    judge_case(&Case::new(facts, policy))
}

fn judge_case(case: &Case<'_>) -> Judgement {
    let (mut troubles, mut notes) = (Vec::new(), Vec::new());
    let mut open: BTreeMap<Missing, (BTreeSet<String>, BTreeSet<String>)> = BTreeMap::new();
    for (place, rule, verdict) in verdicts(case) {
        match verdict {
            Verdict::Found(what) => {
                let is_note = rule.severity == Severity::Info;
                if is_note { &mut notes } else { &mut troubles }.push(hit(case, place, rule, what));
            }
            Verdict::Unknown(missing) => {
                let (codes, places) = open.entry(missing).or_default();
                codes.insert(rule.code.to_owned());
                places.insert(place.name);
            }
            Verdict::Fine | Verdict::NotApplicable => {}
        }
    }
    for Contradiction { missing, codes, places: between } in contradictions(case.facts) {
        let (open_codes, places) = open.entry(missing).or_default();
        open_codes.extend(codes.iter().map(|code| (*code).to_owned()));
        places.extend(between);
    }
    if case.facts.hosts.is_empty() && troubles.is_empty() {
        let (codes, places) = open.entry(no_host_seen()).or_default();
        codes.insert(privilege_missing_view::RULE.code.to_owned());
        places.insert(Place::vcenter(case.facts).name);
    }
    let unanswered = open.into_iter().map(|(missing, (codes, places))| Unanswered {
        missing,
        codes: codes.into_iter().collect(),
        places: places.into_iter().collect(),
    });
    Judgement { findings: fold(case, troubles), notes: fold(case, notes), unanswered: unanswered.collect() }
}

/// Where no host is seen, none is seen to be well: an account that may see none must not be told that all is.
fn no_host_seen() -> Missing {
    Missing {
        reason: MissingReason::NotSent,
        message: "no ESXi host is seen".to_owned(),
        help: "give the account the role Read-only on the hosts, or look at the vCenter that has them".to_owned(),
    }
}

fn verdicts<'c>(case: &'c Case<'_>) -> impl Iterator<Item = (Place, &'static Rule, Verdict)> + 'c {
    RULES.iter().flat_map(move |rule| -> Box<dyn Iterator<Item = (Place, &'static Rule, Verdict)> + 'c> {
        match rule.check {
            Check::VCenter(check) => {
                Box::new(std::iter::once_with(move || (Place::vcenter(case.facts), rule, check(case))))
            }
            Check::Host(check) => {
                Box::new(case.facts.hosts.values().map(move |host| (Place::of_host(host), rule, check(case, host))))
            }
            Check::Provider(check) => Box::new(case.facts.providers.values().map(move |provider| {
                (Place::of_provider(provider, case.host_of(provider)), rule, check(case, provider))
            })),
            Check::OtherProvider(check) => Box::new(case.facts.other_providers.values().map(move |provider| {
                (Place::of_provider(provider, case.host_of(provider)), rule, check(case, provider))
            })),
        }
    })
}

/// A trouble with what the logs of the hosts that it is about say to it.
fn hit(case: &Case<'_>, place: Place, rule: &'static Rule, mut what: Found) -> Hit {
    let said = rule.log.and_then(|leg| {
        let own = place.host.iter();
        let reached = match &what.reach {
            Reach::Hosts(hosts) if place.host.is_none() => Some(hosts),
            _ => None,
        };
        let hosts = own.chain(reached.into_iter().flatten()).filter_map(|id| case.facts.hosts.get(&HostId(id.clone())));
        super::log::said(case, hosts.collect::<Vec<&Host>>(), leg)
    });
    let logs = said.as_ref().map(|(stance, _)| *stance);
    let files = super::files::evidence(case, &place, &what);
    if super::files::rests_on_copy(case, &place, &what) {
        what.grade = what.grade.max(Some(Grade::C));
    }
    let event = super::events::evidence(case, &place, rule, &what);
    what.evidence.extend(event);
    what.evidence.extend(files);
    what.evidence.extend(said.map(|(_, evidence)| evidence));
    Hit { place, rule, what, logs }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{Fleet, seen};

    /// What the rules look up for a fleet of which every second provider is down, in two clusters.
    fn lookups(hosts: u32) -> u64 {
        let mut fleet = Fleet::of(hosts);
        for number in 1..=hosts as usize {
            if number % 2 == 0 {
                fleet.provider(number).status = seen("offline".to_owned());
                fleet.host(number).cluster_id = seen("domain-c9".to_owned());
            }
        }
        let case = Case::new(&fleet.facts, &fleet.policy);
        judge_case(&case);
        case.lookups.get()
    }

    #[test]
    fn where_no_host_is_seen_nothing_is_called_well() {
        let mut fleet = Fleet::of(1);
        fleet.facts.hosts.clear();
        fleet.facts.providers.clear();
        let judgement = fleet.judge();
        let told: Vec<&str> = judgement.unanswered.iter().map(|one| one.missing.message.as_str()).collect();
        assert_eq!(told, ["no ESXi host is seen"]);
    }

    #[test]
    fn what_is_looked_up_grows_no_faster_than_the_fleet() {
        let (some, twice) = (lookups(20), lookups(40));
        assert!(some > 20 && twice <= 2 * some, "{some} for 20 hosts, {twice} for 40");
    }
}
