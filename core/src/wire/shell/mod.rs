//! What the commands of [`SshLook`](crate::request::SshLook) print, read into our types.
//!
//! Only lines that are known are looked at, and nothing of a line that is not is ever kept.

pub(crate) mod certificate_stores;
pub(crate) mod host_inspection;
pub(crate) mod log_growth;
