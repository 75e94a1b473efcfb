//! From findings to a plan: each cause's remedy drafts its steps, gates hold back what they hold, and drafts are merged
//! into lanes by cluster.

use std::collections::{BTreeMap, BTreeSet};

use super::admission::{admit, closed_gates, held_by};
use super::{Act, FleetCure, HostRef, HostSteps, IfNotDone, Lane, PLAN_SCHEMA, Plan, Refusal, Step, StepId, canary};
use crate::case::{Case, Place, PlaceKind};
use crate::certificate::Certificate;
use crate::facts::{Facts, Host, HostId, Provider};
use crate::gates::{GateReading, Touches, read_gates};
use crate::job::Job;
use crate::policy::{Policy, Safety};
use crate::remedies::{self, Anew, FleetDraft, HostDraft, Scope, moves};
use crate::rules::{Finding, Judgement};

/// What remedies are given.
pub struct Planning<'a> {
    /// The facts, made ready.
    pub case: Case<'a>,
    /// The gates as they were read.
    pub gates: Vec<GateReading>,
    /// What the job offers.
    pub ways: Ways,
}

/// What a job offers to a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ways {
    /// Whether the host program can log in to ESXi hosts by SSH.
    pub esxi_shell: bool,
    /// Whether it can log in to the vCenter appliance by SSH.
    pub appliance_shell: bool,
    /// Where IOFilter providers listen.
    pub provider_port: u16,
}

impl Ways {
    /// Where IOFilter providers listen unless a job says otherwise (KB 320568).
    pub const PROVIDER_PORT: u16 = 9080;

    /// What this job offers.
    pub fn of(job: &Job) -> Self {
        Self {
            esxi_shell: job.esxi_ssh.is_some(),
            appliance_shell: job.appliance_ssh.is_some(),
            provider_port: job.provider_port,
        }
    }
}

impl<'a> Planning<'a> {
    /// Whether no gate holds a change of this at the host.
    pub(crate) fn is_open(&self, host: &Host, touches: Touches) -> bool {
        closed_gates(self, Some(host), touches).is_empty()
    }

    /// The certificate that SMS has stored for a provider.
    pub(crate) fn stored_certificate(&self, provider: &Provider) -> Option<&'a Certificate> {
        self.case.certificate(provider.certificate.value()?).ok()
    }

    /// The URL under which SPS registers a host's provider.
    pub(crate) fn provider_url(&self, host: &Host) -> String {
        format!("https://{}/version.xml", Job::authority(&host.name, self.ways.provider_port))
    }
}

/// Makes the plan that cures what was found, as far as gates and policy allow. Pure, and linear in the fleet.
pub fn plan(facts: &Facts, judgement: &Judgement, policy: &Policy, ways: Ways) -> Plan {
    let case = Case::new(facts, policy);
    let gates = read_gates(&case);
    let planning = Planning { case, gates, ways };
    let mut work = Work::default();
    let spread: BTreeSet<(&str, &str)> = judgement.causes().filter_map(spread_on_hosts).collect();
    for finding in &judgement.findings {
        let remedy = finding.remedy.as_deref().unwrap_or_default();
        let is_to_be_cured = match &finding.follows_from {
            None => spread_on_hosts(finding).is_none(),
            Some(code) => spread.contains(&(code.as_str(), remedy)),
        };
        if is_to_be_cured {
            work.take_up(&planning, finding);
        }
    }
    work.into_plan(&planning)
}

/// Code and remedy of a cause at the vCenter whose remedy works on hosts: it is cured at each host whose finding follows
/// from it and names the same remedy. Of other causes, what follows goes with them.
fn spread_on_hosts(cause: &Finding) -> Option<(&str, &str)> {
    let name = cause.remedy.as_deref()?;
    let is_of_hosts = remedies::find(name).is_some_and(|remedy| matches!(remedy.scope, Scope::Host(_)));
    (cause.place.kind == PlaceKind::Vcenter && is_of_hosts).then_some((cause.diagnostic.code.as_str(), name))
}

/// What steps on the vCenter promise to cure.
fn cure(finding: &Finding) -> FleetCure {
    FleetCure { code: finding.diagnostic.code.clone(), place: finding.place.clone() }
}

/// The plan in the making.
#[derive(Default)]
struct Work {
    fleet: FleetDraft,
    hosts: BTreeMap<HostId, (HostDraft, BTreeSet<String>)>,
    cures: Vec<FleetCure>,
    refused: Vec<Refusal>,
    notes: Vec<String>,
}

impl Work {
    fn take_up(&mut self, planning: &Planning<'_>, finding: &Finding) {
        let host = finding.place.host.as_ref().and_then(|id| planning.case.facts.hosts.get(&HostId(id.clone())));
        let only = &planning.case.policy.only_hosts;
        let is_wanted = |host: &Host| only.is_empty() || only.iter().any(|name| host.is_called(name));
        if !only.is_empty() && !host.is_some_and(is_wanted) {
            return;
        }
        if let Err((gates, why)) = self.draft(planning, finding, host) {
            let code = finding.diagnostic.code.clone();
            self.refused.push(Refusal { code, place: finding.place.clone(), gates, why });
        }
    }

    fn draft(
        &mut self,
        planning: &Planning<'_>,
        finding: &Finding,
        host: Option<&Host>,
    ) -> Result<(), (Vec<String>, String)> {
        let by_hand = || (Vec::new(), finding.diagnostic.help.clone());
        let remedy = finding.remedy.as_deref().and_then(remedies::find).ok_or_else(by_hand)?;
        let no_gate = |why: String| (Vec::new(), why);
        match &remedy.scope {
            Scope::VCenter(steps) => {
                let mut draft = FleetDraft::default();
                steps(planning, &mut draft).map_err(no_gate)?;
                admit(planning, None, draft.first.iter().chain(&draft.afterwards))?;
                // Hosts need it because of what is done before them: all of them, or none.
                let hosts = draft
                    .hosts
                    .into_iter()
                    .filter_map(|(id, draft)| Some((planning.case.facts.hosts.get(&id)?, draft)));
                let hosts: Vec<(&Host, HostDraft)> = hosts.collect();
                for (host, draft) in &hosts {
                    admit(planning, Some(host), draft.steps())?;
                }
                for (host, draft) in hosts {
                    self.merge(host, draft, &finding.diagnostic.code);
                }
                self.fleet.afterwards.extend(draft.afterwards);
                self.notes.extend(draft.notes);
                draft.first.into_iter().for_each(|step| self.fleet.add_first(step));
                self.cures.push(cure(finding));
            }
            Scope::Provider(steps) => {
                let mut draft = FleetDraft::default();
                let provider = planning.case.facts.providers.values().find(|one| one.id.0 == finding.place.id);
                steps(planning, provider.ok_or_else(by_hand)?, &mut draft).map_err(no_gate)?;
                admit(planning, host, draft.unregister.iter())?;
                draft.unregister.into_iter().for_each(|step| self.fleet.unregister(step));
                self.cures.push(cure(finding));
            }
            Scope::Host(steps) => {
                let host = host.ok_or_else(by_hand)?;
                if let Some(note) = skip_rule(planning, finding, host) {
                    self.notes.push(note);
                    return Ok(());
                }
                let mut draft = HostDraft::default();
                let drafted = steps(planning, host, &mut draft);
                let connects = draft.connects();
                draft.drop_optional(|step| {
                    step.if_not_done == IfNotDone::GoOn && !held_by(planning, Some(host), step, connects).is_empty()
                });
                let anew = if draft.anew == Anew::Surely { renaming(planning, host) } else { Vec::new() };
                // A closed gate is named before what the remedy itself lacks.
                admit(planning, Some(host), draft.steps().chain(&anew))?;
                drafted.map_err(no_gate)?;
                self.merge(host, draft, &finding.diagnostic.code);
            }
        }
        Ok(())
    }

    fn merge(&mut self, host: &Host, draft: HostDraft, code: &str) {
        self.notes.extend(draft.notes.iter().cloned());
        let (merged, cures) = self.hosts.entry(host.id.clone()).or_default();
        match &draft.then_by_hand {
            // What only prepares a cure does not promise one.
            Some(note) => self.notes.push(note.clone()),
            None => {
                cures.insert(code.to_owned());
            }
        }
        merged.absorb(draft);
    }

    fn into_plan(mut self, planning: &Planning<'_>) -> Plan {
        let mut lanes: BTreeMap<String, Lane> = BTreeMap::new();
        let timeout = planning.case.policy.step_timeout_seconds;
        for (id, (draft, mut cures)) in std::mem::take(&mut self.hosts) {
            let Some(host) = planning.case.facts.hosts.get(&id) else { continue };
            let reference = HostRef { id: id.clone(), name: host.name.clone() };
            if draft.anew > Anew::Never
                && let Some(why) = self.register_anew(planning, host, &reference, draft.anew)
            {
                self.refuse_what_needs_it(planning, host, draft.anew, &mut cures, &why);
                if cures.is_empty() {
                    continue;
                }
            }
            if draft.awaits_provider {
                self.fleet.await_providers.insert(id.clone(), reference.clone());
            }
            if draft.reloads_store {
                self.reload(planning, host, &reference);
            }
            let cluster = host.cluster.value().cloned().unwrap_or_else(|| host.name.clone());
            let key = host.cluster_id.value().cloned().unwrap_or_else(|| id.0.clone());
            let lane = lanes.entry(key).or_insert_with(|| Lane { cluster, hosts: Vec::new() });
            lane.hosts.push(HostSteps {
                host: reference,
                cures: cures.into_iter().collect(),
                steps: draft.into_steps(),
            });
        }
        let facts = planning.case.facts;
        let is_nobody = |name: &&String| !facts.hosts.values().any(|host| host.is_called(name));
        let unknown = planning.case.policy.only_hosts.iter().filter(is_nobody);
        self.notes.extend(unknown.map(|name| format!("no ESXi host of this vCenter is called `{name}`")));
        self.notes.sort();
        self.notes.dedup();
        let mut lanes: Vec<Lane> = lanes.into_values().collect();
        let canary = planning.case.policy.canary.then(|| canary::choose(&mut lanes)).flatten();
        let mut plan = Plan {
            schema: PLAN_SCHEMA.to_owned(),
            vcenter: facts.vcenter.authority.clone(),
            instance_uuid: facts.vcenter.instance_uuid.value().cloned(),
            facts_at: facts.ended_at,
            first: std::mem::take(&mut self.fleet.first),
            lanes,
            last: self.last_steps(timeout),
            canary,
            cures: self.cures,
            refused: self.refused,
            notes: self.notes,
        };
        number(&mut plan);
        plan
    }

    /// What only a registration could cure is not cured without it.
    fn refuse_what_needs_it(
        &mut self,
        planning: &Planning<'_>,
        host: &Host,
        anew: Anew,
        cures: &mut BTreeSet<String>,
        why: &str,
    ) {
        let code = match planning.case.canonical_provider(host) {
            None => "provider-missing",
            Some(_) if anew == Anew::Surely => "host-cert-name-mismatch",
            Some(_) => {
                return self.notes.push(format!(
                    "`{}`: if its provider is still not well after a synchronisation, it is not registered anew, because {why}",
                    host.name
                ));
            }
        };
        if cures.remove(code) {
            let why = format!("its provider is not registered anew, because {why}");
            let place = Place::of_host(host);
            self.refused.push(Refusal { code: code.to_owned(), place, gates: Vec::new(), why });
        }
    }

    /// The last and strongest way to a good provider, as far as the gates leave it open. Why not, where it is not.
    fn register_anew(
        &mut self,
        planning: &Planning<'_>,
        host: &Host,
        reference: &HostRef,
        anew: Anew,
    ) -> Option<String> {
        if let Some(why) = self.why_no_restart(planning, host) {
            return Some(why);
        }
        if planning.case.policy.ceiling < Safety::Disturbs {
            return None;
        }
        if let Some(provider) = planning.case.canonical_provider(host) {
            let (stored, timeout) = (planning.stored_certificate(provider), planning.case.policy.step_timeout_seconds);
            self.fleet.unregister(if anew == Anew::Surely {
                moves::unregister_to_rename(host, provider, stored, timeout)
            } else {
                moves::unregister_to_register_anew(host, provider, stored, timeout)
            });
        }
        self.fleet.register_anew.insert(host.id.clone(), (reference.clone(), planning.provider_url(host)));
        None
    }

    /// SPS reads its store as it starts, once for all.
    fn reload(&mut self, planning: &Planning<'_>, host: &Host, reference: &HostRef) {
        match self.why_no_restart(planning, host) {
            Some(why) => self.notes.push(format!(
                "`{}`: if SPS does not read its store by itself, it is not restarted for it, because {why}",
                host.name
            )),
            None if planning.case.policy.ceiling < Safety::Disturbs => {}
            None => {
                self.fleet.reload.insert(host.id.clone(), reference.clone());
            }
        }
    }

    /// Why `sps` cannot be restarted after the batch, if so. What is unregistered comes back surely only by that; without
    /// it nothing is unregistered.
    fn why_no_restart(&self, planning: &Planning<'_>, host: &Host) -> Option<String> {
        if !planning.is_open(host, Touches::Registration) || !planning.is_open(host, Touches::VcenterService) {
            return Some("a gate is closed".to_owned());
        }
        if self.fleet.first.iter().any(|step| step.act == Act::RestartSps) {
            return Some("the service `sps` is restarted before, and not twice in one run".to_owned());
        }
        let missing = planning.case.facts.vcenter.sps.known().err()?;
        Some(format!("the service `sps` cannot be asked: {}", missing.message))
    }

    /// What is done once a run, after all hosts: in one go, so that what was unregistered is never left so.
    fn last_steps(&mut self, timeout: i64) -> Vec<Step> {
        let fleet = &mut self.fleet;
        let mut last = std::mem::take(&mut fleet.unregister);
        let hosts: BTreeSet<HostId> = fleet.register_anew.keys().chain(fleet.reload.keys()).cloned().collect();
        if !hosts.is_empty() {
            last.push(moves::restart_sps(hosts.into_iter().collect(), timeout));
        }
        for (host, url) in fleet.register_anew.values() {
            last.push(moves::expect_provider(host, timeout));
            last.push(moves::register_provider(host, url, timeout));
        }
        last.extend(fleet.await_providers.values().map(|host| moves::await_provider(host, timeout)));
        last.append(&mut fleet.afterwards);
        last
    }
}

/// The seed's rule (KB 320568): a host certificate that outlives the provider's is not renewed for the provider's sake.
/// One that is past its hard threshold is renewed for its own.
fn skip_rule(planning: &Planning<'_>, finding: &Finding, host: &Host) -> Option<String> {
    if finding.diagnostic.code != "host-cert-expiring-soft" {
        return None;
    }
    let case = &planning.case;
    if !case.policy.renew_soft {
        return Some(format!(
            "`{}`: its certificate is only within the soft threshold, and the policy leaves such alone",
            host.name
        ));
    }
    let own = case.facts.certificates.find(&host.on_443.value()?.leaf)?;
    let stored = case.facts.certificates.find(case.canonical_provider(host)?.certificate.value()?)?;
    (own.not_after > stored.not_after).then(|| {
        format!(
            "`{}`: its certificate (to {}) outlives the provider's (to {}) and is not renewed (KB 320568)",
            host.name,
            own.not_after.date(),
            stored.not_after.date()
        )
    })
}

/// The steps after all hosts by which a provider gets another name, to be admitted with those of its host.
fn renaming(planning: &Planning<'_>, host: &Host) -> Vec<Step> {
    let timeout = planning.case.policy.step_timeout_seconds;
    let provider = planning.case.canonical_provider(host);
    let unregister = provider
        .map(|provider| moves::unregister_to_rename(host, provider, planning.stored_certificate(provider), timeout));
    unregister.into_iter().chain([moves::restart_sps(vec![host.id.clone()], timeout)]).collect()
}

/// Numbers the steps in the order of the document.
fn number(plan: &mut Plan) {
    let hosts = plan.lanes.iter_mut().flat_map(|lane| &mut lane.hosts).flat_map(|host| &mut host.steps);
    for (index, step) in plan.first.iter_mut().chain(hosts).chain(&mut plan.last).enumerate() {
        step.id = StepId(u32::try_from(index).unwrap_or(u32::MAX));
    }
}

#[cfg(test)]
mod tests;
