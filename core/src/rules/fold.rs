//! Causes above what follows from them.

use std::collections::{BTreeMap, BTreeSet};

use super::RULES;
use super::finding::{Confidence, Finding};
use super::log::Stance;
use super::rule::{Cure, Rule};
use crate::case::{Case, Found, Place, PlaceKind, Reach};
use crate::diagnostic::Diagnostic;
use crate::facts::HostId;

/// A rule that found its trouble at a place, with what the logs say to it.
pub(super) struct Hit {
    pub(super) place: Place,
    pub(super) rule: &'static Rule,
    pub(super) what: Found,
    pub(super) logs: Option<Stance>,
}

/// Says of each hit whether it is a cause or what it follows from; the root comes first.
pub(super) fn fold(case: &Case<'_>, hits: Vec<Hit>) -> Vec<Finding> {
    let causes = causes(case, &hits);
    let mut followers: BTreeMap<usize, (BTreeSet<&str>, u32)> = BTreeMap::new();
    for (hit, cause) in hits.iter().zip(&causes) {
        if let Some(cause) = cause {
            let (codes, count) = followers.entry(*cause).or_default();
            codes.insert(hit.rule.code);
            *count = count.saturating_add(1);
        }
    }
    let codes: Vec<&str> = hits.iter().map(|hit| hit.rule.code).collect();
    let mut findings: Vec<(u16, Finding)> = hits
        .into_iter()
        .zip(causes)
        .enumerate()
        .map(|(index, (hit, cause))| {
            let (related, explains) = followers.remove(&index).unwrap_or_default();
            let root = cause.and_then(|cause| codes.get(cause)).copied();
            let related = related.into_iter().map(str::to_owned).collect();
            (hit.rule.rank, finding(hit, root, related, explains))
        })
        .collect();
    findings.sort_by_cached_key(|(rank, finding)| {
        let Finding { place, diagnostic, follows_from, .. } = finding;
        let worst_first = std::cmp::Reverse(diagnostic.severity);
        (follows_from.is_some(), *rank, worst_first, diagnostic.code.clone(), place.name.clone(), place.id.clone())
    });
    findings.into_iter().map(|(_, finding)| finding).collect()
}

/// For each hit the one at its root, if that is another: by the smallest rank among those that explain it, and on from
/// there. Ranks fall at every step, so the way ends.
fn causes(case: &Case<'_>, hits: &[Hit]) -> Vec<Option<usize>> {
    let at: BTreeMap<(Spot<'_>, &str), usize> =
        hits.iter().enumerate().map(|(index, hit)| ((spot(&hit.place), hit.rule.code), index)).collect();
    let explaining = explaining();
    let nearest: Vec<Option<usize>> = hits
        .iter()
        .map(|hit| {
            let causes = explaining.get(hit.rule.code).into_iter().flatten();
            causes.filter(|cause| cause.rank < hit.rule.rank).find_map(|cause| {
                let candidates = spots(&hit.place).into_iter().flatten();
                let mut found = candidates.filter_map(|spot| at.get(&(spot, cause.code)).copied());
                found.find(|index| hits.get(*index).is_some_and(|cause| reaches(case, &cause.what.reach, &hit.place)))
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

/// Whether a trouble does harm at a place. Whatever it reaches, it reaches the vCenter.
fn reaches(case: &Case<'_>, reach: &Reach, place: &Place) -> bool {
    let host = place.host.as_ref().and_then(|id| case.facts.hosts.get(&HostId(id.clone())));
    match host {
        _ if place.kind == PlaceKind::Vcenter => true,
        Some(host) => reach.covers(host),
        None => matches!(reach, Reach::All | Reach::BelowNine | Reach::FromNine),
    }
}

/// By code, the rules that explain it, the nearest to the root first.
fn explaining() -> BTreeMap<&'static str, Vec<&'static Rule>> {
    let mut all: BTreeMap<&str, Vec<&Rule>> = BTreeMap::new();
    for rule in RULES {
        for explained in rule.all_explained() {
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

fn spot(place: &Place) -> Spot<'_> {
    (place.kind, if place.kind == PlaceKind::Vcenter { "" } else { &place.id })
}

/// Where the cause of a finding at this place may be found: there, at its host, at the vCenter.
fn spots(place: &Place) -> [Option<Spot<'_>>; 3] {
    let host = place.host.as_deref().map(|id| (PlaceKind::Host, id));
    [Some(spot(place)), host, Some((PlaceKind::Vcenter, ""))]
}

fn finding(hit: Hit, cause: Option<&str>, related: Vec<String>, explains: u32) -> Finding {
    let Hit { place, rule, what, logs } = hit;
    let (remedy, help) = match rule.cure {
        Cure::Remedy(name) => (Some(name.to_owned()), crate::remedies::help(name)),
        Cure::ByHand(help) => (None, help.to_owned()),
    };
    let diagnostic = Diagnostic {
        code: rule.code.to_owned(),
        severity: what.severity.unwrap_or(rule.severity),
        message: what.message,
        help,
        evidence: what.evidence,
        related,
        url: format!("RULES.md#{}", rule.code),
    };
    let grade = what.grade.map_or(rule.grade, |grade| grade.max(rule.grade));
    let confidence = Confidence::after(grade, logs);
    Finding { place, diagnostic, follows_from: cause.map(str::to_owned), explains, grade, confidence, remedy }
}
