//! Taking a run back, what is kept for it, and what is told of it.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::Path;

use iofilter_certs::policy::{Policy, RenewBy, Safety};
use iofilter_certs::request::Approval;
use iofilter_certs::run::{Changes, Ending, JournalEvent, Kept, KeptThing, Outcome, Status};
use iofilter_certs_tests::{World, causes, quick, told};

const STORES: &str = "seed = 37\n[[clusters]]\nname = \"a\"\ncount = 2\n[[clusters]]\nname = \"b\"\ncount = 1\n\
     [[hosts]]\nname = \"esx01\"\ntroubles = [\"castore-missing-sms\"]\n[[hosts]]\nname = \"esx03\"\ntroubles = [\"castore-empty\"]\n";

fn cured(world: &World, policy: &Policy) -> Outcome {
    let outcome = world.apply(policy).unwrap_or_else(|report| panic!("nothing to do: {}", told(&report)));
    assert_eq!(outcome.ending, Ending::Cured, "{:#?}", outcome.steps);
    outcome
}

#[test]
fn a_run_that_is_taken_back_leaves_the_stores_as_they_were() {
    let world = World::of(STORES);
    let (before, castores) = (causes(&world.check(&quick())), world.on_hosts("castore"));
    cured(&world, &quick());
    assert_ne!(world.on_hosts("castore"), castores);
    let outcome = world.rollback("run").unwrap_or_else(|error| panic!("rollback failed: {error}"));
    let Ending::TakenBack { steps, kept } = &outcome.ending else { panic!("{:#?}", outcome.ending) };
    assert!(*steps > 0 && kept.is_empty(), "{kept:#?}");
    assert_eq!(world.on_hosts("castore"), castores);
    assert_eq!(causes(&world.check(&quick())), before);
    assert_eq!(outcome.exit_code(), 0);
    let entries = world.journal("run");
    let asked = entries.iter().position(|entry| matches!(entry.event, JournalEvent::TakingBack { .. }));
    let approved = entries.iter().rposition(|entry| matches!(entry.event, JournalEvent::Approved { .. }));
    assert!(asked.expect("it was asked for") < approved.expect("it was approved"));
    let again = world.rollback("run").unwrap_or_else(|error| panic!("rollback failed: {error}"));
    let Ending::Refused { why } = &again.ending else { panic!("{:?}", again.ending) };
    assert!(why.contains("nothing to take back"), "{why}");
}

#[test]
fn what_others_have_added_to_a_store_since_stays_when_a_run_is_taken_back() {
    let world = World::of(STORES);
    let before = world.on_hosts("castore");
    cured(&world, &quick());
    let list = {
        let mut lab = world.lab.shared().world();
        let theirs = std::sync::Arc::clone(&lab.pki.customer);
        let now = lab.now();
        let list = lab.pki.revocation_list(now).expect("a list");
        for host in &mut lab.hosts {
            host.castore.push(std::sync::Arc::clone(&theirs));
            host.crls.push(list.clone());
        }
        list
    };
    let outcome = world.rollback("run").unwrap_or_else(|error| panic!("rollback failed: {error}"));
    let Ending::TakenBack { kept, .. } = &outcome.ending else { panic!("{:#?}", outcome.ending) };
    for (host, store) in world.on_hosts("castore") {
        let (store, before) = (
            store.as_array().expect("a list"),
            before.get(&host).and_then(serde_json::Value::as_array).expect("a list"),
        );
        let stayed = before.iter().all(|one| store.contains(one));
        assert!(stayed && store.len() == before.len() + 1, "{host}: {store:#?}, before {before:#?}");
    }
    // Told of the two hosts that the run was at.
    let is_told = |one: &&Kept| one.what == KeptThing::CaStore && one.why.contains("no step of this run");
    assert_eq!(kept.iter().filter(is_told).count(), 2, "{kept:#?}");
    for host in &world.lab.shared().world().hosts {
        let lists = host.crls.iter().filter(|one| **one == list).count();
        assert_eq!(lists, 1, "{}: {:?}", host.name, host.crls);
    }
}

#[test]
fn the_shell_way_is_taken_back_over_a_shell_that_is_opened_and_closed_again() {
    let world = World::of(
        "seed = 37\n[[clusters]]\nname = \"a\"\ncount = 2\n[[hosts]]\nname = \"esx02\"\nssh_running = false\n\
         troubles = [\"host-cert-expiring-hard\"]\n",
    );
    let (services, shown) = (world.on_hosts("services"), world.on_hosts("certificate_443"));
    cured(&world, &Policy { renew_by: RenewBy::Shell, ceiling: Safety::AskFirst, ..quick() });
    let outcome = world.rollback("run").unwrap_or_else(|error| panic!("rollback failed: {error}"));
    assert_eq!(world.on_hosts("services"), services, "{:#?}", outcome.steps);
    let restored = outcome.steps.iter().find(|step| step.title.contains("old.rui.crt")).expect("it was set aside");
    assert_eq!(restored.status, Status::Undone, "{:#?}", outcome.steps);
    let Ending::TakenBack { kept, .. } = &outcome.ending else { panic!("{:#?}", outcome.ending) };
    let is_told = kept.iter().any(|one| one.what == KeptThing::HostCertificate);
    assert_eq!(is_told, world.on_hosts("certificate_443") != shown, "{kept:#?}");
}

#[test]
fn a_gate_that_has_closed_holds_what_would_change_something() {
    let world = World::of(STORES);
    cured(&world, &quick());
    let castores = world.on_hosts("castore");
    world.trouble(None, "gate-no-backup");
    let outcome = world.rollback("run").unwrap_or_else(|error| panic!("rollback failed: {error}"));
    let Ending::Stuck { left_behind, by_hand, .. } = &outcome.ending else { panic!("{:?}", outcome.ending) };
    assert!(left_behind.iter().any(|line| line.contains("gate `backup` is closed")), "{left_behind:?}");
    assert!(by_hand.iter().any(|line| line.contains("castore.pem")), "{by_hand:?}");
    assert_eq!(world.on_hosts("castore"), castores, "nothing was changed");
}

#[test]
fn what_is_needed_to_go_back_is_kept_before_anything_is_changed() {
    let world = World::of(STORES);
    let stores = world.on_hosts("castore");
    cured(&world, &quick());
    let folder = world.run_folder("run");
    let kept = texts(&folder);
    for name in ["443.pem", "9080.pem", "castore.pem", "providers.json", "host.json"] {
        let of_both = kept.keys().filter(|path| path.contains("/evidence/") && path.ends_with(name)).count();
        assert_eq!(of_both, 2, "{name}: {:?}", kept.keys());
    }
    for name in ["trusted-roots.pem", "vecs-sms.pem"] {
        let of_vcenter = kept.iter().find(|(path, _)| path.ends_with(&format!("/evidence/{name}")));
        assert!(of_vcenter.is_some_and(|(_, text)| text.contains("BEGIN CERTIFICATE")), "{name}: {:?}", kept.keys());
    }
    for (path, text) in &kept {
        world.assert_no_secret(path, text);
        assert!(!text.contains("PRIVATE KEY"), "{path}");
    }
    let one =
        kept.iter().find(|(path, _)| path.contains("esx01") && path.ends_with("castore.pem")).expect("it is kept");
    let many = stores.get("esx01.lab.example").and_then(|store| store.as_array()).expect("it has a store").len();
    assert_eq!(one.1.matches("BEGIN CERTIFICATE").count(), many);
}

#[test]
fn what_changed_is_told_with_who_approved_and_what_was_waived() {
    let world = World::of(STORES);
    let waived = Policy { waivers: BTreeMap::from([("vsan".to_owned(), "it is not".to_owned())]), ..quick() };
    cured(&world, &waived);
    let kept = texts(&world.run_folder("run"));
    let find = |name: &str| kept.iter().find(|(path, _)| path.ends_with(name)).expect("it was written").1;
    let changes: Changes = serde_json::from_str(find("changes.json")).expect("it reads");
    let words = find("changes.txt");
    assert_eq!(changes.hosts.len(), 2);
    for host in &changes.hosts {
        let store =
            |picture: &Option<iofilter_certs::run::HostPicture>| picture.as_ref().and_then(|one| one.ca_store.clone());
        assert_ne!(store(&host.before), store(&host.after), "{}", host.host.name);
        assert!(words.contains(&host.host.name), "{words}");
    }
    assert!(changes.approvals.iter().any(|approval| approval.by == "the test"));
    assert_eq!(changes.waivers.get("vsan").map(String::as_str), Some("it is not"));
    assert!(words.contains("gate `vsan` was waived: it is not") && words.contains("by the test"), "{words}");
}

#[test]
fn a_rejected_rollback_changes_nothing() {
    let world = World::of(STORES);
    cured(&world, &quick());
    let castores = world.on_hosts("castore");
    let reject = |_| Approval::Rejected { reason: "leave it".to_owned() };
    let outcome = world.rollback_as("run", reject).unwrap_or_else(|error| panic!("rollback failed: {error}"));
    assert!(matches!(outcome.ending, Ending::Refused { .. }), "{:?}", outcome.ending);
    assert_eq!(world.on_hosts("castore"), castores);
    // Whoever said no may say yes later.
    let outcome = world.rollback("run").unwrap_or_else(|error| panic!("rollback failed: {error}"));
    assert!(matches!(outcome.ending, Ending::TakenBack { .. }), "{:?}", outcome.ending);
}

/// Every file below a folder, by its path.
fn texts(folder: &Path) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("it is there").map(|entry| entry.expect("it reads").path()) {
        if entry.is_dir() {
            all.extend(texts(&entry));
        } else {
            let text = std::fs::read_to_string(&entry).expect("it is text");
            all.insert(entry.display().to_string(), text);
        }
    }
    all
}
