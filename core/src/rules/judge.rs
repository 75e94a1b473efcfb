//! Judging: every rule at every place, then causes above what follows from them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Case, Check, Cure, Found, Grade, RULES, Rule, Verdict, find};
use crate::diagnostic::{Diagnostic, Evidence, Severity};
use crate::facts::{Facts, Host, HostId, Missing};
use crate::policy::Policy;

/// What all rules together say of the facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judgement {
    /// What was found. Causes come first; what follows from a cause says so.
    pub findings: Vec<Finding>,
    /// What could not be told.
    pub unanswered: Vec<Unanswered>,
}

/// One trouble at one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Where.
    pub place: Place,
    /// What.
    pub diagnostic: Diagnostic,
    /// The code of the finding at the root of this one, if that is another.
    pub follows_from: Option<String>,
    /// How many other findings follow from this one, at any place.
    pub explains: u32,
    /// How sure the facts behind the rule are.
    pub grade: Grade,
    /// The remedy's name, if there is one.
    pub remedy: Option<String>,
}

/// Where a trouble is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// What kind of thing it is.
    pub kind: PlaceKind,
    /// Its id: a managed object id, a provider's uid, or the vCenter's authority.
    pub id: String,
    /// Its name, for people.
    pub name: String,
    /// The ESXi host that it belongs to, if any.
    pub host: Option<String>,
}

/// What kind of thing a place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceKind {
    /// The vCenter, or the fleet as a whole.
    Vcenter,
    /// An ESXi host.
    Host,
    /// An IOFilter provider.
    Provider,
}

/// Something that is not known, with all that nobody can tell for want of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unanswered {
    /// What, why, and what would make it known.
    pub missing: Missing,
    /// The rules that could not tell; sorted.
    pub codes: Vec<String>,
    /// Where, by name; sorted.
    pub places: Vec<String>,
}

impl Judgement {
    /// The findings that no other finding explains.
    pub fn causes(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.follows_from.is_none())
    }
}

/// Judges facts by every rule. Pure; grows linearly with hosts and providers.
pub fn judge(facts: &Facts, policy: &Policy) -> Judgement {
    let case = Case::new(facts, policy);
    let mut found = Vec::new();
    let mut open: BTreeMap<Missing, (BTreeSet<String>, BTreeSet<String>)> = BTreeMap::new();
    for (place, rule, verdict) in verdicts(&case) {
        match verdict {
            Verdict::Found(mut what) => {
                what.evidence.extend(from_logs(&case, &place, rule));
                found.push((place, rule, what));
            }
            Verdict::Unknown(missing) => {
                let (codes, places) = open.entry(missing).or_default();
                codes.insert(rule.code.to_owned());
                places.insert(place.name);
            }
            Verdict::Fine | Verdict::NotApplicable => {}
        }
    }
    let unanswered = open.into_iter().map(|(missing, (codes, places))| Unanswered {
        missing,
        codes: codes.into_iter().collect(),
        places: places.into_iter().collect(),
    });
    Judgement { findings: fold(found), unanswered: unanswered.collect() }
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
                let host = case.host_of(provider).map(|host| host.id.0.clone());
                let place =
                    Place { kind: PlaceKind::Provider, id: provider.id.0.clone(), name: provider.name.clone(), host };
                (place, rule, check(case, provider))
            })),
            Check::OtherProvider(check) => Box::new(case.facts.other_providers.values().map(move |provider| {
                let place = Place {
                    kind: PlaceKind::Provider,
                    id: provider.id.0.clone(),
                    name: provider.name.clone(),
                    host: None,
                };
                (place, rule, check(case, provider))
            })),
        }
    })
}

fn from_logs(case: &Case<'_>, place: &Place, rule: &Rule) -> Option<Evidence> {
    let host = place.host.as_ref().and_then(|id| case.facts.hosts.get(&HostId(id.clone())));
    host.zip(rule.log).and_then(|(host, leg)| super::log::evidence(case, host, leg))
}

/// Puts causes above what follows from them, and says of each which it is.
fn fold(found: Vec<(Place, &'static Rule, Found)>) -> Vec<Finding> {
    let causes = causes(&found);
    let mut followers: BTreeMap<usize, (BTreeSet<String>, u32)> = BTreeMap::new();
    for ((_, rule, _), cause) in found.iter().zip(&causes) {
        if let Some(cause) = cause {
            let (codes, count) = followers.entry(*cause).or_default();
            codes.insert(rule.code.to_owned());
            *count = count.saturating_add(1);
        }
    }
    let codes: Vec<&str> = found.iter().map(|(_, rule, _)| rule.code).collect();
    let mut findings: Vec<(u16, Finding)> = found
        .into_iter()
        .zip(causes)
        .enumerate()
        .map(|(index, ((place, rule, what), cause))| {
            let (related, explains) = followers.remove(&index).unwrap_or_default();
            let cause = cause.and_then(|cause| codes.get(cause)).copied();
            (rule.rank, finding(place, rule, what, cause, related.into_iter().collect(), explains))
        })
        .collect();
    findings.sort_by_cached_key(|(rank, finding)| {
        let Finding { place, diagnostic, follows_from, .. } = finding;
        let worst_first = std::cmp::Reverse(diagnostic.severity);
        (follows_from.is_some(), *rank, worst_first, diagnostic.code.clone(), place.name.clone(), place.id.clone())
    });
    findings.into_iter().map(|(_, finding)| finding).collect()
}

/// For each finding the one at its root, if that is another: by the smallest rank among those that explain it, and on
/// from there. Ranks fall at every step, so the way ends.
fn causes(found: &[(Place, &'static Rule, Found)]) -> Vec<Option<usize>> {
    let at: BTreeMap<(Spot<'_>, &str), usize> =
        found.iter().enumerate().map(|(index, (place, rule, _))| ((place.spot(), rule.code), index)).collect();
    let explaining = explaining();
    let nearest: Vec<Option<usize>> = found
        .iter()
        .map(|(place, rule, _)| {
            let causes = explaining.get(rule.code).into_iter().flatten();
            causes.filter(|cause| cause.rank < rule.rank).find_map(|cause| {
                place.spots().into_iter().flatten().find_map(|spot| at.get(&(spot, cause.code)).copied())
            })
        })
        .collect();
    let root = |mut cause: usize| {
        while let Some(further) = nearest.get(cause).copied().flatten() {
            cause = further;
        }
        cause
    };
    nearest.iter().map(|cause| cause.map(root)).collect()
}

/// By code, the rules that explain it, the nearest to the root first.
fn explaining() -> BTreeMap<&'static str, Vec<&'static Rule>> {
    let mut all: BTreeMap<&str, Vec<&Rule>> = BTreeMap::new();
    for rule in RULES {
        for explained in rule.explains {
            all.entry(explained).or_default().push(rule);
        }
    }
    for rules in all.values_mut() {
        rules.sort_by_key(|rule| rule.rank);
    }
    all
}

/// A place as far as causes are concerned.
type Spot<'a> = (PlaceKind, &'a str);

impl Place {
    /// The vCenter, or the fleet as a whole.
    pub(crate) fn vcenter(facts: &Facts) -> Self {
        let authority = facts.vcenter.authority.clone();
        Self { kind: PlaceKind::Vcenter, id: authority.clone(), name: authority, host: None }
    }

    /// An ESXi host.
    pub(crate) fn of_host(host: &Host) -> Self {
        let id = host.id.0.clone();
        Self { kind: PlaceKind::Host, id: id.clone(), name: host.name.clone(), host: Some(id) }
    }

    fn spot(&self) -> Spot<'_> {
        (self.kind, if self.kind == PlaceKind::Vcenter { "" } else { &self.id })
    }

    /// Where the cause of a finding here may be found: here, at the host, at the vCenter.
    fn spots(&self) -> [Option<Spot<'_>>; 3] {
        let host = self.host.as_deref().map(|id| (PlaceKind::Host, id));
        [Some(self.spot()), host, Some((PlaceKind::Vcenter, ""))]
    }
}

fn finding(
    place: Place,
    rule: &Rule,
    what: Found,
    cause: Option<&str>,
    related: Vec<String>,
    explains: u32,
) -> Finding {
    let (remedy, help) = match rule.cure {
        Cure::Remedy(name) => (Some(name.to_owned()), crate::remedies::help(name)),
        Cure::ByHand(help) => (None, help.to_owned()),
    };
    let diagnostic = Diagnostic {
        code: rule.code.to_owned(),
        severity: rule.severity,
        message: what.message,
        help,
        evidence: what.evidence,
        related,
        url: format!("RULES.md#{}", rule.code),
    };
    Finding { place, diagnostic, follows_from: cause.map(str::to_owned), explains, grade: rule.grade, remedy }
}

impl Finding {
    /// The rule that found it; `None` for a code of another version.
    pub fn rule(&self) -> Option<&'static Rule> {
        find(&self.diagnostic.code)
    }

    /// How bad it is.
    pub fn severity(&self) -> Severity {
        self.diagnostic.severity
    }
}
