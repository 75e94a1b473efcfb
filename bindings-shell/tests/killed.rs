//! A repair that is killed: whenever it happens, `resume` goes on from the journal and ends cured, or says what it left.
//!
//! A few instants are drawn; `make soak` sets `SOAK_KILLS` and draws many. They are drawn by the calls that the lab has
//! received, or by the lines of the journal, and some time after, so that a busy machine is killed at the same places as an
//! idle one. The seed of each is in the message, and `SOAK_SEED` begins with another.
#![expect(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "the figures are what `make soak` is for")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use iofilter_certs::native::Journal;
use iofilter_certs::run::{JournalEntry, JournalEvent};
use iofilter_certs_lab::{Lab, Scenario};
use serde_json::Value;

/// Hosts of which each has one of these, in turn; every second host is well.
const TROUBLES: [&str; 9] = [
    "vp-cert-stale",
    "castore-missing-sms",
    "host-cert-expiring-hard",
    "provider-offline",
    "host-cert-expired",
    "provider-missing",
    "castore-empty",
    "provider-disconnected",
    "host-cert-self-signed",
];

/// How often one run is killed before it is left in peace.
const MOST_KILLS: u64 = 3;
/// About as many calls as a run makes that nobody disturbs, most of them looks, and as many lines as its journal has, most
/// of them about acts. Where kills fall depends on them, and nothing else.
const CALLS_OF_A_RUN: u64 = 1200;
const LINES_OF_A_RUN: u64 = 100;
/// Milliseconds that a kill may come after its call or line, so that waits are hit too, which make few of both.
const MOST_MILLISECONDS: u64 = 1000;
/// Repairs that go on at the same time, each of a lab of its own: they mostly wait.
const AT_ONCE: usize = 4;

#[test]
fn a_run_that_is_killed_at_any_instant_ends_cured_or_says_what_it_left() {
    let (kills, seed) = (number("SOAK_KILLS", 6), number("SOAK_SEED", 1));
    let drawn = AtomicU64::new(seed);
    let figures = Mutex::new(Figures::default());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while figures.lock().unwrap().kills < kills {
                    let patient = Patient::new(drawn.fetch_add(1, Ordering::Relaxed));
                    patient.is_killed_and_resumed(&figures);
                    let ending = patient.ending();
                    let mut figures = figures.lock().unwrap();
                    figures.runs += 1;
                    *figures.endings.entry(ending).or_default() += 1;
                }
            });
        }
    });
    println!("{:#?}", figures.into_inner().unwrap());
}

/// The number in an environment variable, or what stands for it.
fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().map_or(otherwise, |text| text.parse().expect("a number"))
}

/// What was done to all of them, and how they ended.
#[derive(Debug, Default)]
struct Figures {
    kills: u64,
    runs: u64,
    endings: BTreeMap<String, u64>,
    /// What runs were at when they were killed. Clusters are worked on side by side, so one kill may hit several.
    hit: BTreeMap<&'static str, u64>,
}

/// A lab of twenty ESXi hosts in five clusters, and a run that repairs it.
struct Patient {
    seed: u64,
    lab: Lab,
    folder: tempfile::TempDir,
    services: BTreeMap<String, Value>,
}

impl Patient {
    fn new(seed: u64) -> Self {
        let lab = Lab::start(Scenario::parse(&scenario(seed)).expect("the scenario is right")).expect("the lab starts");
        let folder = tempfile::tempdir().expect("a folder for the run");
        std::fs::write(folder.path().join("root"), &lab.ready().expect("it is ready").root_password).unwrap();
        let services = of_hosts(&lab, "services");
        Self { seed, lab, folder, services }
    }

    fn run_folder(&self) -> PathBuf {
        self.folder.path().join("run")
    }

    fn journal(&self) -> Vec<JournalEntry> {
        let path = self.run_folder().join("journal.jsonl");
        if !path.exists() {
            return Vec::new();
        }
        Journal::read(&path)
            .unwrap_or_else(|error| panic!("{}: the journal does not read: {error}", self.told()))
            .entries
    }

    /// Kills it up to three times, then lets it come to its end.
    fn is_killed_and_resumed(&self, figures: &Mutex<Figures>) {
        let mut random = Random(self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let mut process = self.apply();
        for _ in 0..=random.below(MOST_KILLS) {
            let is_by_calls = random.below(2) == 0;
            let most = if is_by_calls { CALLS_OF_A_RUN } else { LINES_OF_A_RUN };
            let so_far = || if is_by_calls { self.lab.calls().len() } else { self.lines() };
            let enough = so_far() + usize::try_from(random.below(most)).unwrap();
            let after = Duration::from_millis(random.below(MOST_MILLISECONDS));
            if !is_killed(&mut process, || so_far() >= enough, after) {
                return;
            }
            let at = instant(&self.journal());
            let mut figures = figures.lock().unwrap();
            figures.kills += 1;
            for what in &at {
                *figures.hit.entry(what).or_default() += 1;
            }
            drop(figures);
            process = self.go_on();
            if at.contains(OVER) {
                break;
            }
        }
        process.wait().expect("it ends");
    }

    /// Lines of the journal, whole or not.
    fn lines(&self) -> usize {
        std::fs::read_to_string(self.run_folder().join("journal.jsonl")).unwrap_or_default().lines().count()
    }

    /// A run that never wrote its plan has done nothing and is begun anew; any other is resumed.
    fn go_on(&self) -> Child {
        if !self.journal().is_empty() {
            return self.command("resume", &["--yes", text(&self.run_folder())]);
        }
        assert!(self.lab.calls().iter().all(|call| !call.changes), "seed {}: a change without a journal", self.seed);
        self.apply()
    }

    fn apply(&self) -> Child {
        self.command("apply", &["--yes", "--run-dir", text(&self.run_folder())])
    }

    fn command(&self, command: &str, arguments: &[&str]) -> Child {
        let ready = self.lab.ready().expect("it is ready");
        let host = ready.hosts.first().expect("there are hosts");
        let ports = [ready.vcenter_ssh.port, host.https_port, host.provider_port].map(|port| port.to_string());
        let [ssh, https, provider] = ports.each_ref().map(String::as_str);
        let root = self.folder.path().join("root");
        let mut child = Command::new(env!("CARGO_BIN_EXE_iofilter-certs"));
        child.arg(command).args(arguments).args(["--quiet", "--json", "--timeout", "20"]);
        child.args(["--hostname", &ready.vcenter, "--username", &ready.username, "--ca-file", text(&ready.ca_file)]);
        child.args(["--hosts-file", text(&ready.hosts_file)]);
        child.args(["--known-hosts", text(&ready.known_hosts), "--appliance-address", &ready.vcenter_ssh.address]);
        child.args(["--esxi-ssh-user", "root", "--esxi-ssh-password-file", text(&root), "--esxi-ssh-port", ssh]);
        child.args(["--appliance-ssh-user", "root", "--appliance-ssh-password-file", text(&root)]);
        child.args(["--appliance-ssh-port", ssh, "--esxi-https-port", https, "--provider-port", provider]);
        if command == "apply" {
            child.args(["--step-timeout", "20", "--poll-seconds", "1", "--proof-seconds", "1"]);
        }
        if command != "check" {
            child.args(["--lock-dir", text(&self.folder.path().join("locks"))]);
        }
        let said = std::fs::File::create(self.folder.path().join(format!("{command}.err"))).unwrap();
        child.env("VMWARE_PASSWORD", &ready.password).stdin(Stdio::null()).stdout(Stdio::null()).stderr(said);
        child.spawn().expect("the command is there")
    }

    /// How it ended, after holding it to its promises.
    fn ending(&self) -> String {
        // A process that is killed after its last line writes nothing else; the next one writes what is missing.
        let journal = self.journal();
        let Some(JournalEntry { event: JournalEvent::Ended { ending }, .. }) = journal.last() else {
            panic!("{}: no ending: {:?}", self.told(), journal.last());
        };
        let ending = serde_json::to_value(ending).expect("an ending is JSON");
        let name = ending.as_str().map(str::to_owned);
        let name = name.or_else(|| ending.as_object()?.keys().next().cloned()).expect("an ending has a name");
        let what = format!("{}\n{ending:#}", self.told());
        match name.as_str() {
            "cured" => self.is_well(&what),
            "stuck" => {
                let said = |field: &str| ending.pointer(&format!("/stuck/{field}")).and_then(Value::as_array).cloned();
                assert!(said("left_behind").is_some_and(|left| !left.is_empty()), "it left what? {what}");
                assert!(said("by_hand").is_some_and(|steps| !steps.is_empty()), "what is to be done? {what}");
            }
            _ => panic!("a killed run ends cured or stuck: {what}"),
        }
        for file in ["outcome.json", "changes.json", "changes.txt"] {
            assert!(self.run_folder().join(file).exists(), "`{file}` is missing: {what}");
        }
        self.has_lost_nothing(&what);
        name
    }

    /// Nobody's certificate, provider or setting is gone, whatever the ending.
    fn has_lost_nothing(&self, what: &str) {
        for field in ["certificate_443", "certificate_9080"] {
            assert!(of_hosts(&self.lab, field).values().all(|one| !one.is_null()), "a host has no {field}: {what}");
        }
        assert_eq!(of_hosts(&self.lab, "services"), self.services, "a service is not as it was: {what}");
        let state = self.lab.state();
        let providers = state.get("providers").and_then(Value::as_array).expect("the lab has providers").clone();
        let urls: Vec<&str> = providers.iter().filter_map(|one| one.get("url")?.as_str()).collect();
        for host in of_hosts(&self.lab, "castore").keys() {
            let own = urls.iter().filter(|url| url.contains(&format!("//{host}:"))).count();
            assert_eq!(own, 1, "`{host}` has {own} providers: {what}");
        }
    }

    /// What the vCenter shows, whoever says that it is cured.
    fn is_well(&self, what: &str) {
        let check = self.command("check", &[]).wait().expect("it ends");
        assert_eq!(check.code(), Some(0), "it is called cured: {what}");
    }

    fn told(&self) -> String {
        let mut told = format!("seed {}", self.seed);
        for name in ["apply.err", "resume.err"] {
            let said = std::fs::read_to_string(self.folder.path().join(name)).unwrap_or_default();
            write!(told, "\n{name}: {said}").unwrap();
        }
        told
    }
}

/// Kills a process some time after something is so. False when it had come to its end before.
fn is_killed(process: &mut Child, is_time: impl Fn() -> bool, after: Duration) -> bool {
    let mut is_running = || process.try_wait().expect("it can be asked").is_none();
    while is_running() && !is_time() {
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(after);
    if !is_running() {
        return false;
    }
    process.kill().expect("it can be killed");
    process.wait().expect("it is dead");
    true
}

/// One field of every ESXi host, by name.
fn of_hosts(lab: &Lab, field: &str) -> BTreeMap<String, Value> {
    let state = lab.state();
    let hosts = state.get("hosts").and_then(Value::as_array).expect("the lab has hosts");
    let pair = |host: &Value| Some((host.get("name")?.as_str()?.to_owned(), host.get(field)?.clone()));
    hosts.iter().map(|host| pair(host).expect("a host has a name and the field")).collect()
}

/// What a run was at when it was killed, by its journal.
fn instant(journal: &[JournalEntry]) -> BTreeSet<&'static str> {
    let (mut open, mut behind, mut steps) = (BTreeMap::new(), BTreeSet::new(), 0);
    for entry in journal {
        match &entry.event {
            JournalEvent::Begun { plan, .. } | JournalEvent::Replanned { plan, .. } => steps = plan.steps().count(),
            JournalEvent::Started { step, .. } => _ = open.insert(*step, "an act"),
            JournalEvent::TaskBegun { step, .. } => _ = open.insert(*step, "waiting for a task"),
            JournalEvent::UndoStarted { step } => _ = open.insert(*step, "taking back"),
            JournalEvent::Succeeded { step }
            | JournalEvent::Skipped { step }
            | JournalEvent::NotReached { step, .. }
            | JournalEvent::UndoFinished { step }
            | JournalEvent::UndoFailed { step, .. }
            | JournalEvent::Failed { step, .. } => {
                open.remove(step);
                behind.insert(*step);
            }
            JournalEvent::Resumed { .. } => open.clear(),
            JournalEvent::Ended { .. } => return BTreeSet::from([OVER]),
            _ => {}
        }
    }
    match (open.is_empty(), steps) {
        (false, _) => open.into_values().collect(),
        (true, 0) => BTreeSet::from(["before the journal"]),
        (true, _) if behind.len() == steps => BTreeSet::from(["the proof"]),
        (true, _) => BTreeSet::from(["a look"]),
    }
}

/// The last line was written, and only what tells of it was left to do.
const OVER: &str = "after the ending";

/// Every second vCenter takes a new certificate up when a provider is synchronised; the others do only when it registers anew.
fn scenario(seed: u64) -> String {
    let mut text = format!("seed = 11\n[switches]\nsync_updates_cached_certificate = {}\n", seed.is_multiple_of(2));
    for cluster in ["a", "b", "c", "d", "e"] {
        write!(text, "[[clusters]]\nname = \"{cluster}\"\ncount = 4\nversion = \"8.0.3\"\n").unwrap();
    }
    for (index, trouble) in TROUBLES.iter().enumerate() {
        let name = format!("esx{:02}", 2 * index + 1);
        write!(text, "[[hosts]]\nname = \"{name}\"\nssh_running = false\ntroubles = [\"{trouble}\"]\n").unwrap();
    }
    text
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of this test is text")
}

/// Xorshift: the same numbers for the same seed, which is all that is asked of it.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}
