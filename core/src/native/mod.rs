//! The host program for processes that have sockets: it performs requests and drives machines.
//!
//! [`Host`] performs [`Look`](crate::request::Look) and [`Work`](crate::request::Work); [`drive`] is the loop of
//! [`machine`](crate::machine)'s law; [`Journal`] stores what must outlive a crash, and [`Lock`] keeps two runs from
//! one vCenter. Nothing here is global: a host, its connections and its [`runtime()`] belong to one call, so that a
//! process may fork between calls.
//!
//! What is absent: judgement. This module knows no vSphere call, no finding and no step.

mod clock;
mod driver;
mod failure;
mod files;
mod host;
mod host_keys;
mod http;
mod journal;
mod keep;
mod lock;
mod network;
mod permit;
mod runtime;
mod secrets;
mod ssh;
mod tls;
mod trust;

pub use clock::{Clock, SystemClock};
pub use driver::{DriveError, Perform, Stop, drive};
pub use files::Files;
pub use host::{Approver, Effect, Host, HostBuilder};
pub use host_keys::HostKeys;
pub use http::ProxyError;
pub use journal::{Journal, JournalError, Recovered};
pub use lock::{Lock, LockError};
pub use permit::{Kind, Permit};
pub use runtime::{raise_descriptor_limit, runtime};
pub use secrets::Secrets;
