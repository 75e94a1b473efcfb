//! What a lab says of itself when it is ready: the one JSON line that a test reads.

use std::path::PathBuf;

use serde::Serialize;

/// How to reach everything in the lab. These passwords open a simulator on loopback and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ready {
    /// `https://<address>:<port>`.
    pub vcenter_url: String,
    /// `<address>:<port>`.
    pub vcenter: String,
    /// vCenter's name, which its certificate carries too.
    pub vcenter_name: String,
    /// Administrator.
    pub username: String,
    /// Her password.
    pub password: String,
    /// PEM file with vCenter's roots.
    pub ca_file: PathBuf,
    /// SHA-256 of vCenter's leaf, with colons.
    pub vcenter_thumbprint_sha256: String,
    /// SSH on the appliance.
    pub vcenter_ssh: SshDoor,
    /// ESXi hosts in inventory order.
    pub hosts: Vec<ReadyHost>,
    /// `root`'s password on every ESXi host and on the appliance.
    pub root_password: String,
    /// OpenSSH `known_hosts` file with every machine of the lab.
    pub known_hosts: PathBuf,
    /// Hosts file with what a name service would say of the ESXi hosts when the lab started.
    pub hosts_file: PathBuf,
    /// Private key that `root` can log in with everywhere, OpenSSH format.
    pub ssh_key: PathBuf,
    /// The control URL.
    pub control_url: String,
    /// sps.log as a file that grows with the lab's.
    pub sps_log: PathBuf,
}

/// An SSH door.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SshDoor {
    /// Address.
    pub address: String,
    /// Port.
    pub port: u16,
    /// User.
    pub user: String,
    /// Host key, OpenSSH format.
    pub host_key: String,
    /// Host key's fingerprint, `SHA256:...`.
    pub host_key_fingerprint: String,
}

/// An ESXi host of a lab.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReadyHost {
    /// Name in the inventory.
    pub name: String,
    /// Managed object id.
    pub moref: String,
    /// Address.
    pub address: String,
    /// HTTPS port.
    pub https_port: u16,
    /// The IOFilter provider's port.
    pub provider_port: u16,
    /// SSH port.
    pub ssh_port: u16,
    /// SSH host key, OpenSSH format.
    pub ssh_host_key: String,
    /// Its fingerprint, `SHA256:...`.
    pub ssh_host_key_fingerprint: String,
}
