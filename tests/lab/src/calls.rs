//! Every call the lab received, in order.

use serde::Serialize;
use time::OffsetDateTime;

/// A call. It holds no argument, so no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Call {
    /// Counted from 1.
    pub seq: u64,
    /// The lab's time.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Who was called: `vim25`, `sms`, `rest`, `files`, `esxi`, `provider`, `tls`, `ssh`.
    pub endpoint: String,
    /// SOAP method, REST method and path, or SSH command.
    pub method: String,
    /// The object, by managed object id, if there is one.
    pub object: Option<String>,
    /// The ESXi host it concerns, by managed object id, if it is one.
    pub host: Option<String>,
    /// Does it mean to change something?
    pub changes: bool,
    /// The fault that was played on it.
    pub fault: Option<String>,
}

/// A call as whoever received it describes it.
#[derive(Clone, Debug, Default)]
pub struct Incoming<'a> {
    /// As in [`Call`].
    pub endpoint: &'a str,
    /// As in [`Call`].
    pub method: &'a str,
    /// As in [`Call`].
    pub object: Option<&'a str>,
    /// The ESXi host it concerns, by any of its names.
    pub host: Option<&'a str>,
    /// As in [`Call`].
    pub changes: bool,
}

/// The list of calls.
#[derive(Debug, Default)]
pub struct Calls {
    all: Vec<Call>,
}

impl Calls {
    /// Writes a call down.
    pub(crate) fn record(&mut self, mut call: Call) {
        call.seq = self.all.len() as u64 + 1;
        self.all.push(call);
    }

    /// All of them.
    pub fn all(&self) -> &[Call] {
        &self.all
    }
}
