//! What a run changed on each host, who approved it and which gates were waived: what is kept for an audit.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::{Ending, GivenApproval, HostPicture, Outcome, Run, ShownCertificate, StepOutcome};
use crate::plan::HostRef;
use crate::time::UnixTime;

/// The version of the shape of [`Changes`].
pub const CHANGES_SCHEMA: &str = "iofilter-certs/changes/1";

/// What a run that is over has changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Changes {
    /// [`CHANGES_SCHEMA`].
    pub schema: String,
    /// The vCenter, `host:port`.
    pub vcenter: String,
    /// The digest of the plan that was carried out.
    pub plan: String,
    /// How it ended.
    pub ending: Ending,
    /// When the hosts were looked at before the first act; `None` when nothing was begun.
    pub before_at: Option<UnixTime>,
    /// When they were looked at after the last one.
    pub after_at: Option<UnixTime>,
    /// Who approved what, in order.
    pub approvals: Vec<GivenApproval>,
    /// Gates that were passed although closed, with the reasons.
    pub waivers: BTreeMap<String, String>,
    /// Host by host.
    pub hosts: Vec<HostChange>,
    /// Steps on the vCenter.
    pub at_vcenter: Vec<StepOutcome>,
}

/// What a run changed on one host.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostChange {
    /// The host.
    pub host: HostRef,
    /// What was there before.
    pub before: Option<HostPicture>,
    /// What is there now.
    pub after: Option<HostPicture>,
    /// What became of its steps.
    pub steps: Vec<StepOutcome>,
}

impl Changes {
    /// What a run that is over has changed. `None` for one that is not over.
    pub fn of(run: &Run) -> Option<Self> {
        let outcome = Outcome::of(run, None)?;
        let picture = |of: Option<&super::Picture>, host: &HostRef| {
            of.and_then(|picture| picture.hosts.iter().find(|one| one.host.id == host.id)).cloned()
        };
        let hosts = super::evidence::touched(run.plan()).into_iter().map(|host| HostChange {
            host: host.clone(),
            before: picture(run.before.as_ref(), host),
            after: picture(run.after.as_ref(), host),
            steps: outcome.steps.iter().filter(|step| step.host.as_ref() == Some(&host.name)).cloned().collect(),
        });
        Some(Self {
            schema: CHANGES_SCHEMA.to_owned(),
            vcenter: run.plan().vcenter.clone(),
            plan: run.plan().digest(),
            ending: outcome.ending.clone(),
            before_at: run.before.as_ref().map(|picture| picture.at),
            after_at: run.after.as_ref().map(|picture| picture.at),
            approvals: run.approvals.clone(),
            waivers: run.policy.waivers.clone(),
            hosts: hosts.collect(),
            at_vcenter: outcome.steps.iter().filter(|step| step.host.is_none()).cloned().collect(),
        })
    }

    /// The whole in plain words, a line for each thing.
    pub fn in_words(&self) -> String {
        let mut text = format!("changes of plan {} on vCenter `{}`\n", self.plan.get(..12).unwrap_or(""), self.vcenter);
        let seen = |at: Option<UnixTime>| at.map_or_else(|| "not seen".to_owned(), |at| at.to_string());
        line(&mut text, 0, &format!("before: {}, after: {}", seen(self.before_at), seen(self.after_at)));
        for approval in &self.approvals {
            line(&mut text, 0, &format!("approved at {} by {}: {}", approval.at, approval.by, approval.of));
        }
        for (gate, reason) in &self.waivers {
            line(&mut text, 0, &format!("gate `{gate}` was waived: {reason}"));
        }
        for host in &self.hosts {
            line(&mut text, 0, &format!("{}:", host.host.name));
            host.in_words(&mut text);
        }
        if !self.at_vcenter.is_empty() {
            line(&mut text, 0, "vCenter:");
            steps(&mut text, &self.at_vcenter);
        }
        text
    }
}

impl HostChange {
    fn in_words(&self, text: &mut String) {
        let certificate = |of: fn(&HostPicture) -> Option<&ShownCertificate>| {
            [&self.before, &self.after].map(|picture| shown(picture.as_ref().and_then(of)))
        };
        let record = |picture: &Option<HostPicture>| match picture.as_ref().and_then(|one| one.providers.as_ref()) {
            None => "not seen".to_owned(),
            Some(providers) if providers.is_empty() => "none".to_owned(),
            Some(providers) => providers
                .iter()
                .map(|one| {
                    format!("{} with {}", one.status.as_deref().unwrap_or("unknown"), shown(one.certificate.as_ref()))
                })
                .collect::<Vec<_>>()
                .join(", "),
        };
        let store = |picture: &Option<HostPicture>| {
            let store = picture.as_ref().and_then(|one| one.ca_store.as_ref());
            store.map_or_else(
                || "not seen".to_owned(),
                |store| store.iter().map(crate::certificate::Fingerprint::short).collect::<Vec<_>>().join(", "),
            )
        };
        let rows = [
            ("port 443", certificate(|one| one.on_443.as_ref())),
            ("port 9080", certificate(|one| one.on_9080.as_ref())),
            ("CA store", [store(&self.before), store(&self.after)]),
            ("provider", [record(&self.before), record(&self.after)]),
        ];
        for (what, [before, after]) in rows {
            let told = if before == after {
                format!("{what}: as before, {after}")
            } else {
                format!("{what}: {before} -> {after}")
            };
            line(text, 1, &told);
        }
        steps(text, &self.steps);
    }
}

fn shown(certificate: Option<&ShownCertificate>) -> String {
    certificate.map_or_else(
        || "not seen".to_owned(),
        |one| format!("`{}` ({} to {})", one.fingerprint.short(), one.not_before.date(), one.not_after.date()),
    )
}

fn steps(text: &mut String, steps: &[StepOutcome]) {
    for step in steps {
        let why = step.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        line(text, 1, &format!("step {}, {}: {}{why}", step.id.saturating_add(1), step.status.word(), step.title));
    }
}

fn line(text: &mut String, depth: usize, what: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{:indent$}{what}", "", indent = depth.saturating_mul(2));
}
