//! The calls. Each works with Python's lock released, on a runtime of its own, and answers Ctrl-C.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use iofilter_certs::native::{self, Approver, Clock as _, Connection, OperationError, Progress, SystemClock};
use iofilter_certs::policy::Policy as CorePolicy;
use iofilter_certs::request::{Approval, ApprovalRequest};
use iofilter_certs::time::UnixTime;
use iofilter_certs::{document, log, report, vector};
use pyo3::IntoPyObjectExt as _;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::convert::{progress as progress_value, text_of, to_python};
use crate::documents::{Outcome, Plan, Report};
use crate::failed::Failed;
use crate::settings::{Policy, VCenter};

/// Looks and judges. Changes nothing.
#[pyfunction]
#[pyo3(signature = (vcenter, policy=None, *, facts=false, progress=None, stop=None))]
pub(crate) fn check(
    py: Python<'_>,
    vcenter: &Bound<'_, VCenter>,
    policy: Option<&Bound<'_, Policy>>,
    facts: bool,
    progress: Option<Py<PyAny>>,
    stop: Option<&Bound<'_, Stop>>,
) -> PyResult<Report> {
    let (connection, policy) = said(vcenter, policy);
    let listener = Listener::new(progress, stop);
    let report = carry_out(py, &listener, || {
        native::check(connection, &policy, &SystemClock, &listener.stop, |event| listener.tell(&event))
    })?;
    Ok(finished(report, facts)?.into())
}

/// Looks, judges and plans. Changes nothing.
#[pyfunction]
#[pyo3(signature = (vcenter, policy=None, *, facts=false, progress=None, stop=None))]
pub(crate) fn plan(
    py: Python<'_>,
    vcenter: &Bound<'_, VCenter>,
    policy: Option<&Bound<'_, Policy>>,
    facts: bool,
    progress: Option<Py<PyAny>>,
    stop: Option<&Bound<'_, Stop>>,
) -> PyResult<Report> {
    let (connection, policy) = said(vcenter, policy);
    let listener = Listener::new(progress, stop);
    let report = carry_out(py, &listener, || {
        native::plan(connection, &policy, &SystemClock, &listener.stop, |event| listener.tell(&event))
    })?;
    Ok(finished(report, facts)?.into())
}

/// Carries out a plan behind its approval, with a journal. The report when there is nothing to carry out.
#[pyfunction]
#[pyo3(signature = (vcenter, policy=None, *, run_dir, approve, plan=None, lock_dir=None, progress=None, stop=None))]
#[expect(clippy::too_many_arguments, reason = "each is an option that users give by its name")]
pub(crate) fn apply<'py>(
    py: Python<'py>,
    vcenter: &Bound<'py, VCenter>,
    policy: Option<&Bound<'py, Policy>>,
    run_dir: PathBuf,
    approve: Py<PyAny>,
    plan: Option<&Bound<'py, Plan>>,
    lock_dir: Option<PathBuf>,
    progress: Option<Py<PyAny>>,
    stop: Option<&Bound<'py, Stop>>,
) -> PyResult<Bound<'py, PyAny>> {
    let (connection, policy) = said(vcenter, policy);
    let listener = Listener::new(progress, stop);
    let plan = plan.map(|plan| plan.get().0.clone());
    let order = native::Apply { plan, folder: run_dir, locks: lock_dir, approver: approver(approve, &listener) };
    let ended = carry_out(py, &listener, || {
        native::apply(connection, &policy, order, &SystemClock, &listener.stop, |event| listener.tell(&event))
    })?;
    match ended {
        Ok(outcome) => Outcome::from(outcome).into_bound_py_any(py),
        Err(report) => Report::from(finished(*report, false)?).into_bound_py_any(py),
    }
}

/// Goes on where the journal in `run_dir` ends.
#[pyfunction]
#[pyo3(signature = (vcenter, *, run_dir, approve, until=None, lock_dir=None, progress=None, stop=None))]
#[expect(clippy::too_many_arguments, reason = "each is an option that users give by its name")]
pub(crate) fn resume(
    py: Python<'_>,
    vcenter: &Bound<'_, VCenter>,
    run_dir: PathBuf,
    approve: Py<PyAny>,
    until: Option<Bound<'_, PyAny>>,
    lock_dir: Option<PathBuf>,
    progress: Option<Py<PyAny>>,
    stop: Option<&Bound<'_, Stop>>,
) -> PyResult<Outcome> {
    let connection = &vcenter.get().0;
    let listener = Listener::new(progress, stop);
    let until = until.map(|until| window(py, until)).transpose()?.flatten();
    let approver = approver(approve, &listener);
    let order = native::Resume { folder: run_dir, locks: lock_dir, approver, until };
    let outcome = carry_out(py, &listener, || {
        native::resume(connection, order, &SystemClock, &listener.stop, |event| listener.tell(&event))
    })?;
    Ok(outcome.into())
}

/// The end of a maintenance window, read by the core as a policy's is.
fn window(py: Python<'_>, until: Bound<'_, PyAny>) -> PyResult<Option<UnixTime>> {
    let document = PyDict::new(py);
    document.set_item("until", until)?;
    Ok(document::read_policy(&text_of(document.as_any())?).map_err(Failed::from)?.until)
}

/// Takes back what the run in `run_dir` did, as far as its steps can be.
#[pyfunction]
#[pyo3(signature = (vcenter, *, run_dir, approve, waivers=None, lock_dir=None, progress=None, stop=None))]
#[expect(clippy::too_many_arguments, reason = "each is an option that users give by its name")]
pub(crate) fn rollback(
    py: Python<'_>,
    vcenter: &Bound<'_, VCenter>,
    run_dir: PathBuf,
    approve: Py<PyAny>,
    waivers: Option<BTreeMap<String, String>>,
    lock_dir: Option<PathBuf>,
    progress: Option<Py<PyAny>>,
    stop: Option<&Bound<'_, Stop>>,
) -> PyResult<Outcome> {
    let connection = &vcenter.get().0;
    let listener = Listener::new(progress, stop);
    let (approver, waivers) = (approver(approve, &listener), waivers.unwrap_or_default());
    let order = native::Rollback { folder: run_dir, locks: lock_dir, approver, waivers };
    let outcome = carry_out(py, &listener, || {
        native::rollback(connection, order, &SystemClock, &listener.stop, |event| listener.tell(&event))
    })?;
    Ok(outcome.into())
}

/// Judges logs, certificates and support bundles that lie on disk. Connects to nothing.
#[pyfunction]
#[pyo3(signature = (paths, policy=None, *, facts=false))]
#[expect(clippy::needless_pass_by_value, reason = "Python hands over paths that are made for this call")]
pub(crate) fn check_files(
    py: Python<'_>,
    paths: Vec<PathBuf>,
    policy: Option<&Bound<'_, Policy>>,
    facts: bool,
) -> PyResult<Report> {
    let policy = policy.map(|policy| policy.get().0.clone()).unwrap_or_default();
    let listener = Listener::new(None, None);
    let saved = py.detach(|| {
        native::saved_facts(&paths, SystemClock.now(), || {
            listener.heed_signals();
            listener.raised().is_none()
        })
    });
    if let Some(error) = listener.raised().take() {
        return Err(error);
    }
    let saved = saved.map_err(Failed::from)?;
    let mut report = report::Report::of(&saved, None, &policy);
    report.facts = facts.then_some(saved);
    Ok(report.into())
}

/// What a saved log holds, packed with gzip or not.
#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "Python hands over a path that is made for this call")]
pub(crate) fn scan_log(py: Python<'_>, path: PathBuf) -> PyResult<Bound<'_, PyAny>> {
    let listener = Listener::new(None, None);
    let facts = py.detach(|| {
        native::scan_log(&path, || {
            listener.heed_signals();
            listener.raised().is_none()
        })
    });
    if let Some(error) = listener.raised().take() {
        return Err(error);
    }
    let facts = facts.map_err(Failed::from)?;
    to_python(py, &serde_json::json!({"facts": facts, "verdicts": log::verdicts(&facts)}))
}

/// Judges facts that were kept. Asks nobody.
#[pyfunction]
#[pyo3(signature = (facts, policy=None))]
pub(crate) fn judge(facts: &Bound<'_, PyAny>, policy: Option<&Bound<'_, Policy>>) -> PyResult<Report> {
    let facts = document::read_facts(&text_of(facts)?).map_err(Failed::from)?;
    let policy = policy.map(|policy| policy.get().0.clone()).unwrap_or_default();
    Ok(report::Report::of(&facts, None, &policy).into())
}

/// Every rule, by code.
#[pyfunction]
pub(crate) fn rules(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    py.import("json")?.call_method1("loads", (document::rules(),))
}

/// A rule's page, as Markdown.
#[pyfunction]
pub(crate) fn explain(code: &str) -> PyResult<String> {
    Ok(document::explain(code).map_err(Failed::from)?)
}

/// Plays a vector: the text of `input.json` in, the text of `expect.json` out.
#[pyfunction]
pub(crate) fn vector_run(input: &str) -> PyResult<String> {
    Ok(vector::run(input).map_err(Failed::from)?)
}

/// The command `iofilter-certs`; `arguments` begin with the program's name. Gives the exit code.
#[pyfunction]
pub(crate) fn command(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| iofilter_certs_shell::main_with(arguments.into_iter()))
}

/// A wish to stop, to be voiced from any thread.
#[pyclass(frozen, module = "iofilter_certs")]
pub(crate) struct Stop(native::Stop);

#[pymethods]
impl Stop {
    #[new]
    fn new() -> Self {
        Self(native::Stop::new())
    }

    /// Once: what is in hand is finished. Twice: it is broken off.
    fn ask(&self) {
        self.0.ask();
    }
}

fn said<'a>(vcenter: &'a Bound<'_, VCenter>, policy: Option<&Bound<'_, Policy>>) -> (&'a Connection, CorePolicy) {
    (&vcenter.get().0, policy.map(|policy| policy.get().0.clone()).unwrap_or_default())
}

/// A report as it is handed out; one of a vCenter that could not be asked is an error.
fn finished(mut report: report::Report, with_facts: bool) -> Result<report::Report, Failed> {
    if !with_facts {
        report.facts = None;
    }
    match report.stopped.clone() {
        Some(stopped) => Err(Failed::Stopped(Box::new(stopped), Box::new(report))),
        None => Ok(report),
    }
}

/// Performs `work` without Python's lock, and listens to Python meanwhile.
fn carry_out<T, W>(py: Python<'_>, listener: &Listener, work: impl FnOnce() -> W + Send) -> Result<T, Failed>
where
    T: Send,
    W: Future<Output = Result<T, OperationError>>,
{
    let ended = py.detach(|| native::run(listen(work(), listener)));
    // What Python raised goes first: whatever the work says of itself then, it says because it was stopped.
    if let Some(error) = listener.raised().take() {
        return Err(Failed::Python(error));
    }
    Ok(ended??)
}

async fn listen<T>(work: impl Future<Output = T>, listener: &Listener) -> T {
    let mut work = pin!(work);
    loop {
        tokio::select! {
            biased;
            ended = &mut work => return ended,
            () = tokio::time::sleep(SIGNALS_EVERY) => listener.heed_signals(),
        }
    }
}

/// What Python has to say while a call works: callbacks, Ctrl-C, a wish to stop.
struct Listener {
    progress: Option<Py<PyAny>>,
    stop: native::Stop,
    raised: Arc<Mutex<Option<PyErr>>>,
}

impl Listener {
    fn new(progress: Option<Py<PyAny>>, stop: Option<&Bound<'_, Stop>>) -> Self {
        let stop = stop.map(|stop| stop.get().0.clone()).unwrap_or_default();
        Self { progress, stop, raised: Arc::default() }
    }

    fn raised(&self) -> std::sync::MutexGuard<'_, Option<PyErr>> {
        self.raised.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls the callback; once one has raised, none is called again.
    fn tell(&self, event: &Progress<'_>) {
        let Some(callback) = &self.progress else { return };
        if self.raised().is_some() {
            return;
        }
        let told = Python::attach(|py| callback.call1(py, (to_python(py, &progress_value(event))?,)));
        if let Err(error) = told {
            *self.raised() = Some(error);
            self.stop.ask();
        }
    }

    /// Runs Python's signal handlers, which only its main thread does. Each Ctrl-C is one wish to stop.
    fn heed_signals(&self) {
        if let Err(error) = Python::attach(signal_handlers) {
            self.raised().get_or_insert(error);
            self.stop.ask();
        }
    }
}

fn signal_handlers(py: Python<'_>) -> PyResult<()> {
    py.check_signals()
}

/// Who approves: the callable's answer is a name for the journal, or nothing for a no.
fn approver(callback: Py<PyAny>, listener: &Listener) -> Arc<Approver> {
    let raised = Arc::clone(&listener.raised);
    Arc::new(move |request: ApprovalRequest| {
        let answer = Python::attach(|py| -> PyResult<Option<String>> {
            let kind = request.subject.kind();
            let asked = serde_json::json!({"digest": request.digest, "summary": request.summary, "kind": kind});
            callback.call1(py, (to_python(py, &asked)?,))?.extract(py)
        });
        match answer {
            Ok(Some(by)) if !by.is_empty() => Approval::Approved { digest: request.digest, by },
            Ok(_) => Approval::Rejected { reason: "whoever was asked said no".to_owned() },
            Err(error) => {
                raised.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                Approval::Rejected { reason: "asking for approval failed".to_owned() }
            }
        }
    })
}

/// How often Ctrl-C is looked for.
const SIGNALS_EVERY: Duration = Duration::from_millis(100);
