//! Finds, explains, repairs and proves repaired the certificate trouble of vSphere IOFilter storage providers.
#![forbid(unsafe_code)]

pub mod certificate;
pub mod diagnostic;
pub mod document;
pub mod facts;
pub mod gates;
pub mod job;
pub mod log;
pub mod machine;
pub mod plan;
pub mod policy;
pub mod remedies;
pub mod report;
pub mod request;
pub mod rules;
pub mod survey;
pub mod time;
pub mod vector;
pub mod wire;
