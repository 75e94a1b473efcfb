//! What a caller says: the vCenter, the ways to it, and the policy. Everything not said keeps the core's default.

use std::path::PathBuf;

use iofilter_certs::document;
use iofilter_certs::native::{Connection, SshAccess as Access};
use iofilter_certs::policy::Policy as CorePolicy;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::convert::{text_of, to_python, whole};
use crate::failed::Failed;

/// What a port may be.
const PORTS: &str = "from 0 to 65535";
/// What a count and a span of seconds may be.
const NOT_NEGATIVE: &str = "from 0 to 4294967295";

/// A vCenter, and how to get to it and to its ESXi hosts. Shows no secret.
#[pyclass(frozen, module = "iofilter_certs")]
pub(crate) struct VCenter(pub(crate) Connection);

#[pymethods]
impl VCenter {
    #[new]
    #[pyo3(signature = (
        hostname, username, password, *, port=None, ca_file=None, thumbprint=None, validate_certs=None, proxy=None,
        esxi_ssh=None, appliance_ssh=None, appliance_address=None, known_hosts=Vec::new(), host_keys=Vec::new(),
        sms_certificate=None, hosts_file=None, logs=Vec::new(), esxi_https_port=None, provider_port=None, concurrency=None,
        timeout_seconds=None
    ), text_signature = "(hostname, username, password, *, port=None, ca_file=None, thumbprint=None, \
        validate_certs=None, proxy=None, esxi_ssh=None, appliance_ssh=None, appliance_address=None, known_hosts=(), \
        host_keys=(), sms_certificate=None, hosts_file=None, logs=(), esxi_https_port=None, provider_port=None, concurrency=None, \
        timeout_seconds=None)")]
    #[expect(clippy::too_many_arguments, reason = "each is an option that users give by its name")]
    fn new(
        hostname: String,
        username: String,
        password: String,
        port: Option<&Bound<'_, PyAny>>,
        ca_file: Option<PathBuf>,
        thumbprint: Option<String>,
        validate_certs: Option<bool>,
        proxy: Option<String>,
        esxi_ssh: Option<&Bound<'_, SshAccess>>,
        appliance_ssh: Option<&Bound<'_, SshAccess>>,
        appliance_address: Option<String>,
        known_hosts: Vec<PathBuf>,
        host_keys: Vec<String>,
        sms_certificate: Option<PathBuf>,
        hosts_file: Option<PathBuf>,
        logs: Vec<PathBuf>,
        esxi_https_port: Option<&Bound<'_, PyAny>>,
        provider_port: Option<&Bound<'_, PyAny>>,
        concurrency: Option<&Bound<'_, PyAny>>,
        timeout_seconds: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let esxi_ssh = esxi_ssh.map(|access| access.get().0.clone());
        let appliance_ssh = appliance_ssh.map(|access| access.get().0.clone());
        Ok(Self(Connection {
            hostname,
            port: whole("port", port, PORTS)?,
            username,
            password,
            ca_file,
            thumbprint,
            validate_certs,
            proxy,
            esxi_ssh,
            appliance_ssh,
            appliance_address,
            known_hosts,
            host_keys,
            sms_certificate,
            hosts_file,
            logs,
            esxi_https_port: whole("esxi_https_port", esxi_https_port, PORTS)?,
            provider_port: whole("provider_port", provider_port, PORTS)?,
            concurrency: whole("concurrency", concurrency, NOT_NEGATIVE)?,
            timeout_seconds: whole("timeout_seconds", timeout_seconds, NOT_NEGATIVE)?,
        }))
    }

    #[getter]
    fn hostname(&self) -> &str {
        &self.0.hostname
    }

    #[getter]
    fn username(&self) -> &str {
        &self.0.username
    }

    fn __repr__(&self) -> String {
        format!("VCenter(hostname={:?}, username={:?})", self.0.hostname, self.0.username)
    }
}

/// An account for SSH, with a password or a private key. Shows no secret.
#[pyclass(frozen, module = "iofilter_certs")]
pub(crate) struct SshAccess(Access);

#[pymethods]
impl SshAccess {
    #[new]
    #[pyo3(signature = (username=None, *, password=None, key_file=None, passphrase=None, port=None))]
    fn new(
        username: Option<String>,
        password: Option<String>,
        key_file: Option<PathBuf>,
        passphrase: Option<String>,
        port: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let port = whole("port", port, PORTS)?;
        Ok(Self(Access { username: username.unwrap_or_default(), port, password, key_file, passphrase }))
    }

    fn __repr__(&self) -> String {
        format!("SshAccess(username={:?})", self.0.username)
    }
}

/// What the user allows.
#[pyclass(frozen, module = "iofilter_certs", eq)]
#[derive(PartialEq)]
pub(crate) struct Policy(pub(crate) CorePolicy);

#[pymethods]
impl Policy {
    #[new]
    #[pyo3(signature = (
        *, soft_days=None, hard_days=None, provider_soft_days=None, provider_hard_days=None, clock_warn_seconds=None,
        clock_block_seconds=None, fleet_down_percent=None, renew_by=None, renew_soft=None, ceiling=None,
        clusters_at_once=None, only_hosts=None, waivers=None, allow_fleet_wide=None, host_certificates=None,
        time_servers=None, backup_days=None, step_timeout_seconds=None, poll_seconds=None, canary=None, approve=None, until=None, proof_seconds=None, stop_seconds=None
    ))]
    #[expect(clippy::too_many_arguments, reason = "each is an option that users give by its name")]
    fn new(
        py: Python<'_>,
        soft_days: Option<Bound<'_, PyAny>>,
        hard_days: Option<Bound<'_, PyAny>>,
        provider_soft_days: Option<Bound<'_, PyAny>>,
        provider_hard_days: Option<Bound<'_, PyAny>>,
        clock_warn_seconds: Option<Bound<'_, PyAny>>,
        clock_block_seconds: Option<Bound<'_, PyAny>>,
        fleet_down_percent: Option<Bound<'_, PyAny>>,
        renew_by: Option<Bound<'_, PyAny>>,
        renew_soft: Option<Bound<'_, PyAny>>,
        ceiling: Option<Bound<'_, PyAny>>,
        clusters_at_once: Option<Bound<'_, PyAny>>,
        only_hosts: Option<Bound<'_, PyAny>>,
        waivers: Option<Bound<'_, PyAny>>,
        allow_fleet_wide: Option<Bound<'_, PyAny>>,
        host_certificates: Option<Bound<'_, PyAny>>,
        time_servers: Option<Bound<'_, PyAny>>,
        backup_days: Option<Bound<'_, PyAny>>,
        step_timeout_seconds: Option<Bound<'_, PyAny>>,
        poll_seconds: Option<Bound<'_, PyAny>>,
        canary: Option<Bound<'_, PyAny>>,
        approve: Option<Bound<'_, PyAny>>,
        until: Option<Bound<'_, PyAny>>,
        proof_seconds: Option<Bound<'_, PyAny>>,
        stop_seconds: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let said = [
            ("soft_days", soft_days),
            ("hard_days", hard_days),
            ("provider_soft_days", provider_soft_days),
            ("provider_hard_days", provider_hard_days),
            ("clock_warn_seconds", clock_warn_seconds),
            ("clock_block_seconds", clock_block_seconds),
            ("fleet_down_percent", fleet_down_percent),
            ("renew_by", renew_by),
            ("renew_soft", renew_soft),
            ("ceiling", ceiling),
            ("clusters_at_once", clusters_at_once),
            ("only_hosts", only_hosts),
            ("waivers", waivers),
            ("allow_fleet_wide", allow_fleet_wide),
            ("host_certificates", host_certificates),
            ("time_servers", time_servers),
            ("backup_days", backup_days),
            ("step_timeout_seconds", step_timeout_seconds),
            ("poll_seconds", poll_seconds),
            ("canary", canary),
            ("approve", approve),
            ("until", until),
            ("proof_seconds", proof_seconds),
            ("stop_seconds", stop_seconds),
        ];
        // Through the document that the core reads, so that every word and range is judged there and nowhere else.
        let document = PyDict::new(py);
        for (name, value) in said {
            if let Some(value) = value {
                document.set_item(name, value)?;
            }
        }
        Self::from_json(document.as_any())
    }

    /// A policy from its document: JSON text, or what `json.loads` made of it.
    #[staticmethod]
    fn from_json(document: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(Self(document::read_policy(&text_of(document)?).map_err(Failed::from)?))
    }

    fn to_json(&self) -> String {
        document::text(&self.0)
    }

    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.0)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("Policy.from_json({})", to_python(py, &self.0)?.repr()?))
    }
}
