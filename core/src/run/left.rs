//! What is left of a trouble after a run, and what is wrong since. Not told is not gone.

use std::collections::BTreeSet;

use super::evidence::{FoundCode, HostPicture, spot};
use super::{Run, Status};
use crate::case::PlaceKind;
use crate::diagnostic::Severity;
use crate::facts::{ConnectionState, Facts, HostId};
use crate::plan::{Act, FleetCure, HostRef, HostSteps};
use crate::report::Report;
use crate::rules::Finding;
use crate::rules::provider::alarm_residual;

/// What is left.
#[derive(Default)]
pub(super) struct Left {
    /// One line each.
    pub(super) lines: Vec<String>,
    /// The hosts of the plan that it is at.
    pub(super) hosts: BTreeSet<HostId>,
    /// What steps on the vCenter were to cure and is still there.
    pub(super) cures: Vec<FleetCure>,
    /// What helps against what is new, one line each.
    pub(super) help: Vec<String>,
}

impl Left {
    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    fn at(&mut self, host: &HostRef, line: &str) {
        self.lines.push(format!("`{}`: {line}", host.name));
        self.hosts.insert(host.id.clone());
    }

    fn new_at(&mut self, name: &str, finding: &Finding) {
        self.lines.push(format!("`{name}`, and it was not so before: {}", finding.diagnostic.message));
        self.help.push(format!("`{name}`: {}", finding.diagnostic.help));
    }
}

/// What the plan was to cure and is still found or cannot be told, what is not well at a host that was changed, and what
/// is new at the vCenter and at hosts that lost `sps` for a while. What was there before and is not the plan's business is
/// no trouble of the run's.
pub(super) fn of(run: &Run, facts: &Facts, proof: &Report) -> Left {
    let mut left = Left::default();
    for host in run.plan().hosts() {
        cured_at_host(facts, proof, host, &mut left);
    }
    for cure in &run.plan().cures {
        cured_at_vcenter(run, facts, proof, cure, &mut left);
    }
    for host in super::evidence::touched(run.plan()) {
        if !facts.hosts.contains_key(&host.id) {
            let line = match facts.inventory.known() {
                Ok(_) => "it is not in the inventory any more".to_owned(),
                Err(missing) => format!("it could not be looked at: {}", missing.message),
            };
            left.at(host, &line);
        } else if run.has_changed_host(host) {
            changed_host(run, proof, host, &mut left);
        }
    }
    elsewhere(run, proof, &mut left);
    left
}

fn cured_at_host(facts: &Facts, proof: &Report, host: &HostSteps, left: &mut Left) {
    let is_cured_here = |code: &String| host.cures.contains(code);
    for finding in proof.findings.iter().filter(|finding| is_cured_here(&finding.diagnostic.code)) {
        if finding.place.host.as_deref() == Some(host.host.id.0.as_str()) {
            left.at(&host.host, &finding.diagnostic.message);
        }
    }
    for unanswered in proof.unanswered.iter().filter(|unanswered| unanswered.codes.iter().any(is_cured_here)) {
        if is_told_of(facts, host, &unanswered.places) {
            left.at(&host.host, &untold(&unanswered.codes.join("`, `"), &unanswered.missing.message));
        }
    }
    if concerns_provider(host) && facts.provider_list.value().is_none() {
        left.at(
            &host.host,
            "its storage provider could not be looked at, because the list of providers could not be read",
        );
    }
}

/// What steps on the vCenter were to cure there or at a provider. A provider that has come back has another uid.
fn cured_at_vcenter(run: &Run, facts: &Facts, proof: &Report, cure: &FleetCure, left: &mut Left) {
    let FleetCure { code, place } = cure;
    let lines = left.lines.len();
    for Finding { place: here, diagnostic, .. } in &proof.findings {
        let is_here = here.kind == place.kind && (here.id == place.id || here.name == place.name);
        if is_here && diagnostic.code == *code && !is_another_alarm(run, facts, code) {
            left.lines.push(format!("`{}`: {}", place.name, diagnostic.message));
        }
    }
    for unanswered in proof.unanswered.iter().filter(|unanswered| unanswered.codes.contains(code)) {
        if unanswered.places.contains(&place.name) {
            left.lines.push(format!("`{}`: {}", place.name, untold(code, &unanswered.missing.message)));
        }
    }
    if left.lines.len() > lines {
        left.cures.push(cure.clone());
    }
}

/// An alarm loses its cause when a host is cured; those that the plan resets are other ones, and are not raised any more.
fn is_another_alarm(run: &Run, facts: &Facts, code: &str) -> bool {
    let Some(raised) = facts.vcenter.alarms.value().filter(|_| code == alarm_residual::RULE.code) else { return false };
    let is_raised = |alarm: &str, entity: &str| {
        raised.iter().any(|one| one.alarm == alarm && one.entity == entity && !one.acknowledged)
    };
    !run.plan().steps().any(|step| match &step.act {
        Act::AcknowledgeAlarm { alarm, entity, .. } => is_raised(alarm, entity),
        Act::ClearAlarms { alarms, .. } => alarms.iter().any(|one| is_raised(&one.alarm, &one.entity)),
        _ => false,
    })
}

fn untold(codes: &str, why: &str) -> String {
    format!("whether `{codes}` is gone cannot be told: {why}")
}

fn is_told_of(facts: &Facts, host: &HostSteps, places: &[String]) -> bool {
    let own = facts.hosts.get(&host.host.id);
    let providers = own.into_iter().flat_map(|own| facts.providers_of(own)).map(|provider| provider.name.as_str());
    std::iter::once(host.host.name.as_str()).chain(providers).any(|name| places.iter().any(|place| place == name))
}

fn concerns_provider(host: &HostSteps) -> bool {
    host.steps.iter().any(|step| matches!(step.act, Act::SyncProvider { .. } | Act::ReconnectProvider { .. }))
}

/// A host that was changed: nothing that matters is found there which was not before, and it is as it must be.
fn changed_host(run: &Run, proof: &Report, host: &HostRef, left: &mut Left) {
    let lines = left.lines.len();
    let is_here = |finding: &&Finding| finding.place.host.as_deref() == Some(host.id.0.as_str());
    for finding in proof.findings.iter().filter(is_here) {
        // A cure that did not hold is told already.
        let is_told = run.plan().hosts().any(|one| one.host == *host && one.cures.contains(&finding.diagnostic.code));
        if finding.severity() >= Severity::Medium && !is_told && is_new(run, finding) {
            left.new_at(&host.name, finding);
            left.hosts.insert(host.id.clone());
        }
    }
    if left.lines.len() == lines && !left.hosts.contains(&host.id) {
        let of = |picture: Option<&super::Picture>| {
            picture.and_then(|picture| picture.hosts.iter().find(|one| one.host.id == host.id)).cloned()
        };
        if let (Some(before), Some(after)) = (of(run.before.as_ref()), of(run.after.as_ref())) {
            for line in amiss(&before, &after) {
                left.at(host, &line);
            }
        }
    }
}

/// What no rule says of a host: it has to be connected, with one provider that is online. What was so before is left.
fn amiss(before: &HostPicture, after: &HostPicture) -> Vec<String> {
    let mut lines = Vec::new();
    match &after.connection {
        Some(ConnectionState::Connected) => {}
        same if *same == before.connection => {}
        Some(_) => lines.push("it is not connected to vCenter any more".to_owned()),
        None => lines.push("whether it is connected to vCenter could not be seen".to_owned()),
    }
    match (&before.providers, &after.providers) {
        (Some(_), None) => lines.push("its storage provider could not be looked at".to_owned()),
        (Some(before), Some(after)) => {
            if after.len() != 1 && after.len() != before.len() {
                lines.push(format!("it has {} storage providers", after.len()));
            }
            for provider in after.iter().filter(|one| !before.iter().any(|other| other.status == one.status)) {
                match provider.status.as_deref() {
                    Some("online") => {}
                    Some(other) => lines.push(format!("its storage provider is `{other}`, and not `online`")),
                    None => lines.push("the status of its storage provider could not be seen".to_owned()),
                }
            }
        }
        (None, _) => {}
    }
    lines
}

/// What is new where no step of the plan was: at the vCenter, and where `sps` was restarted or made a certificate anew, at
/// every host and provider.
fn elsewhere(run: &Run, proof: &Report, left: &mut Left) {
    let was_restarted = run.has_done(|act| matches!(act, Act::RestartSps | Act::DeleteClientEntry { .. }));
    // While it was stopped nobody could see what was wrong.
    let is_comparable = !run.has_done(|act| matches!(act, Act::StartSps));
    let has_changed = run.has_done(|_| true);
    let is_of_the_plan = |finding: &Finding| {
        let changed = super::evidence::touched(run.plan()).into_iter().filter(|host| run.has_changed_host(host));
        changed.into_iter().any(|host| finding.place.host.as_deref() == Some(host.id.0.as_str()))
    };
    for finding in proof.findings.iter().filter(|finding| is_new(run, finding)) {
        let is_bad = match finding.place.kind {
            PlaceKind::Vcenter => has_changed && finding.severity() >= Severity::High,
            PlaceKind::Host => was_restarted && is_comparable && finding.severity() >= Severity::High,
            // One that does not come back is for a while only said to be so for a moment.
            PlaceKind::Provider => was_restarted && is_comparable && finding.severity() >= Severity::Medium,
        };
        if is_bad && finding.place.kind == PlaceKind::Vcenter {
            left.new_at("vCenter", finding);
        } else if is_bad && !is_of_the_plan(finding) {
            left.new_at(&finding.place.name, finding);
        }
    }
}

/// Whether a finding was not there before, or is the plan's business; one that follows from what is neither is not new.
/// Where it is not known what was there before, nothing is.
fn is_new(run: &Run, finding: &Finding) -> bool {
    let Some(before) = &run.before else { return false };
    let cures = |code: &str, here: Option<&str>| {
        let of_fleet = run.plan().cures.iter().filter(|cure| cure.code == code);
        of_fleet.map(|cure| &cure.place).any(|place| match here {
            None => place.kind == PlaceKind::Vcenter,
            Some(here) => place.kind != PlaceKind::Vcenter && spot(place) == here,
        })
    };
    let stays_at_vcenter = |code: &str| before.found_at_vcenter.contains(code) && !cures(code, None);
    let causes = || std::iter::once(&finding.diagnostic.code).chain(&finding.follows_from);
    if finding.place.kind == PlaceKind::Vcenter {
        return !causes().any(|code| before.found_at_vcenter.contains(code));
    }
    let Some(found) = &before.found else { return false };
    let here = spot(&finding.place);
    let own: BTreeSet<&String> =
        run.plan().hosts().filter(|host| host.host.id.0 == here).flat_map(|host| &host.cures).collect();
    let is_business = |one: &FoundCode| {
        let mut codes = std::iter::once(&one.code).chain(&one.follows_from);
        codes.any(|code| own.contains(code) || cures(code, Some(here)) || cures(code, None))
    };
    let stays: BTreeSet<&str> =
        found.get(here).into_iter().flatten().filter(|one| !is_business(one)).map(|one| one.code.as_str()).collect();
    !causes().any(|code| stays.contains(code.as_str()) || stays_at_vcenter(code))
}

impl Run {
    /// Whether something was done at this host and not taken back.
    pub(super) fn has_changed_host(&self, host: &HostRef) -> bool {
        self.plan().steps().any(|step| step.host.as_ref() == Some(host) && self.has_acted(step.id))
    }

    fn has_done(&self, wanted: impl Fn(&Act) -> bool) -> bool {
        self.plan().steps().any(|step| wanted(&step.act) && self.has_acted(step.id))
    }

    /// Whether the step has sent its change, or may have, and it was not taken back.
    pub(super) fn has_acted(&self, id: crate::plan::StepId) -> bool {
        self.acted.contains(&id) && !self.never_sent.contains(&id) && self.status(id) != Status::Undone
    }
}
