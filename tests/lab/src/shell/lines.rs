//! Lines that are more than a command: each is known as a whole, and answered from the world as a real shell would.
//!
//! A shell that runs pipes and loops would be larger than all else here. That a real one does print this is shown
//! where the lines come from.

use std::fmt::Write as _;

use super::{Machine, Outcome, vecs};
use crate::world::World;
use crate::world::host::{FileContent, Host};

/// What a line prints.
pub(super) type Answer = fn(&World, &Machine) -> Outcome;

/// The line's answer, if it is one of these and this is its machine.
pub(super) fn find(machine: &Machine, line: &str) -> Option<Answer> {
    let is_here = |is_appliance: bool| is_appliance == (*machine == Machine::VCenter);
    LINES.iter().find(|(is_appliance, known, _)| is_here(*is_appliance) && *known == line).map(|(.., answer)| *answer)
}

/// Whether it is the appliance's, the line, what it prints.
const LINES: [(bool, &str, Answer); 4] = [
    (
        true,
        "/usr/lib/vmware-vmafd/bin/vecs-cli store list </dev/null | while IFS= read -r store; do \
         echo \"Store : $store\"; \
         /usr/lib/vmware-vmafd/bin/vecs-cli entry list --store \"$store\" </dev/null | \
         sed -n -e '/^Number of entries/p' -e '/^Alias :/p' -e '/-----BEGIN CERTIFICATE-----/,/-----END CERTIFICATE-----/p'; \
         /usr/lib/vmware-vmafd/bin/vecs-cli store get-permissions --name \"$store\" </dev/null; done",
        |world, _| Outcome::wrote(vecs::all(&world.vcenter)),
    ),
    (
        true,
        "sed -n '/-----BEGIN CERTIFICATE-----/,/-----END CERTIFICATE-----/p' /etc/vmware-vpx/docRoot/certs/*",
        |world, _| {
            Outcome::wrote(world.vcenter.published_roots().iter().map(|root| root.pem.as_str()).collect::<String>())
        },
    ),
    (true, "stat -c '%s %W' /var/log/vmware/vmware-sps/sps-runtime.log.stderr && date +%s", |world, _| {
        let log = world.vcenter.vecs.sps_stderr;
        let (begun, now) = (log.begun.unix_timestamp(), world.now().unix_timestamp());
        Outcome::wrote(format!("{} {begun}\n{now}\n", log.bytes))
    }),
    (
        false,
        "echo certificate; openssl x509 -noout -pubkey -in /etc/vmware/ssl/rui.crt </dev/null | openssl dgst -sha256; \
         echo key; openssl pkey -pubout -in /etc/vmware/ssl/rui.key </dev/null | openssl dgst -sha256; \
         echo boot; esxcli system boot device get",
        inspect_host,
    ),
];

fn inspect_host(world: &World, machine: &Machine) -> Outcome {
    let Machine::Esxi(host) = machine else { return Outcome::failed(255, "this is no ESXi host") };
    let Some(host) = world.host(host) else { return Outcome::failed(255, "the host is gone") };
    let certificate = match host.files.get("rui.crt") {
        Some(FileContent::Certificate(certificate)) => certificate.public_key_digest(),
        _ => NOTHING.to_owned(),
    };
    let key = match host.files.get("rui.key") {
        Some(FileContent::Key(key)) => world.pki.keys().public_key_digest(*key),
        _ => NOTHING.to_owned(),
    };
    let mut text = format!("certificate\n(stdin)= {certificate}\nkey\n(stdin)= {key}\nboot\n");
    text.push_str(&boot_device(host));
    Outcome::wrote(text)
}

fn boot_device(host: &Host) -> String {
    let disk = if host.stateless { "" } else { host.uuid.as_str() };
    let card = if host.stateless { "00:50:56:01:02:03" } else { "" };
    let mut text = String::new();
    for (label, value) in [("Boot Filesystem UUID", disk), ("Boot NIC", card), ("Stateless Boot NIC", card)] {
        let _ = writeln!(text, "   {label}: {value}");
    }
    text
}

/// The SHA-256 of nothing, which is what `openssl dgst` makes of a file that is not there.
const NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
