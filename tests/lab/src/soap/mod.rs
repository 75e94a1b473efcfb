//! SOAP: vim25 on `/sdk`, SMS on `/sms/sdk`, and `/sdk/vimServiceVersions.xml`.

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
    let _ = (lab, request);
    SoapResponse { status: 501, headers: Vec::new(), body: Vec::new(), spoiled: None }
}
