//! What vCenter's own interfaces tell besides certificates: firewalls, alarms, events, privileges, other providers.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use iofilter_certs::facts::{Facts, Host, Missing, MissingReason, Observed, VCenterEvent};
use iofilter_certs::report::Verdict;
use iofilter_certs_lab::Scenario;
use iofilter_certs_lab::scenario::EventPlan;
use iofilter_certs_tests::{World, quick, told};

fn facts(world: &World) -> Facts {
    world.check(&quick()).facts.expect("a check has facts")
}

/// Two hosts, the first of which has a trouble.
fn troubled(code: &str) -> World {
    World::of(&format!("[[clusters]]\nname = \"a\"\ncount = 2\n[[hosts]]\nname = \"esx01\"\ntroubles = [\"{code}\"]\n"))
}

fn vcenter_with(line: &str) -> World {
    World::of(&format!("[vcenter]\n{line}\n[[clusters]]\nname = \"a\"\ncount = 2\n"))
}

fn host<'a>(facts: &'a Facts, name: &str) -> &'a Host {
    facts.hosts.values().find(|host| host.name.starts_with(name)).expect("the host is there")
}

fn seen<T>(fact: &Observed<T>) -> &T {
    fact.known().expect("it is seen")
}

fn missing<T: std::fmt::Debug>(fact: &Observed<T>) -> &Missing {
    fact.known().expect_err("it is not seen")
}

fn events<'a>(facts: &'a Facts, host: &'a Host) -> Vec<&'a VCenterEvent> {
    seen(&facts.vcenter.events).iter().filter(|event| event.host.as_ref() == Some(&host.id.0)).collect()
}

#[test]
fn a_healthy_fleet_tells_everything_and_nothing_bad() {
    let world = World::start(Scenario::healthy().expect("the preset is right"));
    let report = world.check(&quick());
    assert_eq!(report.verdict, Verdict::Healthy, "{}", told(&report));
    let facts = report.facts.as_ref().expect("a check has facts");
    for host in facts.hosts.values() {
        let firewall = seen(&host.firewall);
        assert!(firewall.enabled && firewall.all_addresses, "{}", host.name);
        assert!(seen(&host.firewall_system).starts_with("firewallSystem-"));
        let leaf = facts.certificates.find(&seen(&host.on_443).leaf).expect("it is kept");
        assert_eq!(seen(&host.expected_thumbprint), &leaf.sha1_thumbprint);
        assert!(!seen(&host.attestation).trust_authority);
        assert_eq!(seen(&host.time_servers).as_slice(), ["pool.ntp.example"]);
        assert_eq!(seen(&host.running_tasks), &0);
        assert_eq!(missing(&host.vasa_client).reason, MissingReason::NotAsked, "nothing gave a reason to ask");
    }
    let vcenter = &facts.vcenter;
    assert_eq!(seen(&vcenter.session), &world.connection.username);
    assert!(!seen(&vcenter.privileges).is_empty() && seen(&vcenter.privileges).values().all(|granted| *granted));
    assert_eq!(seen(&vcenter.addresses).len(), 1);
    assert!(seen(&vcenter.alarms).is_empty() && seen(&vcenter.events).is_empty());
    let asked_back = facts.began_at.days_since(*seen(&vcenter.events_since));
    assert_eq!(asked_back, 30);
    let lists = world.lab.calls().iter().filter(|call| call.method == "RetrieveCertificateInfoList").count();
    assert_eq!(lists, 0, "no request is spent on it");
}

#[test]
fn a_rule_set_that_is_off_closes_the_port_and_says_so() {
    let world = troubled("vp-ruleset-disabled");
    let facts = facts(&world);
    let closed = host(&facts, "esx01");
    assert!(!seen(&closed.firewall).enabled);
    assert_eq!(missing(&closed.on_9080).reason, MissingReason::NoAnswer);
    assert!(closed.on_443.value().is_some(), "the host itself is there");
    assert!(facts.providers_of(closed).all(|provider| !provider.is_online()));
    assert!(seen(&host(&facts, "esx02").firewall).enabled);
}

#[test]
fn a_rule_set_that_leaves_vcenter_out_is_told_with_vcenters_address() {
    let world = troubled("vp-ruleset-restricted");
    let facts = facts(&world);
    let restricted = host(&facts, "esx01");
    let firewall = seen(&restricted.firewall);
    assert!(firewall.enabled && !firewall.all_addresses);
    assert!(restricted.on_9080.value().is_some(), "this machine is let in");
    assert!(facts.providers_of(restricted).all(|provider| !provider.is_online()), "vCenter is not");
    let address = seen(&facts.vcenter.addresses).first().expect("vCenter has an address");
    assert!(!firewall.allowed.contains(address));
    assert_eq!(firewall.allowed, ["127.0.0.1", "192.0.2.0/24"]);
}

#[test]
fn a_push_of_authorities_is_seen_before_the_loss_that_it_brought() {
    let world = troubled("castore-wiped-after-refresh");
    let facts = facts(&world);
    let wiped = host(&facts, "esx01");
    let kinds: Vec<&str> = events(&facts, wiped).into_iter().map(VCenterEvent::short_kind).collect();
    assert_eq!(kinds, ["VasaProviderDisconnectedEvent", "HostCaCertsAndCrlsUpdatedEvent"], "the newest is first");
    let lost = events(&facts, wiped).into_iter().next().expect("it is there");
    assert_eq!(lost.arguments, [("providerName".to_owned(), format!("IOFILTER Provider {}", wiped.name))]);
    let alarms = seen(&facts.vcenter.alarms);
    let places: Vec<(&str, &str, &str)> =
        alarms.iter().map(|one| (one.name.as_str(), one.entity_kind.as_str(), one.entity.as_str())).collect();
    assert_eq!(places, [("VASA provider disconnected", "HostSystem", wiped.id.0.as_str())]);
    assert!(alarms.iter().all(|one| one.status == "red" && !one.acknowledged));
}

#[test]
fn alarms_and_events_of_a_scenario_are_read_with_their_names_and_times() {
    let world = World::of(
        "[[clusters]]\nname = \"a\"\ncount = 1\n[[vcenter.events]]\nkind = \"HostDisconnectedEvent\"\nhost = \"esx01\"\n\
         minutes_ago = 60\n[[vcenter.events]]\nkind = \"com.vmware.vc.unrelated.Event\"\n[[vcenter.alarms]]\n\
         name = \"Ours\"\nstatus = \"yellow\"\nminutes_ago = 90\n[[vcenter.alarms]]\nname = \"Host connection failure\"\n\
         host = \"esx01\"\n",
    );
    let facts = facts(&world);
    let disconnected = seen(&facts.vcenter.events);
    assert_eq!(disconnected.len(), 1, "what is none of our business is not asked for: {disconnected:?}");
    let event = disconnected.first().expect("there is one");
    assert_eq!((event.kind.as_str(), facts.began_at.seconds_since(event.at) / 60), ("HostDisconnectedEvent", 60));
    let alarms = seen(&facts.vcenter.alarms);
    let named: Vec<(&str, Option<&str>, &str)> =
        alarms.iter().map(|one| (one.name.as_str(), one.system_name.as_deref(), one.status.as_str())).collect();
    let expected = [("Ours", None, "yellow"), ("Host connection failure", Some("alarm.HostConnectivityAlarm"), "red")];
    assert_eq!(named, expected);
}

#[test]
fn of_too_many_events_a_shorter_time_is_known_whole() {
    let mut scenario = Scenario::of_size(1);
    let hour = |number: u32| EventPlan {
        kind: "com.vmware.vc.sms.VasaProviderConnectedEvent".to_owned(),
        minutes_ago: number * 36,
        ..EventPlan::default()
    };
    scenario.vcenter.events = (0..1200).map(hour).collect();
    let facts = facts(&World::start(scenario));
    let since = *seen(&facts.vcenter.events_since);
    assert_eq!(facts.began_at.seconds_since(since), 30 * 86_400 / 4);
    let known = seen(&facts.vcenter.events);
    assert!(known.len() > 290 && known.len() < 310, "{}", known.len());
    assert!(known.iter().all(|event| event.at >= since));
}

#[test]
fn a_missing_privilege_is_known_by_name_and_what_needs_it_stays_unknown() {
    let facts = facts(&vcenter_with("troubles = [\"privilege-missing-view\"]"));
    let privileges = seen(&facts.vcenter.privileges);
    let denied: BTreeSet<&str> =
        privileges.iter().filter(|(_, granted)| !**granted).map(|(name, _)| name.as_str()).collect();
    assert_eq!(denied, BTreeSet::from(["StorageViews.View"]));
    let list = missing(&facts.provider_list);
    assert_eq!(list.reason, MissingReason::Denied, "{}", list.message);
    assert!(list.help.contains("StorageViews.View"), "{}", list.help);
    let writing = self::facts(&vcenter_with("troubles = [\"privilege-missing-write\"]"));
    let denied = seen(&writing.vcenter.privileges).iter().filter(|(_, granted)| !**granted).count();
    assert_eq!(denied, 2);
    assert!(writing.provider_list.value().is_some(), "reading goes on");
}

#[test]
fn a_session_that_ends_and_a_login_that_is_refused_are_told_apart() {
    let world = World::of(
        "[[clusters]]\nname = \"a\"\ncount = 1\n[[faults]]\ncall = \"QueryOptions\"\nwhat = \"session-expired\"\n",
    );
    let report = world.check(&quick());
    let facts = report.facts.as_ref().expect("a check has facts");
    assert_eq!(missing(&facts.vcenter.mode).reason, MissingReason::SessionExpired);
    assert!(facts.vcenter.session.value().is_some(), "there was a way in");
    let mut world = World::of("[[clusters]]\nname = \"a\"\ncount = 1\n");
    world.connection.password = "wrong".to_owned();
    let report = world.check(&quick());
    assert_eq!(report.verdict, Verdict::Stopped);
    let facts = report.facts.as_ref().expect("a check has facts");
    assert_eq!(missing(&facts.vcenter.session).reason, MissingReason::Denied);
}

#[test]
fn providers_of_another_kind_are_known_and_not_judged() {
    let world = World::of(
        "[vcenter]\ntroubles = [\"vvol-provider-expired\"]\n[[clusters]]\nname = \"a\"\ncount = 2\n[[hosts]]\n\
         name = \"esx01\"\ntroubles = [\"vsan-provider-offline\"]\n",
    );
    let facts = facts(&world);
    let others: BTreeSet<(u16, &str, &str)> = facts
        .other_providers
        .values()
        .map(|one| (one.url.port, seen(&one.status).as_str(), seen(&one.certificate_status).as_str()))
        .collect();
    assert_eq!(others, BTreeSet::from([(8080, "offline", "valid"), (8443, "disconnected", "expired")]));
    assert_eq!(seen(&facts.provider_list).others, 2);
    assert_eq!(facts.providers.len(), 2);
    for host in facts.hosts.values() {
        assert_eq!(seen(&host.vasa_client), &None, "with an array there, each host is asked");
    }
}

#[test]
fn the_certificate_that_a_host_shows_to_arrays_is_asked_for_where_an_alarm_is() {
    let facts = facts(&troubled("vvol-client-cert-failed"));
    let client = seen(&host(&facts, "esx01").vasa_client).as_ref().expect("it has one");
    assert_eq!(client.status, "expired");
    assert_eq!(missing(&host(&facts, "esx02").vasa_client).reason, MissingReason::NotAsked);
}

#[test]
fn an_entry_that_is_no_certificate_is_named_and_the_store_not_believed() {
    let facts = facts(&troubled("castore-malformed"));
    let host = host(&facts, "esx01");
    assert_eq!(missing(&host.ca_store).reason, MissingReason::Malformed);
    let [reason] = host.ca_store_unreadable.as_slice() else { unreachable!("one entry is wrong") };
    assert!(reason.starts_with("entry "), "{reason}");
}

#[test]
fn what_vcenter_expects_of_a_host_and_who_attests_it_are_told() {
    let world = World::of(
        "[[clusters]]\nname = \"a\"\ncount = 2\n[[hosts]]\nname = \"esx01\"\ntroubles = [\"vcdb-thumbprint-mismatch\"]\n\
         [[hosts]]\nname = \"esx02\"\ntroubles = [\"gate-trust-authority\"]\n",
    );
    let facts = facts(&world);
    let shown = |host: &Host| {
        let leaf = &seen(&host.on_443).leaf;
        facts.certificates.find(leaf).expect("it is kept").sha1_thumbprint.clone()
    };
    let (first, second) = (host(&facts, "esx01"), host(&facts, "esx02"));
    assert_ne!(seen(&first.expected_thumbprint), &shown(first));
    assert_eq!(seen(&second.expected_thumbprint), &shown(second));
    assert!(!seen(&first.attestation).trust_authority);
    assert!(seen(&second.attestation).trust_authority);
}

#[test]
fn an_old_vcenter_is_asked_for_nothing_that_it_does_not_know() {
    for (version, host_version) in [("6.7.0", "6.7.0"), ("7.0.0", "7.0.0"), ("9.0.0", "9.0.0")] {
        let world = World::of(&format!(
            "[vcenter]\nversion = \"{version}\"\n[[clusters]]\nname = \"a\"\ncount = 1\nversion = \"{host_version}\"\n"
        ));
        let facts = facts(&world);
        assert_eq!(seen(&facts.inventory).hosts, 1, "{version}");
        let host = host(&facts, "esx01");
        assert!(seen(&host.firewall).enabled, "{version}");
        assert!(!seen(&host.attestation).trust_authority, "{version}");
    }
}
