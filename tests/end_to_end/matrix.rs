//! Every change of every repair, and everything that can go wrong with it.
//!
//! A repair is first carried out in peace and its changes are written down; then it is carried out again and again, each
//! time with one fault at one of them. `make test` draws a few of these, always the same; `make soak` sets
//! `SOAK_FAULTS=all` and plays all.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "the figures are what `make soak` is for")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use iofilter_certs::policy::{Policy, Safety};
use iofilter_certs::report::Verdict;
use iofilter_certs::run::Ending;
use iofilter_certs_lab::Scenario;
use iofilter_certs_tests::{World, causes, quick, told};

/// Troubles that between them need every remedy.
const TROUBLES: [&str; 13] = [
    "castore-empty",
    "castore-missing-sms",
    "castore-missing-vmca-root",
    "host-cert-expired",
    "host-cert-expiring-hard",
    "host-disconnected",
    "provider-cert-cached-stale",
    "provider-disconnected",
    "provider-duplicate",
    "provider-missing",
    "provider-offline",
    "vp-cert-expired",
    "vp-cert-stale",
];

/// What goes wrong with any call, and what with one that begins a task.
const FAULTS: [&str; 8] =
    ["refused", "503", "timeout", "reset", "truncated-body", "garbage", "fault:RuntimeFault", "fault:NoPermission"];
const TASK_FAULTS: [&str; 3] = ["task-error:HostConfigFault", "task-never-ends", "task-lies"];

/// Cases that are drawn where not all are wanted, and repairs that go on at the same time: they mostly wait.
const DRAWN: usize = 24;
const AT_ONCE: usize = 8;

/// One fault at one change of one repair.
#[derive(Debug, Clone)]
struct Wrong {
    trouble: &'static str,
    call: String,
    /// The how-manieth call of that name.
    nth: usize,
    /// It goes wrong once, or ever after.
    once: bool,
    what: &'static str,
}

#[test]
fn whatever_goes_wrong_with_a_change_the_repair_ends_well_or_honestly() {
    let all: Vec<Wrong> = TROUBLES.iter().flat_map(|trouble| all_that_can_go_wrong(trouble)).collect();
    let wants_all = std::env::var("SOAK_FAULTS").is_ok_and(|wanted| wanted == "all");
    let every = if wants_all { 1 } else { all.len().div_ceil(DRAWN) };
    let cases: Vec<&Wrong> = all.iter().step_by(every.max(1)).collect();
    let (queue, ends) = (Mutex::new(cases.iter()), Mutex::new(BTreeMap::<&str, u32>::new()));
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(wrong) = next(&queue) {
                    match std::panic::catch_unwind(|| wrong.play()) {
                        Ok(end) => *ends.lock().expect("nobody panics here").entry(end).or_default() += 1,
                        Err(_) => failures.lock().expect("nobody panics here").push(format!("{wrong:?}")),
                    }
                }
            });
        }
    });
    println!("{} of {} faults: {:?}", cases.len(), all.len(), ends.into_inner().expect("all are done"));
    let failures = failures.into_inner().expect("all are done");
    assert!(failures.is_empty(), "what each did wrong is above:\n{}", failures.join("\n"));
}

fn next<'w>(queue: &Mutex<std::slice::Iter<'_, &'w Wrong>>) -> Option<&'w Wrong> {
    queue.lock().expect("nobody panics here").next().copied()
}

/// Short waits: most of these steps never show their effect.
fn impatient() -> Policy {
    Policy { step_timeout_seconds: 6, ceiling: Safety::AskFirst, waivers: waivers(), ..quick() }
}

/// What cannot be known of a host that is disconnected.
fn waivers() -> BTreeMap<String, String> {
    ["clock", "maintenance"].map(|gate| (gate.to_owned(), "nobody can ask a disconnected host".to_owned())).into()
}

fn world(trouble: &str) -> World {
    let scenario = format!(
        "seed = 23\n[[clusters]]\nname = \"a\"\ncount = 2\n[[clusters]]\nname = \"b\"\ncount = 1\n\
         [[hosts]]\nname = \"esx02\"\nssh_running = false\ntroubles = [\"{trouble}\"]\n"
    );
    World::start(Scenario::parse(&scenario).unwrap_or_else(|error| panic!("the scenario is wrong: {error}")))
}

/// Carries the repair out in peace, and puts each fault at each change of it.
fn all_that_can_go_wrong(trouble: &'static str) -> Vec<Wrong> {
    let world = world(trouble);
    let outcome =
        world.apply(&impatient()).unwrap_or_else(|report| panic!("{trouble}: nothing to do: {}", told(&report)));
    assert_eq!(outcome.ending, Ending::Cured, "{trouble}: {:#?}", outcome.steps);
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut all = Vec::new();
    for call in world.lab.calls().into_iter().filter(|call| call.changes) {
        let nth = seen.entry(call.method.clone()).and_modify(|count| *count += 1).or_insert(1);
        let of_tasks = TASK_FAULTS.iter().filter(|_| call.method.ends_with("_Task"));
        for (what, once) in FAULTS.iter().chain(of_tasks).flat_map(|what| [(*what, true), (*what, false)]) {
            all.push(Wrong { trouble, call: call.method.clone(), nth: *nth, once, what });
        }
    }
    assert!(!all.is_empty(), "{trouble}: nothing was changed");
    all
}

/// What must be as it was when a repair says that it took everything back.
fn picture(world: &World) -> BTreeMap<&'static str, BTreeMap<String, serde_json::Value>> {
    ["castore", "services", "connection", "certificate_443", "certificate_9080", "files", "maintenance"]
        .map(|field| (field, world.on_hosts(field)))
        .into()
}

impl Wrong {
    fn play(&self) -> &'static str {
        let world = world(self.trouble);
        let (before, troubles) = (picture(&world), causes(&world.check(&impatient())));
        let times = if self.once { "1" } else { "null" };
        let rule = format!(
            "{{\"call\": {:?}, \"nth\": {}, \"times\": {times}, \"what\": \"{}\"}}",
            self.call, self.nth, self.what
        );
        world.lab.add_fault(serde_json::from_str(&rule).expect("the rule is right"));
        let outcome = world.apply(&impatient()).unwrap_or_else(|report| panic!("nothing to do: {}", told(&report)));
        let struck = world.lab.calls().iter().any(|call| call.fault.is_some());
        world.lab.shared().faults().clear();
        let what = format!("{self:?}\n{:#?}\n{:#?}", outcome.ending, outcome.steps);
        assert!(struck, "the fault was never played: {what}");
        let after = world.check(&impatient());
        assert_eq!(
            world.on_hosts("services").get("esx01.lab.example"),
            before.get("services").and_then(|all| all.get("esx01.lab.example"))
        );
        match &outcome.ending {
            Ending::Cured => {
                assert_eq!(after.verdict, Verdict::Healthy, "{}\n{what}", told(&after));
                assert_eq!(
                    Some(&world.on_hosts("services")),
                    before.get("services"),
                    "a service is not as it was: {what}"
                );
                "cured"
            }
            Ending::RolledBack { .. } => {
                assert_eq!(picture(&world), before, "it is not as it was: {what}");
                assert_eq!(causes(&after), troubles, "it is not as it was: {}\n{what}", told(&after));
                "rolled back"
            }
            Ending::Stuck { left_behind, by_hand, .. } => {
                assert!(!left_behind.is_empty() && !by_hand.is_empty(), "it does not say what to do: {what}");
                let lost: BTreeSet<_> = causes(&after).difference(&troubles).cloned().collect();
                let told_of =
                    |cause: &String| left_behind.iter().any(|left| left.contains("esx02") || left.contains(cause));
                assert!(lost.iter().all(told_of), "it left {lost:?} and does not say so: {what}");
                "stuck"
            }
            other => panic!("no way for a run to end here: {other:?}\n{what}"),
        }
    }
}
