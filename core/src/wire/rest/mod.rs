//! The REST API: what SOAP does not tell. Every call exists in both styles, `/api` and `/rest`.

pub mod appliance_version;
pub mod backup_jobs;
pub mod machine_certificate;
pub mod network_interfaces;
pub mod nodes;
pub mod service;
pub mod session;
pub mod trusted_roots;
