//! vCenter itself: settings, stores, sessions, backups, events.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::sync::Arc;

use serde::Serialize;
use time::{Duration, OffsetDateTime};

use super::alarm::{Alarm, Definition};
use super::vecs::{Entry, Vecs};
use super::{Fault, World};
use crate::pki::{Certificate, Identity};
use crate::scenario::Mode;

/// The vCenter of a lab.
pub struct VCenter {
    /// Its name.
    pub name: String,
    /// Its address.
    pub address: Ipv4Addr,
    /// Instance uuid.
    pub uuid: String,
    /// Release, three numbers.
    pub version: String,
    /// Build number.
    pub build: String,
    /// User who may log in.
    pub username: String,
    pub(crate) password: String,
    pub(crate) root_password: String,
    /// Advanced settings, `vpxd.certmgmt.mode` among them.
    pub options: BTreeMap<String, String>,
    /// The machine SSL certificate.
    pub machine_ssl: Identity,
    /// VECS store `TRUSTED_ROOTS`.
    pub trusted_roots: Vec<Arc<Certificate>>,
    /// Revocation lists of `TRUSTED_ROOTS`, PEM.
    pub crls: Vec<String>,
    /// The certificate stores, and what else of them lies on the appliance.
    pub vecs: Vecs,
    /// File-based backups, oldest first.
    pub backups: Vec<Backup>,
    /// vCenters of the single sign-on domain.
    pub nodes: Vec<Node>,
    /// Virtual machines that vCenters run in, as far as they are in this inventory.
    pub machines: Vec<Machine>,
    /// Is vCenter HA configured?
    pub high_availability: bool,
    /// Does Auto Deploy (`rbd`) run? It is stopped unless somebody boots hosts by it.
    pub auto_deploy: bool,
    /// Keys of registered extensions.
    pub extensions: Vec<String>,
    /// Files that root keeps on the appliance, by path.
    pub kept_files: BTreeMap<String, Entry>,
    /// Open sessions.
    pub sessions: Sessions,
    /// Events, oldest first.
    pub events: Vec<Event>,
    /// What alarms there are, triggered or not.
    pub alarm_definitions: Vec<Definition>,
    /// Alarms that are triggered.
    pub alarms: Vec<Alarm>,
    /// Privileges that the administrator's role lacks.
    pub denied_privileges: BTreeSet<String>,
}

/// A finished backup job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Backup {
    /// Job id.
    pub id: String,
    /// `SUCCEEDED`, `FAILED`, ...
    pub status: String,
    /// Begun.
    #[serde(with = "time::serde::rfc3339")]
    pub start: OffsetDateTime,
    /// Ended.
    #[serde(with = "time::serde::rfc3339")]
    pub end: OffsetDateTime,
}

/// A node of the single sign-on domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Node {
    /// Name.
    pub name: String,
    /// Its replication partners.
    pub partners: Vec<String>,
}

/// The virtual machine that a vCenter runs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Machine {
    /// Managed object id, `vm-<n>`.
    pub moref: String,
    /// What it calls itself.
    pub node: String,
    /// Its snapshots, each taken of the one before.
    pub snapshots: Vec<MachineSnapshot>,
}

/// A snapshot of a virtual machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MachineSnapshot {
    /// Name.
    pub name: String,
    /// When it was taken.
    #[serde(with = "time::serde::rfc3339")]
    pub taken: OffsetDateTime,
    /// Was the machine powered off then?
    pub powered_off: bool,
}

/// An event: an `EventEx`, or of a type of its own when its kind has no dot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    /// Number, counted from 1.
    pub key: u64,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub created: OffsetDateTime,
    /// `eventTypeId`, or the name of its type.
    pub kind: String,
    /// Text.
    pub message: String,
    /// Arguments, name and text.
    pub arguments: Vec<(String, String)>,
    /// The host it is about, by managed object id.
    pub host: Option<String>,
}

/// Open sessions by token; one token serves SOAP and REST alike.
#[derive(Default)]
pub struct Sessions {
    open: BTreeMap<String, Session>,
    begun: u64,
    idle_limit: Duration,
}

/// An open session.
#[derive(Clone, Debug)]
pub struct Session {
    /// Public key of the session, which is not its token.
    pub key: String,
    /// Who.
    pub user: String,
    /// Since.
    pub login: OffsetDateTime,
    /// Last call.
    pub last_active: OffsetDateTime,
}

// Written by hand, so that no password and no token is ever printed with the rest of the world.
impl std::fmt::Debug for VCenter {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("VCenter")
            .field("name", &self.name)
            .field("sessions", &self.sessions)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Sessions").field("open", &self.open.len()).finish_non_exhaustive()
    }
}

impl Sessions {
    /// None open yet.
    pub fn with_idle_limit(idle_limit: Duration) -> Self {
        Self { idle_limit, ..Self::default() }
    }

    /// How many are open.
    pub fn count(&self) -> usize {
        self.open.len()
    }
}

impl World {
    /// Logs in. Answers the session's token, or `InvalidLogin`.
    pub fn login(&mut self, user: &str, password: &str) -> Result<String, Fault> {
        if !user.eq_ignore_ascii_case(&self.vcenter.username) || password != self.vcenter.password {
            return Err(Fault::new("InvalidLogin", "Cannot complete login due to an incorrect user name or password."));
        }
        self.vcenter.sessions.begun += 1;
        let number = self.vcenter.sessions.begun;
        let token = self.uuid_of(&format!("session token {number}")).replace('-', "");
        let session = Session {
            key: self.uuid_of(&format!("session key {number}")),
            user: self.vcenter.username.clone(),
            login: self.now(),
            last_active: self.now(),
        };
        self.vcenter.sessions.open.insert(token.clone(), session);
        Ok(token)
    }

    /// The open session of a token, touched; nothing when it never was, was ended, or sat idle too long.
    pub fn session(&mut self, token: &str) -> Option<Session> {
        let now = self.now();
        let sessions = &mut self.vcenter.sessions;
        let session = sessions.open.get_mut(token)?;
        if now - session.last_active > sessions.idle_limit {
            sessions.open.remove(token);
            return None;
        }
        session.last_active = now;
        Some(session.clone())
    }

    /// A token that no session has, as vCenter gives to whoever calls for the first time.
    pub fn anonymous_token(&mut self) -> String {
        let number = self.next_number();
        self.uuid_of(&format!("anonymous token {number}")).replace('-', "")
    }

    /// Ends a session. Says whether it was open.
    pub fn logout(&mut self, token: &str) -> bool {
        self.vcenter.sessions.open.remove(token).is_some()
    }

    /// Ends all sessions, as a restart of vpxd does.
    pub fn end_all_sessions(&mut self) {
        self.vcenter.sessions.open.clear();
    }

    /// The certificate mode, from `vpxd.certmgmt.mode`.
    pub fn mode(&self) -> Mode {
        match self.vcenter.options.get(MODE_OPTION).map(String::as_str) {
            Some("custom") => Mode::Custom,
            Some("thumbprint") => Mode::Thumbprint,
            _ => Mode::Vmca,
        }
    }

    /// A number of days or minutes among the advanced settings.
    pub(crate) fn number_option(&self, key: &str) -> Option<i64> {
        self.vcenter.options.get(key).and_then(|text| text.parse().ok())
    }

    /// Does a certificate chain to one of `TRUSTED_ROOTS`?
    pub fn chains_to_roots(&self, certificate: &Certificate) -> bool {
        self.vcenter.trusted_roots.iter().any(|root| certificate.is_signed_by(root))
    }

    /// `sms_self_signed`, unless it was deleted.
    pub fn sms_certificate(&self) -> Option<&Arc<Certificate>> {
        self.vcenter.sms_entry(SMS_ALIAS)
    }

    /// Writes an event.
    pub fn record_event(&mut self, kind: &str, message: impl Into<String>, host: Option<&str>) {
        self.record_event_with(kind, message, host, Vec::new());
    }

    /// Writes an event that has arguments.
    pub(crate) fn record_event_with(
        &mut self,
        kind: &str,
        message: impl Into<String>,
        host: Option<&str>,
        arguments: Vec<(String, String)>,
    ) {
        let key = self.vcenter.events.len() as u64 + 1;
        let (created, host) = (self.now(), host.map(Into::into));
        self.vcenter.events.push(Event { key, created, kind: kind.into(), message: message.into(), arguments, host });
    }
}

/// The advanced setting that names the certificate mode.
pub const MODE_OPTION: &str = "vpxd.certmgmt.mode";
/// The client certificate for providers of hosts before 9.0.
pub const SMS_ALIAS: &str = "sms_self_signed";
/// The client certificate for providers of hosts from 9.0 on.
pub const SPS_EXTENSION_ALIAS: &str = "sps-extension";
