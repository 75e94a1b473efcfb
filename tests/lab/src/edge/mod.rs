//! Where the lab meets the network: listening ports, TLS, HTTP, SSH.

pub mod doors;
pub mod esxi;
pub mod http;
pub mod openssh;
pub mod ssh;
pub mod tls;
pub mod vcenter;
