//! Tasks of vCenter (`Task`) and of SMS (`SmsTask`): queued, running, then success or error.

use serde::Serialize;
use time::{Duration, OffsetDateTime};

use super::{Fault, World};

/// A task.
#[derive(Clone, Debug)]
pub struct Task {
    /// Its number; its id is `task-<n>` or `SmsTask-<n>`.
    pub number: u64,
    /// What it does.
    pub operation: Operation,
    /// State.
    pub state: TaskState,
    /// When it was queued.
    pub queued: OffsetDateTime,
    /// When it began to run.
    pub started: Option<OffsetDateTime>,
    /// When it ended.
    pub completed: Option<OffsetDateTime>,
    /// Why it failed.
    pub error: Option<Fault>,
    /// The managed object id of what it made, if it made something.
    pub result: Option<String>,
    fate: Fate,
}

/// `TaskInfoState`, the same words in SMS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TaskState {
    /// Waits.
    Queued,
    /// Runs.
    Running,
    /// Ended well.
    Success,
    /// Ended in a fault.
    Error,
}

impl TaskState {
    /// As vCenter spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Success => "success",
            Self::Error => "error",
        }
    }
}

/// How a task is to end; a fault rule may make it other than honest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fate {
    /// As the world has it.
    #[default]
    Honest,
    /// In this fault, with nothing done.
    Fails(Fault),
    /// Never.
    NeverEnds,
    /// In success, with nothing done.
    Lies,
}

/// What a task does. Hosts and providers are named by managed object id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// `CertMgrRefreshCertificates_Task`.
    RenewCertificates {
        /// For these hosts.
        hosts: Vec<String>,
    },
    /// `CertMgrRefreshCACertificatesAndCRLs_Task`.
    RefreshAuthorities {
        /// For these hosts.
        hosts: Vec<String>,
    },
    /// `DisconnectHost_Task`.
    DisconnectHost {
        /// This host.
        host: String,
    },
    /// `ReconnectHost_Task`.
    ReconnectHost {
        /// This host.
        host: String,
    },
    /// `EnterMaintenanceMode_Task`.
    EnterMaintenance {
        /// This host.
        host: String,
    },
    /// `ExitMaintenanceMode_Task`.
    ExitMaintenance {
        /// This host.
        host: String,
    },
    /// `VasaProviderSync_Task`.
    SyncProvider {
        /// This provider.
        provider: String,
    },
    /// `VasaProviderReconnect_Task`.
    ReconnectProvider {
        /// This provider.
        provider: String,
    },
    /// `VasaProviderRefreshCertificate_Task`.
    RefreshProviderCertificate {
        /// This provider.
        provider: String,
    },
    /// `VasaProviderRevokeCertificate_Task`.
    RevokeProviderCertificate {
        /// This provider.
        provider: String,
    },
    /// `SmsRefreshCACertificatesAndCRLs_Task`.
    RefreshProviderAuthorities {
        /// For these provider uids; all when empty.
        providers: Vec<String>,
    },
    /// `RegisterProvider_Task`.
    RegisterProvider {
        /// Name.
        name: String,
        /// URL.
        url: String,
        /// The certificate the caller says to trust, PEM.
        certificate: Option<String>,
    },
    /// `UnregisterProvider_Task`.
    UnregisterProvider {
        /// The provider's uid.
        uid: String,
    },
}

impl Operation {
    /// Is it SMS's?
    pub fn is_sms(&self) -> bool {
        matches!(
            self,
            Self::SyncProvider { .. }
                | Self::ReconnectProvider { .. }
                | Self::RefreshProviderCertificate { .. }
                | Self::RevokeProviderCertificate { .. }
                | Self::RefreshProviderAuthorities { .. }
                | Self::RegisterProvider { .. }
                | Self::UnregisterProvider { .. }
        )
    }

    /// The method that began it, by wire name.
    pub fn method(&self) -> &'static str {
        match self {
            Self::RenewCertificates { .. } => "CertMgrRefreshCertificates_Task",
            Self::RefreshAuthorities { .. } => "CertMgrRefreshCACertificatesAndCRLs_Task",
            Self::DisconnectHost { .. } => "DisconnectHost_Task",
            Self::ReconnectHost { .. } => "ReconnectHost_Task",
            Self::EnterMaintenance { .. } => "EnterMaintenanceMode_Task",
            Self::ExitMaintenance { .. } => "ExitMaintenanceMode_Task",
            Self::SyncProvider { .. } => "VasaProviderSync_Task",
            Self::ReconnectProvider { .. } => "VasaProviderReconnect_Task",
            Self::RefreshProviderCertificate { .. } => "VasaProviderRefreshCertificate_Task",
            Self::RevokeProviderCertificate { .. } => "VasaProviderRevokeCertificate_Task",
            Self::RefreshProviderAuthorities { .. } => "SmsRefreshCACertificatesAndCRLs_Task",
            Self::RegisterProvider { .. } => "RegisterProvider_Task",
            Self::UnregisterProvider { .. } => "UnregisterProvider_Task",
        }
    }

    /// `TaskInfo.descriptionId` of the vim25 ones.
    pub fn description_id(&self) -> &'static str {
        match self {
            Self::RenewCertificates { .. } => "CertificateManager.refreshCertificates",
            Self::RefreshAuthorities { .. } => "CertificateManager.refreshCACertificatesAndCRLs",
            Self::DisconnectHost { .. } => "HostSystem.disconnect",
            Self::ReconnectHost { .. } => "HostSystem.reconnect",
            Self::EnterMaintenance { .. } => "HostSystem.enterMaintenanceMode",
            Self::ExitMaintenance { .. } => "HostSystem.exitMaintenanceMode",
            _ => "com.vmware.sms.task",
        }
    }

    /// Does it work on this host, named by managed object id?
    pub fn is_on_host(&self, host: &str) -> bool {
        match self {
            Self::RenewCertificates { hosts } | Self::RefreshAuthorities { hosts } => {
                hosts.iter().any(|one| one == host)
            }
            _ => !self.is_sms() && self.object() == Some(host),
        }
    }

    /// The one host or provider it works on, by managed object id, if it is one.
    pub fn object(&self) -> Option<&str> {
        match self {
            Self::DisconnectHost { host }
            | Self::ReconnectHost { host }
            | Self::EnterMaintenance { host }
            | Self::ExitMaintenance { host } => Some(host),
            Self::SyncProvider { provider }
            | Self::ReconnectProvider { provider }
            | Self::RefreshProviderCertificate { provider }
            | Self::RevokeProviderCertificate { provider } => Some(provider),
            _ => None,
        }
    }
}

impl Task {
    /// Managed object id: `task-<n>` of vCenter, `SmsTask-<n>` of SMS.
    pub fn id(&self) -> String {
        let kind = if self.operation.is_sms() { "SmsTask" } else { "task" };
        format!("{kind}-{}", self.number)
    }

    /// Percent done while it runs.
    pub fn progress(&self) -> Option<u32> {
        (self.state == TaskState::Running).then_some(50)
    }
}

impl World {
    /// Queues a task and answers its id. A `fate` other than honest comes from a fault rule.
    pub fn begin_task(&mut self, operation: Operation, fate: Fate) -> String {
        let number = self.next_number();
        let queued = self.now();
        let task = Task {
            number,
            operation,
            state: TaskState::Queued,
            queued,
            started: None,
            completed: None,
            error: None,
            result: None,
            fate,
        };
        let id = task.id();
        if task.operation.is_sms() {
            self.log_task_created(&id);
        }
        self.tasks.insert(number, task);
        self.due_tasks.insert((queued + milliseconds(self.delays.task_queued), number));
        id
    }

    /// A task by its id.
    pub fn task(&self, id: &str) -> Option<&Task> {
        let number = id.rsplit_once('-')?.1.parse().ok()?;
        self.tasks.get(&number).filter(|task: &&Task| task.id() == id)
    }

    /// Takes the next due task one state further.
    pub(crate) fn step_due_task(&mut self) {
        let Some((at, number)) = self.due_tasks.pop_first() else { return };
        let running = milliseconds(self.delays.task_running);
        let Some(task) = self.tasks.get_mut(&number) else { return };
        if task.state == TaskState::Queued {
            task.state = TaskState::Running;
            task.started = Some(at);
            if task.fate != Fate::NeverEnds {
                self.due_tasks.insert((at + running, number));
            }
            return;
        }
        let (operation, fate) = (task.operation.clone(), task.fate.clone());
        let outcome = match fate {
            Fate::Honest => self.carry_out(&operation),
            Fate::Fails(fault) => Err(fault),
            Fate::NeverEnds => return,
            Fate::Lies => Ok(None),
        };
        let Some(task) = self.tasks.get_mut(&number) else { return };
        task.completed = Some(at);
        match outcome {
            Ok(result) => {
                task.state = TaskState::Success;
                task.result = result;
            }
            Err(fault) => {
                task.state = TaskState::Error;
                task.error = Some(fault);
            }
        }
    }

    fn carry_out(&mut self, operation: &Operation) -> Result<Option<String>, Fault> {
        match operation {
            Operation::RenewCertificates { hosts } => self.for_each_host(hosts, Self::renew_certificate)?,
            Operation::RefreshAuthorities { hosts } => self.for_each_host(hosts, Self::refresh_authorities)?,
            Operation::DisconnectHost { host } => self.disconnect_host(host)?,
            Operation::ReconnectHost { host } => self.reconnect_host(host)?,
            Operation::EnterMaintenance { host } => self.set_maintenance(host, true)?,
            Operation::ExitMaintenance { host } => self.set_maintenance(host, false)?,
            Operation::SyncProvider { provider } => self.sync_provider(provider)?,
            Operation::ReconnectProvider { provider } => self.reconnect_provider(provider)?,
            Operation::RefreshProviderCertificate { provider } => self.refresh_provider_certificate(provider)?,
            Operation::RevokeProviderCertificate { provider } => self.revoke_provider_certificate(provider)?,
            Operation::RefreshProviderAuthorities { providers } => self.refresh_provider_authorities(providers)?,
            Operation::UnregisterProvider { uid } => self.unregister_provider(uid)?,
            Operation::RegisterProvider { name, url, certificate } => {
                return self.register_provider(name, url, certificate.as_deref()).map(Some);
            }
        }
        Ok(None)
    }

    /// Does it for every host, and answers the first fault only after all had their turn.
    fn for_each_host(
        &mut self,
        hosts: &[String],
        action: fn(&mut Self, &str) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let outcomes: Vec<_> = hosts.iter().map(|host| action(self, host)).collect();
        outcomes.into_iter().collect()
    }
}

/// Real milliseconds as a span of the lab's clock.
pub(crate) fn milliseconds(count: u64) -> Duration {
    Duration::milliseconds(i64::try_from(count).unwrap_or(i64::MAX))
}
