//! What closed gates hold back, by name, and that a waiver with a reason lets it pass.
#![expect(clippy::panic, clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use iofilter_certs::policy::{Policy, RenewBy};
use iofilter_certs::report::Report;
use iofilter_certs_tests::{World, quick, told};

/// One host with a certificate to renew, and what closes the gate.
fn world(vcenter: &str, host: &str) -> World {
    world_with("host-cert-expiring-hard", vcenter, host)
}

/// One host with this trouble, and what closes the gate.
fn world_with(trouble: &str, vcenter: &str, host: &str) -> World {
    let host = if host.is_empty() { String::new() } else { format!(", \"{host}\"") };
    let vcenter = match vcenter {
        "" => String::new(),
        mode @ ("custom" | "thumbprint") => format!("[vcenter]\nmode = \"{mode}\"\n"),
        trouble => format!("[vcenter]\ntroubles = [\"{trouble}\"]\n"),
    };
    World::of(&format!(
        "seed = 11\n{vcenter}[[clusters]]\nname = \"a\"\ncount = 2\n[[hosts]]\nname = \"esx02\"\n\
         troubles = [\"{trouble}\"{host}]\n"
    ))
}

fn refused_by(report: &Report) -> Vec<String> {
    let plan = report.plan.as_ref().unwrap_or_else(|| panic!("there is a plan: {}", told(report)));
    let is_renewal = |code: &str| ["host-cert-expiring-hard", "host-cert-expired"].contains(&code);
    plan.refused.iter().filter(|one| is_renewal(&one.code)).flat_map(|one| one.gates.clone()).collect()
}

#[test]
fn each_closed_gate_refuses_by_its_name_and_nothing_is_changed() {
    let gates = [
        ("gate-no-backup", "", "backup"),
        ("gate-vcf", "", "cloud-foundation"),
        ("", "gate-vsan", "vsan"),
        ("", "gate-maintenance", "maintenance"),
        ("", "gate-lockdown", "lockdown"),
        ("", "vc-host-clock-skew", "clock"),
    ];
    // One is renewed by vCenter, the other is issued as the host is reconnected.
    let both = |gate| ["host-cert-expiring-hard", "host-cert-expired"].map(|trouble| (trouble, gate));
    for (trouble, (vcenter, host, gate)) in gates.into_iter().flat_map(both) {
        let world = world_with(trouble, vcenter, host);
        // Lockdown holds back what needs the host's shell.
        let policy = Policy { renew_by: if gate == "lockdown" { RenewBy::Shell } else { RenewBy::Auto }, ..quick() };
        let report = match world.apply(&policy) {
            Err(report) => report,
            Ok(outcome) => panic!("{trouble} {vcenter}{host} {gate}: something was done: {:#?}", outcome.steps),
        };
        let refused = refused_by(&report);
        assert!(refused.iter().any(|one| one == gate), "{trouble} {gate}: {refused:?}\n{}", told(&report));
        assert!(!world.lab.calls().iter().any(|call| call.changes), "{trouble} {gate}: nothing is changed");
    }
}

#[test]
fn where_vcenters_ca_does_not_issue_them_no_host_certificate_is_made_by_it_whatever_the_policy_asks() {
    for mode in ["custom", "thumbprint"] {
        for renew_by in [RenewBy::Auto, RenewBy::Vcenter, RenewBy::Shell] {
            let world = world(mode, "");
            let before = world.on_hosts("certificate_443");
            let _ended = world.apply(&Policy { renew_by, ..quick() });
            assert_eq!(world.on_hosts("certificate_443"), before, "{mode} {renew_by:?}: a certificate is another");
            let methods: Vec<String> = world.lab.calls().into_iter().map(|call| call.method).collect();
            for forbidden in ["CertMgrRefreshCertificates_Task", "ReconnectHost_Task", "/sbin/generate-certificates"] {
                assert!(!methods.iter().any(|method| method.contains(forbidden)), "{mode} {renew_by:?}: {forbidden}");
            }
        }
    }
}

#[test]
fn linked_mode_high_availability_and_filters_in_use_keep_providers_registered() {
    for (vcenter, host) in [("gate-elm", ""), ("gate-vcha", ""), ("", "gate-filter-in-use")] {
        let world = world(vcenter, host);
        let report = world.plan(&quick());
        let plan = report.plan.as_ref().expect("a plan was made");
        let acts: Vec<String> = plan.steps().map(|step| step.act.title()).collect();
        assert!(!acts.is_empty(), "{vcenter}{host}: the host is still repaired: {:?}", plan.refused);
        let is_held = |act: &String| act.starts_with("unregister") || act.contains("restart the service `sps`");
        assert!(!acts.iter().any(is_held), "{vcenter}{host}: {acts:?}");
        assert!(!plan.notes.is_empty(), "{vcenter}{host}: a note says why");
    }
}

#[test]
fn a_waiver_with_a_reason_lets_pass_and_one_without_does_not() {
    let world = world("gate-no-backup", "");
    let with = |reason: &str| Policy { waivers: BTreeMap::from([("backup".to_owned(), reason.to_owned())]), ..quick() };
    assert_eq!(refused_by(&world.plan(&with(" "))), ["backup"]);
    let report = world.plan(&with("a snapshot was taken at 10:00"));
    assert!(refused_by(&report).is_empty(), "{}", told(&report));
    assert!(!report.plan.expect("a plan was made").is_empty());
}

/// The trouble of a host that what is written to it cures, and how the vCenter boots its hosts.
fn held_by_auto_deploy(world: &World) -> Vec<String> {
    let report = world.plan(&quick());
    let plan = report.plan.as_ref().unwrap_or_else(|| panic!("there is a plan: {}", told(&report)));
    plan.refused.iter().filter(|one| one.gates.contains(&"auto-deploy".to_owned())).map(|one| one.why.clone()).collect()
}

#[test]
fn without_a_shell_the_service_that_boots_hosts_tells_whether_they_forget() {
    for (vcenter, is_held) in [("", false), ("gate-autodeploy", true)] {
        let mut world = world(vcenter, "");
        world.connection.esxi_ssh = None;
        let held = held_by_auto_deploy(&world);
        assert_eq!(!held.is_empty(), is_held, "{vcenter}: {held:?}");
        assert!(held.iter().all(|why| why.contains("setting `esxi_ssh`") && why.contains("waive")), "{held:?}");
    }
    // Asked, each host says it of itself.
    assert_eq!(held_by_auto_deploy(&world("gate-autodeploy", "")), [""; 0]);
    let held = held_by_auto_deploy(&world("", "gate-autodeploy"));
    assert!(held.iter().any(|why| why.contains("boots by Auto Deploy")), "{held:?}");
}

#[test]
fn what_does_not_stay_on_the_host_is_done_whatever_it_boots_from() {
    let mut world = World::of(
        "seed = 11\n[vcenter]\ntroubles = [\"gate-autodeploy\"]\n[[clusters]]\nname = \"a\"\ncount = 2\n\
         [[hosts]]\nname = \"esx02\"\ntroubles = [\"provider-disconnected\"]\n",
    );
    world.connection.esxi_ssh = None;
    let outcome = world.apply(&quick()).unwrap_or_else(|report| panic!("nothing to do: {}", told(&report)));
    assert_eq!(outcome.ending, iofilter_certs::run::Ending::Cured, "{:#?}", outcome.steps);
}

/// A vCenter with a provider to register anew and an entry of `sps` to read again, which touches vCenter itself.
fn with_machines(troubles: &str, machines: &str) -> World {
    World::of(&format!(
        "seed = 11\n[vcenter]\ntroubles = [{troubles}]\n{machines}[[clusters]]\nname = \"a\"\ncount = 2\n\
         [[hosts]]\nname = \"esx02\"\ntroubles = [\"provider-missing\", \"host-cert-expiring-hard\"]\n"
    ))
}

fn machine(node: &str, minutes_ago: u32, powered_off: bool) -> String {
    let snapshot = format!("{{ name = \"before\", minutes_ago = {minutes_ago}, powered_off = {powered_off} }}");
    format!("[[vcenter.machines]]\nnode = \"{node}\"\nsnapshots = [{snapshot}]\n")
}

const OWN: &str = "vc01.lab.example";
const OTHER: &str = "vc02.lab.example";

#[test]
fn a_snapshot_of_vcenters_own_machine_is_as_good_as_a_backup() {
    let week = 7 * 24 * 60;
    let cases = [
        (String::new(), false),
        (format!("[[vcenter.machines]]\nnode = \"{OWN}\"\n"), false),
        (machine(OTHER, 60, true), false),
        (machine(OWN, week + 60, true), false),
        (machine(OWN, 60, true) + &machine(OWN, 60, true), false),
        (machine(OWN, 60, false), true),
        (machine(OWN, week - 60, true), true),
    ];
    for (machines, is_open) in cases {
        let world = with_machines("\"gate-no-backup\"", &machines);
        let refused = refused_by(&world.plan(&quick()));
        assert_eq!(!refused.contains(&"backup".to_owned()), is_open, "{machines}: {refused:?}");
    }
}

#[test]
fn of_linked_vcenters_all_must_have_been_snapshotted_while_they_were_off() {
    let cases = [
        (machine(OWN, 60, true), false),
        (machine(OWN, 60, true) + &machine(OTHER, 60, false), false),
        (machine(OWN, 60, true) + &machine(OTHER, 180, true), false),
        (machine(OWN, 60, true) + &machine(OTHER, 50, true), true),
    ];
    for (machines, is_open) in cases {
        let world = with_machines("\"gate-elm\"", &machines);
        let report = world.plan(&quick());
        let plan = report.plan.as_ref().expect("a plan was made");
        let restarts = plan.steps().any(|step| step.act.title().contains("restart the service `sps`"));
        assert_eq!(restarts, is_open, "{machines}: {:?} {:?}", plan.refused, plan.notes);
    }
}

#[test]
fn a_host_is_not_taken_from_a_cluster_that_lacks_what_ha_sets_aside() {
    for (present, is_open) in [(1, true), (0, false)] {
        let ways = [RenewBy::Auto, RenewBy::Shell].map(|renew_by| ("host-cert-expired", renew_by));
        // Agents that load a certificate are away as well.
        for (trouble, renew_by) in ways.into_iter().chain([("host-cert-expiring-hard", RenewBy::Vcenter)]) {
            let world = World::of(&format!(
                "seed = 11\n[[clusters]]\nname = \"a\"\ncount = 2\nfailover = {{ wanted = 1, present = {present} }}\n\
                 [[hosts]]\nname = \"esx02\"\ntroubles = [\"{trouble}\"]\n"
            ));
            let plan = world.plan(&Policy { renew_by, ..quick() }).plan.expect("a plan was made");
            let gates: Vec<&String> = plan.refused.iter().flat_map(|one| &one.gates).collect();
            let is_held = gates.iter().any(|gate| *gate == "failover-capacity");
            assert_eq!(!is_held, is_open, "{present} {trouble} {renew_by:?}: {:?}", plan.refused);
        }
    }
}
