//! What only the appliance's shell, a host's shell, the name service and the provider itself tell.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use iofilter_certs::facts::{Facts, Host, MachinePair, MissingReason, Observed};
use iofilter_certs_lab::Scenario;
use iofilter_certs_tests::{World, quick};

/// Two hosts, the first with troubles, and a vCenter with some.
fn facts(vcenter: &str, host: &str) -> (World, Facts) {
    let list = |codes: &str| codes.split_whitespace().map(|code| format!("\"{code}\"")).collect::<Vec<_>>().join(", ");
    let (mode, vcenter) = vcenter.split_once(':').unwrap_or(("vmca", vcenter));
    let world = World::of(&format!(
        "seed = 23\n[vcenter]\nmode = \"{mode}\"\ntroubles = [{}]\n[[clusters]]\nname = \"a\"\ncount = 2\n\
         [[hosts]]\nname = \"esx01\"\ntroubles = [{}]\n",
        list(vcenter),
        list(host)
    ));
    let facts = seen_by_a_check(&world);
    (world, facts)
}

fn seen_by_a_check(world: &World) -> Facts {
    world.check(&quick()).facts.expect("a check keeps its facts")
}

fn host<'f>(facts: &'f Facts, name: &str) -> &'f Host {
    facts.hosts.values().find(|host| host.name.starts_with(name)).expect("the host is in the inventory")
}

fn why<T: std::fmt::Debug>(fact: &Observed<T>) -> MissingReason {
    fact.known().expect_err("it is not known").reason
}

fn commands_of_hosts(world: &World) -> usize {
    world
        .lab
        .calls()
        .iter()
        .filter(|call| call.endpoint == "ssh" && call.method != "ssh" && call.host.is_some())
        .count()
}

#[test]
fn the_appliance_tells_of_all_its_stores_in_one_session() {
    let (world, facts) = facts("thumbprint:", "");
    let vcenter = &facts.vcenter;
    let stores: BTreeMap<&str, _> =
        vcenter.vecs.value().expect("it was read").iter().map(|store| (store.name.as_str(), store)).collect();
    let sms = stores.get("SMS").expect("SPS has its store");
    let aliases: Vec<&str> = sms.entries.iter().map(|entry| entry.alias.as_str()).collect();
    let port = world.connection.provider_port.expect("it is given");
    let url = |name: &str| format!("https://{name}.lab.example:{port}/version.xml");
    assert_eq!(aliases, [url("esx01").as_str(), url("esx02").as_str(), "sms_self_signed", "sps-extension"]);
    assert!(sms.entries.iter().all(|entry| entry.certificate.is_some()));
    assert!(sms.permissions.iter().any(|one| one.user == "deploy" && one.read && !one.write));
    let secret = stores.get("APPLMGMT_PASSWORD").and_then(|store| store.entries.first()).expect("it holds a secret");
    assert_eq!(secret.certificate, None);
    let entry = sms.entry("sms_self_signed").and_then(|entry| entry.certificate);
    assert_eq!(vcenter.sms.sms_self_signed.value().copied(), entry);
    assert_eq!(vcenter.published_roots.value(), vcenter.trusted_roots.value());
    assert!(vcenter.sps_stderr.value().is_some_and(|log| log.bytes > 0 && log.seconds > 86_400));
    let listings = world.lab.calls().into_iter().filter(|call| call.method.ends_with("vecs-cli")).count();
    assert_eq!(listings, 1);
}

#[test]
fn each_trouble_of_the_appliance_shows_in_its_facts() {
    let store = |facts: &Facts, name: &str| {
        facts.vcenter.vecs.value().and_then(|stores| stores.iter().find(|store| store.name == name).cloned())
    };
    let gone = facts("sms-store-missing", "").1;
    assert!(gone.vcenter.vecs.value().is_some() && store(&gone, "SMS").is_none());
    assert_eq!(why(&gone.vcenter.sms.sms_self_signed), MissingReason::Gone);
    let held = store(&facts("sms-store-permission", "").1, "SMS").expect("it is there");
    assert!(!held.permissions.is_empty() && held.permissions.iter().all(|one| !one.write));
    let without = facts("sps-extension-missing", "").1;
    assert_eq!(why(&without.vcenter.sms.sps_extension), MissingReason::Gone);
    assert!(without.vcenter.sms.sms_self_signed.value().is_some());
    let many = facts("sps-extension-expired alarm-backup-store docroot-out-of-sync thumbprint-log-flood", "").1;
    let ended = |fingerprint: &_| many.certificates.find(fingerprint).is_some_and(|one| one.not_after < many.ended_at);
    assert!(many.vcenter.sms.sps_extension.value().is_some_and(ended));
    let backup = store(&many, "BACKUP_STORE").expect("it is there");
    assert!(backup.entries.iter().any(|entry| entry.certificate.as_ref().is_some_and(ended)));
    assert_ne!(many.vcenter.published_roots.value(), many.vcenter.trusted_roots.value());
    assert!(many.vcenter.sps_stderr.value().is_some_and(|log| log.bytes > 1 << 30));
}

#[test]
fn a_shell_that_does_not_answer_as_it_should_leaves_its_facts_unknown() {
    let world = World::of("[[faults]]\ncall = \"/usr/lib/vmware-vmafd/bin/vecs-cli\"\nwhat = \"garbage\"\n");
    let vcenter = seen_by_a_check(&world).vcenter;
    assert!(vcenter.vecs.value().is_none() && vcenter.sms.sps_extension.value().is_none());
    assert!(vcenter.published_roots.value().is_some(), "the rest was read");
}

#[test]
fn no_shell_of_a_healthy_fleet_is_asked() {
    let world = World::start(Scenario::healthy().expect("the preset is right"));
    let facts = seen_by_a_check(&world);
    assert_eq!(commands_of_hosts(&world), 0);
    assert!(facts.hosts.values().all(|host| why(&host.machine_pair) == MissingReason::NotAsked));
}

#[test]
fn only_the_host_that_is_unwell_is_asked_and_only_where_its_shell_is_open() {
    let pair = |has_certificate, matches| MachinePair { has_certificate, has_key: true, matches };
    let cases = [
        ("host-key-mismatch", Some(pair(true, Some(false)))),
        ("host-cert-missing", Some(pair(false, None))),
        ("vp-cert-expired", Some(pair(true, Some(true)))),
        ("vp-cert-expired ssh-stopped", None),
        ("vp-cert-expired gate-lockdown", None),
    ];
    for (troubles, expect) in cases {
        let (world, facts) = facts("", troubles);
        let unwell = host(&facts, "esx01");
        assert_eq!(unwell.machine_pair.value(), expect.as_ref(), "{troubles}: {:?}", unwell.machine_pair);
        assert_eq!(unwell.stateless.value().copied(), expect.as_ref().map(|_| false), "{troubles}");
        assert_eq!(commands_of_hosts(&world), usize::from(expect.is_some()), "{troubles}");
        assert_eq!(why(&host(&facts, "esx02").machine_pair), MissingReason::NotAsked);
        world.assert_unchanged();
    }
    let (_world, facts) = facts("", "vp-cert-stale gate-autodeploy");
    assert_eq!(host(&facts, "esx01").stateless.value(), Some(&true));
}

#[test]
fn a_provider_is_asked_for_its_page_once_and_only_where_it_showed_a_certificate() {
    let (world, well) = facts("", "");
    let page = host(&well, "esx01").version_xml.value().expect("it was read");
    assert_eq!((page.status, page.version.as_deref()), (200, Some("version1")));
    let pages = world.lab.calls().into_iter().filter(|call| call.method == "GET /version.xml").count();
    assert_eq!(pages, 2);
    let sick = facts("", "vp-version-xml-error").1;
    let page = host(&sick, "esx01").version_xml.value().expect("it answered");
    assert_eq!((page.status, &page.version), (500, &None));
    for (trouble, reason) in [
        ("vp-no-certificate", MissingReason::Closed),
        ("vp-tls-handshake-failed", MissingReason::Tls),
        ("vp-port-refused", MissingReason::Refused),
    ] {
        let (world, facts) = facts("", trouble);
        let host = host(&facts, "esx01");
        assert_eq!(why(&host.on_9080), reason, "{trouble}: {:?}", host.on_9080);
        assert_eq!(why(&host.version_xml), MissingReason::NotAsked, "{trouble}");
        let pages = world.lab.calls().into_iter().filter(|call| call.method == "GET /version.xml").count();
        assert_eq!(pages, 1, "{trouble}: the other host's");
    }
}

#[test]
fn names_come_from_the_given_hosts_file() {
    let (_world, facts) = facts("", "dns-mismatch");
    let names = |name| host(&facts, name).names.value().expect("the file has it").clone();
    let addresses = |name| host(&facts, name).management_addresses.value().expect("it has one").clone();
    assert_eq!(names("esx02").addresses, addresses("esx02"));
    assert_eq!(names("esx02").names, ["esx02.lab.example"]);
    assert_ne!(names("esx01").addresses, addresses("esx01"));
    assert!(names("esx01").names.is_empty());
}

#[test]
fn no_key_and_no_secret_is_in_the_facts() {
    let (world, facts) = facts("thumbprint:alarm-backup-store", "host-key-mismatch");
    let text = serde_json::to_string(&facts).expect("facts are JSON");
    assert!(!text.contains("PRIVATE KEY"));
    let keys = iofilter_certs_lab::pki::Keys::load().expect("the lab has keys");
    for number in 0..keys.count() {
        use base64::Engine as _;
        let key = base64::engine::general_purpose::STANDARD.encode(keys.pkcs8(number).expect("it is there"));
        // Its beginning is the modulus, which certificates show; its end is what nobody else knows.
        let own = key.get(key.len() - 120..key.len() - 60).expect("a key is longer");
        assert!(!text.contains(own), "key number {number}");
    }
    world.assert_no_secret("the facts", &text);
}
