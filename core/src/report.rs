//! What people and programs read in the end: what was seen, what is wrong, what would be done or was done.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::case::Case;
use crate::diagnostic::{Diagnostic, Severity};
use crate::facts::{Facts, Missing, MissingReason};
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
            unread: unread(facts),
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

/// What could not be read: whole files, and of those that were read what was passed over.
fn unread(facts: &Facts) -> Vec<Missing> {
    let mut unread = facts.logs_missing.clone();
    for log in &facts.logs {
        let named = format!("`{}`", log.file);
        let broken_off = log.broken_off.as_ref().filter(|_| !unread.iter().any(|one| one.message.contains(&named)));
        let broken_off = broken_off.map(|why| format!("log {named} was not read to its end: {why}"));
        let cut = (log.cut_records > 0).then(|| {
            format!("of {} records of log {named} only the beginning was searched, they are too long", log.cut_records)
        });
        let left_out = (log.left_out > 0).then(|| {
            let many = "it names more hosts than one vCenter can have";
            format!("{} traces in log {named} were left out, {many}", log.left_out)
        });
        let help = "look through the log by hand, or give a shorter one".to_owned();
        let told = [broken_off, cut, left_out].into_iter().flatten();
        unread.extend(told.map(|message| Missing { reason: MissingReason::Malformed, message, help: help.clone() }));
    }
    unread
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::LogFacts;
    use crate::rules::testing::Fleet;

    #[test]
    fn what_was_passed_over_in_a_log_is_told() {
        let mut fleet = Fleet::of(1);
        let log = |file: &str| LogFacts { file: file.to_owned(), ..LogFacts::default() };
        fleet.facts.logs = vec![
            log("whole.log"),
            LogFacts { cut_records: 2, left_out: 3, ..log("sps.log") },
            LogFacts { broken_off: Some("it is damaged".to_owned()), ..log("vpxd.log") },
        ];
        let told = |fleet: &Fleet| {
            let unread = Report::of(&fleet.facts, None, &fleet.policy).unread;
            unread.into_iter().map(|missing| missing.message).collect::<Vec<_>>()
        };
        let expected = [
            "of 2 records of log `sps.log` only the beginning was searched, they are too long",
            "3 traces in log `sps.log` were left out, it names more hosts than one vCenter can have",
            "log `vpxd.log` was not read to its end: it is damaged",
        ];
        assert_eq!(told(&fleet), expected);
        let message = "`vpxd.log` was not read to its end: it is damaged".to_owned();
        let missing = Missing { reason: MissingReason::Malformed, message, help: String::new() };
        fleet.facts.logs_missing = vec![missing];
        assert_eq!(told(&fleet).len(), 3, "once is enough");
    }
}
