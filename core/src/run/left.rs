//! What is left of a trouble after a run. Not told is not gone.

use std::collections::BTreeSet;

use super::{Run, Status};
use crate::case::PlaceKind;
use crate::diagnostic::Severity;
use crate::facts::{Facts, HostId};
use crate::plan::{Act, HostSteps};
use crate::report::Report;

/// What is left.
#[derive(Default)]
pub(super) struct Left {
    /// One line each.
    pub(super) lines: Vec<String>,
    /// The hosts that it is at.
    pub(super) hosts: BTreeSet<HostId>,
}

impl Left {
    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    fn at(&mut self, host: &HostSteps, line: &str) {
        self.lines.push(format!("`{}`: {line}", host.host.name));
        self.hosts.insert(host.host.id.clone());
    }
}

/// What the plan was to cure and is still found or cannot be told, and what is new at the vCenter.
pub(super) fn of(run: &Run, facts: &Facts, proof: &Report) -> Left {
    let mut left = Left::default();
    for host in run.plan().hosts() {
        let is_cured_here = |code: &String| host.cures.contains(code);
        for finding in proof.findings.iter().filter(|finding| is_cured_here(&finding.diagnostic.code)) {
            if finding.place.host.as_deref() == Some(host.host.id.0.as_str()) {
                left.at(host, &finding.diagnostic.message);
            }
        }
        for unanswered in proof.unanswered.iter().filter(|unanswered| unanswered.codes.iter().any(is_cured_here)) {
            if is_told_of(facts, host, &unanswered.places) {
                left.at(
                    host,
                    &format!(
                        "whether `{}` is gone cannot be told: {}",
                        unanswered.codes.join("`, `"),
                        unanswered.missing.message
                    ),
                );
            }
        }
        if concerns_provider(host) && facts.provider_list.value().is_none() {
            left.at(
                host,
                "its storage provider could not be looked at, because the list of providers could not be read",
            );
        }
    }
    let before = run.before.as_ref().map(|picture| &picture.found_at_vcenter);
    let has_changed = run.plan().steps().any(|step| run.status(step.id) == Status::Succeeded);
    for finding in proof.findings.iter().filter(|_| has_changed) {
        let is_new = before.is_some_and(|before| !before.contains(&finding.diagnostic.code));
        if finding.place.kind == PlaceKind::Vcenter && finding.severity() >= Severity::High && is_new {
            left.lines.push(format!("vCenter, and it was not so before: {}", finding.diagnostic.message));
        }
    }
    left
}

fn is_told_of(facts: &Facts, host: &HostSteps, places: &[String]) -> bool {
    let own = facts.hosts.get(&host.host.id);
    let providers = own.into_iter().flat_map(|own| facts.providers_of(own)).map(|provider| provider.name.as_str());
    std::iter::once(host.host.name.as_str()).chain(providers).any(|name| places.iter().any(|place| place == name))
}

fn concerns_provider(host: &HostSteps) -> bool {
    host.steps.iter().any(|step| matches!(step.act, Act::SyncProvider { .. } | Act::ReconnectProvider { .. }))
}
