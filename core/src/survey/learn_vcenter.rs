//! What answers teach about the vCenter itself.

use super::inquiry::Inquiry;
use super::learn_host_values;
use super::question::Question;
use crate::certificate::Certificate;
use crate::facts::{CertificateMode, Missing, MissingReason, Observed, ServiceHealth, ServiceState, Thresholds};
use crate::log::LogScan;
use crate::request::{Chunk, SshOutput};
use crate::time::UnixTime;
use crate::wire::rest;
use crate::wire::vim::has_privileges::EntityPrivileges;
use crate::wire::vim::query_options::OptionValue;
use crate::wire::vim::service_content::ServiceContent;
use crate::wire::vim::service_versions;

/// The newest version that both sides speak.
pub(crate) fn versions(inquiry: &mut Inquiry, offered: &[String]) {
    if let Some(version) = service_versions::choose(offered) {
        version.clone_into(&mut inquiry.link.vcenter.vim_version);
        service_versions::storage_version(version).clone_into(&mut inquiry.link.vcenter.sms_version);
    }
}

pub(crate) fn content(inquiry: &mut Inquiry, now: UnixTime, content: ServiceContent) {
    let vcenter = &mut inquiry.facts.vcenter;
    vcenter.version = Observed::seen(content.about.version.clone(), now);
    vcenter.build = Observed::seen(content.about.build.clone(), now);
    vcenter.instance_uuid = match &content.about.instance_uuid {
        Some(uuid) => Observed::seen(uuid.clone(), now),
        None => Observed::Unknown(not_sent("instanceUuid")),
    };
    inquiry.link.content = Some(content);
}

/// Hosts whose clocks were read before are compared with it now.
pub(crate) fn clock(inquiry: &mut Inquiry, now: UnixTime, told: UnixTime) {
    inquiry.facts.vcenter.clock_ahead_seconds = Observed::seen(told.seconds_since(now), now);
    for (host, ahead) in std::mem::take(&mut inquiry.early_clocks) {
        learn_host_values::clock(inquiry, now, &host, now.plus_seconds(ahead));
    }
}

/// `vpxd.certmgmt.*`. A threshold that was not told is vCenter's documented default; the mode has none.
pub(crate) fn settings(inquiry: &mut Inquiry, now: UnixTime, options: &[OptionValue]) {
    let text = |key: &str| options.iter().find(|option| option.key == key).and_then(|option| option.value.as_deref());
    let number = |key: &str, default: i64| text(key).and_then(|value| value.parse().ok()).unwrap_or(default);
    let standard = Thresholds::default();
    inquiry.facts.vcenter.thresholds = Observed::seen(
        Thresholds {
            soft_days: number("vpxd.certmgmt.certs.softThreshold", standard.soft_days),
            hard_days: number("vpxd.certmgmt.certs.hardThreshold", standard.hard_days),
            days_valid: number("vpxd.certmgmt.certs.daysValid", standard.days_valid),
            minutes_before: number("vpxd.certmgmt.certs.minutesBefore", standard.minutes_before),
            poll_interval_days: number("vpxd.certmgmt.certs.pollIntervalDays", standard.poll_interval_days),
        },
        now,
    );
    inquiry.facts.vcenter.mode = match text("vpxd.certmgmt.mode") {
        Some("vmca") => Observed::seen(CertificateMode::Vmca, now),
        Some("custom") => Observed::seen(CertificateMode::Custom, now),
        Some("thumbprint") => Observed::seen(CertificateMode::Thumbprint, now),
        Some(other) => Observed::seen(CertificateMode::Other(other.to_owned()), now),
        None => Observed::Unknown(not_sent("vpxd.certmgmt.mode")),
    };
}

pub(crate) fn cloud_foundation(inquiry: &mut Inquiry, now: UnixTime, is_managed: bool) {
    inquiry.facts.vcenter.in_cloud_foundation = Observed::seen(is_managed, now);
}

pub(crate) fn high_availability(inquiry: &mut Inquiry, now: UnixTime, is_configured: bool) {
    inquiry.facts.vcenter.high_availability = Observed::seen(is_configured, now);
}

/// What the user may do at the root folder.
pub(crate) fn privileges(inquiry: &mut Inquiry, now: UnixTime, told: &[EntityPrivileges]) {
    let root = inquiry.link.content.as_ref().map(|content| &content.root_folder);
    let told = told.iter().find(|told| Some(&told.entity) == root);
    inquiry.facts.vcenter.privileges = match told {
        Some(told) => Observed::seen(told.granted.iter().cloned().collect(), now),
        None => Observed::Unknown(not_sent("the privileges at the root folder")),
    };
}

pub(crate) fn sps(inquiry: &mut Inquiry, now: UnixTime, told: &rest::service::ServiceState) {
    let health = match told.health.as_deref() {
        Some("HEALTHY") => ServiceHealth::Healthy,
        Some("HEALTHY_WITH_WARNINGS") => ServiceHealth::HealthyWithWarnings,
        Some("DEGRADED") => ServiceHealth::Degraded,
        _ => ServiceHealth::NotSent,
    };
    inquiry.facts.vcenter.sps = Observed::seen(ServiceState { state: told.state.clone(), health }, now);
}

pub(crate) fn root_list(inquiry: &mut Inquiry, now: UnixTime, chains: Vec<String>) -> Vec<Question> {
    inquiry.facts.vcenter.trusted_roots = Observed::seen(Vec::new(), now);
    inquiry.facts.vcenter.unreadable_roots.clear();
    chains.into_iter().map(|chain| Question::TrustedRoot { chain }).collect()
}

pub(crate) fn root(inquiry: &mut Inquiry, now: UnixTime, chain: &str, pems: &[String]) {
    for pem in pems {
        match Certificate::from_pem(pem) {
            Ok(certificate) => {
                let name = inquiry.facts.certificates.keep(certificate);
                if let Observed::Seen { value, at } = &mut inquiry.facts.vcenter.trusted_roots {
                    *at = now;
                    // Sorted, so that the order of answers does not show.
                    if let Err(place) = value.binary_search(&name) {
                        value.insert(place, name);
                    }
                }
            }
            Err(error) => inquiry.facts.vcenter.unreadable_roots.push(format!("`{chain}`: {error}")),
        }
    }
    inquiry.facts.vcenter.unreadable_roots.sort();
}

pub(crate) fn sps_log(inquiry: &mut Inquiry, output: &SshOutput) {
    if output.exit_code != 0 {
        inquiry.facts.logs_missing.push(Missing {
            reason: MissingReason::Gone,
            message: format!("`sps.log` could not be read on the appliance (exit code {})", output.exit_code),
            help: String::new(),
        });
        return;
    }
    let mut scan = LogScan::new("sps.log");
    scan.feed(&output.stdout);
    inquiry.facts.logs.push(scan.finish());
}

/// A piece of a saved log; the next piece is asked for until the end.
pub(crate) fn saved_log(inquiry: &mut Inquiry, name: &str, offset: u64, chunk: &Chunk) -> Vec<Question> {
    let mut scan = inquiry.scans.remove(name).unwrap_or_else(|| LogScan::new(name));
    scan.feed(&chunk.bytes);
    if chunk.end || chunk.bytes.is_empty() {
        inquiry.facts.logs.push(scan.finish());
        inquiry.facts.logs.sort_by(|left, right| left.file.cmp(&right.file));
        return Vec::new();
    }
    inquiry.scans.insert(name.to_owned(), scan);
    let read = u64::try_from(chunk.bytes.len()).unwrap_or(u64::MAX);
    vec![Question::SavedLog { name: name.to_owned(), offset: offset.saturating_add(read) }]
}

fn not_sent(what: &str) -> Missing {
    Missing { reason: MissingReason::NotSent, message: format!("vCenter did not tell `{what}`"), help: String::new() }
}
