//! What the user allows.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use crate::time::UnixTime;

/// Thresholds, limits and waivers. Every field has a default that is safe on a production vCenter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Days before a host certificate's end at which it is found to be expiring; `None` takes vCenter's `softThreshold`.
    pub soft_days: Option<i64>,
    /// The same for the urgent finding; `None` takes vCenter's `hardThreshold`.
    pub hard_days: Option<i64>,
    /// Days before a provider certificate's end at which SMS turns yellow (KB 323232: 6 months).
    pub provider_soft_days: i64,
    /// The same for red (KB 323232: 1 month).
    pub provider_hard_days: i64,
    /// Seconds that two clocks may differ before it is a finding.
    pub clock_warn_seconds: i64,
    /// Seconds that two clocks may differ before nothing may be changed.
    pub clock_block_seconds: i64,
    /// Share of connected hosts below 9.0, in percent, that must fail together before the cause is sought in vCenter.
    pub fleet_down_percent: u32,
    /// How host certificates are renewed.
    pub renew_by: RenewBy,
    /// Whether certificates that are only within the soft threshold are renewed too.
    pub renew_soft: bool,
    /// The most careful class of step that is carried out without a word: see [`Safety`].
    pub ceiling: Safety,
    /// Clusters worked on at the same time; within a cluster it is always one host after the other.
    pub clusters_at_once: u32,
    /// Hosts of the plan, by name; empty for all.
    pub only_hosts: Vec<String>,
    /// Gates that are passed although closed, by name, each with the reason.
    pub waivers: BTreeMap<String, String>,
    /// Whether the client certificates of SPS may be made anew, which every host must come to trust before its provider is
    /// back: a consent of its own, beside the ceiling.
    pub allow_fleet_wide: bool,
    /// Certificates that the customer's CA signed, by the host's name, for certificate mode `custom`.
    pub host_certificates: BTreeMap<String, SignedCertificate>,
    /// Time servers for hosts whose clock is wrong; empty to leave them the ones that they have.
    pub time_servers: Vec<String>,
    /// Days that a backup of vCenter may be old and still open the gate `backup`.
    pub backup_days: i64,
    /// Seconds that a step may take to show its effect before it has failed.
    pub step_timeout_seconds: i64,
    /// Seconds between two looks while waiting for an effect.
    pub poll_seconds: i64,
    /// Whether one host is repaired alone, and seen to be well, before any other is begun. Only where there are others.
    pub canary: bool,
    /// What is approved one at a time, beyond the plan as a whole.
    pub approve: Approve,
    /// The end of the maintenance window, UTC: nothing new is begun from then on. In documents RFC 3339, such as
    /// `2026-02-04T05:00:00Z`, or seconds since 1970.
    #[serde(deserialize_with = "moment")]
    pub until: Option<UnixTime>,
    /// Seconds between the look after the last step and one more, so that SMS has asked every provider meanwhile; 0 for
    /// none. How often SMS asks is not published.
    pub proof_seconds: i64,
    /// Seconds that a step in hand may go on waiting for its effect after a person asked to stop; four times as long
    /// where its host would be left worse than before.
    pub stop_seconds: i64,
}

/// What is approved one at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approve {
    /// Only the plan as a whole.
    Plan,
    /// Besides, each host before its first step, and each step on the vCenter.
    Host,
    /// Besides, each step before it acts.
    Step,
}

/// How host certificates are renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RenewBy {
    /// By vCenter, in the way that the certificate allows: a renewal, or a reconnection once it has expired. By the shell
    /// where vCenter cannot: the pair on disk is broken, or vCenter refused; and only with a login for it and the ceiling
    /// `ask-first`, since it restarts management agents.
    Auto,
    /// By vCenter only.
    Vcenter,
    /// By the steps of KB 320568 over SSH.
    Shell,
}

/// A host certificate that the customer's CA signed. No key: that stays on the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedCertificate {
    /// The certificate in PEM, and after it those between it and the root.
    pub certificate: String,
    /// The signing request that it answers, in PEM; needed where the host's key is not the one of the certificate that it
    /// shows now.
    #[serde(default)]
    pub request: Option<String>,
}

/// How far a step may go unasked. Ordered: a ceiling is a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Safety {
    /// Disturbs nothing that anybody would notice.
    Safe,
    /// Disturbs management for a while, or touches more than one host.
    Disturbs,
    /// Takes something away that a person may want to keep.
    AskFirst,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            soft_days: None,
            hard_days: None,
            provider_soft_days: 183,
            provider_hard_days: 30,
            clock_warn_seconds: 60,
            clock_block_seconds: 300,
            fleet_down_percent: 80,
            renew_by: RenewBy::Auto,
            renew_soft: true,
            ceiling: Safety::Disturbs,
            clusters_at_once: 4,
            only_hosts: Vec::new(),
            waivers: BTreeMap::new(),
            allow_fleet_wide: false,
            host_certificates: BTreeMap::new(),
            time_servers: Vec::new(),
            backup_days: 7,
            step_timeout_seconds: 600,
            poll_seconds: 2,
            canary: true,
            approve: Approve::Plan,
            until: None,
            proof_seconds: 300,
            stop_seconds: 30,
        }
    }
}

/// A moment as text or as a number.
fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<UnixTime>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Moment {
        Seconds(i64),
        Text(String),
    }
    let wrong = |text: &str| serde::de::Error::custom(format!("`{text}` is no time such as `2026-02-04T05:00:00Z`"));
    Ok(match Option::<Moment>::deserialize(deserializer)? {
        None => None,
        Some(Moment::Seconds(seconds)) => Some(UnixTime(seconds)),
        Some(Moment::Text(text)) => Some(UnixTime::parse(&text).ok_or_else(|| wrong(&text))?),
    })
}
