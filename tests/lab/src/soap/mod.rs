//! SOAP: vim25 on `/sdk`, SMS on `/sms/sdk`, and `/sdk/vimServiceVersions.xml`.
//!
//! A request is read leniently (`xml`), checked strictly by the type tables (`schema`, `request`), carried out on the
//! world (`vim25`, `sms`), and its answer printed for the version that the client asked for (`value`, `write`).

#![expect(clippy::unnecessary_wraps, reason = "every method answers the same way, also one that never throws")]

mod context;
mod exchange;
mod fault;
mod objects;
mod property_collector;
mod request;
mod schema;
mod session;
mod sms;
mod value;
mod version;
mod vim25;
mod write;
mod xml;

pub(crate) use objects::Objects;

use crate::lab::Shared;

/// A SOAP call as it came in.
#[derive(Clone, Debug)]
pub struct SoapRequest {
    /// `GET` or `POST`.
    pub method: String,
    /// Path without query: `/sdk`, `/sms/sdk`, `/sdk/vimServiceVersions.xml`.
    pub path: String,
    /// Header fields in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body, whole.
    pub body: Vec<u8>,
}

/// What to answer.
#[derive(Clone, Debug)]
pub struct SoapResponse {
    /// HTTP status.
    pub status: u16,
    /// Header fields.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
    /// What the server does instead of answering properly, if a fault rule said so: any of
    /// `Timeout`, `Reset`, `Refused`, `TruncatedBody`, `HugeBody`, `Garbage`. The rest is for this module to play.
    pub spoiled: Option<crate::faults::What>,
}

/// Answers one call. The caller serves TLS and HTTP; this module records the call through [`crate::lab::LabState::receive`].
pub async fn handle(lab: &Shared, request: SoapRequest) -> SoapResponse {
    exchange::answer(lab, &request).await
}
