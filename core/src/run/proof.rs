//! Looking at one host after its steps: is its cause gone, and is nothing new there?

use std::collections::{BTreeMap, BTreeSet};

use super::Run;
use super::journal::{JournalEvent, Status};
use super::track::{Activity, Direction, Then};
use crate::case::PlaceKind;
use crate::diagnostic::Severity;
use crate::facts::{Facts, HostId};
use crate::plan::{Act, HostSteps, StepId};
use crate::remedies::agree_on_name::{self, carries_own_name};
use crate::rules::{Check, Cure, Finding, Judgement, judge};
use crate::survey::{Question, host_questions};
use crate::time::UnixTime;

/// What is found at a host that is judged by itself.
struct Seen {
    /// What is found.
    found: Vec<Finding>,
    /// What could not be told.
    unknown: Vec<(String, String)>,
}

impl Run {
    /// Remembers what is found at a host before its first step, so that what is new can be told. After that it is too late:
    /// what a run knows that goes on from a journal is what was found before its first act.
    pub(super) fn remember_host(&mut self, now: UnixTime, host: &HostId) {
        let own = self.plan.hosts().find(|one| one.host.id == *host);
        let is_begun = own.is_some_and(|own| own.steps.iter().any(|step| self.acted.contains(&step.id)));
        if !is_begun && !self.found_before.contains_key(host) {
            let found = self.judge_host(now, host).found.into_iter().map(|one| one.diagnostic.code).collect();
            self.found_before.insert(host.clone(), found);
        }
    }

    /// Looks at the host whose steps are behind; `id` is one of them.
    pub(super) fn begin_host_proof(&mut self, now: UnixTime, index: usize, id: StepId, host: HostId) {
        let deadline = now.plus_seconds(self.policy.step_timeout_seconds);
        self.look_anew(index);
        self.ask_host(index, id, host, deadline);
    }

    pub(super) fn ask_host(&mut self, index: usize, id: StepId, host: HostId, deadline: UnixTime) {
        let tag = self.take_tag();
        self.inquiry.knock_again();
        // A host's clock is judged by vCenter's, and ours may have been set since that was asked.
        self.inquiry.put(Question::CurrentTime, tag);
        for question in host_questions(&self.inquiry, &host) {
            self.inquiry.put(question, tag);
        }
        self.set(index, id, Some(Activity::Prove { host, tag, deadline }));
    }

    /// Everything that was asked about the host is answered.
    pub(super) fn host_seen(
        &mut self,
        now: UnixTime,
        index: usize,
        id: StepId,
        host: &HostId,
        deadline: UnixTime,
    ) -> bool {
        self.asked_at = now;
        let seen = self.judge_host(now, host);
        let left = self.left_of_cure(host, &seen);
        let why = self.why_unwell(host, &seen, &left);
        match why {
            None => {
                self.record(now, JournalEvent::HostProved { host: host.clone(), left: left.into_keys().collect() });
                self.set(index, id, None);
            }
            Some(why) if self.is_late(now, index, id, Direction::Forward, deadline) => {
                self.record_and_stop(now, JournalEvent::HostUnwell { host: host.clone(), why });
                self.set(index, id, None);
            }
            Some(_) => self.pause(now, index, id, Then::Prove(host.clone()), deadline),
        }
        true
    }

    /// What the host's steps were to cure and is still found, or cannot be told: code and message.
    fn left_of_cure(&self, host: &HostId, seen: &Seen) -> BTreeMap<String, String> {
        let Some(steps) = self.plan.hosts().find(|one| one.host.id == *host) else { return BTreeMap::new() };
        let found = seen.found.iter().map(|one| (&one.diagnostic.code, &one.diagnostic.message));
        let unknown = seen.unknown.iter().map(|(code, message)| (code, message));
        let wanted = found.chain(unknown).filter(|(code, _)| steps.cures.contains(code));
        wanted.map(|(code, message)| (code.clone(), message.clone())).collect()
    }

    fn why_unwell(&self, host: &HostId, seen: &Seen, left: &BTreeMap<String, String>) -> Option<String> {
        let steps = self.plan.hosts().find(|one| one.host.id == *host)?;
        let is_pending = self.is_for_the_end(steps);
        let before = self.found_before(host);
        let new = seen.found.iter().find(|one| {
            one.severity() >= Severity::Medium
                && !(is_pending && one.place.kind == PlaceKind::Provider)
                && before.as_ref().is_some_and(|before| !before.contains(one.diagnostic.code.as_str()))
        });
        if let Some(Finding { diagnostic, .. }) = new {
            return Some(format!("`{}` is new there: {}", diagnostic.code, diagnostic.message));
        }
        // A signature is made elsewhere.
        if steps.steps.iter().any(|step| matches!(step.act, Act::RequestSigning { .. })) {
            return None;
        }
        let own = self.inquiry.facts.hosts.get(host);
        let is_for_the_end =
            |code: &str| is_cured_at_the_end(code, own.is_some_and(|own| carries_own_name(&self.inquiry.facts, own)));
        let mut left = left.iter().filter(|(code, _)| !(is_pending && is_for_the_end(code)));
        left.next().map(|(code, message)| format!("`{code}` is still there: {message}"))
    }

    /// The codes that were found at a host before its first step, or before the first of all. `None` where nobody knows.
    fn found_before(&self, host: &HostId) -> Option<BTreeSet<&str>> {
        let at_first = self.found_before.get(host).map(|codes| codes.iter().map(String::as_str).collect());
        let at_all = self.before.as_ref().and_then(|picture| picture.found.as_ref());
        let at_all = at_all.map(|found| found.get(&host.0).into_iter().flatten().map(|one| one.code.as_str()));
        match (at_first, at_all) {
            (None, None) => None,
            (first, all) => {
                let first: BTreeSet<&str> = first.unwrap_or_default();
                Some(first.into_iter().chain(all.into_iter().flatten()).collect())
            }
        }
    }

    /// Whether the provider of a host is for the steps at the end of the plan: one of the host's own gave up, and a stronger
    /// one is there; or none of them is about it. Until then SMS knows the provider as it was.
    fn is_for_the_end(&self, host: &HostSteps) -> bool {
        let gave_up = host.steps.iter().any(|step| self.status(step.id) == Status::NotReached);
        let tries_here = host.steps.iter().any(|step| matches!(step.act, Act::SyncProvider { .. }));
        let is_awaited = self.plan.last.iter().any(|step| step.host.as_ref() == Some(&host.host));
        gave_up || (is_awaited && !tries_here)
    }

    /// What the rules say of one host, from what is known of it and of vCenter now.
    fn judge_host(&self, now: UnixTime, host: &HostId) -> Seen {
        let facts = only(&self.inquiry.facts, now, host);
        let Judgement { findings, unanswered, .. } = judge(&facts, &self.policy);
        let is_here = |place: &Option<String>| place.as_deref() == Some(host.0.as_str());
        let found = findings.into_iter().filter(|finding| is_here(&finding.place.host));
        let unknown = unanswered.into_iter().flat_map(|one| {
            let why = one.missing.message;
            one.codes.into_iter().map(move |code| (code, why.clone()))
        });
        Seen { found: found.collect(), unknown: unknown.collect() }
    }
}

/// Whether a trouble is about what SMS has of a provider, which the steps at the end of a plan bring in order. What is
/// wrong at the host itself is for the host's own steps, and must be gone after them. Where the host's certificate carries
/// its own name, what is left of names to agree on is the provider's.
fn is_cured_at_the_end(code: &str, carries_own_name: bool) -> bool {
    let Some(rule) = crate::rules::find(code) else { return false };
    matches!(rule.check, Check::Provider(_))
        || rule.cure == Cure::Remedy("register-provider")
        || (carries_own_name && rule.cure == Cure::Remedy(agree_on_name::REMEDY.name))
}

/// The facts of one host and of vCenter, so that judging a host costs the same in a large fleet. Logs are left out: they
/// tell of what was.
pub(super) fn only(facts: &Facts, now: UnixTime, host: &HostId) -> Facts {
    let own = facts.hosts.get(host);
    Facts {
        schema: facts.schema.clone(),
        began_at: facts.began_at,
        ended_at: now,
        vcenter: facts.vcenter.clone(),
        hosts: own.iter().map(|own| (host.clone(), (*own).clone())).collect(),
        inventory: facts.inventory.clone(),
        providers: own
            .into_iter()
            .flat_map(|own| facts.providers_of(own))
            .map(|provider| (provider.id.clone(), provider.clone()))
            .collect(),
        other_providers: facts.other_providers.clone(),
        provider_list: facts.provider_list.clone(),
        certificates: facts.certificates.clone(),
        logs: Vec::new(),
        logs_missing: facts.logs_missing.clone(),
        files: facts.files.clone(),
    }
}
