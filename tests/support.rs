//! What the tests of the whole share: a lab, a connection to it, and the operations run to their ends.
#![expect(clippy::panic, clippy::expect_used, clippy::missing_panics_doc, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use iofilter_certs::native::{
    self, Apply, Clock as _, Connection, DriveError, Journal, OperationError, Progress, Resume, Rollback, SshAccess,
    Stop, SystemClock,
};
use iofilter_certs::plan::Plan;
use iofilter_certs::policy::Policy;
use iofilter_certs::report::Report;
use iofilter_certs::request::{Approval, ApprovalRequest};
use iofilter_certs::run::{JournalEntry, JournalEvent, Outcome, Run, RunEvent};
use iofilter_certs_lab::{Lab, Scenario, troubles};

/// A lab that runs, and the way to it.
pub struct World {
    /// The lab.
    pub lab: Lab,
    /// How a user of it would connect.
    pub connection: Connection,
    scenario: Scenario,
    folder: tempfile::TempDir,
}

/// More sessions than any test begins.
const SESSIONS: usize = 40;

impl World {
    /// Starts the lab of a scenario in TOML.
    pub fn of(scenario: &str) -> Self {
        Self::start(Scenario::parse(scenario).unwrap_or_else(|error| panic!("the scenario is wrong: {error}")))
    }

    /// Starts the lab of a scenario.
    pub fn start(scenario: Scenario) -> Self {
        let lab = Lab::start(scenario.clone()).unwrap_or_else(|error| panic!("the lab does not start: {error}"));
        let connection = connection(&lab);
        let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("no folder for the run: {error}"));
        Self { lab, connection, scenario, folder }
    }

    /// Where a run keeps its journal.
    pub fn run_folder(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Everything that must never be shown: passwords, the login as HTTP sends it, and the tokens of all sessions.
    pub fn secrets(&self) -> Vec<String> {
        let ready = self.lab.ready().expect("a lab that has started is ready");
        // The same scenario gives the same tokens in the same order, so that they can be known without being listened to.
        let mut twin = iofilter_certs_lab::world::World::build(&self.scenario, 1, self.scenario.ports)
            .unwrap_or_else(|error| panic!("the scenario gives no second world: {error}"));
        let tokens = (0..SESSIONS).map(|_| twin.login(&ready.username, &ready.password));
        let mut secrets: Vec<String> = tokens.map(|token| token.expect("the administrator may log in")).collect();
        let given = &self.connection.password;
        secrets.extend([ready.password.clone(), ready.root_password.clone(), given.clone()]);
        secrets.push(BASE64.encode(format!("{}:{given}", self.connection.username)));
        secrets
    }

    /// No text holds a secret. `what` names the text in the message.
    pub fn assert_no_secret(&self, what: &str, text: &str) {
        for (number, secret) in self.secrets().iter().enumerate() {
            assert!(!text.contains(secret.as_str()), "{what} shows secret number {number}");
        }
    }

    /// The lab received nothing that means to change something.
    pub fn assert_unchanged(&self) {
        let changes: Vec<_> = self.lab.calls().into_iter().filter(|call| call.changes).collect();
        assert!(changes.is_empty(), "something was changed: {changes:?}");
    }

    /// Looks and judges.
    pub fn check(&self, policy: &Policy) -> Report {
        let stop = Stop::new();
        let operation = native::check(&self.connection, policy, &SystemClock, &stop, |_| {});
        native::run(operation).expect("a runtime").unwrap_or_else(|error| panic!("check failed: {error}"))
    }

    /// Looks, judges and plans.
    pub fn plan(&self, policy: &Policy) -> Report {
        let stop = Stop::new();
        let operation = native::plan(&self.connection, policy, &SystemClock, &stop, |_| {});
        native::run(operation).expect("a runtime").unwrap_or_else(|error| panic!("plan failed: {error}"))
    }

    /// Carries out what is planned now. `Err` when there was nothing to do.
    pub fn apply(&self, policy: &Policy) -> Result<Outcome, Box<Report>> {
        self.apply_as("run", policy, agree).unwrap_or_else(|error| panic!("apply failed: {error}"))
    }

    /// The same with a folder and someone who approves.
    pub fn apply_as(
        &self,
        folder: &str,
        policy: &Policy,
        approver: impl Fn(ApprovalRequest) -> Approval + Send + Sync + 'static,
    ) -> Result<Result<Outcome, Box<Report>>, OperationError> {
        let locks = Some(self.run_folder("locks"));
        let apply = Apply { plan: None, folder: self.run_folder(folder), locks, approver: Arc::new(approver) };
        let stop = Stop::new();
        let operation = native::apply(&self.connection, policy, apply, &SystemClock, &stop, |_| {});
        native::run(operation).expect("a runtime")
    }

    /// Carries out what is planned now; `watch` sees every entry of the journal before what follows it is done, and may ask
    /// to stop.
    pub fn apply_watched(&self, policy: &Policy, watch: impl Fn(&JournalEvent, &Stop)) -> Outcome {
        let stop = Stop::new();
        let (folder, locks) = (self.run_folder("run"), Some(self.run_folder("locks")));
        let apply = Apply { plan: None, folder, locks, approver: Arc::new(agree) };
        let progress = |progress: Progress<'_>| {
            if let Progress::Running { entry, .. } = progress {
                watch(&entry.event, &stop);
            }
        };
        let operation = native::apply(&self.connection, policy, apply, &SystemClock, &stop, progress);
        let ended = native::run(operation).expect("a runtime").unwrap_or_else(|error| panic!("apply failed: {error}"));
        ended.unwrap_or_else(|report| panic!("nothing to do: {}\n{:#?}", told(&report), report.plan))
    }

    /// Goes on with the run in a folder.
    pub fn resume(&self, folder: &str) -> Result<Outcome, OperationError> {
        let stop = Stop::new();
        let (folder, locks) = (self.run_folder(folder), Some(self.run_folder("locks")));
        let resume = Resume { folder, locks, approver: Arc::new(agree), until: None };
        let operation = native::resume(&self.connection, resume, &SystemClock, &stop, |_| {});
        native::run(operation).expect("a runtime")
    }

    /// Takes the run in a folder back.
    pub fn rollback(&self, folder: &str) -> Result<Outcome, OperationError> {
        self.rollback_as(folder, agree)
    }

    /// The journal of the run in a folder.
    pub fn journal(&self, folder: &str) -> Vec<JournalEntry> {
        let read = Journal::<JournalEntry>::read(self.run_folder(folder).join("journal.jsonl"));
        read.unwrap_or_else(|error| panic!("the journal does not read: {error}")).entries
    }

    /// Gives the vCenter, or one of its hosts, a trouble from now on.
    pub fn trouble(&self, host: Option<&str>, code: &str) {
        let mut world = self.lab.shared().world();
        let given = match host {
            Some(host) => troubles::trouble_host(&mut world, host, code),
            None => troubles::trouble_vcenter(&mut world, code),
        };
        given.unwrap_or_else(|error| panic!("the lab does not know `{code}`: {error}"));
    }

    /// The same with someone who approves.
    pub fn rollback_as(
        &self,
        folder: &str,
        approver: impl Fn(ApprovalRequest) -> Approval + Send + Sync + 'static,
    ) -> Result<Outcome, OperationError> {
        let stop = Stop::new();
        let (folder, locks) = (self.run_folder(folder), Some(self.run_folder("locks")));
        let rollback = Rollback { folder, locks, approver: Arc::new(approver), waivers: BTreeMap::new() };
        let operation = native::rollback(&self.connection, rollback, &SystemClock, &stop, |_| {});
        native::run(operation).expect("a runtime")
    }

    /// Carries out what is planned now in a process that dies as soon as it has stored the entry that `is_last` names: what
    /// would have been sent after it is not. Answers the journal.
    pub fn interrupted(&self, policy: &Policy, is_last: impl Fn(&JournalEvent, &Plan) -> bool) -> Vec<JournalEntry> {
        let plan = self.plan(policy).plan.expect("there is something to do");
        let job = self.connection.job().expect("the connection is right");
        let mut run = Run::new(plan, policy.clone(), job, SystemClock.now());
        let journal = self.drive_until(&mut run, is_last);
        assert!(run.ending().is_none(), "it came to its end: {:?}", run.ending());
        journal
    }

    /// Goes on from a journal in another process, to the end.
    pub fn recovered(&self, journal: &[JournalEntry]) -> Run {
        let job = self.connection.job().expect("the connection is right");
        let run = Run::recover(journal, job, None, SystemClock.now());
        let mut run = run.unwrap_or_else(|error| panic!("it cannot be gone on with: {error}"));
        self.drive_until(&mut run, |_, _| false);
        run
    }

    /// Drives a run to its end, or until its process dies.
    pub fn drive_until(&self, run: &mut Run, is_last: impl Fn(&JournalEvent, &Plan) -> bool) -> Vec<JournalEntry> {
        let host = Arc::new(self.connection.host(Some(Arc::new(agree))).expect("the connection is right"));
        let (plan, mut journal) = (run.plan().clone(), Vec::new());
        let mut store = |event: RunEvent| match event {
            RunEvent::Journal(entry) => {
                let is_last = is_last(&entry.event, &plan);
                journal.push(entry);
                if is_last { Err(()) } else { Ok(()) }
            }
            RunEvent::Evidence(_) | RunEvent::Looking(_) => Ok(()),
        };
        let record = |events: Vec<RunEvent>| events.into_iter().try_for_each(&mut store);
        match native::run(native::drive(run, &host, &SystemClock, &Stop::new(), record)).expect("a runtime") {
            Ok(()) | Err(DriveError::Record(())) => journal,
            Err(error) => panic!("it cannot be driven: {error:?}"),
        }
    }

    /// One field of every ESXi host as the lab has it, by name.
    pub fn on_hosts(&self, field: &str) -> BTreeMap<String, serde_json::Value> {
        let state = self.lab.state();
        let hosts = state.get("hosts").and_then(serde_json::Value::as_array).expect("the lab has hosts");
        let pair = |host: &serde_json::Value| {
            let name = host.get("name").and_then(serde_json::Value::as_str).expect("a host has a name").to_owned();
            (name, host.get(field).expect("a host has the field").clone())
        };
        hosts.iter().map(pair).collect()
    }
}

/// Approves every plan.
pub fn agree(request: ApprovalRequest) -> Approval {
    Approval::Approved { digest: request.digest, by: "the test".to_owned() }
}

/// A policy that waits no longer than a lab needs.
pub fn quick() -> Policy {
    Policy { step_timeout_seconds: 20, poll_seconds: 1, proof_seconds: 1, ..Policy::default() }
}

/// The causes of a report, as `code at place`.
pub fn causes(report: &Report) -> BTreeSet<String> {
    report.root_causes().map(|finding| format!("{} at {}", finding.diagnostic.code, finding.place.name)).collect()
}

/// Everything in a report that is not well, for the message of a test.
pub fn told(report: &Report) -> String {
    let findings = report.findings.iter().map(|one| {
        format!(
            "{} at {} (follows from {:?}): {}",
            one.diagnostic.code, one.place.name, one.follows_from, one.diagnostic.message
        )
    });
    let unanswered = report
        .unanswered
        .iter()
        .map(|one| format!("unanswered {:?} at {:?}: {}", one.codes, one.places, one.missing.message));
    let stopped = report.stopped.iter().map(|one| format!("stopped: {} {}", one.code, one.message));
    findings.chain(unanswered).chain(stopped).collect::<Vec<_>>().join("\n")
}

/// How a user who was given all logins would connect to a lab.
pub fn connection(lab: &Lab) -> Connection {
    let ready = lab.ready().expect("a lab that has started is ready");
    let root = |port| SshAccess {
        username: "root".to_owned(),
        port: Some(port),
        password: Some(ready.root_password.clone()),
        ..SshAccess::default()
    };
    // An empty inventory has no port to look at.
    let (https, provider) = ready.hosts.first().map_or((443, 9080), |host| (host.https_port, host.provider_port));
    Connection {
        hostname: ready.vcenter.clone(),
        username: ready.username.clone(),
        password: ready.password.clone(),
        ca_file: Some(ready.ca_file.clone()),
        known_hosts: vec![ready.known_hosts.clone()],
        hosts_file: Some(ready.hosts_file.clone()),
        esxi_ssh: Some(root(ready.vcenter_ssh.port)),
        appliance_ssh: Some(root(ready.vcenter_ssh.port)),
        appliance_address: Some(ready.vcenter_ssh.address.clone()),
        esxi_https_port: Some(https),
        provider_port: Some(provider),
        timeout_seconds: Some(20),
        ..Connection::default()
    }
}
