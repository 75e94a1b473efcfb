//! Bytes to our types and back, for every call to vCenter that this crate makes. Nothing else knows the encoding.
//!
//! One file per call, or per tight family of calls; each has a `request` function, which takes the [`VCenter`] and
//! what the call needs, and a `parse` function, which takes the answer of any status. A `request` that returns a
//! [`Look`](crate::request::Look) changes nothing but a session; one that may change vCenter or an ESXi host returns
//! a [`Change`](crate::request::Change).
//!
//! - [`vim`]: SOAP at `/sdk`, namespace `urn:vim25`
//! - [`sms`]: SOAP at `/sms/sdk`, namespace `urn:sms`, the storage monitoring service
//! - [`rest`]: REST under `/api` (7.0U2 and later) or `/rest` (6.5 to 8)
//! - [`provider_url`]: what a provider's URL and array id say
//! - [`version_page`]: the page that a provider itself answers
//! - `shell`: what commands print
//!
//! Answers are read as a stream, within bounds, and never guessed at: what vCenter did not say is `None`.
//! Vendor terms are spelled as the vendor spells them here, and only here.

mod body;
mod error;
mod fault;
mod json;
mod property;
pub mod provider_url;
pub mod rest;
pub(crate) mod shell;
pub mod sms;
mod soap;
mod task;
mod text;
pub mod version_page;
pub mod vim;
mod xml;

use serde::{Deserialize, Serialize};

pub use self::error::{Fault, HandedOver, WireError};
pub use self::json::RestStyle;
pub use self::property::Page;
pub use self::task::TaskState;
use crate::request::Trust;

/// How one vCenter is spoken to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VCenter {
    /// `host:port`; an IPv6 address stands in brackets.
    pub authority: String,
    /// How its certificate is judged.
    pub trust: Trust,
    /// The API version that is asked for, such as `8.0.3.0`: without it the server answers as an old version and
    /// leaves fields out. See [`vim::service_versions`].
    pub vim_version: String,
    /// The same for the storage monitoring service: `7.0.0.0` or `8.0.0.0`. Certificate fields need 5.0, `statusFault`
    /// 6.5, `category` 6.7.
    pub sms_version: String,
    /// Where its REST API is.
    pub rest: RestStyle,
    /// How long one exchange may take, in seconds.
    pub deadline_seconds: u32,
}

impl VCenter {
    /// True when the API version that is asked for is `version` or a later one.
    pub fn speaks(&self, version: &str) -> bool {
        numbers(&self.vim_version) >= numbers(version)
    }
}

/// `7.0` and `7.0.0.0` are the same version.
fn numbers(version: &str) -> Vec<u32> {
    let mut numbers: Vec<u32> = version.split('.').map(|part| part.parse().unwrap_or(0)).collect();
    while numbers.last() == Some(&0) {
        numbers.pop();
    }
    numbers
}

/// A reference to a managed object: what a call is sent to, and how objects name each other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MoRef {
    /// Its type, such as `HostSystem`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its id, such as `host-21`; unique for its type in one vCenter.
    pub value: String,
}

impl MoRef {
    /// The reference to the object of type `kind` with the id `value`.
    pub fn new(kind: impl Into<String>, value: impl Into<String>) -> Self {
        Self { kind: kind.into(), value: value.into() }
    }
}

/// `HostSystem:host-21`, as vSphere's own tools write it.
impl std::fmt::Display for MoRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.kind, self.value)
    }
}
#[cfg(test)]
mod hazards;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod testing;
