//! `lab`: the simulator, until a signal comes.

use std::io::Write as _;

use iofilter_certs_lab::{Lab, LabError, Ready, Scenario};

use crate::args::LabOptions;
use crate::failure::Failure;
use crate::screen::Screen;
use crate::show::style::{STRONG, paint};
use crate::signals;

/// Returns when it was asked to stop and everything is closed.
pub(crate) fn run(options: &LabOptions, screen: Screen) -> Result<u8, Failure> {
    let scenario = match &options.scenario {
        Some(path) => Scenario::read(path),
        None => Scenario::demo(),
    };
    let lab = scenario.and_then(Lab::start).map_err(|error| failure(&error))?;
    if let Some(ready) = lab.ready() {
        if screen.is_json() {
            // One line, and whole: whoever reads it may wait for its end.
            let line = serde_json::to_string(ready).unwrap_or_default();
            let mut out = std::io::stdout().lock();
            let _ = writeln!(out, "{line}").and_then(|()| out.flush());
        } else {
            screen.words(&in_words(ready));
        }
    }
    signals::wait()?;
    Ok(0)
}

/// How to reach it. The passwords open a simulator on this machine and nothing else.
fn in_words(ready: &Ready) -> String {
    let mut text = format!("{} `{}` and {} ESXi hosts\n\n", paint(STRONG, "vCenter"), ready.vcenter, ready.hosts.len());
    let port = ready.hosts.first().map_or(9080, |host| host.provider_port);
    let https = ready.hosts.first().map_or(443, |host| host.https_port);
    let lines = [
        format!(
            "export VMWARE_HOST={} VMWARE_USER={} VMWARE_PASSWORD={}",
            ready.vcenter,
            ready.username,
            quoted(&ready.password)
        ),
        format!(
            "iofilter-certs check --ca-file {} --hosts-file {} --esxi-https-port {https} --provider-port {port}",
            ready.ca_file.display(),
            ready.hosts_file.display()
        ),
        format!(
            "iofilter-certs apply --ca-file {} --hosts-file {} --esxi-https-port {https} --provider-port {port} --esxi-ssh-key {} --esxi-ssh-port {} --known-hosts {}",
            ready.ca_file.display(),
            ready.hosts_file.display(),
            ready.ssh_key.display(),
            ready.vcenter_ssh.port,
            ready.known_hosts.display()
        ),
        format!("curl {}/calls", ready.control_url),
    ];
    for line in lines {
        text += &format!("  {line}\n");
    }
    text + "\nCtrl-C stops it\n"
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn failure(error: &LabError) -> Failure {
    match error {
        LabError::Scenario { .. } => Failure::usage(error.to_string(), "see `tests/lab/README.md` for scenarios"),
        LabError::Io { .. } | LabError::Certificate { .. } => Failure::system(error.to_string()),
    }
}
