//! What other people do while a run goes on, and afterwards: nothing of theirs is lost, closed or put back.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::cell::Cell;
use std::sync::Arc;

use iofilter_certs::plan::Act;
use iofilter_certs::policy::{Approve, Policy, RenewBy, Safety};
use iofilter_certs::request::{ApprovalRequest, Subject};
use iofilter_certs::run::{Ending, JournalEvent};
use iofilter_certs_lab::world::host::Connection;
use iofilter_certs_tests::{World, agree, quick, told};

const OWN: &str = "esx02.lab.example";

fn two(trouble: &str, rest: &str) -> World {
    World::of(&format!(
        "seed = 73\n[[clusters]]\nname = \"a\"\ncount = 2\n[[hosts]]\nname = \"esx02\"\ntroubles = [\"{trouble}\"]\n{rest}"
    ))
}

fn open_shell(world: &World) {
    world.lab.shared().world().set_service(OWN, "TSM-SSH", true).expect("it has one");
}

#[test]
fn a_push_of_roots_loses_nothing_that_others_have_added_since_the_plan() {
    let world = two("castore-missing-vmca-root", "[switches]\nrefresh_ca_drops_sms = true\n");
    let theirs = {
        let lab = world.lab.shared().world();
        lab.pki.customer_revocation_list(lab.now()).expect("a list")
    };
    let has_happened = Cell::new(false);
    let outcome = world.apply_watched(&quick(), |event, _| {
        if matches!(event, JournalEvent::Approved { .. }) && !has_happened.replace(true) {
            let mut lab = world.lab.shared().world();
            let authority = Arc::clone(&lab.pki.customer);
            let host = lab.hosts.iter_mut().find(|host| host.name == OWN).expect("it is there");
            host.castore.push(authority);
            host.crls.push(theirs.clone());
        }
    });
    assert_eq!(outcome.ending, Ending::Cured, "{:#?}", outcome.steps);
    let pushed = world.lab.calls().into_iter().any(|call| call.method == "CertMgrRefreshCACertificatesAndCRLs_Task");
    assert!(pushed, "{:#?}", outcome.steps);
    let lab = world.lab.shared().world();
    let host = lab.hosts.iter().find(|host| host.name == OWN).expect("it is there");
    assert!(host.castore.contains(&lab.pki.customer), "their certificate is lost");
    assert_eq!(host.crls.iter().filter(|one| **one == theirs).count(), 1, "{:#?}", host.crls);
    assert!(host.crls.len() > 1, "what vCenter pushed stays");
}

#[test]
fn a_shell_that_a_person_has_opened_meanwhile_stays_open() {
    let world = two("host-cert-expiring-hard", "ssh_running = false\n");
    let policy = Policy { renew_by: RenewBy::Shell, ceiling: Safety::AskFirst, ..quick() };
    let has_happened = Cell::new(false);
    let runs = || {
        let lab = world.lab.shared().world();
        let host = lab.hosts.iter().find(|host| host.name == OWN).expect("it is there");
        host.services.get("TSM-SSH").expect("it has one").running
    };
    assert!(!runs());
    let outcome = world.apply_watched(&policy, |event, _| {
        // The plan is made by then, and opens it.
        if matches!(event, JournalEvent::Before { .. }) && !has_happened.replace(true) {
            open_shell(&world);
        }
    });
    assert_eq!(outcome.ending, Ending::Cured, "{:#?}", outcome.steps);
    assert!(has_happened.get() && runs(), "it was closed under their hands: {:#?}", outcome.steps);
}

#[test]
fn a_shell_that_a_person_has_opened_since_is_not_closed_by_going_back() {
    // Of the daemon's restart there is nothing to take back, so no shell is opened for it.
    let world = two("vp-cert-stale", "ssh_running = false\n");
    let outcome = world.apply(&quick()).unwrap_or_else(|report| panic!("nothing to do: {}", told(&report)));
    assert_eq!(outcome.ending, Ending::Cured, "{:#?}", outcome.steps);
    let services = |world: &World| world.on_hosts("services");
    open_shell(&world);
    let before = services(&world);
    let outcome = world.rollback("run").unwrap_or_else(|error| panic!("rollback failed: {error}"));
    assert!(matches!(outcome.ending, Ending::TakenBack { .. }), "{:#?}", outcome.ending);
    assert_eq!(services(&world), before, "{:#?}", outcome.steps);
}

#[test]
fn a_gate_that_closes_while_a_person_thinks_holds_a_host_that_is_half_done() {
    let world = two("host-cert-expiring-hard", "ssh_running = false\n");
    let policy = Policy { renew_by: RenewBy::Shell, ceiling: Safety::AskFirst, approve: Approve::Step, ..quick() };
    let (services, shown) = (world.on_hosts("services"), world.on_hosts("certificate_443"));
    let lab = world.lab.shared().clone();
    let close = move |request: ApprovalRequest| {
        if matches!(&request.subject, Subject::Step(step) if matches!(step.act, Act::Shell { .. })) {
            let mut lab = lab.world();
            lab.vcenter.options.insert("vpxd.certmgmt.mode".to_owned(), "custom".to_owned());
        }
        agree(request)
    };
    let ended = world.apply_as("run", &policy, close).expect("it can be applied");
    let outcome = ended.unwrap_or_else(|report| panic!("nothing to do: {}", told(&report)));
    let why = format!("{:?}", outcome.ending);
    assert!(why.contains("gate `certificate-mode` is closed"), "{why}");
    assert_eq!(world.on_hosts("certificate_443"), shown, "{:#?}", outcome.steps);
    assert_eq!(world.on_hosts("services"), services, "{:#?}", outcome.steps);
}

#[test]
fn the_provider_of_a_host_that_is_away_by_then_stays_registered() {
    for is_in_use in [false, true] {
        let world = two("provider-cert-cached-stale", "");
        let has_happened = Cell::new(false);
        let outcome = world.apply_watched(&quick(), |event, _| {
            if !matches!(event, JournalEvent::HostProved { .. }) || has_happened.replace(true) {
                return;
            }
            if is_in_use {
                world.trouble(Some(OWN), "gate-filter-in-use");
            } else {
                let mut lab = world.lab.shared().world();
                let host = lab.hosts.iter_mut().find(|host| host.name == OWN).expect("it is there");
                host.connection = Connection::NotResponding;
            }
        });
        assert!(has_happened.get(), "{:#?}", outcome.steps);
        let Ending::Halted { why, .. } = &outcome.ending else { panic!("{:#?}", outcome.ending) };
        let wanted = if is_in_use { "gate `filter-in-use` is closed" } else { "is not connected to vCenter any more" };
        assert!(why.contains(wanted), "{why}");
        let unregistered = world.lab.calls().into_iter().any(|call| call.method.contains("UnregisterProvider"));
        assert!(!unregistered, "{:#?}", outcome.steps);
    }
}
