//! Every change of every repair, and everything that can go wrong with it.
//!
//! A repair is first carried out in peace and its changes are written down; then it is carried out again and again, each
//! time with one fault at one of them. A few of these are drawn, always the same; `make soak` sets `SOAK_FAULTS=all` and
//! plays all, and `SOAK_FAULTS=vp-cert-stale` plays those of one trouble.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "the figures are what `make soak` is for")]

use std::collections::{BTreeMap, BTreeSet};
use std::panic::RefUnwindSafe;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use iofilter_certs::policy::{Policy, Safety};
use iofilter_certs::report::Verdict;
use iofilter_certs::run::{Ending, Kept, KeptThing};
use iofilter_certs_lab::Scenario;
use iofilter_certs_tests::{World, causes, quick, told};
use serde_json::{Value, json};

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

/// The host that has the trouble.
const TROUBLED: &str = "esx02.lab.example";

/// What goes wrong with any call, and what with one that begins a task.
const FAULTS: [&str; 8] =
    ["refused", "503", "timeout", "reset", "truncated-body", "garbage", "fault:RuntimeFault", "fault:NoPermission"];
const TASK_FAULTS: [&str; 3] = ["task-error:HostConfigFault", "task-never-ends", "task-lies"];

/// Cases that are drawn where not all are wanted, and repairs that go on at the same time: they mostly wait.
const DRAWN: usize = 24;
const AT_ONCE: usize = 16;

/// How a repair ends that came past its fault.
const NOT_PLAYED: &str = "cured without the fault";

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
    let wanted = std::env::var("SOAK_FAULTS").unwrap_or_default();
    let troubles = TROUBLES.iter().filter(|trouble| !TROUBLES.contains(&wanted.as_str()) || **trouble == wanted);
    let troubles: Vec<&str> = troubles.copied().collect();
    let (found, failures) = side_by_side(&troubles, |trouble| all_that_can_go_wrong(trouble));
    assert!(failures.is_empty(), "not cured in peace: {failures:?}");
    let all: Vec<Wrong> = found.into_iter().flatten().collect();
    let every = if wanted.is_empty() { all.len().div_ceil(DRAWN) } else { 1 };
    let cases: Vec<Wrong> = all.iter().step_by(every.max(1)).cloned().collect();
    let many = cases.len();
    let (ends, failures) = side_by_side(&cases, Wrong::play);
    let mut counts = BTreeMap::<&str, u32>::new();
    for end in ends {
        *counts.entry(end).or_default() += 1;
    }
    let idle = counts.get(NOT_PLAYED).copied().unwrap_or_default();
    assert!(usize::try_from(idle).is_ok_and(|idle| idle * 4 < many), "most faults were never played: {counts:?}");
    println!("{many} of {} faults: {counts:?}", all.len());
    assert!(failures.is_empty(), "what each did wrong is above:\n{failures:#?}");
}

/// Does `work` for each item, some at a time: what came of them in their order, and the items that it panicked for.
fn side_by_side<T, R>(items: &[T], work: impl Fn(&T) -> R + Sync + RefUnwindSafe) -> (Vec<R>, Vec<T>)
where
    T: Send + Sync + Clone + RefUnwindSafe,
    R: Send,
{
    let (next, results) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::SeqCst);
                    let Some(item) = items.get(place) else { break };
                    let result = std::panic::catch_unwind(|| work(item));
                    results.lock().expect("nobody panics here").insert(place, result);
                }
            });
        }
    });
    let (mut done, mut failed) = (Vec::new(), Vec::new());
    for (result, item) in results.into_inner().expect("all are done").into_values().zip(items) {
        match result {
            Ok(result) => done.push(result),
            Err(_) => failed.push(item.clone()),
        }
    }
    (done, failed)
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
    let scenario = Scenario::parse(&scenario).unwrap_or_else(|error| panic!("the scenario is wrong: {error}"));
    let mut world = World::start(scenario);
    world.connection.timeout_seconds = Some(5);
    world
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

/// What must be as it was when a repair says that it took everything back and names nothing; besides these, the files in
/// `/etc/vmware/ssl` and the providers that SMS has.
const FIELDS: [&str; 6] = ["castore", "services", "connection", "certificate_443", "certificate_9080", "maintenance"];

/// Hosts by name, each with its fields as the lab has them.
type Picture = BTreeMap<String, BTreeMap<String, Value>>;

fn picture(world: &World) -> Picture {
    let mut all = Picture::new();
    for field in FIELDS {
        for (host, value) in world.on_hosts(field) {
            all.entry(host).or_default().insert(field.to_owned(), value);
        }
    }
    for (host, files) in world.on_hosts("files") {
        let files = files.as_object().expect("files have names").clone();
        all.entry(host).or_default().extend(files);
    }
    let state = world.lab.state();
    let providers = state.get("providers").and_then(Value::as_array).expect("the lab has providers");
    for (host, fields) in &mut all {
        let own = providers.iter().filter(|one| text(one, "/url").contains(host.as_str()));
        let own: Vec<Value> = own.map(|one| json!([text(one, "/url"), text(one, "/certificate/sha256")])).collect();
        fields.insert("registration".to_owned(), Value::from(own));
    }
    all
}

fn text<'v>(value: &'v Value, place: &str) -> &'v str {
    value.pointer(place).and_then(Value::as_str).expect("it is a text")
}

/// Of what is named as kept, the fields and files in which it shows.
fn fields_of(thing: KeptThing) -> &'static [&'static str] {
    match thing {
        KeptThing::HostCertificate => &[
            "certificate_443",
            "rui.crt",
            "rui.key",
            "rui.bak",
            "old.rui.crt",
            "old.rui.key",
            "old.rui.iofilter-certs",
        ],
        KeptThing::ProviderCertificate => &["certificate_9080", "iofiltervp.pem"],
        KeptThing::CaStore => &["castore"],
        KeptThing::Registration => &["registration"],
        KeptThing::Connection => &["connection"],
        KeptThing::Step => &["services"],
    }
}

/// What is named differs, and what differs is named.
fn is_told(kept: &[Kept], before: &Picture, after: &Picture, what: &str) {
    let mut named = BTreeSet::new();
    for one in kept {
        let host = one.host.as_ref().expect("no step of these repairs leaves something at vCenter");
        let fields = fields_of(one.what);
        let differs = fields.iter().any(|field| of(before, host, field) != of(after, host, field));
        assert!(differs || one.why.contains("could not be seen"), "{one:?} is not so: {what}");
        named.extend(fields.iter().map(|field| (host.as_str(), *field)));
    }
    for host in before.keys() {
        let fields = |picture: &Picture| picture.get(host).into_iter().flat_map(BTreeMap::keys).cloned().collect();
        let all: BTreeSet<String> =
            [fields(before), fields(after)].into_iter().flat_map(|all: Vec<String>| all).collect();
        for field in all.iter().filter(|field| !named.contains(&(host.as_str(), field.as_str()))) {
            assert_eq!(of(after, host, field), of(before, host, field), "`{field}` of {host} is not told of: {what}");
        }
    }
}

fn of<'p>(picture: &'p Picture, host: &str, field: &str) -> Option<&'p Value> {
    picture.get(host)?.get(field)
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
        if !struck {
            // A provider may become well by itself before its turn comes.
            assert_eq!(outcome.ending, Ending::Cured, "{what}");
            return NOT_PLAYED;
        }
        let after = world.check(&impatient());
        let now = picture(&world);
        for healthy in ["esx01.lab.example", "esx03.lab.example"] {
            assert_eq!(now.get(healthy), before.get(healthy), "a healthy host was changed: {what}");
        }
        match &outcome.ending {
            Ending::Cured => {
                assert_eq!(after.verdict, Verdict::Healthy, "{}\n{what}", told(&after));
                let services = |picture: &Picture| of(picture, TROUBLED, "services").cloned();
                assert_eq!(services(&now), services(&before), "a service is not as it was: {what}");
                "cured"
            }
            Ending::RolledBack { kept, .. } => {
                is_told(kept, &before, &now, &what);
                // Of a host that is connected again more is known than before.
                let is_named = |cause: &String| {
                    kept.iter().filter_map(|one| one.host.as_ref()).any(|host| cause.contains(host.as_str()))
                };
                let mut new = causes(&after).difference(&troubles).cloned().collect::<Vec<_>>().into_iter();
                assert!(new.all(|cause| is_named(&cause)), "it is worse: {}\n{what}", told(&after));
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
