//! root's commands on the vCenter appliance: VECS, the SPS service, and sps.log.

use std::sync::Arc;

use super::{Outcome, unknown, vecs};
use crate::pki::Certificate;
use crate::world::World;
use crate::world::sps::SpsState;
use crate::world::vecs::Entry;

/// Runs one command as root of the appliance.
pub(super) fn run(world: &mut World, words: &[&str], input: &str) -> Outcome {
    match words {
        ["mkdir", "-p", KEPT_FOLDER] => Outcome::default(),
        ["mv", "-f", from, to] if is_kept(from) && is_kept(to) => match world.vcenter.kept_files.remove(*from) {
            Some(entry) => {
                world.vcenter.kept_files.insert((*to).to_owned(), entry);
                Outcome::default()
            }
            None => Outcome::failed(1, format!("mv: cannot stat '{from}': No such file or directory")),
        },
        ["test", "-f", path] => {
            Outcome { status: u32::from(!world.vcenter.kept_files.contains_key(*path)), ..Outcome::default() }
        }
        ["cat", ">", path] if is_kept(path) => keep(world, path, input),
        ["/usr/lib/vmware-vmafd/bin/vecs-cli" | "vecs-cli", rest @ ..] => vecs::run(world, rest),
        ["service-control", action, "vmware-sps"] => service(world, action),
        _ => read_log(world, words),
    }
}

/// Writes a certificate to a file of root's own.
fn keep(world: &mut World, path: &str, pem: &str) -> Outcome {
    match Certificate::from_pem(pem) {
        Ok(certificate) => {
            world.vcenter.kept_files.insert(path.to_owned(), Entry::trusted(Arc::new(certificate)));
            Outcome::default()
        }
        Err(_) => Outcome::failed(1, "the lab keeps certificates only"),
    }
}

fn is_kept(path: &str) -> bool {
    path.strip_prefix(KEPT_FOLDER).is_some_and(|rest| rest.starts_with('/'))
}

/// Where root may keep files.
const KEPT_FOLDER: &str = "/var/lib/iofilter-certs";

fn service(world: &mut World, action: &str) -> Outcome {
    let changed = match action {
        "--status" => {
            let state = if world.sps.state == SpsState::Started { "Running" } else { "Stopped" };
            return Outcome::wrote(format!("{state}:\n vmware-sps\n"));
        }
        "--start" => world.start_sps(),
        "--stop" => world.stop_sps(),
        "--restart" => world.restart_sps(),
        other => return Outcome::failed(2, format!("service-control: unrecognized argument {other}")),
    };
    match changed {
        Ok(()) => Outcome::wrote("Operation successful\n"),
        Err(fault) => Outcome::failed(1, fault.message),
    }
}

/// `cat`, `tail -c`, `tail -n`, `head -c`, `dd`, `stat -c %s` and `wc -c` of sps.log, and `... | head -c`.
fn read_log(world: &World, words: &[&str]) -> Outcome {
    let log = world.sps.log.as_bytes();
    let cut = words.iter().position(|word| *word == "|").unwrap_or(words.len());
    let (first, second) = (words.get(..cut).unwrap_or_default(), words.get(cut + 1..).unwrap_or_default());
    let Some(piece) = piece_of_log(log, first) else { return unknown(words) };
    match second {
        [] => Outcome::wrote(piece),
        ["head", "-c", count] => match count.parse() {
            Ok(count) => Outcome::wrote(head(&piece, count)),
            Err(_) => unknown(words),
        },
        _ => unknown(words),
    }
}

fn piece_of_log(log: &[u8], words: &[&str]) -> Option<Vec<u8>> {
    let is_log = |path: &&str| LOG_PATHS.contains(path);
    match words {
        ["cat", path] if is_log(path) => Some(log.to_vec()),
        ["wc", "-c", "<", path] if is_log(path) => Some(format!("{}\n", log.len()).into_bytes()),
        ["stat", "-c", "%s", path] if is_log(path) => Some(format!("{}\n", log.len()).into_bytes()),
        ["head", "-c", count, path] if is_log(path) => Some(head(log, count.parse().ok()?)),
        ["tail", "-c", count, path] if is_log(path) => match count.strip_prefix('+') {
            Some(from) => Some(from_byte(log, from.parse::<usize>().ok()?.saturating_sub(1))),
            None => Some(from_byte(log, log.len().saturating_sub(count.parse().ok()?))),
        },
        ["tail", "-n", count, path] if is_log(path) => {
            let lines: Vec<&[u8]> = log.split_inclusive(|byte| *byte == b'\n').collect();
            let skip = lines.len().saturating_sub(count.parse().ok()?);
            Some(lines.into_iter().skip(skip).flatten().copied().collect())
        }
        ["dd", rest @ ..] => dd(log, rest),
        _ => None,
    }
}

/// `dd if=<log> bs=<n> skip=<n> count=<n>`, with `status=none` or `2>/dev/null` if wanted.
fn dd(log: &[u8], words: &[&str]) -> Option<Vec<u8>> {
    let value = |key: &str| words.iter().find_map(|word| word.strip_prefix(key)?.strip_prefix('='));
    LOG_PATHS.contains(&value("if")?).then_some(())?;
    let number = |key: &str, otherwise: usize| value(key).map_or(Some(otherwise), |text| text.parse().ok());
    let (block, skip) = (number("bs", 512)?, number("skip", 0)?);
    let count = number("count", usize::MAX)?;
    Some(head(&from_byte(log, skip.saturating_mul(block)), count.saturating_mul(block)))
}

fn from_byte(log: &[u8], from: usize) -> Vec<u8> {
    log.get(from..).unwrap_or_default().to_vec()
}

fn head(log: &[u8], count: usize) -> Vec<u8> {
    log.get(..count.min(log.len())).unwrap_or_default().to_vec()
}

const LOG_PATHS: [&str; 2] = ["/var/log/vmware/vmware-sps/sps.log", "/storage/log/vmware/vmware-sps/sps.log"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_a_log() {
        let path = LOG_PATHS[0];
        let piece =
            |line: &str| piece_of_log(b"one\ntwo\nthree\n", &line.replace("LOG", path).split(' ').collect::<Vec<_>>());
        assert_eq!(piece("tail -c 6 LOG").as_deref(), Some(&b"three\n"[..]));
        assert_eq!(piece("tail -c +5 LOG").as_deref(), Some(&b"two\nthree\n"[..]));
        assert_eq!(piece("tail -n 2 LOG").as_deref(), Some(&b"two\nthree\n"[..]));
        assert_eq!(piece("dd if=LOG bs=4 skip=1 count=1").as_deref(), Some(&b"two\n"[..]));
        assert_eq!(piece("stat -c %s LOG").as_deref(), Some(&b"14\n"[..]));
        assert_eq!(piece("cat /etc/shadow"), None);
    }
}
