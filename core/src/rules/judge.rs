//! Judging: every rule at every place, then causes above what follows from them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Case, Check, Cure, Found, Grade, RULES, Rule, Verdict, find};
use crate::diagnostic::{Diagnostic, Severity};
use crate::facts::{Facts, Missing};
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
    /// The code of the finding that this one follows from, if any.
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

/// A question that could not be answered, with all the places where it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unanswered {
    /// The rule that could not tell.
    pub code: String,
    /// Why, and what would make it known.
    pub missing: Missing,
    /// Where, by name.
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
    let mut unanswered: BTreeMap<(&str, Missing), Vec<String>> = BTreeMap::new();
    for (place, rule, verdict) in verdicts(&case) {
        match verdict {
            Verdict::Found(what) => found.push((place, rule, what)),
            Verdict::Unknown(missing) => unanswered.entry((rule.code, missing)).or_default().push(place.name),
            Verdict::Fine | Verdict::NotApplicable => {}
        }
    }
    let unanswered = unanswered
        .into_iter()
        .map(|((code, missing), places)| Unanswered { code: code.to_owned(), missing, places })
        .collect();
    Judgement { findings: fold(found), unanswered }
}

fn verdicts<'c>(case: &'c Case<'_>) -> impl Iterator<Item = (Place, &'static Rule, Verdict)> + 'c {
    RULES.iter().flat_map(move |rule| -> Box<dyn Iterator<Item = (Place, &'static Rule, Verdict)> + 'c> {
        match rule.check {
            Check::VCenter(check) => Box::new(std::iter::once_with(move || (vcenter(case), rule, check(case)))),
            Check::Host(check) => Box::new(case.facts.hosts.values().map(move |host| {
                let place = Place {
                    kind: PlaceKind::Host,
                    id: host.id.0.clone(),
                    name: host.name.clone(),
                    host: Some(host.id.0.clone()),
                };
                (place, rule, check(case, host))
            })),
            Check::Provider(check) => Box::new(case.facts.providers.values().map(move |provider| {
                let host = case.host_of(provider).map(|host| host.id.0.clone());
                let place = Place {
                    kind: PlaceKind::Provider,
                    id: provider.id.0.clone(),
                    name: provider.name.clone(),
                    host,
                };
                (place, rule, check(case, provider))
            })),
        }
    })
}

fn vcenter(case: &Case<'_>) -> Place {
    let authority = case.facts.vcenter.authority.clone();
    Place { kind: PlaceKind::Vcenter, id: authority.clone(), name: authority, host: None }
}

/// Puts causes above what follows from them, and says of each which it is.
fn fold(found: Vec<(Place, &'static Rule, Found)>) -> Vec<Finding> {
    let at_places: BTreeSet<(Option<&str>, &str)> =
        found.iter().map(|(place, rule, _)| (place.host.as_deref(), rule.code)).collect();
    let causes: Vec<Option<&'static str>> =
        found.iter().map(|(place, rule, _)| cause_of(rule, place.host.as_deref(), &at_places)).collect();

    let mut followers: BTreeMap<(Option<String>, &str), BTreeSet<String>> = BTreeMap::new();
    let mut counts: BTreeMap<(Option<String>, &str), u32> = BTreeMap::new();
    for ((place, rule, _), cause) in found.iter().zip(&causes) {
        let Some(cause) = *cause else { continue };
        let host = if at_places.contains(&(place.host.as_deref(), cause)) { place.host.clone() } else { None };
        followers.entry((host.clone(), cause)).or_default().insert(rule.code.to_owned());
        let count = counts.entry((host, cause)).or_default();
        *count = count.saturating_add(1);
    }

    let mut findings: Vec<(u16, Finding)> = found
        .into_iter()
        .zip(causes)
        .map(|((place, rule, what), cause)| {
            let key = (place.host.clone(), rule.code);
            let related = followers.get(&key).into_iter().flatten().cloned().collect();
            let explains = counts.get(&key).copied().unwrap_or(0);
            (rule.rank, finding(place, rule, what, cause, related, explains))
        })
        .collect();
    findings.sort_by(|(left_rank, left), (right_rank, right)| {
        let key = |rank: &u16, finding: &Finding| {
            let worst_first = std::cmp::Reverse(finding.diagnostic.severity);
            (finding.follows_from.is_some(), *rank, worst_first, finding.diagnostic.code.clone(), finding.place.name.clone(), finding.place.id.clone())
        };
        key(left_rank, left).cmp(&key(right_rank, right))
    });
    findings.into_iter().map(|(_, finding)| finding).collect()
}

/// The nearest found cause of a rule's finding at a host: the one of smallest rank that explains it there or everywhere.
fn cause_of(rule: &Rule, host: Option<&str>, found: &BTreeSet<(Option<&str>, &str)>) -> Option<&'static str> {
    let explains = |cause: &Rule| {
        cause.rank < rule.rank
            && cause.explains.contains(&rule.code)
            && (found.contains(&(None, cause.code)) || (host.is_some() && found.contains(&(host, cause.code))))
    };
    RULES.iter().filter(|cause| explains(cause)).min_by_key(|cause| cause.rank).map(|cause| cause.code)
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
