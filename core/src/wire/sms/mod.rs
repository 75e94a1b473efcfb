//! SOAP at `/sms/sdk`: the storage monitoring service, which talks to the providers; namespace `urn:sms`.
//!
//! It has no login: the session of `/sdk` is sent along. While `sps` restarts, its answers are
//! [`WireError::Unavailable`](super::WireError::Unavailable).

pub mod provider_changes;
pub mod provider_info;
pub mod providers;
pub mod storage_manager;
pub mod task_info;
