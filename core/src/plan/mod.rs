//! What will be done, in order, with nothing left to choose while it is done.
//!
//! A plan is pure data made from findings and policy. It can be read, compared, kept in a file, and is approved by its
//! digest. Whether a step is still needed is observed when its turn comes; what it does is written here.

mod act;
mod admission;
mod canary;
mod condition;
mod holds;
mod planner;
mod step;
mod words;

pub use act::{Act, AlarmAt, ClientEntry, PemCertificate, RegisterWith};
pub use condition::{Condition, OnDisk};
pub(crate) use holds::is_trusted;
pub use planner::{Planning, Ways, plan};
pub use step::{HostRef, IfNotDone, Safety, Step, StepId, Undo};

use serde::{Deserialize, Serialize};

use crate::case::Place;
use crate::time::UnixTime;

/// The version of the shape of [`Plan`]; a file of another version is refused.
pub const PLAN_SCHEMA: &str = "iofilter-certs/plan/1";

/// Ordered steps for a fleet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// [`PLAN_SCHEMA`].
    pub schema: String,
    /// The vCenter that it is for, `host:port`.
    pub vcenter: String,
    /// Its instance uuid, if known: a plan is for one vCenter, whatever it is called.
    pub instance_uuid: Option<String>,
    /// When the facts were gathered that it was made from.
    pub facts_at: UnixTime,
    /// Steps on the vCenter that come before all hosts.
    pub first: Vec<Step>,
    /// Hosts by cluster. Within a lane it is one host after the other; lanes run side by side.
    pub lanes: Vec<Lane>,
    /// Steps after all hosts: what is done once a run and not once a host.
    pub last: Vec<Step>,
    /// The host that is repaired alone before any other is begun; `None` where one host is all there is, or where the
    /// policy asks for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canary: Option<HostRef>,
    /// What the steps on the vCenter cure, there or at a provider; what is cured at a host stands with the host.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cures: Vec<FleetCure>,
    /// What is not done although it was found, and why.
    pub refused: Vec<Refusal>,
    /// What a reader should know, such as a renewal that is not needed.
    pub notes: Vec<String>,
}

/// The hosts of one cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lane {
    /// The cluster's name; a host without a cluster has a lane of its own.
    pub cluster: String,
    /// Its hosts, in order.
    pub hosts: Vec<HostSteps>,
}

/// What is done for one host, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostSteps {
    /// The host.
    pub host: HostRef,
    /// The findings that are cured by it.
    pub cures: Vec<String>,
    /// The steps.
    pub steps: Vec<Step>,
}

/// A finding that is cured by steps on the vCenter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetCure {
    /// The finding's code.
    pub code: String,
    /// Where it is.
    pub place: Place,
}

/// A finding that is not cured by this plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// The finding's code.
    pub code: String,
    /// Where it is.
    pub place: Place,
    /// The closed gates that hold it, by name; empty when there is no remedy at all.
    pub gates: Vec<String>,
    /// Why, and what a person can do; one line.
    pub why: String,
}

impl Plan {
    /// SHA-256 of the plan's JSON, lower-case hex. What is approved is this, and nothing else is carried out.
    pub fn digest(&self) -> String {
        let text = serde_json::to_vec(self).unwrap_or_default();
        crate::certificate::Fingerprint::of(&text).to_string()
    }

    /// Every step, in the order of the document.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        let hosts = self.lanes.iter().flat_map(|lane| &lane.hosts).flat_map(|host| &host.steps);
        self.first.iter().chain(hosts).chain(&self.last)
    }

    /// The step with this id.
    pub fn step(&self, id: StepId) -> Option<&Step> {
        self.steps().find(|step| step.id == id)
    }

    /// True when there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps().next().is_none()
    }

    /// Hosts that the plan works on.
    pub fn hosts(&self) -> impl Iterator<Item = &HostSteps> {
        self.lanes.iter().flat_map(|lane| &lane.hosts)
    }

    /// One line for a person who is asked to approve.
    pub fn summary(&self) -> String {
        let count = |many: usize, one: &str| format!("{many} {one}{}", if many == 1 { "" } else { "s" });
        let refused = match self.refused.len() {
            0 => String::new(),
            many => format!("; {} left alone", count(many, "finding")),
        };
        format!(
            "{} on {} in {}{refused}",
            count(self.steps().count(), "step"),
            count(self.hosts().count(), "ESXi host"),
            count(self.lanes.len(), "cluster")
        )
    }
}
