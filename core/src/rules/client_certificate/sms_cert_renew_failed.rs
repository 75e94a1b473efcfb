//! ## What it finds
//!
//! vCenter has an alarm, not on a host, that says that SPS could not renew one of its two client certificates
//! (`sms_self_signed`, `sps-extension`), and the certificate was not renewed since. Or vCenter logged that the renewed
//! one could not be registered with providers, and hosts from 9.0 on are unwell.
//!
//! If the certificate has expired meanwhile, that leads (`sms-cert-expired`, `sps-extension-expired`).
//!
//! ## Why it hurts
//!
//! SPS renews these certificates by itself ahead of their end. When it says that it cannot, a person has to, and the
//! day on which every host refuses vCenter is set.
//!
//! ## How it shows
//!
//! The vSphere Client shows a critical alarm on vCenter's root folder. `sps.log` shows S-18.
//!
//! ## What cures it
//!
//! Set the log of SPS to DEBUG as KB 440183 says and read why; see whether SPS may write its store
//! (`sms-store-permission`). Then renew the certificate on the appliance, and let every host trust the new one.
//!
//! ## Sources
//!
//! KB 440183 (grade A, in part); the list of vCenter's events (grade B); by which words the alarm is told (grade C).

use super::{ClientCertificate, is_due};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{Alarm, Host, Missing, MissingReason};
use crate::log::Leg;
use crate::rules::{Case, Check, Cure, Grade, Reach, Rule, Verdict, event_seen, standing};

pub(crate) const RULE: Rule = Rule {
    code: "sms-cert-renew-failed",
    severity: Severity::Critical,
    grade: Grade::C,
    title: "SPS could not renew a certificate that it shows to hosts",
    rank: 19,
    explains: &[
        "provider-cert-cached-stale",
        "provider-cert-invalid",
        "provider-connected-unsynced",
        "provider-disconnected",
        "provider-missing",
        "provider-offline",
        "provider-status-unknown",
        "provider-syncerror",
        "sms-cert-expiring",
    ],
    log: Some(Leg::ClientTrust),
    cure: Cure::ByHand(
        "read why in sps.log (DEBUG as KB 440183 says), renew the certificate on the appliance, then let every host that is shown it trust the new one",
    ),
    check: Check::VCenter(check),
    source: include_str!("sms_cert_renew_failed.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    let vcenter = &case.facts.vcenter;
    let raised = vcenter.alarms.value().into_iter().flatten();
    if let Some((alarm, which)) = raised.filter_map(of_renewal).find(|(alarm, which)| still_stands(case, alarm, *which))
    {
        let message = format!("alarm `{}` is raised: SPS could not renew `{}`", alarm.name, which.alias());
        let evidence = Evidence::new("alarm", format!("`{}` {} since {}", alarm.name, alarm.status, alarm.since));
        return Verdict::found(message, vec![evidence]).reaching(Reach::VCenter);
    }
    let events = vcenter.events.value().into_iter().flatten();
    let is_unwell = |host: &Host| Reach::FromNine.covers(host) && host.is_connected() && case.is_unwell(host);
    if let Some(failed) = standing(events, &[FAILED], &[DONE]).filter(|_| case.facts.hosts.values().any(is_unwell)) {
        let message = "renewed certificate `sps-extension` could not be registered with storage providers";
        return Verdict::found(message, vec![event_seen(failed)]).reaching(Reach::FromNine);
    }
    match vcenter.alarms.known() {
        Err(missing) if is_due(case) => Verdict::from(missing),
        Err(_) => failure_in_log(case).map_or(Verdict::NotApplicable, Verdict::from),
        Ok(_) => Verdict::Fine,
    }
}

/// The certificate that an alarm speaks of; `None` for an alarm of another kind. Alarms of a host are about the
/// certificate that `vvold` shows to arrays.
fn of_renewal(alarm: &Alarm) -> Option<(&Alarm, ClientCertificate)> {
    let words: String = alarm.words().chars().filter(char::is_ascii_alphanumeric).collect();
    let which = if words.contains("smsselfsigned") {
        ClientCertificate::SmsSelfSigned
    } else if words.contains("spsextension") {
        ClientCertificate::SpsExtension
    } else {
        return None;
    };
    (alarm.entity_kind != "HostSystem").then_some((alarm, which))
}

/// True when this alarm tells of a failed renewal that nothing has made good since.
pub(crate) fn is_told_by(case: &Case<'_>, alarm: &Alarm) -> bool {
    of_renewal(alarm).is_some_and(|(alarm, which)| still_stands(case, alarm, which))
}

/// A certificate that was made after the alarm was raised has been renewed.
fn still_stands(case: &Case<'_>, alarm: &Alarm, which: ClientCertificate) -> bool {
    which.read(case).map_or(true, |shown| shown.not_before <= alarm.since)
}

/// A log says what was; whether it still is, the alarm would say.
fn failure_in_log(case: &Case<'_>) -> Option<Missing> {
    let hits = case.facts.logs.iter().flat_map(|log| log.hits.iter().map(move |hit| (log, hit)));
    let mut renewals = hits.filter(|(_, hit)| hit.signature == "S-18");
    let is_failure = |excerpt: &str| excerpt.to_ascii_lowercase().contains("fail");
    renewals.find_map(|(log, hit)| {
        let failed = hit.sightings.iter().rev().find(|sighting| is_failure(&sighting.excerpt))?;
        Some(Missing {
            reason: MissingReason::NotAsked,
            message: format!(
                "log `{}` line {} tells of a failed renewal, and the alarms, which would say whether it stands, were not read",
                log.file, failed.line
            ),
            help: "look at the alarms of vCenter's root folder in the vSphere Client".to_owned(),
        })
    })
}

const FAILED: &str = "RegisterVcClientCertOnRenewalFailure";
const DONE: &str = "RegisterVcClientCertOnRenewalSuccess";

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
    use crate::log::LogScan;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, Leaf, alarm, event, seen, unknown};
    use crate::time::DAY_SECONDS;

    const NAME: &str = "SMS self-signed certificate renewal failure";

    fn raised(seconds: i64) -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.vcenter().alarms = seen(vec![alarm(NAME, ("Folder", "group-d1"), seconds)]);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        let mut renewed = raised(DAY_SECONDS);
        let fresh = renewed.keep(Leaf::of("sms_self_signed").begins(-3600).self_signed("SMS"));
        let mut held = renewed.host(1).ca_store.value().cloned().unwrap_or_default();
        held.push(fresh);
        renewed.host(1).ca_store = seen(held);
        renewed.vcenter().sms.sms_self_signed = seen(fresh);
        vec![
            Case::cause(
                "alarm-on-the-root-folder",
                "The alarm of KB 440183 is raised",
                "All providers are online and `sms_self_signed` is good for years, yet SPS says that it could not renew \
                 it: nobody will the next time either.",
                raised(3600),
            ),
            Case::near_miss(
                "renewed-since",
                "The certificate was renewed after the alarm",
                "The alarm is a day old and stayed red. `sms_self_signed` was made an hour ago and the host trusts it.",
                renewed,
            ),
        ]
    }

    #[test]
    fn an_expired_certificate_leads_the_alarm_about_it() {
        let mut fleet = raised(3600);
        let old = fleet.keep(Leaf::of("sms_self_signed").ends(-1).self_signed("SMS"));
        fleet.vcenter().sms.sms_self_signed = seen(old);
        fleet.host(1).ca_store = fleet.vcenter().trusted_roots.clone();
        fleet.follows("sms-cert-renew-failed", "sms-cert-expired");
    }

    #[test]
    fn a_host_s_alarm_is_about_arrays() {
        let mut fleet = Fleet::of(1);
        fleet.vcenter().alarms = seen(vec![alarm(NAME, ("HostSystem", "host-1"), 60)]);
        assert!(!fleet.codes().iter().any(|code| code == "sms-cert-renew-failed"));
    }

    #[test]
    fn a_failed_registration_counts_where_hosts_from_9_0_on_are_unwell() {
        let mut fleet = Fleet::healthy();
        fleet.host(1).version = seen("9.0.0".to_owned());
        fleet.vcenter().version = seen("9.0.0".to_owned());
        let kind = "com.vmware.vc.sms.RegisterVcClientCertOnRenewalFailure";
        fleet.vcenter().events = seen(vec![event(kind, -60, None, &[])]);
        fleet.is_fine();
        fleet.provider(2).status = seen("offline".to_owned());
        fleet.has_one_cause("provider-offline");
        fleet.provider(1).status = seen("offline".to_owned());
        assert_eq!(fleet.causes(), ["sms-cert-renew-failed", "provider-offline"]);
    }

    #[test]
    fn alarms_are_asked_for_where_a_renewal_is_due_or_a_log_tells_of_a_failure() {
        let mut fleet = Fleet::of(1);
        fleet.vcenter().alarms = unknown(MissingReason::NotAsked);
        assert_eq!(fleet.judge().unanswered, []);
        let mut scan = LogScan::new("sps.log");
        scan.feed(
            b"2026-02-04T05:07:01Z [pool-3-thread-4] ERROR opId=sps-Main-1-2 a.B - Failed to renew sms_self_signed\n",
        );
        fleet.facts.logs = vec![scan.finish()];
        fleet.is_unanswered("sms-cert-renew-failed");
    }
}
