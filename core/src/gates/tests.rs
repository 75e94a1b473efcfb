//! Every gate open on a healthy fleet, closed by its trouble, and closed by not knowing.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::facts::{
    Attestation, Backup, CertificateMode, ConnectionState, FailoverCapacity, Lockdown, MissingReason, Node, Observed,
    Snapshot, Thresholds,
};
use crate::rules::testing::{Authority, Fleet, Leaf, NOW, seen, unknown, waivers};
use crate::time::DAY_SECONDS;

fn readings(fleet: &Fleet) -> Vec<GateReading> {
    read_gates(&Case::new(&fleet.facts, &fleet.policy))
}

/// Names of gates that do not let pass, once each.
fn shut(fleet: &Fleet) -> Vec<String> {
    let mut names: Vec<String> =
        readings(fleet).into_iter().filter(|reading| !reading.passes()).map(|reading| reading.gate).collect();
    names.dedup();
    names
}

#[track_caller]
fn closes(gate: &str, break_it: impl Fn(&mut Fleet)) {
    let mut fleet = Fleet::healthy();
    break_it(&mut fleet);
    assert_eq!(shut(&fleet), [gate]);
}

#[test]
fn a_healthy_fleet_stands_open() {
    let fleet = Fleet::healthy();
    assert_eq!(shut(&fleet), [""; 0]);
    assert_eq!(readings(&fleet).len(), 8 + 11 * 3);
}

#[test]
fn gates_are_sorted_and_each_holds_something() {
    assert!(GATES.is_sorted_by(|one, next| one.name < next.name));
    assert!(GATES.iter().all(|gate| !gate.holds.is_empty()));
    assert!(GATES.iter().all(|gate| find(gate.name).is_some_and(|found| found.name == gate.name)));
}

#[test]
fn each_gate_is_closed_by_its_trouble() {
    let backup = |ended_at| seen(Some(Backup { job: "job-1".to_owned(), ended_at }));
    closes("backup", |fleet| fleet.vcenter().backup = seen(None));
    closes("backup", |fleet| fleet.vcenter().backup = backup(NOW.plus_seconds(-7 * DAY_SECONDS - 1)));
    closes("linked-mode", |fleet| {
        let node = |name: &str| Node { name: name.to_owned(), kind: "VCSA_EMBEDDED".to_owned() };
        fleet.vcenter().nodes = seen(vec![node("vc1"), node("vc2")]);
    });
    closes("failover-capacity", |fleet| {
        let told = "0 hosts of the cluster may fail, and 1 must be able to".to_owned();
        fleet.host(1).failover = seen(FailoverCapacity { is_whole: false, told });
    });
    closes("high-availability", |fleet| fleet.vcenter().high_availability = seen(true));
    closes("cloud-foundation", |fleet| fleet.vcenter().in_cloud_foundation = seen(true));
    for mode in [CertificateMode::Custom, CertificateMode::Thumbprint] {
        closes("certificate-mode", |fleet| fleet.vcenter().mode = seen(mode.clone()));
    }
    // Whose certificate a host has cannot be told then either.
    let mut fleet = Fleet::of(1);
    fleet.vcenter().mode = seen(CertificateMode::Other("new".to_owned()));
    assert_eq!(shut(&fleet), ["certificate-mode", "foreign-certificate"]);
    for state in [ConnectionState::Disconnected, ConnectionState::NotResponding] {
        closes("connected", |fleet| fleet.host(1).connection = seen(state.clone()));
    }
    closes("maintenance", |fleet| fleet.host(1).in_maintenance = seen(true));
    closes("clock", |fleet| fleet.host(1).clock_ahead_of_vcenter_seconds = seen(-301));
    closes("clock", |fleet| fleet.vcenter().clock_ahead_seconds = seen(301));
    closes("filter-in-use", |fleet| fleet.host(1).disks_using_filter = seen(1));
    closes("auto-deploy", |fleet| fleet.host(1).stateless = seen(true));
    closes("auto-deploy", |fleet| {
        fleet.vcenter().auto_deploy = seen(true);
        fleet.host(1).stateless = unknown(MissingReason::NotAsked);
    });
    closes("host-busy", |fleet| fleet.host(1).running_tasks = seen(1));
    closes("trust-authority", |fleet| {
        fleet.host(1).attestation = seen(Attestation { tpm: None, trust_authority: true });
    });
    closes("vsan", |fleet| fleet.host(1).in_vsan = seen(true));
    closes("lockdown", |fleet| fleet.host(1).lockdown = seen(Lockdown::LockdownStrict));
    closes("roots", |fleet| fleet.vcenter().unreadable_roots = vec!["entry-3".to_owned()]);
    closes("foreign-certificate", |fleet| {
        let leaf = fleet.keep(Authority::root("Example Root", "IT").sign(&Leaf::of("esx01.lab.test")));
        fleet.serve(1, leaf);
    });
    closes("whole-fleet-down", |fleet| {
        for number in 1..=3 {
            fleet.provider(number).status = seen("offline".to_owned());
        }
    });
    closes("whole-fleet-down", |fleet| {
        for number in 1..=3 {
            fleet.host(number).version = seen("9.0.0".to_owned());
            fleet.provider(number).status = seen("disconnected".to_owned());
        }
    });
    // Of two hosts from 9.0 on both are down, whatever the one below 9.0 does.
    closes("whole-fleet-down", |fleet| {
        for number in 2..=3 {
            fleet.host(number).version = seen("9.0.0".to_owned());
            fleet.provider(number).status = seen("offline".to_owned());
        }
    });
}

#[test]
fn a_mode_that_is_not_known_holds_even_what_touches_nothing() {
    for (mode, is_held) in [
        (unknown(MissingReason::Denied), true),
        (seen(CertificateMode::Other("new".to_owned())), true),
        (seen(CertificateMode::Custom), false),
    ] {
        let mut fleet = Fleet::of(1);
        fleet.vcenter().mode = mode;
        let held = |touches| readings(&fleet).iter().any(|reading| reading.holds_back(touches));
        for touches in [Touches::Nothing, Touches::HostTime, Touches::Alarm, Touches::Registration] {
            assert_eq!(held(touches), is_held, "{touches:?}");
        }
        assert!(held(Touches::HostCertificate));
    }
}

#[test]
fn near_misses_leave_them_open() {
    let mut fleet = Fleet::healthy();
    let ended_at = NOW.plus_seconds(-7 * DAY_SECONDS);
    fleet.vcenter().backup = seen(Some(Backup { job: "job-1".to_owned(), ended_at }));
    fleet.host(1).clock_ahead_of_vcenter_seconds = seen(300);
    fleet.provider(1).status = seen("offline".to_owned());
    assert_eq!(shut(&fleet), [""; 0]);
}

#[test]
fn the_clock_of_a_host_that_is_away_does_not_keep_it_from_coming_back() {
    let away = |fleet: &mut Fleet| {
        fleet.host(1).connection = seen(ConnectionState::Disconnected);
        fleet.host(1).clock_ahead_of_vcenter_seconds = unknown(MissingReason::NotAsked);
    };
    let mut fleet = Fleet::healthy();
    away(&mut fleet);
    assert!(!shut(&fleet).contains(&"clock".to_owned()));
    // Where what vCenter issues begins at once, a clock that nobody knows may be before it.
    fleet.vcenter().thresholds = seen(Thresholds { minutes_before: 0, ..Thresholds::default() });
    assert!(shut(&fleet).contains(&"clock".to_owned()));
}

#[test]
fn where_vcenter_boots_no_host_over_the_network_no_shell_is_needed_to_know() {
    let mut fleet = Fleet::healthy();
    fleet.vcenter().auto_deploy = seen(false);
    fleet.host(1).stateless = unknown(MissingReason::NotAsked);
    assert_eq!(shut(&fleet), [""; 0]);
    // What the host says of itself is believed before that.
    fleet.host(1).stateless = seen(true);
    assert_eq!(shut(&fleet), ["auto-deploy"]);
    fleet.host(1).stateless = unknown(MissingReason::NotAsked);
    fleet.vcenter().auto_deploy = unknown(MissingReason::Denied);
    assert_eq!(shut(&fleet), ["auto-deploy"]);
    let gate = find("auto-deploy").unwrap();
    assert!(gate.holds_any(&[Touches::ClientTrust]) && !gate.holds_any(&[Touches::Nothing, Touches::Registration]));
}

fn snapshot(seconds_ago: i64, powered_off: bool) -> Observed<Vec<Snapshot>> {
    let taken_at = NOW.plus_seconds(-seconds_ago);
    seen(vec![Snapshot { name: "before the repair".to_owned(), taken_at, powered_off }])
}

#[test]
fn a_snapshot_of_its_own_machine_stands_for_a_backup() {
    let own = "vc.lab.test".to_owned();
    for backup in [seen(None), unknown(MissingReason::Denied)] {
        let mut fleet = Fleet::healthy();
        fleet.vcenter().backup = backup;
        assert_eq!(shut(&fleet), ["backup"]);
        fleet.vcenter().snapshots.insert(own.clone(), unknown(MissingReason::Gone));
        assert_eq!(shut(&fleet), ["backup"]);
        fleet.vcenter().snapshots.insert(own.clone(), seen(Vec::new()));
        assert_eq!(shut(&fleet), ["backup"]);
        fleet.vcenter().snapshots.insert(own.clone(), snapshot(7 * DAY_SECONDS, false));
        assert_eq!(shut(&fleet), [""; 0]);
        fleet.vcenter().snapshots.insert(own.clone(), snapshot(7 * DAY_SECONDS + 1, false));
        assert_eq!(shut(&fleet), ["backup"]);
        // Of another machine it says nothing.
        fleet.vcenter().snapshots = [("vc-b.lab.test".to_owned(), snapshot(60, true))].into();
        assert_eq!(shut(&fleet), ["backup"]);
    }
}

#[test]
fn linked_nodes_must_all_have_been_snapshotted_together_while_they_were_off() {
    let mut fleet = Fleet::healthy();
    let node = |name: &str| Node { name: name.to_owned(), kind: "VCSA_EMBEDDED".to_owned() };
    fleet.vcenter().nodes = seen(vec![node("vc.lab.test"), node("vc-b.lab.test")]);
    fleet.vcenter().backup = seen(None);
    let mut with = |own: Observed<Vec<Snapshot>>, other: Option<Observed<Vec<Snapshot>>>| {
        fleet.vcenter().snapshots = [("vc.lab.test".to_owned(), own)].into();
        fleet.vcenter().snapshots.extend(other.map(|other| ("vc-b.lab.test".to_owned(), other)));
        shut(&fleet)
    };
    let day = DAY_SECONDS;
    assert_eq!(with(snapshot(day, true), Some(snapshot(day + 3_600, true))), [""; 0]);
    assert_eq!(with(snapshot(day, true), Some(snapshot(day + 3_601, true))), ["linked-mode"]);
    assert_eq!(with(snapshot(day, true), Some(snapshot(day, false))), ["linked-mode"]);
    assert_eq!(with(snapshot(day, true), Some(snapshot(8 * day, true))), ["linked-mode"]);
    assert_eq!(with(snapshot(day, true), None), ["linked-mode"]);
    assert_eq!(with(snapshot(day, true), Some(unknown(MissingReason::Gone))), ["linked-mode"]);
    // A snapshot of a node that ran is of no use among linked ones, not even for itself.
    assert_eq!(with(snapshot(day, false), Some(snapshot(day, true))), ["backup", "linked-mode"]);
}

#[test]
fn a_host_that_counts_for_no_capacity_is_not_kept_from_coming_in_again() {
    let mut fleet = Fleet::healthy();
    fleet.host(1).failover = seen(FailoverCapacity { is_whole: false, told: "0 of 1".to_owned() });
    assert_eq!(shut(&fleet), ["failover-capacity"]);
    fleet.host(1).connection = seen(ConnectionState::Disconnected);
    assert!(!shut(&fleet).contains(&"failover-capacity".to_owned()));
    assert!(find("failover-capacity").unwrap().holds_any(&[Touches::HostConnection]));
}

#[test]
fn where_the_agents_are_dead_the_provider_tells_whose_certificate_it_is() {
    let dead = |foreign: bool, expected: Option<&str>| {
        let mut fleet = Fleet::healthy();
        if foreign {
            let leaf = Authority::root("Example Root", "IT").sign(&Leaf::of("esx01.lab.test"));
            let thumbprint = leaf.sha1_thumbprint.clone();
            let leaf = fleet.keep(leaf);
            fleet.serve(1, leaf);
            fleet.host(1).expected_thumbprint = seen(thumbprint);
        }
        if let Some(expected) = expected {
            fleet.host(1).expected_thumbprint = seen(expected.to_owned());
        }
        fleet.host(1).on_443 = unknown(MissingReason::Refused);
        shut(&fleet)
    };
    assert!(!dead(false, None).contains(&"foreign-certificate".to_owned()));
    assert!(dead(true, None).contains(&"foreign-certificate".to_owned()));
    // A copy of another certificate than vCenter expects says nothing of the host's own.
    assert!(dead(false, Some("AA:BB")).contains(&"foreign-certificate".to_owned()));
}

#[test]
fn a_root_left_behind_closes_nothing_once_it_is_replaced() {
    let mut fleet = Fleet::healthy();
    let expired = Leaf::of("x").ends(-DAY_SECONDS);
    let old = fleet.keep(Authority::root_within("CA", "VMware Engineering", &expired).certificate);
    let lonely = fleet.keep(Authority::root_within("Elsewhere", "IT", &expired).certificate);
    let roots = fleet.vcenter().trusted_roots.value().cloned().unwrap();
    fleet.vcenter().trusted_roots = seen([roots.clone(), vec![old]].concat());
    assert_eq!(shut(&fleet), [""; 0]);
    fleet.vcenter().trusted_roots = seen([roots, vec![lonely]].concat());
    assert_eq!(shut(&fleet), ["roots"]);
}

#[test]
fn what_is_not_known_counts_as_closed() {
    let mut fleet = Fleet::healthy();
    let vcenter = fleet.vcenter();
    vcenter.auto_deploy = unknown(MissingReason::Denied);
    vcenter.backup = unknown(MissingReason::Denied);
    vcenter.nodes = unknown(MissingReason::Denied);
    vcenter.high_availability = unknown(MissingReason::Denied);
    vcenter.in_cloud_foundation = unknown(MissingReason::Denied);
    vcenter.mode = unknown(MissingReason::Denied);
    vcenter.trusted_roots = unknown(MissingReason::Denied);
    fleet.facts.provider_list = unknown(MissingReason::Denied);
    let host = fleet.host(1);
    host.connection = unknown(MissingReason::Denied);
    host.in_maintenance = unknown(MissingReason::Denied);
    host.clock_ahead_of_vcenter_seconds = unknown(MissingReason::Denied);
    host.disks_using_filter = unknown(MissingReason::Denied);
    host.in_vsan = unknown(MissingReason::Denied);
    host.attestation = unknown(MissingReason::Denied);
    host.running_tasks = unknown(MissingReason::Denied);
    host.stateless = unknown(MissingReason::Denied);
    host.lockdown = unknown(MissingReason::Denied);
    host.failover = unknown(MissingReason::Denied);
    host.on_443 = unknown(MissingReason::Denied);
    host.on_9080 = unknown(MissingReason::Denied);
    let all: Vec<&str> = GATES.iter().map(|gate| gate.name).collect();
    assert_eq!(shut(&fleet), all);
}

#[test]
fn a_waiver_needs_a_reason_and_passes_one_gate_only() {
    let mut fleet = Fleet::healthy();
    fleet.vcenter().backup = seen(None);
    fleet.host(1).in_vsan = seen(true);
    fleet.policy.waivers = waivers(&[("backup", "snapshot of 11:00"), ("vsan", " ")]);
    assert_eq!(shut(&fleet), ["vsan"]);
}

#[test]
fn a_gate_of_a_host_stands_before_that_host_alone() {
    let mut fleet = Fleet::healthy();
    fleet.host(1).in_vsan = seen(true);
    let readings = readings(&fleet);
    let closed: Vec<&GateReading> = readings.iter().filter(|reading| !reading.passes()).collect();
    let (first, second) = (fleet.host(1).clone(), fleet.host(2).clone());
    assert!(closed.iter().all(|reading| reading.stands_before(&first) && !reading.stands_before(&second)));
    assert!(find("vsan").unwrap().holds_any(&[Touches::Shell, Touches::HostCertificate]));
    assert!(!find("vsan").unwrap().holds_any(&[Touches::Shell, Touches::Registration]));
}
