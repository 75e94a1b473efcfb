//! Finds, explains, repairs and proves repaired the certificate trouble of vSphere IOFilter storage providers.
#![forbid(unsafe_code)]

pub mod machine;
#[cfg(feature = "native")]
pub mod native;
pub mod request;
pub mod time;
