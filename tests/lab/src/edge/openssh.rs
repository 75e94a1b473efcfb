//! The system's OpenSSH `sshd` in place of the lab's own server: another's key exchange, another's framing, the same world.
//!
//! It runs with a configuration and keys of its own, on the host's loopback address. Its forced command hands the client's command line
//! to the lab's control URL and prints what comes back. The client comes in by the lab's client key.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use russh::keys::ssh_key::LineEnding;

use super::ssh::{CLIENT, key_of};
use crate::error::LabError;

/// What every `sshd` of a lab shares.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The lab's folder.
    pub folder: PathBuf,
    /// Where the control URL listens.
    pub control: SocketAddr,
    /// The lab's seed.
    pub seed: u64,
}

impl Settings {
    /// Starts `sshd` for a host. Fails when it is not installed or refuses its configuration.
    pub fn start(&self, address: Ipv4Addr, port: u16, host: &str) -> Result<Child, LabError> {
        let sshd =
            installed().ok_or_else(|| LabError::scenario("ssh = \"openssh\" needs `sshd`: install openssh-server"))?;
        let folder = self.folder.join(format!("sshd-{host}"));
        std::fs::create_dir_all(&folder).map_err(LabError::io("make a folder for sshd"))?;
        let key = key_of(self.seed, host)?.to_openssh(LineEnding::LF).map_err(LabError::certificate)?;
        private_file(&folder.join("host_key"), key.as_bytes(), 0o600)?;
        let client = key_of(self.seed, CLIENT)?.public_key().to_openssh().map_err(LabError::certificate)?;
        private_file(&folder.join("authorized_keys"), format!("{client}\n").as_bytes(), 0o644)?;
        private_file(&folder.join("forced"), self.forced_command(host).as_bytes(), 0o755)?;
        let config = configuration(&folder, address, port);
        private_file(&folder.join("sshd_config"), config.as_bytes(), 0o644)?;
        // sshd wants this folder of its package, which a machine without the service running may not have.
        let _ = std::fs::create_dir_all("/run/sshd");
        let child = Command::new(sshd)
            .args(["-D", "-q", "-f"])
            .arg(folder.join("sshd_config"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(LabError::io("start sshd"))?;
        until_it_listens(child, address, port)
    }

    /// Posts the command line to the control URL; the answer's first line is the exit status, the second the error text in Base64.
    fn forced_command(&self, host: &str) -> String {
        format!(
            "#!/bin/bash\n\
             exec 3<>/dev/tcp/{ip}/{port}\n\
             command=$SSH_ORIGINAL_COMMAND\n\
             printf 'POST /shell?host={host} HTTP/1.1\\r\\nHost: lab\\r\\nConnection: close\\r\\nContent-Length: %d\\r\\n\\r\\n%s' \
             \"$(printf %s \"$command\" | wc -c)\" \"$command\" >&3\n\
             while IFS= read -r line <&3; do [ \"$line\" = $'\\r' ] && break; done\n\
             IFS= read -r status <&3\n\
             IFS= read -r complaint <&3\n\
             printf %s \"$complaint\" | base64 -d >&2\n\
             cat <&3\n\
             exit \"$status\"\n",
            ip = self.control.ip(),
            port = self.control.port(),
        )
    }
}

/// Waits for the port to open. Fails when `sshd` ended instead, or took longer than anyone would wait.
fn until_it_listens(mut child: Child, address: Ipv4Addr, port: u16) -> Result<Child, LabError> {
    for _ in 0..PATIENCE {
        if TcpStream::connect((address, port)).is_ok() {
            return Ok(child);
        }
        if let Ok(Some(status)) = child.try_wait() {
            return Err(LabError::scenario(format!("sshd for {address}:{port} ended at once with {status}")));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let _ = child.kill();
    let _ = child.wait();
    Err(LabError::scenario(format!("sshd for {address}:{port} does not listen")))
}

/// How often to look, ten milliseconds apart.
const PATIENCE: usize = 1000;

/// The place of `sshd`, if it is installed.
pub fn installed() -> Option<&'static str> {
    ["/usr/sbin/sshd", "/usr/local/sbin/sshd"].into_iter().find(|path| Path::new(path).exists())
}

fn configuration(folder: &Path, address: Ipv4Addr, port: u16) -> String {
    let folder = folder.display();
    format!(
        "ListenAddress {address}\nPort {port}\nHostKey {folder}/host_key\nAuthorizedKeysFile {folder}/authorized_keys\n\
         PidFile none\nUsePAM no\nStrictModes no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n\
         PermitRootLogin prohibit-password\nAllowTcpForwarding no\nX11Forwarding no\nForceCommand {folder}/forced\n"
    )
}

/// Writes a file with these permissions.
pub(crate) fn private_file(path: &Path, content: &[u8], mode: u32) -> Result<(), LabError> {
    use std::os::unix::fs::PermissionsExt as _;
    let failed = || LabError::io(format!("write `{}`", path.display()));
    std::fs::write(path, content).map_err(failed())?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).map_err(failed())
}
