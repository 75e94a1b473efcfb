//! What a plan holds, and what it refuses, for fleets of which something is broken.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use super::*;
use crate::facts::{CertificateMode, ConnectionState, FailoverCapacity, MissingReason, ProviderId};
use crate::plan::{ClientEntry, Condition};
use crate::request::SshChange;
use crate::rules::testing::{Fleet, Leaf, NOW, healthy_provider, seen, unknown, waivers};
use crate::time::DAY_SECONDS;

const WAYS: Ways = Ways { esxi_shell: true, appliance_shell: true, provider_port: Ways::PROVIDER_PORT };
const SOON: i64 = 10 * DAY_SECONDS;

fn planned(fleet: &Fleet) -> Plan {
    plan(&fleet.facts, &fleet.judge(), &fleet.policy, WAYS)
}

fn acts(plan: &Plan) -> Vec<&Act> {
    plan.steps().map(|step| &step.act).collect()
}

fn has(plan: &Plan, is_it: impl Fn(&Act) -> bool) -> bool {
    plan.steps().any(|step| is_it(&step.act))
}

/// The gates that keep the cure of `code` out, and why it is kept out.
#[track_caller]
fn refusal(plan: &Plan, code: &str) -> (Vec<String>, String) {
    let refused = plan.refused.iter().find(|one| one.code == code);
    let refused = refused.unwrap_or_else(|| panic!("`{code}` is not refused: {:#?}", acts(plan)));
    (refused.gates.clone(), refused.why.clone())
}

#[test]
fn both_client_certificates_are_made_anew_by_one_restart_after_both_are_deleted() {
    let mut fleet = Fleet::healthy();
    let sms = fleet.keep(Leaf::of("sms_self_signed").ends(-1).self_signed("SMS"));
    let extension = fleet.issue(&Leaf::of("sps-extension").ends(-1));
    fleet.vcenter().sms.sms_self_signed = seen(sms);
    fleet.vcenter().sms.sps_extension = seen(extension);
    fleet.policy.allow_fleet_wide = true;
    let plan = planned(&fleet);
    let [one, other, restart] = plan.first.as_slice() else { panic!("{:#?}", plan.first) };
    assert!([one, other].iter().all(|step| matches!(step.act, Act::DeleteClientEntry { .. })), "{:#?}", plan.first);
    assert_eq!(restart.act, Act::RestartSps);
    for condition in [&restart.skip_when, &restart.done_when] {
        let told = format!("{condition:?}");
        for (entry, before) in [(ClientEntry::SmsSelfSigned, sms), (ClientEntry::SpsExtension, extension)] {
            let renewed = format!("{:?}", Condition::ClientEntryRenewed { entry, before: Some(before) });
            assert!(told.contains(&renewed), "{told}");
        }
    }
}

#[test]
fn what_vcenter_cannot_do_on_a_host_is_not_planned_and_others_are_cured() {
    for state in [ConnectionState::Disconnected, ConnectionState::NotResponding] {
        let mut fleet = Fleet::ending_in(SOON);
        let leaf = fleet.issue(&Leaf::of("esx02.lab.test").ends(SOON));
        fleet.serve(2, leaf);
        fleet.host(1).connection = seen(state);
        let plan = planned(&fleet);
        assert_eq!(refusal(&plan, "host-cert-expiring-hard").0, ["connected"]);
        let hosts: Vec<&str> = plan.hosts().map(|host| host.host.name.as_str()).collect();
        assert_eq!(hosts, ["esx02.lab.test"]);
        assert!(has(&plan, |act| matches!(act, Act::RenewHostCertificate { .. })));
    }
}

#[test]
fn a_host_that_a_person_disconnected_is_connected_only_where_a_person_is_asked() {
    let mut fleet = Fleet::ending_in(-1);
    fleet.host(1).connection = seen(ConnectionState::Disconnected);
    let plan = planned(&fleet);
    assert_eq!(refusal(&plan, "host-cert-expired").0, ["ceiling"]);
    assert!(plan.is_empty(), "{:#?}", acts(&plan));
    fleet.policy.ceiling = Safety::AskFirst;
    let plan = planned(&fleet);
    let connecting: Vec<&Act> = acts(&plan)
        .into_iter()
        .filter(|act| matches!(act, Act::DisconnectHost { .. } | Act::ReconnectHost { .. }))
        .collect();
    assert!(matches!(connecting.as_slice(), [Act::ReconnectHost { .. }]), "{connecting:#?}");
    // By the shell too.
    fleet.policy.renew_by = crate::policy::RenewBy::Shell;
    fleet.policy.ceiling = Safety::Disturbs;
    assert!(planned(&fleet).is_empty());
}

#[test]
fn a_host_that_was_lost_with_its_certificate_is_connected_before_its_shell_is_opened() {
    let mut fleet = Fleet::ending_in(-1);
    fleet.host(1).connection = seen(ConnectionState::NotResponding);
    let plan = planned(&fleet);
    let steps: Vec<&Act> = plan.hosts().flat_map(|host| &host.steps).map(|step| &step.act).collect();
    let [disconnect, reconnect, open, restart, ..] = steps.as_slice() else { panic!("{:#?}", plan.refused) };
    assert!(matches!((disconnect, reconnect), (Act::DisconnectHost { .. }, Act::ReconnectHost { .. })), "{steps:#?}");
    assert!(matches!(open, Act::StartService { .. }), "{steps:#?}");
    assert!(matches!(restart, Act::Shell { command: SshChange::RestartProviderDaemon, .. }), "{steps:#?}");
    // What opens the shell goes through vCenter, so where all is done by the shell somebody else must open it.
    fleet.policy.renew_by = crate::policy::RenewBy::Shell;
    fleet.policy.ceiling = Safety::AskFirst;
    let (gates, why) = refusal(&planned(&fleet), "host-cert-expired");
    assert!(gates.is_empty() && why.contains("console"), "{gates:?} {why}");
}

#[test]
fn in_a_mode_that_is_not_known_nothing_at_all_is_done() {
    for mode in [unknown(MissingReason::Denied), seen(CertificateMode::Other("new".to_owned()))] {
        let mut fleet = Fleet::healthy().with_leaf_ending_in(SOON);
        fleet.host(2).clock_ahead_of_vcenter_seconds = seen(100);
        fleet.host(2).services = seen(Vec::new());
        fleet.provider(3).status = seen("disconnected".to_owned());
        assert!(planned(&fleet).hosts().count() == 3, "all of it is cured in a mode that is known");
        fleet.vcenter().mode = mode;
        let plan = planned(&fleet);
        assert!(plan.is_empty(), "{:#?}", acts(&plan));
        assert!(plan.refused.len() >= 3, "{:#?}", plan.refused);
        for refused in &plan.refused {
            assert!(refused.gates.contains(&"certificate-mode".to_owned()), "{refused:#?}");
        }
        // Passed by name, what does not need the mode is done; host certificates are not renewed all the same.
        fleet.policy.waivers = waivers(&[("certificate-mode", "it is vmca"), ("foreign-certificate", "it is not")]);
        let plan = planned(&fleet);
        assert!(has(&plan, |act| matches!(act, Act::SyncProvider { .. })), "{:#?}", plan.refused);
        assert!(!has(&plan, |act| matches!(act, Act::RenewHostCertificate { .. })));
        let (gates, why) = refusal(&plan, "host-cert-expiring-hard");
        assert!(gates.is_empty() && why.contains("mode"), "{gates:?} {why}");
    }
}

#[test]
fn a_reconnection_that_issues_a_certificate_is_held_like_a_renewal() {
    for gate in ["vsan", "maintenance"] {
        let close = |fleet: &mut Fleet| match gate {
            "vsan" => fleet.host(1).in_vsan = seen(true),
            _ => fleet.host(1).in_maintenance = seen(true),
        };
        let mut fleet = Fleet::ending_in(-1);
        close(&mut fleet);
        let gates = refusal(&planned(&fleet), "host-cert-expired").0;
        assert!(gates.contains(&gate.to_owned()), "{gate}: {gates:?}");
        // A host that is merely connected again gets a certificate in mode `vmca` alone.
        let mut fleet = Fleet::of(1);
        fleet.host(1).connection = seen(ConnectionState::Disconnected);
        fleet.policy.ceiling = Safety::AskFirst;
        close(&mut fleet);
        assert_eq!(refusal(&planned(&fleet), "host-disconnected").0, [gate]);
        fleet.vcenter().mode = seen(CertificateMode::Custom);
        fleet.policy.waivers = waivers(&[("certificate-mode", "nothing is issued in this mode")]);
        assert!(has(&planned(&fleet), |act| matches!(act, Act::ReconnectHost { .. })), "{gate}");
    }
}

#[test]
fn agents_that_load_a_certificate_are_away_from_ha_as_well() {
    let mut fleet = Fleet::ending_in(SOON);
    fleet.host(1).failover = seen(FailoverCapacity { is_whole: false, told: "0 of 1".to_owned() });
    assert_eq!(refusal(&planned(&fleet), "host-cert-expiring-hard").0, ["failover-capacity"]);
}

/// What the steps add to the CA store of a host.
fn wanted_in_store(plan: &Plan) -> Vec<crate::certificate::Fingerprint> {
    let added = plan.steps().filter_map(|step| match &step.act {
        Act::AddToCaStore { certificates, .. } => Some(certificates.iter().map(|one| one.fingerprint)),
        _ => None,
    });
    added.flatten().collect()
}

#[test]
fn what_a_new_certificate_may_take_out_of_the_store_is_put_back_without_knowing_what_sps_shows() {
    for ends in [SOON, -1] {
        let mut fleet = Fleet::ending_in(ends);
        fleet.vcenter().sms.sms_self_signed = unknown(MissingReason::NotAsked);
        let held = fleet.host(1).ca_store.value().cloned().unwrap();
        let plan = planned(&fleet);
        assert_eq!(wanted_in_store(&plan), held, "{:#?}", plan.refused);
        fleet.host(1).ca_store = unknown(MissingReason::Denied);
        let plan = planned(&fleet);
        assert!(!plan.is_empty() && wanted_in_store(&plan).is_empty());
        assert!(plan.notes.iter().any(|note| note.contains("CA store")), "{:?}", plan.notes);
    }
}

#[test]
fn a_host_outside_clusters_gets_a_certificate_and_waits_for_no_provider() {
    let mut fleet = Fleet::ending_in(SOON);
    fleet.host(1).cluster_id = seen("domain-s9".to_owned());
    fleet.facts.providers.remove(&ProviderId("uid-1".to_owned()));
    fleet.facts.provider_list = seen(crate::facts::ProviderList { registered: 2, others: 0 });
    let plan = planned(&fleet);
    assert!(has(&plan, |act| matches!(act, Act::RenewHostCertificate { .. })), "{:#?}", plan.refused);
    assert!(plan.last.is_empty(), "{:#?}", plan.last);
}

/// A host whose certificate carries its name, and whose provider is registered by an earlier one.
fn renamed() -> Fleet {
    let mut fleet = Fleet::healthy();
    fleet.provider(1).url.host = "old-esx01.lab.test".to_owned();
    fleet.provider(1).url.text = "https://old-esx01.lab.test:9080/version.xml".to_owned();
    fleet
}

#[test]
fn a_provider_of_an_earlier_name_is_registered_anew_and_the_certificate_stays() {
    let mut fleet = renamed();
    fleet.has_one_cause("host-cert-name-mismatch");
    let plan = planned(&fleet);
    assert_eq!(plan.refused, []);
    assert_eq!(plan.hosts().flat_map(|host| &host.steps).count(), 0, "{:#?}", acts(&plan));
    let [unregister, restart, expect, register, wait] = plan.last.as_slice() else { panic!("{:#?}", plan.last) };
    let id = ProviderId("uid-1".to_owned());
    assert_eq!(unregister.act, Act::UnregisterProvider { provider: id.clone() });
    assert_eq!(unregister.skip_when, Condition::ProviderGone { provider: id }, "whatever SMS says of it");
    assert_eq!(restart.act, Act::RestartSps);
    assert!(matches!(&register.act, Act::RegisterProvider { url, .. } if url.contains("//esx01.lab.test:9080/")));
    assert!([expect, wait].iter().all(|step| matches!(step.act, Act::AwaitProvider { .. })));
    fleet.host(1).disks_using_filter = seen(1);
    assert_eq!(refusal(&planned(&fleet), "host-cert-name-mismatch").0, ["filter-in-use"]);
}

#[test]
fn a_certificate_of_an_earlier_name_is_renewed() {
    let mut fleet = renamed();
    let leaf = fleet.issue(&Leaf::of("old-esx01.lab.test"));
    fleet.serve(1, leaf);
    assert!(has(&planned(&fleet), |act| matches!(act, Act::RenewHostCertificate { .. })));
}

#[test]
fn a_provider_by_address_is_as_well_as_one_by_name() {
    let mut fleet = Fleet::healthy();
    let is_well = |fleet: &Fleet| {
        let host = HostId("host-1".to_owned());
        [Condition::ProviderWell { host: host.clone() }, Condition::HostRegistered { host }]
            .map(|condition| condition.holds(&fleet.facts, |_| None, NOW))
    };
    for name in ["192.0.2.1", "ESX01.lab.test."] {
        fleet.provider(1).url.host = name.to_owned();
        assert_eq!(is_well(&fleet), [Some(true); 2], "{name}");
    }
    fleet.provider(1).status = seen("offline".to_owned());
    assert_eq!(is_well(&fleet), [Some(false), Some(true)]);
    fleet.facts.providers.remove(&ProviderId("uid-1".to_owned()));
    assert_eq!(is_well(&fleet), [Some(false); 2]);
}

#[test]
fn a_signing_request_is_made_only_where_a_person_is_asked_and_no_gate_is_closed() {
    let mut fleet = Fleet::ending_in(SOON);
    fleet.vcenter().mode = seen(CertificateMode::Custom);
    let code = "host-cert-expiring-hard";
    assert_eq!(refusal(&planned(&fleet), code).0, ["ceiling"]);
    fleet.policy.ceiling = Safety::AskFirst;
    assert!(has(&planned(&fleet), |act| matches!(act, Act::RequestSigning { .. })));
    fleet.host(1).in_maintenance = seen(true);
    assert_eq!(refusal(&planned(&fleet), code).0, ["maintenance"]);
}

#[test]
fn a_provider_that_answers_is_nobodys_orphan() {
    let mut fleet = Fleet::healthy();
    let gone = Host::named(HostId("host-9".to_owned()), "gone.lab.test".to_owned());
    let leaf = fleet.issue(&Leaf::of("gone.lab.test"));
    let orphan = healthy_provider(9, &gone, leaf);
    fleet.facts.providers.insert(orphan.id.clone(), orphan);
    fleet.facts.provider_list = seen(crate::facts::ProviderList { registered: 4, others: 0 });
    fleet.policy.ceiling = Safety::AskFirst;
    let (gates, why) = refusal(&planned(&fleet), "provider-orphan");
    assert!(gates.is_empty() && why.contains("may not see"), "{gates:?} {why}");
    fleet.provider(9).status = seen("offline".to_owned());
    assert!(has(&planned(&fleet), |act| matches!(act, Act::UnregisterProvider { .. })));
}

#[test]
fn agents_are_restarted_only_where_a_person_is_asked() {
    let mut fleet = Fleet::ending_in(SOON);
    let restarts = |fleet: &Fleet| {
        has(&planned(fleet), |act| matches!(act, Act::Shell { command: SshChange::RestartManagementAgents, .. }))
    };
    assert!(!restarts(&fleet));
    assert!(has(&planned(&fleet), |act| matches!(act, Act::RenewHostCertificate { .. })));
    fleet.policy.ceiling = Safety::AskFirst;
    assert!(restarts(&fleet));
    fleet.policy.renew_by = crate::policy::RenewBy::Shell;
    fleet.policy.ceiling = Safety::Disturbs;
    assert_eq!(refusal(&planned(&fleet), "host-cert-expiring-hard").0, ["ceiling"]);
}

#[test]
fn alarms_are_acknowledged_and_reset_only_where_a_person_is_asked() {
    let mut fleet = Fleet::healthy();
    let alarm = crate::rules::testing::alarm("VASA provider disconnected", ("HostSystem", "host-1"), 7_200);
    fleet.vcenter().alarms = seen(vec![alarm]);
    fleet.has_one_cause("alarm-residual");
    let plan = planned(&fleet);
    assert!(matches!(acts(&plan).as_slice(), [Act::AcknowledgeAlarm { .. }]), "{:#?}", acts(&plan));
    fleet.policy.ceiling = Safety::AskFirst;
    let plan = planned(&fleet);
    assert!(matches!(acts(&plan).as_slice(), [Act::ClearAlarms { .. }, Act::AcknowledgeAlarm { .. }]));
}

#[test]
fn what_only_a_registration_could_cure_is_refused_where_sps_cannot_be_restarted() {
    let mut missing = Fleet::healthy();
    missing.facts.providers.remove(&ProviderId("uid-1".to_owned()));
    for (mut fleet, code) in [(renamed(), "host-cert-name-mismatch"), (missing, "provider-missing")] {
        assert!(fleet.causes().contains(&code.to_owned()), "{:?}", fleet.causes());
        assert!(has(&planned(&fleet), |act| matches!(act, Act::RegisterProvider { .. })), "{code}");
        fleet.vcenter().sps = unknown(MissingReason::Denied);
        let plan = planned(&fleet);
        let (gates, why) = refusal(&plan, code);
        assert!(gates.is_empty() && why.contains("the service `sps` cannot be asked"), "{code}: {why}");
        assert!(!has(&plan, |act| matches!(act, Act::UnregisterProvider { .. } | Act::RestartSps)), "{code}");
        assert!(plan.hosts().all(|host| !host.cures.contains(&code.to_owned())), "{code}");
    }
}

#[test]
fn a_provider_is_not_registered_anew_in_a_run_that_restarts_sps_for_its_own_certificate() {
    let mut fleet = renamed();
    let expired = fleet.keep(Leaf::of("sms_self_signed").ends(-1).self_signed("SMS"));
    fleet.vcenter().sms.sms_self_signed = seen(expired);
    fleet.policy.allow_fleet_wide = true;
    let plan = planned(&fleet);
    assert_eq!(plan.steps().filter(|step| step.act == Act::RestartSps).count(), 1);
    let (gates, why) = refusal(&plan, "host-cert-name-mismatch");
    assert!(gates.is_empty() && why.contains("not twice in one run"), "{why}");
}
