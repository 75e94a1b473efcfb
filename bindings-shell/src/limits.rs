//! The options that say what is allowed: they become a [`Policy`], whose defaults are the core's.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use iofilter_certs::gates::{self, GATES};
use iofilter_certs::meant::meant;
use iofilter_certs::policy::{Approve, Policy, RenewBy, Safety, SignedCertificate};
use iofilter_certs::time::UnixTime;

use crate::failure::Failure;
use crate::files;

/// What counts as a trouble.
#[derive(Debug, Args)]
#[command(next_help_heading = "Thresholds")]
pub(crate) struct ThresholdOptions {
    /// JSON file with a policy; options given beside it come before it
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Days before its end at which a host certificate is expiring [default: vCenter's own setting]
    #[arg(long, value_name = "DAYS", allow_negative_numbers = false)]
    soft_days: Option<u32>,
    /// The same for the urgent finding [default: vCenter's own setting]
    #[arg(long, value_name = "DAYS", allow_negative_numbers = false)]
    hard_days: Option<u32>,
}

/// How far a repair may go.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct LimitOptions {
    #[command(flatten)]
    thresholds: ThresholdOptions,
    /// Only this ESXi host, by name or address; may be given more than once
    #[arg(long = "host", value_name = "NAME")]
    hosts: Vec<String>,
    /// How host certificates are renewed [default: auto]
    #[arg(long, value_name = "WAY")]
    renew_by: Option<Way>,
    /// How far a step may go [default: disturbs]
    #[arg(long, value_name = "CLASS")]
    ceiling: Option<Class>,
    /// Clusters worked on at the same time; within a cluster it is always one host after the other [default: 4]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    clusters_at_once: Option<u32>,
    /// Pass a closed gate, with the reason for the journal; may be given more than once
    #[arg(long = "waive", value_name = "GATE=REASON", value_parser = waiver)]
    waivers: Vec<(String, String)>,
    /// Allow what disturbs the providers of the whole fleet: making a client certificate of SPS anew
    #[arg(long)]
    allow_fleet_wide: bool,
    /// Folder with certificates that your CA signed, `HOST.pem` each with its chain, and the requests as `HOST.csr`
    #[arg(long, value_name = "DIR")]
    host_certificates: Option<PathBuf>,
    /// Time server for hosts whose clock is wrong; may be given more than once
    #[arg(long = "time-server", value_name = "NAME")]
    time_servers: Vec<String>,
    /// Seconds that a step may take to show its effect [default: 600]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..))]
    step_timeout: Option<u32>,
    /// Seconds between two looks while waiting for an effect [default: 2]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..))]
    poll_seconds: Option<u32>,
    /// Begin with all clusters at once, and not with one host alone
    #[arg(long)]
    no_canary: bool,
    /// What is approved one at a time [default: plan]
    #[arg(long, value_name = "PART")]
    approve: Option<Part>,
    /// End of the maintenance window, such as `2026-02-04T05:00:00Z`; nothing new is begun from then on
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<UnixTime>,
    /// Seconds between the look after the last step and one more; 0 for none [default: 300]
    #[arg(long, value_name = "SECONDS")]
    proof_seconds: Option<u32>,
    /// Seconds that a step in hand may wait on after Ctrl-C [default: 30]
    #[arg(long, value_name = "SECONDS")]
    stop_seconds: Option<u32>,
}

/// What is approved one at a time.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Part {
    /// Only the plan as a whole
    Plan,
    /// Besides, each host before its first step, and each step on vCenter
    Host,
    /// Besides, each step before it acts
    Step,
}

/// How host certificates are renewed.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Way {
    /// By vCenter: a renewal, or a reconnection once the certificate has expired; by the shell where vCenter cannot
    Auto,
    /// Only by vCenter
    Vcenter,
    /// By the steps of KB 320568 over SSH
    Shell,
}

/// How far a step may go.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Class {
    /// Disturbs nothing that anybody would notice
    Safe,
    /// Disturbs management for a while, or touches more than one host
    Disturbs,
    /// Takes something away that a person may want to keep
    AskFirst,
}

impl ThresholdOptions {
    /// The policy that these options make.
    pub(crate) fn policy(&self) -> Result<Policy, Failure> {
        let mut policy: Policy = match &self.policy {
            Some(path) => files::policy(path)?,
            None => Policy::default(),
        };
        policy.soft_days = self.soft_days.map(i64::from).or(policy.soft_days);
        policy.hard_days = self.hard_days.map(i64::from).or(policy.hard_days);
        Ok(policy)
    }
}

impl LimitOptions {
    /// The policy that these options make.
    pub(crate) fn policy(&self) -> Result<Policy, Failure> {
        let mut policy = self.thresholds.policy()?;
        if !self.hosts.is_empty() {
            policy.only_hosts.clone_from(&self.hosts);
        }
        policy.renew_by = self.renew_by.map_or(policy.renew_by, RenewBy::from);
        policy.ceiling = self.ceiling.map_or(policy.ceiling, Safety::from);
        policy.clusters_at_once = self.clusters_at_once.unwrap_or(policy.clusters_at_once);
        policy.step_timeout_seconds = self.step_timeout.map_or(policy.step_timeout_seconds, i64::from);
        policy.poll_seconds = self.poll_seconds.map_or(policy.poll_seconds, i64::from);
        policy.waivers.extend(self.waivers.iter().cloned());
        policy.canary = policy.canary && !self.no_canary;
        policy.approve = self.approve.map_or(policy.approve, Approve::from);
        policy.until = self.until.or(policy.until);
        policy.proof_seconds = self.proof_seconds.map_or(policy.proof_seconds, i64::from);
        policy.stop_seconds = self.stop_seconds.map_or(policy.stop_seconds, i64::from);
        policy.allow_fleet_wide |= self.allow_fleet_wide;
        if !self.time_servers.is_empty() {
            policy.time_servers.clone_from(&self.time_servers);
        }
        if let Some(folder) = &self.host_certificates {
            policy.host_certificates.extend(signed_certificates(folder)?);
        }
        Ok(policy)
    }
}

impl From<Part> for Approve {
    fn from(part: Part) -> Self {
        match part {
            Part::Plan => Self::Plan,
            Part::Host => Self::Host,
            Part::Step => Self::Step,
        }
    }
}

/// Each `HOST.pem` of a folder, with `HOST.csr` beside it where there is one.
fn signed_certificates(folder: &Path) -> Result<BTreeMap<String, SignedCertificate>, Failure> {
    let unreadable = |why: std::io::Error| Failure::file(format!("`{}` cannot be read: {why}", folder.display()), "");
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let is_certificate = path.extension().is_some_and(|extension| extension == "pem");
        let Some(host) = path.file_stem().and_then(|stem| stem.to_str()).filter(|_| is_certificate) else { continue };
        let request = path.with_extension("csr");
        let request = request.exists().then(|| files::text(&request)).transpose()?;
        let certificate = files::text(&path)?;
        found.insert(host.to_owned(), SignedCertificate { certificate, request });
    }
    if found.is_empty() {
        return Err(Failure::usage(format!("`{}` holds no file `HOST.pem`", folder.display()), ""));
    }
    Ok(found)
}

impl From<Way> for RenewBy {
    fn from(way: Way) -> Self {
        match way {
            Way::Auto => Self::Auto,
            Way::Vcenter => Self::Vcenter,
            Way::Shell => Self::Shell,
        }
    }
}

impl From<Class> for Safety {
    fn from(class: Class) -> Self {
        match class {
            Class::Safe => Self::Safe,
            Class::Disturbs => Self::Disturbs,
            Class::AskFirst => Self::AskFirst,
        }
    }
}

/// A time in UTC, or with its offset.
pub(crate) fn moment(text: &str) -> Result<UnixTime, String> {
    UnixTime::parse(text).ok_or_else(|| "it is no time such as `2026-02-04T05:00:00Z`".to_owned())
}

/// `GATE=REASON`: a gate that is there, and a reason that says something.
pub(crate) fn waiver(text: &str) -> Result<(String, String), String> {
    let (gate, reason) = text.split_once('=').unwrap_or((text, ""));
    if gates::find(gate).is_none() {
        let probably = meant(gate, GATES.iter().map(|gate| gate.name));
        let probably = probably.map(|name| format!("; did you mean `{name}`")).unwrap_or_default();
        return Err(format!("no gate is called `{gate}`{probably}"));
    }
    if reason.trim().is_empty() {
        return Err(format!("a gate is waived with a reason, as in `{gate}=the reason`"));
    }
    Ok((gate.to_owned(), reason.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Only {
        #[command(flatten)]
        options: LimitOptions,
    }

    #[test]
    fn without_options_the_policy_is_the_cores() {
        let policy = Only::try_parse_from(["x"]).unwrap().options.policy().unwrap();
        assert_eq!(policy, Policy::default());
    }

    #[test]
    fn options_come_before_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("policy.json");
        std::fs::write(&path, r#"{"soft_days": 100, "hard_days": 20, "ceiling": "safe"}"#).unwrap();
        let file = path.to_str().unwrap();
        let args = ["x", "--policy", file, "--hard-days", "10", "--waive", "vsan=checked by hand", "--host", "esx01"];
        let policy = Only::try_parse_from(args).unwrap().options.policy().unwrap();
        assert_eq!((policy.soft_days, policy.hard_days, policy.ceiling), (Some(100), Some(10), Safety::Safe));
        assert_eq!(policy.waivers.get("vsan").map(String::as_str), Some("checked by hand"));
        assert_eq!(policy.only_hosts, ["esx01"]);
        std::fs::write(&path, r#"{"soft_day": 100}"#).unwrap();
        let failure = Only::try_parse_from(args).unwrap().options.policy().unwrap_err();
        assert!(failure.message.contains("soft_day"), "{failure:?}");
    }

    #[test]
    fn a_waiver_names_a_gate_and_says_why() {
        assert_eq!(waiver("vsan=it is not vSAN").unwrap(), ("vsan".to_owned(), "it is not vSAN".to_owned()));
        assert_eq!(waiver("linked_mode=x").unwrap_err(), "no gate is called `linked_mode`; did you mean `linked-mode`");
        assert!(waiver("vsan").unwrap_err().contains("with a reason"));
        assert!(waiver("vsan=  ").unwrap_err().contains("with a reason"));
    }
}
