//! Gates are read again when a host's turn comes, and when a run is gone on with.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::cell::Cell;
use std::sync::Arc;

use iofilter_certs::native::{self, Apply, Progress, Stop, SystemClock};
use iofilter_certs::policy::{Policy, RenewBy, Safety};
use iofilter_certs::run::{Ending, JournalEvent, Outcome};
use iofilter_certs_lab::world::host::Connection;
use iofilter_certs_lab::world::task::{Fate, Operation};
use iofilter_certs_tests::{World, agree, causes, quick, told};

/// Three hosts to renew: the first goes first, the last is alone in its cluster.
fn fleet(trouble: &str) -> World {
    let clusters = [("a", 2), ("b", 1)].map(|(name, count)| {
        format!("[[clusters]]\nname = \"{name}\"\ncount = {count}\nfailover = {{ wanted = 1, present = 1 }}\n")
    });
    let hosts = [1, 2, 3].map(|number| format!("[[hosts]]\nname = \"esx0{number}\"\ntroubles = [\"{trouble}\"]\n"));
    World::of(&format!("seed = 71\n{}{}", clusters.concat(), hosts.concat()))
}

const LAST: &str = "esx03.lab.example";

/// Cures the fleet; `then` happens as soon as the first host was seen to be well.
fn after_the_first(world: &World, then: impl Fn(&World)) -> Outcome {
    let apply = Apply {
        plan: None,
        folder: world.run_folder("run"),
        locks: Some(world.run_folder("locks")),
        approver: Arc::new(agree),
    };
    let (stop, has_happened) = (Stop::new(), Cell::new(false));
    let progress = |progress: Progress<'_>| {
        if let Progress::Running { entry, .. } = progress
            && matches!(entry.event, JournalEvent::HostProved { .. })
            && !has_happened.replace(true)
        {
            then(world);
        }
    };
    let policy = Policy { step_timeout_seconds: 8, ..quick() };
    let operation = native::apply(&world.connection, &policy, apply, &SystemClock, &stop, progress);
    let ended = native::run(operation).expect("a runtime").unwrap_or_else(|error| panic!("apply failed: {error}"));
    ended.unwrap_or_else(|report| panic!("nothing to do: {}", told(&report)))
}

/// The last host was passed over because of this gate, nothing was changed there, and the others are well.
fn is_passed_over(trouble: &str, gate: &str, then: impl Fn(&World)) -> World {
    let world = fleet(trouble);
    let outcome = after_the_first(&world, then);
    let Ending::Halted { remaining, why } = &outcome.ending else { panic!("{gate}: {outcome:#?}") };
    assert!(*remaining > 0 && why.contains(LAST) && why.contains(&format!("gate `{gate}`")), "{why}");
    let ready = world.lab.ready().expect("it is ready");
    let last = ready.hosts.iter().find(|host| host.name == LAST).expect("it is there");
    let changed: Vec<_> = world.lab.calls().into_iter().filter(|call| call.changes).collect();
    let is_last = |name: &Option<String>| name.as_ref().is_some_and(|name| *name == last.moref || *name == last.name);
    assert!(!changed.iter().any(|call| is_last(&call.host) || is_last(&call.object)), "{gate}: {changed:#?}");
    let left = causes(&world.check(&quick()));
    assert!(!left.is_empty() && left.iter().all(|cause| cause.contains(LAST)), "{gate}: {left:?}");
    world
}

#[test]
fn a_host_that_was_put_into_maintenance_meanwhile_is_passed_over_and_has_its_turn_later() {
    let world =
        is_passed_over("host-cert-expiring-hard", "maintenance", |world| world.trouble(Some(LAST), "gate-maintenance"));
    if let Some(host) = world.lab.shared().world().hosts.iter_mut().find(|host| host.name == LAST) {
        host.maintenance = false;
        host.connection = Connection::Connected;
    }
    let outcome = world.resume("run").unwrap_or_else(|error| panic!("resume failed: {error}"));
    // Its certificate is new; `sps`, which SMS would take it from, was restarted for the others already, once a run.
    let Ending::Stuck { left_behind, .. } = &outcome.ending else { panic!("{:#?}", outcome.ending) };
    assert!(left_behind.iter().all(|left| left.contains(LAST) && left.contains("SMS has")), "{left_behind:#?}");
    let again = world.apply_as("again", &quick(), agree).expect("it can be applied");
    let outcome = again.unwrap_or_else(|report| panic!("nothing to do: {}", told(&report)));
    assert_eq!(outcome.ending, Ending::Cured, "{:#?}", outcome.steps);
}

#[test]
fn a_host_on_which_a_task_has_begun_meanwhile_is_passed_over() {
    is_passed_over("host-cert-expiring-hard", "host-busy", |world| {
        let mut world = world.lab.shared().world();
        let host = world.hosts.iter().find(|host| host.name == LAST).expect("it is there").moref.clone();
        world.begin_task(Operation::EnterMaintenance { host }, Fate::NeverEnds);
    });
}

#[test]
fn a_host_whose_cluster_has_lost_what_ha_sets_aside_is_passed_over() {
    is_passed_over("host-cert-expired", "failover-capacity", |world| {
        let mut world = world.lab.shared().world();
        if let Some(failover) = world.clusters.last_mut().and_then(|cluster| cluster.failover.as_mut()) {
            failover.present = 0;
        }
    });
}

#[test]
fn a_host_that_is_half_done_passes_no_gate_that_has_closed() {
    for renew_by in [RenewBy::Auto, RenewBy::Shell] {
        let world = World::of(
            "seed = 73\n[[clusters]]\nname = \"a\"\ncount = 2\n[[hosts]]\nname = \"esx02\"\nssh_running = false\n\
             troubles = [\"host-cert-expiring-hard\"]\n",
        );
        let (services, shown) = (world.on_hosts("services"), world.on_hosts("certificate_443"));
        let policy = Policy { renew_by, ceiling: Safety::AskFirst, ..quick() };
        let journal = world.interrupted(&policy, |event, _| matches!(event, JournalEvent::Succeeded { .. }));
        let (before, mode) = (world.lab.calls().len(), "vpxd.certmgmt.mode");
        world.lab.shared().world().vcenter.options.insert(mode.to_owned(), "custom".to_owned());
        let run = world.recovered(&journal);
        assert_eq!(world.on_hosts("certificate_443"), shown, "{renew_by:?}: {:#?}", run.ending());
        assert_eq!(world.on_hosts("services"), services, "{renew_by:?}: {:#?}", run.ending());
        let calls: Vec<String> = world.lab.calls().into_iter().skip(before).map(|call| call.method).collect();
        for forbidden in ["CertMgrRefreshCertificates_Task", "ReconnectHost_Task", "generate-certificates"] {
            assert!(!calls.iter().any(|call| call.contains(forbidden)), "{renew_by:?}: {forbidden}");
        }
        let why = format!("{:?}", run.ending());
        assert!(why.contains("gate `certificate-mode` is closed"), "{renew_by:?}: {why}");
    }
}
