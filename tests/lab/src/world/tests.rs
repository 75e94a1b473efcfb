//! The world by itself, without sockets.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use time::Duration;

use super::World;
use super::host::Connection;
use super::provider::{CertificateStatus, Status};
use super::sps::SpsState;
use super::task::{Fate, Operation, TaskState};
use super::vcenter::SMS_ALIAS;
use crate::scenario::{Ports, Scenario};

fn ports() -> Ports {
    Ports { https: Some(443), ..Ports::default() }
}

fn world(toml: &str) -> World {
    World::build(&Scenario::parse(toml).unwrap(), 44, ports()).unwrap()
}

/// Lets everything that is under way come to its end, however slow this machine is.
fn later(world: &mut World) {
    world.advance_clock(Duration::minutes(1));
    world.settle();
}

fn run(world: &mut World, operation: Operation) -> TaskState {
    let id = world.begin_task(operation, Fate::Honest);
    later(world);
    world.task(&id).unwrap().state
}

fn renew(world: &mut World) -> TaskState {
    let hosts = vec![world.hosts[0].moref.clone()];
    run(world, Operation::RenewCertificates { hosts })
}

fn one_host(trouble: &str) -> World {
    let version = if FROM_NINE.contains(&trouble) { "version = \"9.0.0\"\n" } else { "" };
    world(&format!("[[hosts]]\nname = \"esx01\"\ncluster = \"a\"\n{version}troubles = [\"{trouble}\"]\n"))
}

#[test]
fn a_healthy_world_is_healthy_and_the_same_each_time() {
    let text = format!("now = \"2026-01-15T10:00:00Z\"\n{}", include_str!("../../scenarios/healthy.toml"));
    let (one, two) = (world(&text), world(&text));
    assert_eq!(one.providers.len(), 6);
    for provider in &one.providers {
        assert_eq!((provider.status, provider.certificate_status), (Status::Online, CertificateStatus::Valid));
    }
    assert_eq!(one.sps.log, "");
    assert_eq!(one.view()["hosts"], two.view()["hosts"]);
}

#[test]
fn renewing_leaves_the_copy_on_9080_until_the_daemon_restarts() {
    let mut world = one_host("host-cert-expiring-hard");
    let old = world.hosts[0].machine.certificate.fingerprint.clone();
    assert_eq!(renew(&mut world), TaskState::Success);
    assert_ne!(world.hosts[0].machine.certificate.fingerprint, old);
    assert_eq!(world.hosts[0].provider.certificate.fingerprint, old);
    world.restart_provider_daemon("esx01.lab.example").unwrap();
    assert_eq!(world.hosts[0].provider, world.hosts[0].machine);
    later(&mut world);
    assert_eq!(world.providers[0].certificate.fingerprint, old, "SMS remembers what it accepted");
    assert_eq!(world.providers[0].status, Status::Online);
}

#[test]
fn renewing_is_refused_where_the_documentation_says_so() {
    for trouble in ["host-cert-expired", "host-maintenance", "host-disconnected", "host-not-responding"] {
        assert_eq!(renew(&mut one_host(trouble)), TaskState::Error, "{trouble}");
    }
    assert_eq!(renew(&mut world("[vcenter]\nmode = \"custom\"\n")), TaskState::Error);
    assert_eq!(renew(&mut world("[vcenter]\nmode = \"thumbprint\"\n")), TaskState::Error);
}

#[test]
fn a_reconnect_reissues_an_expired_certificate() {
    let mut world = one_host("host-cert-expired");
    let host = world.hosts[0].moref.clone();
    assert_eq!(run(&mut world, Operation::DisconnectHost { host: host.clone() }), TaskState::Success);
    assert_eq!(world.hosts[0].connection, Connection::Disconnected);
    assert_eq!(run(&mut world, Operation::ReconnectHost { host }), TaskState::Success);
    assert!(world.hosts[0].machine.certificate.is_valid_at(world.now()));
    assert_eq!(world.hosts[0].connection, Connection::Connected);
}

#[test]
fn refreshing_authorities_drops_the_sms_certificate_and_the_provider_goes_offline() {
    let mut world = one_host("gate-vsan");
    let hosts = vec![world.hosts[0].moref.clone()];
    assert_eq!(run(&mut world, Operation::RefreshAuthorities { hosts }), TaskState::Success);
    let sms = world.sms_certificate().unwrap().clone();
    assert!(!world.hosts[0].trusts(&sms));
    later(&mut world);
    assert_eq!(world.providers[0].status, Status::Offline);
    assert!(world.sps.log.contains("AxisFault: self signed certificate"));
    let mut wanted: Vec<String> = world.hosts[0].castore.iter().map(|entry| entry.pem.clone()).collect();
    wanted.push(sms.pem.clone());
    world.replace_ca_certificates("esx01.lab.example", &wanted, &[]).unwrap();
    let provider = world.providers[0].moref.clone();
    assert_eq!(run(&mut world, Operation::SyncProvider { provider }), TaskState::Success);
    assert_eq!(world.providers[0].status, Status::Online);
}

#[test]
fn the_article_by_hand_ends_in_a_new_certificate() {
    let mut world = one_host("host-cert-expired");
    let host = world.hosts[0].moref.clone();
    world.hosts[0].files.remove("rui.crt");
    world.hosts[0].files.remove("rui.key");
    world.generate_certificates(&host).unwrap();
    world.restart_agents(&host).unwrap();
    assert!(world.hosts[0].machine.certificate.is_self_signed());
    assert_eq!(world.hosts[0].connection, Connection::NotResponding, "vCenter knows another certificate");
    assert_eq!(run(&mut world, Operation::ReconnectHost { host: host.clone() }), TaskState::Success);
    assert!(world.chains_to_roots(&world.hosts[0].machine.certificate));
    assert!(world.hosts[0].provider.certificate.is_self_signed(), "the copy does not follow a reconnect");
}

#[test]
fn an_unregistered_provider_comes_back_when_sps_restarts() {
    let mut world = one_host("provider-cert-cached-stale");
    let (uid, moref) = (world.providers[0].uid.clone(), world.providers[0].moref.clone());
    assert_eq!(run(&mut world, Operation::UnregisterProvider { uid: uid.clone() }), TaskState::Success);
    later(&mut world);
    assert!(world.providers.is_empty());
    world.restart_sps().unwrap();
    assert!(world.restart_sps().is_err(), "a restart is under way");
    assert_eq!(world.sps.state, SpsState::Stopping);
    later(&mut world);
    assert_eq!(world.sps.state, SpsState::Started);
    assert_eq!(world.providers.len(), 1);
    assert_ne!(world.providers[0].moref, moref);
    assert_eq!(world.providers[0].certificate, world.hosts[0].provider.certificate);
}

#[test]
fn registering_shows_the_certificate_that_is_not_trusted() {
    let mut world = one_host("host-cert-self-signed");
    let (uid, url) = (world.providers[0].uid.clone(), world.providers[0].url.clone());
    world.unregister_provider(&uid).unwrap();
    let fault = world.register_provider("again", &url, None).unwrap_err();
    assert_eq!(fault.name, "CertificateNotTrusted");
    let (_, pem) = &fault.fields[0];
    assert_eq!(*pem, world.hosts[0].provider.certificate.pem);
    world.register_provider("again", &url, Some(pem)).unwrap();
    assert_eq!(world.providers[0].status, Status::Online);
    assert_eq!(world.register_provider("twice", &url, None).unwrap_err().name, "AlreadyExists");
}

#[test]
fn a_new_sms_certificate_takes_the_old_hosts_down_and_spares_the_new_ones() {
    let mut scenario = Scenario::healthy().unwrap();
    scenario.vcenter.troubles.push("whole-fleet-down".into());
    let world = World::build(&scenario, 44, ports()).unwrap();
    let down = |host: &str| world.providers.iter().find(|p| p.url_host() == host).unwrap().status == Status::Offline;
    assert!(down("esx01.lab.example") && down("esx03.lab.example"));
    assert!(!down("esx04.lab.example"), "hosts from 9.0 on are shown sps-extension");
    assert!(world.vcenter.sms_entry(SMS_ALIAS).is_some());
}

#[test]
fn a_certificate_of_another_key_is_not_installed() {
    let mut world = one_host("gate-vsan");
    let own = world.hosts[0].machine.clone();
    let strange = world.vcenter.machine_ssl.certificate.pem.clone();
    assert_eq!(world.install_server_certificate("host-11", &strange).unwrap_err().name, "HostConfigFault");
    assert_eq!(world.install_server_certificate("host-11", "no PEM").unwrap_err().name, "HostConfigFault");
    assert_eq!(world.hosts[0].machine, own);
    let earlier = one_host("gate-vsan").hosts[0].machine.clone();
    world.install_server_certificate("host-11", &earlier.certificate.pem).unwrap();
    assert_eq!(world.hosts[0].machine.certificate.pem, earlier.certificate.pem);
    let (request, now) = (world.signing_request("host-11").unwrap(), world.now());
    let signed = world.pki.sign_request(&request, now).unwrap();
    assert!(signed.names_host("esx01.lab.example") && signed.is_signed_by(&world.pki.customer));
    world.install_server_certificate("host-11", &signed.pem).unwrap();
    assert_eq!(world.hosts[0].machine.certificate, signed);
    assert!(world.pki.sign_request("no PEM", now).is_err());
}

#[test]
fn events_tell_what_happened_to_a_provider() {
    let mut world = one_host("gate-vsan");
    assert!(world.vcenter.events.is_empty());
    world.stop_provider_daemon("host-11").unwrap();
    later(&mut world);
    world.restart_provider_daemon("host-11").unwrap();
    later(&mut world);
    let kinds: Vec<&str> = world.vcenter.events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(
        kinds,
        ["com.vmware.vc.sms.VasaProviderDisconnectedEvent", "com.vmware.vc.sms.VasaProviderConnectedEvent"]
    );
}

#[test]
fn a_task_can_fail_never_end_or_lie() {
    let mut world = one_host("host-cert-expiring-hard");
    let operation = Operation::RenewCertificates { hosts: vec![world.hosts[0].moref.clone()] };
    let before = world.hosts[0].machine.clone();
    let fails = world.begin_task(operation.clone(), Fate::Fails(super::Fault::new("HostConfigFault", "no")));
    let hangs = world.begin_task(operation.clone(), Fate::NeverEnds);
    let lies = world.begin_task(operation, Fate::Lies);
    later(&mut world);
    assert_eq!(world.task(&fails).unwrap().state, TaskState::Error);
    assert_eq!(world.task(&hangs).unwrap().state, TaskState::Running);
    assert_eq!(world.task(&lies).unwrap().state, TaskState::Success);
    assert_eq!(world.hosts[0].machine, before);
}

#[test]
fn switches_turn_the_world_around() {
    let mut world = world(
        "[switches]\nrenew_refreshes_provider = true\nsync_updates_cached_certificate = true\nrefresh_ca_drops_sms = false\n",
    );
    assert_eq!(renew(&mut world), TaskState::Success);
    assert_eq!(world.hosts[0].provider, world.hosts[0].machine);
    let provider = world.providers[0].moref.clone();
    assert_eq!(run(&mut world, Operation::SyncProvider { provider }), TaskState::Success);
    assert_eq!(world.providers[0].certificate, world.hosts[0].machine.certificate);
    let hosts = vec![world.hosts[0].moref.clone()];
    assert_eq!(run(&mut world, Operation::RefreshAuthorities { hosts }), TaskState::Success);
    assert!(world.hosts[0].trusts(&world.sms_certificate().unwrap().clone()));
}

#[test]
fn a_session_ends_when_it_sat_idle() {
    let mut world = world("");
    assert_eq!(world.login("administrator@vsphere.local", "wrong").unwrap_err().name, "InvalidLogin");
    let token = world.login("Administrator@VSPHERE.local", "Lab-vCenter-1!").unwrap();
    assert!(world.session(&token).is_some());
    world.advance_clock(Duration::minutes(31));
    world.settle();
    assert!(world.session(&token).is_none());
}

#[test]
fn each_trouble_is_true_and_shows_in_the_state() {
    for code in crate::troubles::host_codes() {
        let mode = if code.starts_with("thumbprint-") { "thumbprint" } else { "vmca" };
        assert_ne!(one_host_view(code, mode), one_host_view("", mode), "{code} changed nothing");
    }
    for code in crate::troubles::vcenter_codes() {
        let text = format!("now = \"2026-01-15T10:00:00Z\"\n[vcenter]\ntroubles = [\"{code}\"]\n");
        let healthy = world("now = \"2026-01-15T10:00:00Z\"\n");
        assert_ne!(timeless(&world(&text)), timeless(&healthy), "{code} changed nothing");
    }
    assert!(Scenario::parse("[[hosts]]\nname = \"a\"\ncluster = \"b\"\ntroubles = [\"no-such\"]\n").is_ok());
    let wrong = Scenario::parse("[vcenter]\ntroubles = [\"no-such\"]\n").unwrap();
    assert!(World::build(&wrong, 44, ports()).unwrap_err().to_string().contains("`no-such`"));
}

#[test]
fn a_trouble_leaves_the_other_hosts_alone() {
    for code in crate::troubles::host_codes().filter(|code| !OF_MANY.contains(code)) {
        let world = world(&format!("{TWO_HOSTS}\n[[hosts]]\nname = \"esx02\"\ntroubles = [\"{code}\"]\n"));
        let other = world.providers.iter().find(|provider| provider.url_host() == "esx01.lab.example").unwrap();
        assert_eq!((other.status, other.certificate_status), (Status::Online, CertificateStatus::Valid), "{code}");
    }
}

#[test]
fn only_the_troubles_that_should_take_a_provider_offline_do() {
    let offline = [
        "castore-empty",
        "castore-missing-sms",
        "castore-stale-sms",
        "castore-wiped-after-refresh",
        "cert-not-yet-valid",
        "dns-mismatch",
        "esx9-client-untrusted",
        "host-cert-expired",
        "host-cert-name-mismatch",
        "host-cert-old-vmca-root",
        "host-cert-self-signed",
        "only-esx9-down",
        "provider-offline",
        "single-cluster-down",
        "vp-cert-expired",
        "vp-no-certificate",
        "vp-port-filtered",
        "vp-port-refused",
        "vp-ruleset-disabled",
        "vp-ruleset-restricted",
        "vp-tls-handshake-failed",
        "vp-version-xml-error",
    ];
    let without = ["provider-missing", "provider-registration-failed"];
    for code in crate::troubles::host_codes().filter(|code| !without.contains(code)) {
        let world = one_host(code);
        let expected = match code {
            "provider-disconnected" => Status::Disconnected,
            _ if offline.contains(&code) => Status::Offline,
            _ => Status::Online,
        };
        assert_eq!(world.providers[0].status, expected, "{code}");
    }
}

/// Troubles of many hosts together, and of hosts from 9.0 on.
const OF_MANY: [&str; 2] = ["only-esx9-down", "single-cluster-down"];
const FROM_NINE: [&str; 2] = ["esx9-client-untrusted", "only-esx9-down"];

const TWO_HOSTS: &str = "[[clusters]]\nname = \"a\"\ncount = 2\n";

fn one_host_view(code: &str, mode: &str) -> serde_json::Value {
    let troubles = if code.is_empty() { String::new() } else { format!("troubles = [\"{code}\"]\n") };
    let version = if FROM_NINE.contains(&code) { "version = \"9.0.0\"\n" } else { "" };
    let text = format!(
        "now = \"2026-01-15T10:00:00Z\"\n[vcenter]\nmode = \"{mode}\"\n\
         [[hosts]]\nname = \"esx01\"\ncluster = \"a\"\n{version}{troubles}"
    );
    timeless(&world(&text))
}

/// The view without the clock's own running on.
fn timeless(world: &World) -> serde_json::Value {
    let mut view = world.view();
    view["now"] = serde_json::Value::from(view["now"].as_str().unwrap().get(..16).unwrap());
    for provider in view["providers"].as_array_mut().unwrap() {
        let minute = provider["last_sync"].as_str().unwrap().get(..16).unwrap().to_owned();
        provider["last_sync"] = serde_json::Value::from(minute);
    }
    view
}

#[test]
fn sps_makes_no_certificate_where_it_may_not_write() {
    let mut scenario = Scenario::healthy().unwrap();
    scenario.vcenter.troubles.push("sms-store-permission".into());
    let mut world = World::build(&scenario, 44, ports()).unwrap();
    world.vcenter.take_sms_entry(SMS_ALIAS);
    world.recreate_client_certificates(Duration::ZERO);
    assert_eq!(world.vcenter.sms_entry(SMS_ALIAS), None);
}

#[test]
fn an_entry_of_thumbprint_mode_decides_whether_a_provider_is_trusted() {
    for (code, is_down) in
        [("thumbprint-entry-missing", true), ("thumbprint-entry-stale", true), ("thumbprint-entry-leftover", false)]
    {
        let mut scenario = Scenario { hosts: Vec::new(), ..Scenario::default() };
        scenario.vcenter.mode = crate::scenario::Mode::Thumbprint;
        let mut world = World::build(&scenario, 44, ports()).unwrap();
        crate::troubles::trouble_host(&mut world, "esx01.lab.example", code).unwrap();
        world.poll();
        assert_eq!(world.providers[0].status == Status::Offline, is_down, "{code}");
        assert!(world.providers[1].status == Status::Online, "{code}");
    }
}
