//! What every step says of itself.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::certificate::Certificate;
use crate::facts::{Alarm, Provider};
use crate::plan::{ClientEntry, PemCertificate};
use crate::rules::testing::{Authority, Fleet, alarm};

/// One of each.
fn all() -> Vec<Step> {
    let mut fleet = Fleet::of(1);
    let host = fleet.host(1).clone();
    let provider: Provider = fleet.provider(1).clone();
    let reference = HostRef { id: host.id.clone(), name: host.name.clone() };
    let certificate: Certificate = Authority::root("Example Root", "IT").certificate;
    let before = certificate.fingerprint;
    let pem = PemCertificate { fingerprint: before, pem: certificate.to_pem() };
    let raised: Alarm = alarm("Example", ("HostSystem", "host-1"), 60);
    let done = Condition::Never;
    let mut steps = vec![
        delete_client_entry(ClientEntry::SmsSelfSigned, None, 1),
        delete_client_entry(ClientEntry::SpsExtension, None, 1),
        pin_provider(&host, "url", &certificate, None, Safety::Disturbs, 1),
        restart_sps(Vec::new(), 1),
        restart_sps_to_renew(ClientEntry::SpsExtension, None, 1),
        start_sps(1),
        install_host_certificate(&host, pem, &certificate, 1),
        notify_of_host_certificate(&host, &before, 1),
        renew_by_vcenter(&host, &before, 1),
        request_signing(&host, 1),
        acknowledge_alarm(&raised, 1),
        clear_alarms(&[&raised], &[], 1).unwrap(),
        allow_addresses(&host, &[], &[], 1),
        enable_rule_set(&host, 1),
        set_time_servers(&host, &[], &[], 1),
        start_time_service(&host, true, 1, 1),
        stop_time_service(&host, 1),
        await_provider(&reference, 1),
        expect_provider(&reference, 1),
        reconnect_provider(&host, 1),
        register_provider(&reference, "url", 1),
        sync_provider(&host, 1),
        unregister_for_good(None, &provider, None, 1),
        unregister_to_register_anew(&host, &provider, None, 1),
        unregister_to_rename(&host, &provider, None, 1),
        close_shell(&host, 1),
        open_shell(&host, 1),
        restart_provider_daemon(&host, 1),
        tell_provider_daemon(&host, 1),
        add_to_ca_store(&host, &[], 1),
        push_roots(&host, &[], 1),
        trust_client_certificate(&host, 1),
    ];
    steps.extend(reconnect_host(&host, false, &done, 1));
    steps.extend(regenerate_by_shell(&host, &before, None, 1));
    steps.extend(replace_by_shell(&host, &before, None, 1));
    steps
}

#[test]
fn what_anybody_would_notice_is_never_called_safe() {
    for step in all() {
        let is_quiet = step.disturbs.starts_with("nothing");
        let title = step.act.title();
        assert!(is_quiet || step.safety >= Safety::Disturbs, "`{title}` disturbs: {}", step.disturbs);
        assert!(!step.disturbs.is_empty() && !step.privilege.is_empty(), "`{title}` tells too little");
    }
}
