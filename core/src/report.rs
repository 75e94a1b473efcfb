//! What people and programs read in the end: what was seen, what is wrong, what would be done or was done.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::case::Case;
use crate::diagnostic::{Diagnostic, Severity};
use crate::facts::{Facts, Missing};
use crate::gates::{GateReading, read_gates};
use crate::plan::Plan;
use crate::policy::Policy;
use crate::rules::{Finding, Judgement, Unanswered, judge};
use crate::time::UnixTime;

/// The version of the shape of [`Report`].
pub const REPORT_SCHEMA: &str = "iofilter-certs/report/1";

/// One check of one vCenter, and what followed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// [`REPORT_SCHEMA`].
    pub schema: String,
    /// The vCenter, `host:port`.
    pub vcenter: String,
    /// When it was looked at, by the host program's clock.
    pub checked_at: UnixTime,
    /// In one word.
    pub verdict: Verdict,
    /// ESXi hosts that were found.
    pub hosts: u32,
    /// IOFilter providers that were found.
    pub providers: u32,
    /// Findings by severity; causes only, since what follows from them goes with them.
    pub causes: BTreeMap<Severity, u32>,
    /// What is wrong. The first one leads: it is the nearest to the root, and what follows from it says so.
    pub findings: Vec<Finding>,
    /// What is worth knowing and no trouble: severity `info` only, and no verdict comes of it. A healthy fleet has hosts
    /// in vSAN, or disks that use a filter, and stays healthy.
    pub notes: Vec<Finding>,
    /// What could not be told.
    pub unanswered: Vec<Unanswered>,
    /// Logs and other saved files that were given and could not be read or used, with the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<Missing>,
    /// What would stand in the way of a repair.
    pub gates: Vec<GateReading>,
    /// Why the vCenter could not be asked, if that is so.
    pub stopped: Option<Diagnostic>,
    /// What would be done, where that was asked for.
    pub plan: Option<Plan>,
    /// What was seen, where that was asked for.
    pub facts: Option<Facts>,
}

/// A report in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Everything was asked, and nothing is wrong.
    Healthy,
    /// Something is wrong.
    Findings,
    /// Nothing was found, but something could not be asked: this is not "healthy".
    Incomplete,
    /// The vCenter could not be asked.
    Stopped,
}

impl Verdict {
    /// The exit code of `check`: 0 healthy, 1 error, 2 findings, 3 incomplete.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Healthy => 0,
            Self::Stopped => 1,
            Self::Findings => 2,
            Self::Incomplete => 3,
        }
    }
}

impl Report {
    /// Judges what a survey saw. `stopped` is why it could not go on, if it could not.
    pub fn of(facts: &Facts, stopped: Option<&Diagnostic>, policy: &Policy) -> Self {
        let judgement = if stopped.is_some() {
            // What was not asked because the way in was closed would only repeat that it was closed.
            Judgement::of_nothing()
        } else {
            judge(facts, policy)
        };
        let gates = if stopped.is_some() { Vec::new() } else { read_gates(&Case::new(facts, policy)) };
        let mut causes: BTreeMap<Severity, u32> = BTreeMap::new();
        for cause in judgement.causes() {
            let count = causes.entry(cause.severity()).or_default();
            *count = count.saturating_add(1);
        }
        let verdict = if stopped.is_some() {
            Verdict::Stopped
        } else if !judgement.findings.is_empty() {
            Verdict::Findings
        } else if !judgement.unanswered.is_empty() {
            Verdict::Incomplete
        } else {
            Verdict::Healthy
        };
        Self {
            schema: REPORT_SCHEMA.to_owned(),
            vcenter: facts.vcenter.authority.clone(),
            checked_at: facts.ended_at,
            verdict,
            hosts: u32::try_from(facts.hosts.len()).unwrap_or(u32::MAX),
            providers: u32::try_from(facts.providers.len()).unwrap_or(u32::MAX),
            causes,
            findings: judgement.findings,
            notes: judgement.notes,
            unanswered: judgement.unanswered,
            unread: facts.logs_missing.clone(),
            gates,
            stopped: stopped.cloned(),
            plan: None,
            facts: None,
        }
    }

    /// The findings as a judgement, for the planner.
    pub fn judgement(&self) -> Judgement {
        Judgement { findings: self.findings.clone(), notes: self.notes.clone(), unanswered: self.unanswered.clone() }
    }

    /// The finding to begin with: the root of most, or the worst of those that are equally near to it.
    pub fn lead(&self) -> Option<&Finding> {
        self.findings.first()
    }

    /// The findings that no other finding explains.
    pub fn root_causes(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.follows_from.is_none())
    }
}
