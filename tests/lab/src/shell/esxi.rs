//! The commands of KB 320568 on an ESXi host, and those that look at what they did.

use super::{Outcome, absolute, unknown};
use crate::world::host::{FileContent, Host};
use crate::world::{Fault, World};

/// Runs one command as root of a host.
pub(super) fn run(world: &mut World, host: &str, folder: &str, words: &[&str]) -> Outcome {
    match words {
        ["/sbin/generate-certificates" | "generate-certificates"] => done(world.generate_certificates(host)),
        ["services.sh" | "/sbin/services.sh" | "/bin/services.sh", "restart"] => done(world.restart_agents(host)),
        ["/etc/init.d/iofiltervpd", action] => daemon(world, host, action),
        ["/bin/auto-backup.sh" | "/sbin/auto-backup.sh"] => Outcome::default(),
        _ => match world.host_mut(host) {
            Some(host) => files(host, folder, words),
            None => Outcome::failed(255, "the host is gone"),
        },
    }
}

fn daemon(world: &mut World, host: &str, action: &str) -> Outcome {
    match action {
        "restart" | "start" => {
            let outcome = done(world.restart_provider_daemon(host));
            if outcome.status == 0 { Outcome::wrote("iofiltervpd started\n") } else { outcome }
        }
        "stop" => {
            let outcome = done(world.stop_provider_daemon(host));
            if outcome.status == 0 { Outcome::wrote("iofiltervpd stopped\n") } else { outcome }
        }
        "status" => match world.host(host) {
            Some(host) if host.provider_daemon => Outcome::wrote("iofiltervpd is running\n"),
            _ => Outcome { status: 3, ..Outcome::wrote("iofiltervpd is not running\n") },
        },
        other => {
            Outcome::failed(1, format!("usage: /etc/init.d/iofiltervpd {{start|stop|restart|status}}, not {other}"))
        }
    }
}

fn files(host: &mut Host, folder: &str, words: &[&str]) -> Outcome {
    let place = |path: &str| absolute(folder, path).strip_prefix(FOLDER).map(str::to_owned);
    let is_there = |path: &str| place(path).is_some_and(|name| name == CASTORE || host.files.contains_key(&name));
    match words {
        ["mv", "-f", from, to] | ["mv", from, to] => match (place(from), place(to)) {
            (Some(from), Some(to)) => rename(host, &from, to),
            _ => refused("mv", from),
        },
        ["cp", "-p", from, to] | ["cp", from, to] => match (place(from), place(to)) {
            (Some(from), Some(to)) => copy(host, &from, to),
            _ => refused("cp", from),
        },
        ["touch", path] => match place(path) {
            Some(name) => {
                host.files.entry(name).or_insert(FileContent::Nothing);
                Outcome::default()
            }
            None => refused("touch", path),
        },
        ["rm", "-f", paths @ ..] => {
            for name in paths.iter().filter_map(|path| place(path)) {
                match name.strip_suffix("[0-9]*") {
                    Some(begin) => host.files.retain(|one, _| !is_numbered(one, begin)),
                    None => drop(host.files.remove(&name)),
                }
            }
            Outcome::default()
        }
        ["cat", path] => match place(path).and_then(|name| read(host, &name)) {
            Some(text) => Outcome::wrote(text),
            None => missing("cat: can't open", path),
        },
        ["test", "!", "-f" | "-e", path] => Outcome { status: u32::from(is_there(path)), ..Outcome::default() },
        ["test", "-f" | "-e", path] => Outcome { status: u32::from(!is_there(path)), ..Outcome::default() },
        ["ls", "-1", path] | ["ls", path]
            if absolute(folder, path).trim_end_matches('/') == FOLDER.trim_end_matches('/') =>
        {
            list(host)
        }
        ["ls"] if format!("{}/", folder.trim_end_matches('/')) == FOLDER => list(host),
        _ => unknown(words),
    }
}

/// Whether a shell takes a name for one that begins so and goes on with a number.
fn is_numbered(name: &str, begin: &str) -> bool {
    name.strip_prefix(begin).is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()))
}

fn rename(host: &mut Host, from: &str, to: String) -> Outcome {
    match host.files.remove(from) {
        Some(content) => {
            host.files.insert(to, content);
            Outcome::default()
        }
        None => missing("mv: can't rename", from),
    }
}

fn copy(host: &mut Host, from: &str, to: String) -> Outcome {
    match host.files.get(from).cloned() {
        Some(content) => {
            host.files.insert(to, content);
            Outcome::default()
        }
        None => missing("cp: can't stat", from),
    }
}

/// Certificates are shown. Private keys are not: nobody who repairs a provider has to see one.
fn read(host: &Host, name: &str) -> Option<String> {
    if name == CASTORE {
        return Some(host.castore_text());
    }
    match host.files.get(name) {
        Some(FileContent::Certificate(certificate)) => Some(certificate.pem.clone()),
        Some(FileContent::Nothing) => Some(String::new()),
        Some(FileContent::Key(_)) | None => None,
    }
}

fn list(host: &Host) -> Outcome {
    let mut names: Vec<&str> = host.files.keys().map(String::as_str).chain([CASTORE]).collect();
    names.sort_unstable();
    Outcome::wrote(format!("{}\n", names.join("\n")))
}

fn done(outcome: Result<(), Fault>) -> Outcome {
    match outcome {
        Ok(()) => Outcome::default(),
        Err(fault) => Outcome::failed(1, fault.message),
    }
}

fn missing(complaint: &str, path: &str) -> Outcome {
    Outcome::failed(1, format!("{complaint} '{path}': No such file or directory"))
}

fn refused(command: &str, path: &str) -> Outcome {
    Outcome::failed(1, format!("{command}: can't touch '{path}': Operation not permitted"))
}

const FOLDER: &str = "/etc/vmware/ssl/";
const CASTORE: &str = "castore.pem";

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
    use crate::faults::Faults;
    use crate::lab::LabState;
    use crate::scenario::{Ports, Scenario};
    use crate::shell::{Machine, Outcome, run};
    use crate::world::World;

    fn lab() -> LabState {
        let ports = Ports { https: Some(443), ..Ports::default() };
        LabState::new(World::build(&Scenario::default(), 44, ports).unwrap(), Faults::default())
    }

    fn sh(lab: &LabState, line: &str) -> Outcome {
        run(lab, &Machine::Esxi("host-11".into()), line, "").unwrap()
    }

    #[test]
    fn the_article_step_by_step() {
        let lab = lab();
        let before = sh(&lab, "cat /etc/vmware/ssl/rui.crt").stdout;
        assert_eq!(sh(&lab, "cd /etc/vmware/ssl && mv rui.crt old.rui.crt && mv rui.key old.rui.key").status, 0);
        assert_eq!(sh(&lab, "cat /etc/vmware/ssl/rui.crt").status, 1);
        assert_eq!(sh(&lab, "/sbin/generate-certificates").status, 0);
        assert_ne!(sh(&lab, "cat /etc/vmware/ssl/rui.crt").stdout, before);
        assert_eq!(sh(&lab, "cat /etc/vmware/ssl/old.rui.crt").stdout, before);
        let served = lab.world().hosts[0].machine.certificate.pem.clone().into_bytes();
        assert_eq!(served, before, "the agents have not restarted");
        assert_eq!(sh(&lab, "services.sh restart").status, 0);
        assert!(lab.world().hosts[0].machine.certificate.is_self_signed());
        let commands: Vec<String> = lab.calls().into_iter().map(|call| call.method).collect();
        assert_eq!(commands[2], "mv");
    }

    #[test]
    fn the_daemon_stops_and_starts() {
        let lab = lab();
        assert_eq!(sh(&lab, "/etc/init.d/iofiltervpd stop").status, 0);
        assert_eq!(sh(&lab, "/etc/init.d/iofiltervpd status").status, 3);
        assert_eq!(sh(&lab, "/etc/init.d/iofiltervpd restart").status, 0);
        assert_eq!(sh(&lab, "/etc/init.d/iofiltervpd status").status, 0);
    }

    #[test]
    fn what_is_not_on_the_list_is_not_found() {
        let lab = lab();
        for line in ["rm -rf /", "cat /etc/shadow", "mv rui.crt /tmp/x", "openssl x509", ""] {
            assert_ne!(sh(&lab, line).status, 0, "{line}");
        }
        assert_eq!(sh(&lab, "openssl x509").status, 127);
        assert_eq!(sh(&lab, "cat /etc/vmware/ssl/rui.key").status, 1);
    }
}
