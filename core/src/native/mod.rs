//! The host program for processes that have sockets: it performs requests and drives machines.
//!
//! [`Host`] performs [`Look`](crate::request::Look) and [`Work`](crate::request::Work); [`drive`] is the loop of
//! [`machine`](crate::machine)'s law; [`Journal`] stores what must outlive a crash, and [`Lock`] keeps two runs from
//! one vCenter. Nothing here is global: a host, its connections and its [`runtime()`] belong to one call, so that a
//! process may fork between calls.
//!
//! ```no_run
//! use std::sync::Arc;
//! use iofilter_certs::machine::Machine;
//! use iofilter_certs::native::{HostBuilder, Journal, Secrets, Stop, SystemClock, drive, run};
//! use iofilter_certs::request::{Work, secret};
//!
//! fn carry_out<M>(machine: &mut M, password: String) -> Result<(), Box<dyn std::error::Error>>
//! where
//!     M: Machine<Request = Work>,
//!     M::Event: serde::Serialize,
//! {
//!     let secrets = Secrets::new().with(secret::VCENTER_PASSWORD, password);
//!     let host = Arc::new(HostBuilder { secrets, ..HostBuilder::default() }.build()?);
//!     let mut journal = Journal::create("run.jsonl")?;
//!     run(drive(machine, &host, &SystemClock, &Stop::new(), |event| journal.append(&event)))??;
//!     Ok(())
//! }
//! ```
//!
//! What is absent: judgement. This module knows no vSphere call, no finding and no step.

mod blame;
mod clock;
mod connection;
mod driver;
mod effect;
mod evidence;
mod failure;
mod files;
mod host;
mod host_keys;
mod http;
mod journal;
mod keep;
mod lock;
mod logs;
mod names;
mod network;
mod operations;
mod permit;
mod runs;
mod runtime;
mod saved;
mod secrets;
mod ssh;
mod tls;
mod trust;

pub use clock::{Clock, SystemClock};
pub use connection::{Connection, ConnectionError, SshAccess};
pub use driver::{DriveError, Perform, Stop, drive};
pub use files::Files;
pub use host::{Approver, Host, HostBuilder};
pub use host_keys::HostKeys;
pub use http::ProxyError;
pub use journal::{Journal, JournalError, Recovered};
pub use lock::{Lock, LockError, lock_folder};
pub use logs::{LogError, scan_log};
pub use operations::{OperationError, Progress, check, plan};
pub use permit::{Kind, Permit};
pub use runs::{Apply, Resume, Rollback, apply, resume, rollback};
pub use runtime::{raise_descriptor_limit, run, runtime};
pub use saved::{SavedError, saved_facts};
pub use secrets::Secrets;
