//! The storage profile service: it stops and starts, polls the providers, and writes sps.log.

use std::sync::Arc;

use serde::Serialize;
use time::{Duration, OffsetDateTime};

use super::alarm;
use super::host::{Connection, Host};
use super::provider::{CertificateStatus, Link, Provider, ProviderKind, Status};
use super::task::milliseconds;
use super::vcenter::{SMS_ALIAS, SPS_EXTENSION_ALIAS};
use super::{Fault, World};
use crate::pki::Certificate;
use crate::scenario::Mode;

/// The service `sps` (`vmware-sps`).
#[derive(Debug)]
pub struct Sps {
    /// What vMon says of it.
    pub state: SpsState,
    /// All of sps.log since the lab began.
    pub log: String,
    change_at: Option<(OffsetDateTime, Goal)>,
    next_poll: Option<OffsetDateTime>,
}

/// State of a vCenter service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum SpsState {
    /// Started: `/sms/sdk` answers.
    Started,
    /// On its way up.
    Starting,
    /// On its way down.
    Stopping,
    /// Stopped.
    Stopped,
}

impl SpsState {
    /// As the appliance's REST spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Started => "STARTED",
            Self::Starting => "STARTING",
            Self::Stopping => "STOPPING",
            Self::Stopped => "STOPPED",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Goal {
    Stop,
    StopThenStart,
    Start,
}

/// Why SPS cannot use a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing answers at its URL.
    NoAnswer,
    /// Leg A: SPS does not accept the certificate on 9080, for this reason.
    ServerCertificate(&'static str),
    /// Leg B: the host does not accept the certificate that SPS shows.
    ClientCertificate,
}

impl Sps {
    /// In this state, with an empty log.
    pub fn new(state: SpsState) -> Self {
        Self { state, log: String::new(), change_at: None, next_poll: None }
    }

    /// Looks at all providers as soon as time is next let go on, however lately it looked.
    pub(crate) fn look_soon(&mut self) {
        self.next_poll = None;
    }

    pub(crate) fn change_due(&self) -> Option<OffsetDateTime> {
        self.change_at.map(|(at, _)| at)
    }

    pub(crate) fn move_due(&mut self, by: Duration) {
        self.change_at = self.change_at.map(|(at, goal)| (at + by, goal));
        self.next_poll = self.next_poll.map(|at| at + by);
    }
}

impl World {
    /// Stops SPS. Refused while a stop or a start is under way.
    pub fn stop_sps(&mut self) -> Result<(), Fault> {
        self.change_sps(SpsState::Stopping, Goal::Stop)
    }

    /// Starts SPS. Refused while a stop or a start is under way.
    pub fn start_sps(&mut self) -> Result<(), Fault> {
        self.change_sps(SpsState::Starting, Goal::Start)
    }

    /// Stops and starts SPS. Refused while a stop or a start is under way.
    pub fn restart_sps(&mut self) -> Result<(), Fault> {
        self.change_sps(SpsState::Stopping, Goal::StopThenStart)
    }

    fn change_sps(&mut self, state: SpsState, goal: Goal) -> Result<(), Fault> {
        if self.sps.change_at.is_some() {
            return Err(Fault::new("not_allowed_in_current_state", "a start or a stop of the service is under way"));
        }
        self.sps.state = state;
        self.sps.change_at = Some((self.now() + milliseconds(self.delays.sps_restart), goal));
        Ok(())
    }

    /// Takes the service one state further.
    pub(crate) fn step_sps(&mut self) {
        let Some((at, goal)) = self.sps.change_at.take() else { return };
        match goal {
            Goal::Stop => self.sps.state = SpsState::Stopped,
            Goal::StopThenStart => {
                self.sps.state = SpsState::Starting;
                self.sps.change_at = Some((at + milliseconds(self.delays.sps_restart), Goal::Start));
            }
            Goal::Start => {
                self.sps.state = SpsState::Started;
                self.load_providers();
            }
        }
    }

    /// What SPS does as it comes up: recreates missing client certificates, registers what is missing, loads every provider.
    fn load_providers(&mut self) {
        self.log_sps("INFO", "com.vmware.sps.StorageMain", "SPS service started", &[]);
        self.recreate_client_certificates(Duration::ZERO);
        if self.switches.sps_restart_pushes_sms
            && let Some(sms) = self.sms_certificate().map(Arc::clone)
        {
            for host in self.hosts.iter_mut().filter(|host| host.connection == Connection::Connected) {
                host.add_to_castore(Arc::clone(&sms));
            }
        }
        if self.switches.sps_restart_registers_missing {
            self.register_missing();
        }
        for provider in &mut self.providers {
            provider.link = Link::Polled;
        }
        self.poll();
    }

    /// Looks at all providers if it is time.
    pub(crate) fn poll_if_due(&mut self) {
        let now = self.now();
        if self.sps.state == SpsState::Started && self.sps.next_poll.is_none_or(|at| at <= now) {
            if self.switches.unregistered_returns_by_itself {
                self.register_missing();
            }
            self.poll();
        }
    }

    /// Looks at all providers now.
    pub fn poll(&mut self) {
        self.sps.next_poll = Some(self.now() + milliseconds(self.delays.poll));
        for index in 0..self.providers.len() {
            self.look_at(index);
        }
    }

    /// Looks at one provider and writes down its status.
    pub(crate) fn look_at(&mut self, index: usize) {
        let now = self.now();
        let Some(provider) = self.providers.get(index) else { return };
        if provider.link != Link::Polled || provider.kind != ProviderKind::IoFilter {
            return;
        }
        let trouble = self.trouble_of(provider);
        let dropped = self.switches.tls_failure_disconnects && matches!(trouble, Some(Trouble::ServerCertificate(_)));
        let status = match &trouble {
            None => Status::Online,
            Some(_) if dropped => Status::Disconnected,
            Some(_) => Status::Offline,
        };
        let (url, changed) = (provider.url.clone(), provider.status != status);
        if let Some(trouble) = trouble.as_ref().filter(|_| changed) {
            self.log_trouble(&url, trouble);
        }
        if changed {
            self.record_status(index, status);
        }
        let Some(provider) = self.providers.get_mut(index) else { return };
        provider.status = status;
        provider.status_fault = trouble.as_ref().map(|trouble| trouble.fault(&provider.certificate));
        provider.certificate_status = CertificateStatus::of(&provider.certificate, now);
        if status == Status::Online {
            provider.last_sync = now;
        }
        if dropped {
            provider.link = Link::Dropped;
        }
    }

    fn record_status(&mut self, index: usize, status: Status) {
        let Some(provider) = self.providers.get(index) else { return };
        let host = self.host_of_provider(provider).map(|host| host.moref.clone());
        let (kind, text) = match status {
            Status::Online => ("VasaProviderConnectedEvent", format!("Provider {} is connected", provider.name)),
            _ => ("VasaProviderDisconnectedEvent", format!("Provider {} is disconnected", provider.name)),
        };
        let arguments = vec![("providerName".to_owned(), provider.name.clone())];
        self.record_event_with(&format!("com.vmware.vc.sms.{kind}"), text, host.as_deref(), arguments);
        match status {
            Status::Online => self.clear_alarm(alarm::DISCONNECTED, host.as_deref()),
            _ => self.raise_alarm(alarm::DISCONNECTED, host.as_deref(), "red"),
        }
    }

    /// What stands between SPS and a provider: the network, leg A, then leg B.
    pub fn trouble_of(&self, provider: &Provider) -> Option<Trouble> {
        let from = self.vcenter.address;
        let Some(host) = self.host_of_provider(provider).filter(|host| host.answers_provider(from)) else {
            return Some(Trouble::NoAnswer);
        };
        let served = &host.provider.certificate;
        if let Some(reason) = self.refusal_of_server(served, provider) {
            return Some(Trouble::ServerCertificate(reason));
        }
        (!self.host_accepts_client(host)).then_some(Trouble::ClientCertificate)
    }

    fn refusal_of_server(&self, served: &Certificate, provider: &Provider) -> Option<&'static str> {
        let now = self.now();
        if served.not_before > now {
            return Some("CertificateNotYetValidException: NotBefore");
        }
        if served.not_after < now {
            return Some("CertificateExpiredException: NotAfter");
        }
        if !served.names_host(provider.url_host()) {
            return Some("SSLPeerUnverifiedException: No subject alternative DNS name matching");
        }
        // An entry under the URL is what a person confirmed when registering, and all there is in thumbprint mode.
        let confirmed =
            self.vcenter.sms_entry(&provider.url).is_some_and(|entry| entry.fingerprint == served.fingerprint);
        let trusted = confirmed || (self.mode() != Mode::Thumbprint && self.chains_to_roots(served));
        (!trusted).then_some(UNKNOWN_CHAIN)
    }

    fn host_accepts_client(&self, host: &Host) -> bool {
        let alias = if host.speaks_vasa_five() { SPS_EXTENSION_ALIAS } else { SMS_ALIAS };
        let Some(client) = self.vcenter.sms_entry(alias) else { return false };
        if !client.is_valid_at(host.clock(self.now())) {
            return false;
        }
        host.trusts(client) || host.castore.iter().any(|authority| client.is_signed_by(authority))
    }

    pub(crate) fn log_task_created(&mut self, id: &str) {
        let text = format!("Created a task - ManagedObjectReference: type = SmsTask, value = {id}");
        self.log_sps("DEBUG", "com.vmware.vim.sms.task.TaskImpl", &text, &[]);
    }

    fn log_trouble(&mut self, url: &str, trouble: &Trouble) {
        let vasa = "com.vmware.vim.sms.provider.vasa";
        match trouble {
            Trouble::NoAnswer => {
                let text = format!("Exception while retrieving version info for provider {url}");
                self.log_sps(
                    "ERROR",
                    &format!("{vasa}.VersionHandler"),
                    &text,
                    &["java.net.ConnectException: Connection refused"],
                );
            }
            Trouble::ServerCertificate(reason) => {
                let text = format!(
                    "[isLegacyProvider] Failed to retrieve version information from provider - {url}: certificate_unknown(46)"
                );
                self.log_sps("WARN", &format!("{vasa}.VersionHandler"), &text, &[]);
                self.log_sps(
                    "WARN",
                    &format!("{vasa}.VasaProviderUtils"),
                    "[isValidatorexception]: Unknown certificate",
                    &[],
                );
                let fault = "com.vmware.vim.binding.sms.fault.CertificateNotTrusted: null";
                let cause = format!("Caused by: {reason}");
                let text = "Exception while retrieving version info for provider";
                self.log_sps("ERROR", &format!("{vasa}.VersionHandler"), text, &[fault, &cause]);
            }
            Trouble::ClientCertificate => {
                let fault = "java.lang.InterruptedException: org.apache.axis2.AxisFault: self signed certificate";
                let at = "\tat com.vmware.vim.sms.client.VasaClientImpl.executeWithTimeout(VasaClientImpl.java:240)";
                self.log_sps(
                    "ERROR",
                    "com.vmware.vim.sms.client.VasaClientImpl",
                    "Setcontext() was interrupted",
                    &[fault, at],
                );
                let why = "com.vmware.vim.sms.fault.VasaServiceException";
                self.log_sps("ERROR", &format!("{vasa}.VasaProviderImpl"), "SetContext failed!", &[why]);
                let at = "\tat com.vmware.vim.sms.StorageManagerImpl$ProviderLoader.run(StorageManagerImpl.java:289)";
                self.log_sps(
                    "ERROR",
                    &format!("{vasa}.VasaProviderImpl"),
                    "[load] Provider loading failed",
                    &[why, at],
                );
            }
        }
    }

    /// Appends to sps.log: `time [thread] LEVEL opId=... class - message`, then the lines of a stack.
    pub(crate) fn log_sps(&mut self, level: &str, class: &str, message: &str, stack: &[&str]) {
        let now = self.now();
        let stamp = format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            now.year(),
            u8::from(now.month()),
            now.day(),
            now.hour(),
            now.minute(),
            now.second(),
            now.millisecond()
        );
        let operation = 100_000 + self.sps.log.len() % 800_000;
        let line = format!("{stamp} [Thread-17] {level} opId=sps-Main-{operation}-414 {class} - {message}\n");
        self.sps.log.push_str(&line);
        for line in stack {
            self.sps.log.push_str(line);
            self.sps.log.push('\n');
        }
    }
}

impl Trouble {
    /// The fault that `VasaProviderInfo.statusFault` shows.
    pub fn fault(&self, known: &Certificate) -> Fault {
        match self {
            Self::NoAnswer => Fault::new("ProviderUnavailable", "the provider does not answer"),
            Self::ServerCertificate(_) => {
                Fault::new("CertificateNotTrusted", "the certificate of the provider is not trusted")
                    .with("certificate", &known.pem)
            }
            Self::ClientCertificate => {
                Fault::new("ProviderConnectionFailed", "the provider refused the session: self signed certificate")
            }
        }
    }
}

/// What Java says of a chain that ends nowhere.
pub(crate) const UNKNOWN_CHAIN: &str =
    "PKIX path building failed: unable to find valid certification path to requested target";
