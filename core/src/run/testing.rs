//! A plan and a run for the tests of this folder.

use super::Run;
use super::track::TrackStage;
use crate::facts::{Host, HostId};
use crate::job::Job;
use crate::plan::{HostRef, HostSteps, Lane, PLAN_SCHEMA, Plan, Step, StepId};
use crate::policy::Policy;
use crate::remedies::moves;
use crate::request::Trust;
use crate::time::UnixTime;

/// Two clusters of two hosts, each with one synchronisation.
pub(super) fn plan() -> Plan {
    let host = |number: u32| {
        let host = Host::named(HostId(format!("host-{number}")), format!("esx{number}"));
        let step = Step { id: StepId(number), ..moves::sync_provider(&host, 600) };
        HostSteps { host: HostRef { id: host.id, name: host.name }, cures: Vec::new(), steps: vec![step] }
    };
    let lane = |first: u32| Lane { cluster: first.to_string(), hosts: vec![host(first), host(first + 1)] };
    Plan {
        schema: PLAN_SCHEMA.to_owned(),
        vcenter: "vc:443".to_owned(),
        instance_uuid: None,
        facts_at: UnixTime(0),
        first: Vec::new(),
        lanes: vec![lane(0), lane(2)],
        last: Vec::new(),
        canary: None,
        cures: Vec::new(),
        refused: Vec::new(),
        notes: Vec::new(),
    }
}

/// One cluster of one host with two synchronisations.
pub(super) fn two_steps() -> Plan {
    let mut plan = plan();
    plan.lanes.truncate(1);
    if let Some(lane) = plan.lanes.first_mut() {
        let other = lane.hosts.pop().map_or_else(Vec::new, |host| host.steps);
        lane.hosts.iter_mut().for_each(|host| host.steps.extend(other.iter().cloned()));
    }
    plan
}

/// The place of the first lane among the tracks, when all before it is over.
pub(super) fn first_lane(run: &mut Run) -> usize {
    run.tracks.iter_mut().filter(|track| track.stage < TrackStage::Lane).for_each(|track| track.ended = true);
    run.tracks.iter().position(|track| track.stage == TrackStage::Lane).unwrap_or_default()
}

/// A run of this plan that nobody has woken.
pub(super) fn run(plan: Plan, now: UnixTime) -> Run {
    let job = Job {
        vcenter: "vc:443".to_owned(),
        user: "eva".to_owned(),
        trust: Trust::HostRoots,
        esxi_https_port: 443,
        provider_port: 9080,
        esxi_ssh: None,
        appliance_ssh: None,
        appliance_address: None,
        sms_certificate: None,
        logs: Vec::new(),
        address_book: Vec::new(),
        concurrency: 8,
        deadline_seconds: 30,
    };
    Run::new(plan, Policy::default(), job, now)
}
