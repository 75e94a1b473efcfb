//! The options that lead to a vCenter and its ESXi hosts. A password is never one of them: it would stand in the
//! process list and in the shell's history.

use std::io::{IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};

use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args};
use iofilter_certs::native::{Connection, SshAccess};
use iofilter_certs::plan::Ways;

use crate::failure::Failure;
use crate::files;

/// The environment variable of the password.
pub(crate) const PASSWORD: &str = "VMWARE_PASSWORD";

/// How to get to the vCenter, and from there to its ESXi hosts.
#[derive(Debug, Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct ConnectionOptions {
    /// Name or address of the vCenter
    #[arg(long, env = "VMWARE_HOST", value_name = "NAME")]
    hostname: Option<String>,
    /// User, such as `administrator@vsphere.local`
    #[arg(long, env = "VMWARE_USER", value_name = "USER")]
    username: Option<String>,
    /// File whose first line is the password; else `VMWARE_PASSWORD`, else it is asked for on a terminal
    #[arg(long, value_name = "FILE", conflicts_with = "password_stdin")]
    password_file: Option<PathBuf>,
    /// Read the password from standard input
    #[arg(long)]
    password_stdin: bool,
    /// Port of the vCenter [default: 443]
    #[arg(long, env = "VMWARE_PORT", value_name = "PORT")]
    port: Option<u16>,
    /// PEM file with the CA of vCenter's certificate
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// SHA-256 of vCenter's own certificate, in place of a CA
    #[arg(long, value_name = "SHA256")]
    thumbprint: Option<String>,
    /// `false` does not judge vCenter's certificate at all; prefer `--ca-file` or `--thumbprint`
    #[arg(long, env = "VMWARE_VALIDATE_CERTS", value_name = "BOOL", action = ArgAction::Set,
          value_parser = BoolishValueParser::new())]
    validate_certs: Option<bool>,
    /// URL of an HTTP proxy; the environment's is never used
    #[arg(long, value_name = "URL")]
    proxy: Option<String>,
    /// Seconds that one exchange may take [default: 60]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..))]
    timeout: Option<u32>,
    /// Requests that may be open at the same time [default: 64]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    concurrency: Option<u32>,
    /// Port where ESXi hosts show their certificate [default: 443]
    #[arg(long, value_name = "PORT")]
    esxi_https_port: Option<u16>,
    /// Port where IOFilter providers listen [default: 9080]
    #[arg(long, value_name = "PORT")]
    provider_port: Option<u16>,
    /// PEM file with the certificate that vCenter shows to ESXi hosts below 9.0
    #[arg(long, value_name = "FILE")]
    sms_certificate: Option<PathBuf>,
    /// File in the form of `/etc/hosts` with the names of ESXi hosts, asked before the name service
    #[arg(long, value_name = "FILE")]
    hosts_file: Option<PathBuf>,
    /// A saved `sps.log` to read beside, plain or gzipped; may be given more than once
    #[arg(long = "log", value_name = "FILE")]
    logs: Vec<PathBuf>,
    #[command(flatten)]
    ssh: SshOptions,
}

/// Logins that need a shell. Without them what only a shell can tell stays unknown.
#[derive(Debug, Args)]
#[command(next_help_heading = "SSH")]
struct SshOptions {
    /// Account on ESXi hosts [default: root]
    #[arg(long, value_name = "USER")]
    esxi_ssh_user: Option<String>,
    /// File whose first line is that account's password
    #[arg(long, value_name = "FILE")]
    esxi_ssh_password_file: Option<PathBuf>,
    /// Private key for that account
    #[arg(long, value_name = "FILE")]
    esxi_ssh_key: Option<PathBuf>,
    /// File whose first line is that key's passphrase
    #[arg(long, value_name = "FILE", requires = "esxi_ssh_key")]
    esxi_ssh_passphrase_file: Option<PathBuf>,
    /// SSH port of ESXi hosts [default: 22]
    #[arg(long, value_name = "PORT")]
    esxi_ssh_port: Option<u16>,
    /// Account on the vCenter appliance [default: root]
    #[arg(long, value_name = "USER")]
    appliance_ssh_user: Option<String>,
    /// File whose first line is that account's password
    #[arg(long, value_name = "FILE")]
    appliance_ssh_password_file: Option<PathBuf>,
    /// Private key for that account
    #[arg(long, value_name = "FILE")]
    appliance_ssh_key: Option<PathBuf>,
    /// File whose first line is that key's passphrase
    #[arg(long, value_name = "FILE", requires = "appliance_ssh_key")]
    appliance_ssh_passphrase_file: Option<PathBuf>,
    /// SSH port of the appliance [default: 22]
    #[arg(long, value_name = "PORT")]
    appliance_ssh_port: Option<u16>,
    /// Address of the appliance for SSH, where it is not that of `--hostname`
    #[arg(long, value_name = "NAME")]
    appliance_address: Option<String>,
    /// File of known SSH hosts, as OpenSSH writes it; may be given more than once
    #[arg(long, value_name = "FILE")]
    known_hosts: Vec<PathBuf>,
    /// SSH host key that is trusted wherever it is met, as `SHA256:...`; may be given more than once
    #[arg(long = "host-key", value_name = "FINGERPRINT")]
    host_keys: Vec<String>,
}

impl ConnectionOptions {
    /// The connection, with the password from where the user keeps it. Asks for it on a terminal when nothing else is
    /// given.
    pub(crate) fn connection(&self) -> Result<Connection, Failure> {
        let hostname = self.hostname.clone().unwrap_or_default();
        let username = self.username.clone().unwrap_or_default();
        // Asking for a password is only worth while when there is somebody to log in as.
        let is_named = !hostname.is_empty() && !username.is_empty();
        let password = if is_named { self.password(&hostname, &username)? } else { String::new() };
        Ok(Connection {
            hostname,
            port: self.port,
            username,
            password,
            ca_file: self.ca_file.clone(),
            thumbprint: self.thumbprint.clone(),
            validate_certs: self.validate_certs,
            proxy: self.proxy.clone(),
            esxi_ssh: self.ssh.esxi()?,
            appliance_ssh: self.ssh.appliance()?,
            appliance_address: self.ssh.appliance_address.clone(),
            known_hosts: self.ssh.known_hosts.clone(),
            host_keys: self.ssh.host_keys.clone(),
            sms_certificate: self.sms_certificate.clone(),
            hosts_file: self.hosts_file.clone(),
            logs: self.logs.clone(),
            esxi_https_port: self.esxi_https_port,
            provider_port: self.provider_port,
            concurrency: self.concurrency,
            timeout_seconds: self.timeout,
        })
    }

    /// True when answers of a person can not be read from standard input, because the password comes from there.
    pub(crate) fn takes_standard_input(&self) -> bool {
        self.password_stdin
    }

    /// What these options offer to a plan, without connecting.
    pub(crate) fn ways(&self) -> Ways {
        let SshOptions { esxi_ssh_password_file, esxi_ssh_key, .. } = &self.ssh;
        let SshOptions { appliance_ssh_password_file, appliance_ssh_key, .. } = &self.ssh;
        Ways {
            esxi_shell: esxi_ssh_password_file.is_some() || esxi_ssh_key.is_some(),
            appliance_shell: appliance_ssh_password_file.is_some() || appliance_ssh_key.is_some(),
            provider_port: self.provider_port.unwrap_or(Ways::PROVIDER_PORT),
        }
    }

    fn password(&self, hostname: &str, username: &str) -> Result<String, Failure> {
        if let Some(path) = &self.password_file {
            return first_line(path);
        }
        if self.password_stdin {
            let mut text = String::new();
            let read = std::io::stdin().read_to_string(&mut text);
            read.map_err(|why| Failure::file(format!("standard input cannot be read: {why}"), ""))?;
            return Ok(text.lines().next().unwrap_or_default().to_owned());
        }
        match std::env::var(PASSWORD) {
            Ok(password) if !password.is_empty() => Ok(password),
            _ if std::io::stdin().is_terminal() => {
                let asked = rpassword::prompt_password(format!("password of `{username}` at `{hostname}`: "));
                asked.map_err(|why| Failure::file(format!("the password cannot be read: {why}"), ""))
            }
            _ => Err(Failure::usage(
                "the password is missing",
                format!("give `--password-file`, `--password-stdin` or the environment variable `{PASSWORD}`"),
            )),
        }
    }
}

impl SshOptions {
    fn esxi(&self) -> Result<Option<SshAccess>, Failure> {
        let secrets = [&self.esxi_ssh_password_file, &self.esxi_ssh_passphrase_file];
        access(self.esxi_ssh_user.as_deref(), self.esxi_ssh_port, secrets, self.esxi_ssh_key.as_ref(), "--esxi-ssh")
    }

    fn appliance(&self) -> Result<Option<SshAccess>, Failure> {
        let secrets = [&self.appliance_ssh_password_file, &self.appliance_ssh_passphrase_file];
        let (user, key) = (self.appliance_ssh_user.as_deref(), self.appliance_ssh_key.as_ref());
        access(user, self.appliance_ssh_port, secrets, key, "--appliance-ssh")
    }
}

/// The account, if anything was said of it; it cannot be used without a password or a key.
fn access(
    user: Option<&str>,
    port: Option<u16>,
    [password, passphrase]: [&Option<PathBuf>; 2],
    key: Option<&PathBuf>,
    option: &str,
) -> Result<Option<SshAccess>, Failure> {
    let password = password.as_deref().map(first_line).transpose()?;
    let passphrase = passphrase.as_deref().map(first_line).transpose()?;
    if password.is_none() && key.is_none() {
        if user.is_some() || port.is_some() {
            let message = format!("`{option}-user` and `{option}-port` need a password or a key");
            return Err(Failure::usage(message, format!("give `{option}-password-file` or `{option}-key`")));
        }
        return Ok(None);
    }
    let username = user.unwrap_or_default().to_owned();
    Ok(Some(SshAccess { username, port, password, key_file: key.cloned(), passphrase }))
}

/// The first line of a file that holds a secret, without its end.
fn first_line(path: &Path) -> Result<String, Failure> {
    let line = files::text(path)?.lines().next().unwrap_or_default().to_owned();
    if line.is_empty() {
        return Err(Failure::file(
            format!("the first line of `{}` is empty; it must hold a password", path.display()),
            "",
        ));
    }
    Ok(line)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Only {
        #[command(flatten)]
        options: ConnectionOptions,
    }

    fn parsed(args: &[&str]) -> ConnectionOptions {
        Only::try_parse_from([&["x", "--hostname", "vc.example.com", "--username", "admin"], args].concat())
            .unwrap()
            .options
    }

    #[test]
    fn a_password_comes_from_the_first_line_of_its_file_and_is_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        std::fs::write(&path, "s3cret word\nnot this\n").unwrap();
        let options = parsed(&["--password-file", path.to_str().unwrap(), "--validate-certs=false", "--port", "8443"]);
        let connection = options.connection().unwrap();
        assert_eq!(connection.password, "s3cret word");
        assert_eq!((connection.validate_certs, connection.port), (Some(false), Some(8443)));
        assert!(!format!("{options:?}{connection:?}").contains("s3cret"));
        std::fs::write(&path, "\n").unwrap();
        assert!(options.connection().unwrap_err().message.contains("is empty"));
    }

    #[test]
    fn ssh_needs_a_way_to_log_in() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        std::fs::write(&path, "s3cret").unwrap();
        let file = path.to_str().unwrap();
        let failure = parsed(&["--password-file", file, "--esxi-ssh-user", "root"]).connection().unwrap_err();
        assert!(failure.help.contains("--esxi-ssh-key"), "{failure:?}");
        let with_key =
            parsed(&["--password-file", file, "--esxi-ssh-key", "id", "--appliance-ssh-password-file", file]);
        let connection = with_key.connection().unwrap();
        assert_eq!(connection.esxi_ssh.unwrap().key_file, Some(PathBuf::from("id")));
        assert_eq!(connection.appliance_ssh.unwrap().password.as_deref(), Some("s3cret"));
    }

    #[test]
    fn there_is_no_option_that_takes_a_password() {
        let refused = Only::try_parse_from(["x", "--password", "s3cret"]).unwrap_err();
        assert_eq!(refused.kind(), clap::error::ErrorKind::UnknownArgument);
    }
}
