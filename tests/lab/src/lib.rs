//! A simulator of one vCenter and N ESXi hosts in one process, over real TLS, SOAP, REST and SSH.
//!
//! It behaves as the field reports say that vSphere does when certificates of IOFilter storage providers are in trouble. Where they do
//! not say, a switch decides. It knows nothing of the product that is tested against it. `README.md` documents the scenario file.

pub mod calls;
mod control;
pub mod edge;
pub mod error;
pub mod faults;
pub mod lab;
pub mod pki;
pub mod ready;
mod rest;
pub mod scenario;
pub mod shell;
pub mod soap;
pub mod troubles;
pub mod world;

pub use error::LabError;
pub use lab::Lab;
pub use ready::Ready;
pub use scenario::Scenario;
