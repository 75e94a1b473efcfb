//! What a user says about a vCenter and the ways to it, and what the machines and the host program make of it.
//!
//! Every face takes the same things here: the command's options, Python's arguments, Ansible's and Salt's parameters.

use std::path::PathBuf;

use super::{Approver, Files, Host, HostBuilder, HostKeys, ProxyError, Secrets};
use crate::job::{Job, SshLogin};
use crate::request::{Trust, secret};

/// A vCenter, and how to get to it and to its ESXi hosts. Holds secrets, and shows none of them.
#[derive(Clone, Default)]
pub struct Connection {
    /// Name or address of the vCenter; a port may follow after a colon, and an IPv6 address stands in brackets then.
    pub hostname: String,
    /// The port where `hostname` names none; 443 when `None`.
    pub port: Option<u16>,
    /// The user, such as `administrator@vsphere.local`.
    pub username: String,
    /// The user's password.
    pub password: String,
    /// A PEM file with the CA of vCenter's certificate.
    pub ca_file: Option<PathBuf>,
    /// The SHA-256 of vCenter's own certificate, in place of a CA.
    pub thumbprint: Option<String>,
    /// False only where the user said so by this name: vCenter's certificate is not judged at all.
    pub validate_certs: Option<bool>,
    /// The URL of an HTTP proxy.
    pub proxy: Option<String>,
    /// How to log in to ESXi hosts.
    pub esxi_ssh: Option<SshAccess>,
    /// How to log in to the vCenter appliance.
    pub appliance_ssh: Option<SshAccess>,
    /// Name or address of the appliance for SSH, where it differs from `hostname`.
    pub appliance_address: Option<String>,
    /// Files of known SSH hosts, as OpenSSH writes them.
    pub known_hosts: Vec<PathBuf>,
    /// Host keys that are trusted wherever they are met, as `SHA256:...`.
    pub host_keys: Vec<String>,
    /// A PEM file with the certificate that SPS shows to hosts below 9.0.
    pub sms_certificate: Option<PathBuf>,
    /// Saved `sps.log` files.
    pub logs: Vec<PathBuf>,
    /// A file in the form of `/etc/hosts`: what names of ESXi hosts mean, where that is not to be asked of the name service.
    pub hosts_file: Option<PathBuf>,
    /// Where ESXi hosts show their host certificate, when not 443.
    pub esxi_https_port: Option<u16>,
    /// Where IOFilter providers listen, when not 9080.
    pub provider_port: Option<u16>,
    /// Requests that may be open at the same time, when not 64.
    pub concurrency: Option<u32>,
    /// Seconds that one exchange may take, when not 60.
    pub timeout_seconds: Option<u32>,
}

/// An account for SSH, with a password or a private key.
#[derive(Clone, Default)]
pub struct SshAccess {
    /// The account; `root` when empty.
    pub username: String,
    /// The port, when not 22.
    pub port: Option<u16>,
    /// The password.
    pub password: Option<String>,
    /// A private key file.
    pub key_file: Option<PathBuf>,
    /// The key file's passphrase.
    pub passphrase: Option<String>,
}

/// Something the user said that cannot be used. Nothing was connected to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectionError {
    /// Nothing was said where something must be.
    #[error("{what} is missing; give `{option}`")]
    Missing {
        /// What.
        what: &'static str,
        /// The option that gives it.
        option: &'static str,
    },
    /// A file cannot be read.
    #[error("the file `{}` cannot be read: {why}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        why: std::io::Error,
    },
    /// A thumbprint is not one.
    #[error("`{0}` is not a SHA-256 thumbprint: it has 64 hexadecimal digits, with or without colons")]
    Thumbprint(String),
    /// A CA file holds no certificate.
    #[error("the file `{}` holds no certificate that can be read; a CA file is PEM", .0.display())]
    NoCertificate(PathBuf),
    /// Two ways of trust exclude each other.
    #[error("`{0}` and `{1}` were both given; give one of them")]
    Both(&'static str, &'static str),
    /// The proxy's URL is not one.
    #[error(transparent)]
    Proxy(#[from] ProxyError),
}

impl Connection {
    /// The job for the machines. Reads the files that it names; connects to nothing.
    pub fn job(&self) -> Result<Job, ConnectionError> {
        let missing = |what, option| ConnectionError::Missing { what, option };
        if self.hostname.trim().is_empty() {
            return Err(missing("the name of the vCenter", "hostname"));
        }
        if self.username.is_empty() {
            return Err(missing("the user", "username"));
        }
        if self.password.is_empty() {
            return Err(missing("the password", "password"));
        }
        let mut job = Job::new(self.authority(), self.username.clone(), self.trust()?);
        job.esxi_https_port = self.esxi_https_port.unwrap_or(job.esxi_https_port);
        job.provider_port = self.provider_port.unwrap_or(job.provider_port);
        job.concurrency = self.concurrency.unwrap_or(job.concurrency).max(1);
        job.deadline_seconds = self.timeout_seconds.unwrap_or(job.deadline_seconds).max(1);
        job.esxi_ssh = self.esxi_ssh.as_ref().map(SshAccess::login);
        job.appliance_ssh = self.appliance_ssh.as_ref().map(SshAccess::login);
        job.appliance_address.clone_from(&self.appliance_address);
        job.sms_certificate = self.sms_certificate.as_ref().map(read).transpose()?;
        let hosts = self.hosts_file.as_ref().map(read).transpose()?;
        job.address_book = Job::read_hosts_file(&hosts.unwrap_or_default());
        job.logs = self.logs.iter().map(|path| path.display().to_string()).collect();
        Ok(job)
    }

    /// The host program that can perform the job. `approver` is asked about plans; without one every plan is rejected.
    pub fn host(&self, approver: Option<std::sync::Arc<Approver>>) -> Result<Host, ConnectionError> {
        let basic = format!("{}:{}", self.username, self.password);
        let mut secrets =
            Secrets::new().with(secret::VCENTER_PASSWORD, self.password.clone()).with(secret::VCENTER_BASIC, basic);
        let ssh = [(secret::ESXI_SSH, &self.esxi_ssh), (secret::APPLIANCE_SSH, &self.appliance_ssh)];
        for (name, access) in ssh {
            let Some(access) = access else { continue };
            if let Some(password) = &access.password {
                secrets = secrets.with(name, password.clone());
            }
            if let Some(key) = &access.key_file {
                secrets = secrets.with_key_file(name, key, access.passphrase.clone());
            }
        }
        let files = self.logs.iter().fold(Files::new(), |files, path| files.with(path.display().to_string(), path));
        let host_keys = HostKeys { known_hosts: self.known_hosts.clone(), pinned: self.host_keys.clone() };
        let proxy = self.proxy.clone();
        Ok(HostBuilder { secrets, host_keys, files, proxy, approver, ..HostBuilder::default() }.build()?)
    }

    fn authority(&self) -> String {
        let name = self.hostname.trim();
        let has_port = name
            .rsplit_once(':')
            .is_some_and(|(host, port)| port.parse::<u16>().is_ok() && (!host.contains(':') || host.ends_with(']')));
        if has_port {
            return name.to_owned();
        }
        Job::authority(name.trim_start_matches('[').trim_end_matches(']'), self.port.unwrap_or(443))
    }

    fn trust(&self) -> Result<Trust, ConnectionError> {
        if self.ca_file.is_some() && self.thumbprint.is_some() {
            return Err(ConnectionError::Both("ca_file", "thumbprint"));
        }
        if let Some(thumbprint) = &self.thumbprint {
            return Ok(Trust::PinnedLeaf(fingerprint(thumbprint)?));
        }
        if let Some(path) = &self.ca_file {
            let pem = read(path)?;
            let found = crate::certificate::Certificate::all_from_pem(&pem);
            if !found.iter().any(Result::is_ok) {
                return Err(ConnectionError::NoCertificate(path.clone()));
            }
            return Ok(Trust::Anchors(pem));
        }
        Ok(if self.validate_certs == Some(false) { Trust::ValidateCertsFalse } else { Trust::HostRoots })
    }
}

/// Shows where it leads, and no secret.
impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection")
            .field("hostname", &self.hostname)
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

/// Shows the account, and no secret.
impl std::fmt::Debug for SshAccess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SshAccess").field("username", &self.username).finish_non_exhaustive()
    }
}

impl SshAccess {
    fn login(&self) -> SshLogin {
        let user = if self.username.is_empty() { "root".to_owned() } else { self.username.clone() };
        SshLogin { user, port: self.port.unwrap_or(22) }
    }
}

fn fingerprint(text: &str) -> Result<String, ConnectionError> {
    let parsed = text.trim().parse::<crate::certificate::Fingerprint>();
    parsed.map(|one| one.to_string()).map_err(|_| ConnectionError::Thumbprint(text.to_owned()))
}

#[expect(clippy::disallowed_methods, reason = "the host program is the one that reads files")]
fn read(path: &PathBuf) -> Result<String, ConnectionError> {
    let bytes = std::fs::read(path).map_err(|why| ConnectionError::File { path: path.clone(), why })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
