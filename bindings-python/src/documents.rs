//! What a caller gets: the core's documents, frozen.

use iofilter_certs::{diagnostic, document, plan, report, rules, run};
use pyo3::prelude::*;

use crate::convert::{text_of, to_python};
use crate::failed::Failed;

/// One check of one vCenter.
#[pyclass(frozen, module = "iofilter_certs", eq)]
#[derive(PartialEq)]
pub(crate) struct Report(report::Report);

impl From<report::Report> for Report {
    fn from(report: report::Report) -> Self {
        Self(report)
    }
}

#[pymethods]
impl Report {
    #[staticmethod]
    fn from_json(document: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(Self(document::read_report(&text_of(document)?).map_err(Failed::from)?))
    }

    fn to_json(&self) -> String {
        document::text(&self.0)
    }

    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.0)
    }

    #[getter]
    fn vcenter(&self) -> &str {
        &self.0.vcenter
    }

    #[getter]
    fn verdict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.0.verdict)
    }

    #[getter]
    fn exit_code(&self) -> u8 {
        self.0.verdict.exit_code()
    }

    #[getter]
    fn hosts(&self) -> u32 {
        self.0.hosts
    }

    #[getter]
    fn providers(&self) -> u32 {
        self.0.providers
    }

    #[getter]
    fn findings(&self) -> Vec<Finding> {
        self.0.findings.iter().cloned().map(Finding).collect()
    }

    #[getter]
    fn root_causes(&self) -> Vec<Finding> {
        self.0.root_causes().cloned().map(Finding).collect()
    }

    #[getter]
    fn lead(&self) -> Option<Finding> {
        self.0.lead().cloned().map(Finding)
    }

    #[getter]
    fn notes(&self) -> Vec<Finding> {
        self.0.notes.iter().cloned().map(Finding).collect()
    }

    #[getter]
    fn unanswered<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.0.unanswered)
    }

    #[getter]
    fn gates<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.0.gates)
    }

    #[getter]
    fn plan(&self) -> Option<Plan> {
        self.0.plan.clone().map(Plan)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let (vcenter, findings) = (&self.0.vcenter, self.0.findings.len());
        Ok(format!("<Report of {vcenter}: {}, {findings} findings>", self.verdict(py)?))
    }
}

/// One trouble at one place.
#[pyclass(frozen, module = "iofilter_certs", eq)]
#[derive(PartialEq)]
pub(crate) struct Finding(rules::Finding);

#[pymethods]
impl Finding {
    #[getter]
    fn code(&self) -> &str {
        &self.0.diagnostic.code
    }

    #[getter]
    fn severity(&self) -> String {
        self.0.diagnostic.severity.to_string()
    }

    #[getter]
    fn place(&self) -> &str {
        &self.0.place.name
    }

    #[getter]
    fn message(&self) -> &str {
        &self.0.diagnostic.message
    }

    #[getter]
    fn help(&self) -> &str {
        &self.0.diagnostic.help
    }

    #[getter]
    fn evidence(&self) -> Vec<(String, String)> {
        let pair = |one: &diagnostic::Evidence| (one.what.clone(), one.seen.clone());
        self.0.diagnostic.evidence.iter().map(pair).collect()
    }

    #[getter]
    fn follows_from(&self) -> Option<&str> {
        self.0.follows_from.as_deref()
    }

    #[getter]
    fn explains(&self) -> u32 {
        self.0.explains
    }

    #[getter]
    fn confidence(&self) -> &str {
        self.0.confidence.word()
    }

    #[getter]
    fn remedy(&self) -> Option<&str> {
        self.0.remedy.as_deref()
    }

    fn to_json(&self) -> String {
        document::text(&self.0)
    }

    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.0)
    }

    fn __repr__(&self) -> String {
        format!("<Finding {} at {}>", self.0.diagnostic.code, self.0.place.name)
    }
}

/// Ordered steps for a fleet.
#[pyclass(frozen, module = "iofilter_certs", eq)]
#[derive(PartialEq)]
pub(crate) struct Plan(pub(crate) plan::Plan);

#[pymethods]
impl Plan {
    #[staticmethod]
    fn from_json(document: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(Self(document::read_plan(&text_of(document)?).map_err(Failed::from)?))
    }

    fn to_json(&self) -> String {
        document::text(&self.0)
    }

    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.0)
    }

    #[getter]
    fn digest(&self) -> String {
        self.0.digest()
    }

    #[getter]
    fn summary(&self) -> String {
        self.0.summary()
    }

    #[getter]
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn __repr__(&self) -> String {
        format!("<Plan for {}: {}>", self.0.vcenter, self.0.summary())
    }
}

/// A run that is over.
#[pyclass(frozen, module = "iofilter_certs", eq)]
#[derive(PartialEq)]
pub(crate) struct Outcome(run::Outcome);

impl From<run::Outcome> for Outcome {
    fn from(outcome: run::Outcome) -> Self {
        Self(outcome)
    }
}

#[pymethods]
impl Outcome {
    #[staticmethod]
    fn from_json(document: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(Self(document::read_outcome(&text_of(document)?).map_err(Failed::from)?))
    }

    fn to_json(&self) -> String {
        document::text(&self.0)
    }

    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.0)
    }

    #[getter]
    fn ending<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.0.ending)
    }

    #[getter]
    fn cured(&self) -> bool {
        self.0.ending == run::Ending::Cured
    }

    #[getter]
    fn changed(&self) -> bool {
        self.0.changed()
    }

    #[getter]
    fn exit_code(&self) -> u8 {
        self.0.exit_code()
    }

    #[getter]
    fn steps<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.0.steps)
    }

    #[getter]
    fn plan(&self) -> Plan {
        Plan(self.0.plan.clone())
    }

    #[getter]
    fn journal(&self) -> Option<&str> {
        self.0.journal.as_deref()
    }

    #[getter]
    fn after(&self) -> Option<Report> {
        self.0.after.clone().map(Report)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("<Outcome: {}>", self.ending(py)?))
    }
}
