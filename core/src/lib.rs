//! Finds, explains, repairs and proves repaired the certificate trouble of vSphere IOFilter storage providers.
#![forbid(unsafe_code)]

pub mod machine;
pub mod request;
pub mod time;
