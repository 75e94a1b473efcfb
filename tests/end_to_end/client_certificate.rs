//! SPS has another client certificate: from then on no host is left without it, whatever else fails or stops.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use iofilter_certs::facts::Observed;
use iofilter_certs::plan::{Act, StepId, Ways};
use iofilter_certs::policy::{Approve, Policy};
use iofilter_certs::request::{Approval, ApprovalRequest, Subject};
use iofilter_certs::rules::judge;
use iofilter_certs::run::{Ending, JournalEvent, Outcome, Status};
use iofilter_certs_lab::pki::{LeafPlan, SMS_KEY, Signer};
use iofilter_certs_lab::world::vecs::Entry;
use iofilter_certs_tests::{World, agree, quick, told};

fn fleet(rest: &str) -> World {
    World::of(&format!(
        "seed = 37\n[vcenter]\ntroubles = [\"sms-cert-missing\"]\n[switches]\nsps_restart_pushes_sms = false\n[[clusters]]\nname = \"a\"\ncount = 2\n\
         [[clusters]]\nname = \"b\"\ncount = 2\n{rest}"
    ))
}

fn policy() -> Policy {
    Policy { allow_fleet_wide: true, step_timeout_seconds: 15, ..quick() }
}

/// The hosts that refuse what SPS shows now.
fn refusing(world: &World) -> Vec<String> {
    let inner = world.lab.shared().world();
    let shown = inner.sms_certificate().expect("SPS has made one");
    inner.hosts.iter().filter(|host| !host.trusts(shown)).map(|host| host.name.clone()).collect()
}

fn hosts_of(outcome: &Outcome, status: Status) -> Vec<String> {
    let of = outcome.steps.iter().filter(|step| step.status == status);
    of.filter_map(|step| step.host.clone()).collect()
}

#[test]
fn a_host_that_cannot_be_told_leaves_no_other_without_the_new_certificate_and_is_named() {
    let fault = "[[faults]]\ncall = \"ReplaceCACertificatesAndCRLs\"\ntimes = 1\nwhat = \"fault:HostConfigFault\"\n";
    let world = fleet(fault);
    let outcome = world.apply(&policy()).unwrap_or_else(|report| panic!("nothing to do: {}", told(&report)));
    let Ending::RolledBack { why, .. } = &outcome.ending else { panic!("{:#?}\n{:#?}", outcome.ending, outcome.steps) };
    let left = refusing(&world);
    assert_eq!(left.len(), 1, "{left:?}: {:#?}", outcome.steps);
    assert!(left.iter().all(|host| why.contains(&format!("`{host}`: refuses SPS"))), "{left:?}: {why}");
    // Nothing else was begun there: these hosts were not in hand.
    let done = hosts_of(&outcome, Status::Succeeded);
    let once = |host: &String| done.iter().filter(|other| *other == host).count() == 1;
    assert!(done.len() == 3 && done.iter().all(once), "{done:?}");
}

/// The step after which every host refuses SPS.
fn restart(world: &World) -> StepId {
    let plan = world.plan(&policy()).plan.expect("there is something to do");
    plan.first.iter().find(|step| step.act == Act::RestartSps).expect("it restarts SPS").id
}

#[test]
fn a_run_that_is_stopped_in_between_has_every_host_trust_the_new_certificate_first() {
    let world = fleet("");
    let restart = restart(&world);
    let is_begun =
        |event: &JournalEvent, step| matches!(event, JournalEvent::Started { step: one, .. } if *one == step);
    let outcome = world.apply_watched(&policy(), |event, stop| {
        if is_begun(event, restart) {
            stop.ask();
        }
    });
    assert!(matches!(outcome.ending, Ending::Halted { .. }), "{:#?}", outcome.ending);
    assert_eq!(refusing(&world), Vec::<String>::new(), "{:#?}", outcome.steps);
    let ended = world.resume("run").unwrap_or_else(|error| panic!("resume failed: {error}")).ending;
    assert_eq!(ended, Ending::Cured);
}

#[test]
fn whoever_comes_back_finishes_what_was_cut_off_while_nothing_new_was_begun() {
    let fault = "[[faults]]\ncall = \"ReplaceCACertificatesAndCRLs\"\ntimes = 1\nwhat = \"fault:HostConfigFault\"\n";
    let world = fleet(fault);
    let has_failed = Cell::new(false);
    let journal = world.interrupted(&policy(), |event, plan| {
        has_failed.set(has_failed.get() || matches!(event, JournalEvent::Failed { .. }));
        let begun = |step| plan.step(step).is_some_and(|step| matches!(step.act, Act::TrustClientCertificate { .. }));
        has_failed.get() && matches!(event, JournalEvent::Started { step, .. } if begun(*step))
    });
    let JournalEvent::Started { step: cut_off, .. } = journal.last().expect("it had begun").event else {
        panic!("{:#?}", journal.last())
    };
    let run = world.recovered(&journal);
    let ended = run.ending().expect("it has ended");
    assert!(matches!(ended, Ending::RolledBack { .. }), "{ended:#?}");
    assert_eq!(run.status(cut_off), Status::Succeeded);
    assert_eq!(refusing(&world).len(), 1, "the one that cannot be told");
}

#[test]
fn a_host_that_is_passed_over_is_told_of_the_new_certificate_where_no_gate_holds_that() {
    let last = "esx04.lab.example";
    let world = fleet("[[hosts]]\nname = \"esx04\"\ntroubles = [\"vp-port-refused\"]\n");
    let outcome = world.apply_watched(&policy(), |event, _| {
        if matches!(event, JournalEvent::HostProved { .. }) {
            world.trouble(Some(last), "gate-lockdown");
        }
    });
    let Ending::Halted { why, .. } = &outcome.ending else {
        panic!("{:#?}\n{:#?}", outcome.ending, outcome.steps.iter().map(|one| &one.title).collect::<Vec<_>>())
    };
    assert!(why.contains(last) && why.contains("gate `lockdown`") && !why.contains("refuses SPS"), "{why}");
    assert_eq!(refusing(&world), Vec::<String>::new(), "{:#?}", outcome.steps);
    let calls = world.lab.calls();
    assert!(!calls.iter().any(|call| call.method.contains("iofiltervpd")), "nothing is done in its shell: {calls:#?}");
}

#[test]
fn a_host_that_fails_later_goes_on_trusting_the_new_certificate() {
    let world = fleet(
        "[[hosts]]\nname = \"esx04\"\ntroubles = [\"vp-port-refused\"]\n\
         [[faults]]\ncall = \"/etc/init.d/iofiltervpd\"\nwhat = \"reset\"\n",
    );
    let outcome = world.apply(&policy()).unwrap_or_else(|report| panic!("nothing to do: {}", told(&report)));
    assert!(matches!(outcome.ending, Ending::RolledBack { .. }), "{:#?}", outcome.ending);
    assert_eq!(refusing(&world), Vec::<String>::new(), "{:#?}", outcome.steps);
}

#[test]
fn a_push_of_roots_comes_before_a_host_is_told_of_the_new_certificate() {
    let world = World::of(
        "seed = 37\n[vcenter]\ntroubles = [\"sms-cert-missing\"]\n\
         [switches]\nsps_restart_pushes_sms = false\nrefresh_ca_drops_sms = true\n\
         [[clusters]]\nname = \"a\"\ncount = 2\n[[hosts]]\nname = \"esx02\"\ntroubles = [\"castore-missing-vmca-root\"]\n",
    );
    let outcome = world.apply(&policy()).unwrap_or_else(|report| panic!("nothing to do: {}", told(&report)));
    assert_eq!(outcome.ending, Ending::Cured, "{:#?}", outcome.steps);
    let pushed = world.lab.calls().into_iter().any(|call| call.method == "CertMgrRefreshCACertificatesAndCRLs_Task");
    assert!(pushed, "{:#?}", outcome.steps);
    assert_eq!(refusing(&world), Vec::<String>::new(), "{:#?}", outcome.steps);
}

/// The certificate that SPS shows ended yesterday; every host trusts it.
fn expire(world: &World) {
    let mut lab = world.lab.shared().world();
    let now = lab.now();
    let plan = LeafPlan {
        common_name: "sms_self_signed".into(),
        names: vec![lab.vcenter.name.clone()],
        unit: "VMware Engineering",
        signer: Signer::Oneself,
        key: SMS_KEY,
        not_before: now - std::time::Duration::from_hours(1800 * 24),
        not_after: now - std::time::Duration::from_hours(24),
        client: true,
    };
    let pair = lab.pki.issue(&plan).expect("it can be issued");
    let ended = Arc::clone(&pair.certificate);
    lab.vcenter.put_sms_entry("sms_self_signed", Entry::pair(pair));
    for host in &mut lab.hosts {
        host.castore.retain(|certificate| certificate.is_authority);
        host.castore.push(Arc::clone(&ended));
    }
}

#[test]
fn going_back_has_sps_show_its_earlier_certificate_before_any_host_forgets_the_new_one() {
    for is_held in [false, true] {
        let world =
            World::of("seed = 37\n[[clusters]]\nname = \"a\"\ncount = 2\n[[clusters]]\nname = \"b\"\ncount = 1\n");
        expire(&world);
        let (castores, entry) = (world.on_hosts("castore"), store(&world));
        let outcome = world.apply(&policy()).unwrap_or_else(|report| panic!("nothing to do: {}", told(&report)));
        assert_eq!(outcome.ending, Ending::Cured, "{:#?}", outcome.steps);
        assert_ne!(store(&world), entry);
        if is_held {
            world.trouble(None, "gate-elm");
        }
        let outcome = world.rollback("run").unwrap_or_else(|error| panic!("rollback failed: {error}"));
        assert_eq!(refusing(&world), Vec::<String>::new(), "{is_held}: {:#?}", outcome.steps);
        if is_held {
            let Ending::Stuck { left_behind, .. } = &outcome.ending else { panic!("{:#?}", outcome.ending) };
            assert!(left_behind.iter().any(|line| line.contains("gate `linked-mode` is closed")), "{left_behind:?}");
            continue;
        }
        assert!(matches!(outcome.ending, Ending::TakenBack { .. }), "{:#?}", outcome.ending);
        assert_eq!(world.on_hosts("castore"), castores, "{:#?}", outcome.steps);
        assert_eq!(store(&world), entry, "{:#?}", outcome.steps);
    }
}

#[test]
fn a_host_that_nobody_has_approved_is_not_touched_and_is_named() {
    let world = fleet("");
    let castores = world.on_hosts("castore");
    let refuse = |request: ApprovalRequest| match &request.subject {
        Subject::Host(_) => Approval::Rejected { reason: "not this one".to_owned() },
        _ => agree(request),
    };
    let ended = world.apply_as("run", &Policy { approve: Approve::Host, ..policy() }, refuse);
    let outcome = ended.expect("it can be carried out").unwrap_or_else(|report| panic!("{}", told(&report)));
    let Ending::Halted { why, .. } = &outcome.ending else { panic!("{:#?}", outcome.ending) };
    assert!(why.contains("`esx01.lab.example`") && why.contains("refuses SPS"), "{why}");
    assert_eq!(world.on_hosts("castore"), castores);
}

#[test]
fn whoever_says_no_to_telling_a_host_is_asked_once() {
    let world = fleet("");
    let castores = world.on_hosts("castore");
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let refuse = move |request: ApprovalRequest| match &request.subject {
        Subject::Step(step) if matches!(step.act, Act::TrustClientCertificate { .. }) => {
            count.fetch_add(1, Ordering::Relaxed);
            Approval::Rejected { reason: "not this one".to_owned() }
        }
        _ => agree(request),
    };
    let ended = world.apply_as("run", &Policy { approve: Approve::Step, ..policy() }, refuse);
    let outcome = ended.expect("it can be carried out").unwrap_or_else(|report| panic!("{}", told(&report)));
    assert!(
        matches!(&outcome.ending, Ending::Halted { why, .. } if why.contains("refuses SPS")),
        "{:#?}",
        outcome.ending
    );
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    assert_eq!(world.on_hosts("castore"), castores);
}

#[test]
fn hosts_that_cannot_be_told_are_named_in_the_plan_and_one_of_unknown_release_keeps_it_from_being_made() {
    let world = fleet("[[hosts]]\nname = \"esx02\"\ntroubles = [\"host-disconnected\"]\n");
    let plan = world.plan(&policy()).plan.expect("there is something to do");
    let is_named = |note: &String| note.contains("`esx02.lab.example`") && note.contains("`sms_self_signed`");
    assert!(plan.notes.iter().any(is_named), "{:?}", plan.notes);
    let mut facts = world.check(&policy()).facts.expect("it has looked");
    let away = facts.hosts.values_mut().find(|host| host.name == "esx02.lab.example").expect("it is there");
    away.version = Observed::default();
    let ways = Ways { esxi_shell: true, appliance_shell: true, provider_port: Ways::PROVIDER_PORT };
    let plan = iofilter_certs::plan::plan(&facts, &judge(&facts, &policy()), &policy(), ways);
    assert!(plan.first.is_empty(), "{:#?}", plan.first);
    let why: Vec<&str> = plan.refused.iter().map(|refusal| refusal.why.as_str()).collect();
    assert!(why.iter().any(|why| why.contains("`esx02.lab.example`") && why.contains("release")), "{why:?}");
}

const FROM_NINE: &str = "seed = 37\n[vcenter]\nversion = \"9.0.0\"\ntroubles = [\"sps-extension-expired\"]\n[[clusters]]\nname = \"a\"\n\
     count = 2\nversion = \"9.0.0\"\n";

fn store(world: &World) -> serde_json::Value {
    world.lab.state().pointer("/vcenter/vecs/SMS/entries").cloned().unwrap_or_default()
}

#[test]
fn an_entry_is_not_left_deleted_when_a_run_is_stopped() {
    let world = World::of(FROM_NINE);
    let (before, asked) = (store(&world), Cell::new(false));
    let outcome = world.apply_watched(&policy(), |event, stop| {
        // Asked a second time it breaks off.
        if matches!(event, JournalEvent::Succeeded { .. }) && !asked.replace(true) {
            stop.ask();
        }
    });
    let entry = |store: &serde_json::Value| store.get("sps-extension").map(ToString::to_string);
    assert!(entry(&store(&world)).is_some() && entry(&store(&world)) != entry(&before), "{:#?}", outcome.steps);
}

const NO_RESTART: &str =
    "[[faults]]\ncall = \"POST /api/vcenter/services/sps?action=restart\"\nwhat = \"fault:ERROR\"\n";

/// How often root was asked to restart SPS, which goes on with what it has loaded until then.
fn restarts(world: &World) -> usize {
    world.lab.calls().iter().filter(|call| call.method == "service-control").count()
}

#[test]
fn an_entry_that_was_put_back_without_an_answer_is_put_back_once_more_so_that_sps_loads_it() {
    let world = World::of(&format!(
        "{FROM_NINE}{NO_RESTART}[[faults]]\ncall = \"service-control\"\ntimes = 1\nwhat = \"reset\"\n"
    ));
    let before = store(&world);
    let outcome = world.apply(&policy()).unwrap_or_else(|report| panic!("nothing to do: {}", told(&report)));
    assert!(matches!(outcome.ending, Ending::RolledBack { .. }), "{:#?}", outcome.ending);
    assert_eq!(store(&world), before);
    assert_eq!(restarts(&world), 2, "the first was cut off before it: {:#?}", outcome.steps);
}
