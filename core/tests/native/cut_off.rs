//! Commands that change something, in a real shell that is cut off after any part of them: run again they come to the same
//! end, and what somebody else kept is where it was.
#![expect(clippy::disallowed_methods, reason = "the tools of the shell are files")]

use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use iofilter_certs::request::SshChange;

/// A `vecs-cli` with one store, a folder of its own.
const VECS: &str = r#"#!/bin/sh
HERE=$(dirname "$0")/store
op=$2; shift 2
while [ $# -gt 0 ]; do
  case "$1" in
    --alias) a=$(printf '%s' "$2" | tr / _); shift ;;
    --output) o=$2; shift ;;
    --cert) c=$2; shift ;;
    --key) k=$2; shift ;;
  esac
  shift
done
case $op in
  getcert) cp "$HERE/$a.crt" "$o" ;;
  getkey) cp "$HERE/$a.key" "$o" ;;
  delete) rm "$HERE/$a.crt" && rm -f "$HERE/$a.key" ;;
  create) test ! -e "$HERE/$a.crt" && cp "$c" "$HERE/$a.crt" && { test -z "$k" || cp "$k" "$HERE/$a.key"; } ;;
esac
"#;

/// Two runs, as their commands are told of them.
const FIRST: &str = "1764500001\n";
const SECOND: &str = "1764500002\n";

/// A machine: the folder of a host's pair, what root keeps on the appliance, its store, and what was restarted.
struct Machine(tempfile::TempDir);

impl Machine {
    fn new() -> Self {
        let machine = Self(tempfile::tempdir().unwrap());
        for folder in ["ssl", "store"] {
            std::fs::create_dir(machine.path(folder)).unwrap();
        }
        let note = format!("#!/bin/sh\necho \"$(basename \"$0\") $*\" >> {}\n", machine.path("told").display());
        for (name, text) in [("vecs-cli", VECS), ("services.sh", &note), ("service-control", &note)] {
            std::fs::write(machine.path(name), text).unwrap();
            std::fs::set_permissions(machine.path(name), std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// The files of a folder, with what is in them.
    fn files(&self, folder: &str) -> BTreeMap<String, String> {
        let Ok(entries) = std::fs::read_dir(self.path(folder)) else { return BTreeMap::new() };
        let read = |entry: std::fs::DirEntry| {
            (entry.file_name().into_string().unwrap(), std::fs::read_to_string(entry.path()).unwrap())
        };
        entries.map(|entry| read(entry.unwrap())).collect()
    }

    fn ssl(&self) -> BTreeMap<String, String> {
        self.files("ssl")
    }

    fn restarts(&self) -> Vec<String> {
        let told = std::fs::read_to_string(self.path("told")).unwrap_or_default();
        told.lines().map(str::to_owned).collect()
    }

    /// Runs the first parts of a command, as when it is cut off after them, or all of it.
    fn run(&self, command: SshChange, most: usize, input: &str) -> Option<i32> {
        let line = command.text().replace("/etc/vmware/ssl", &self.path("ssl").display().to_string());
        let line = line.replace("/var/lib/iofilter-certs", &self.path("kept").display().to_string());
        let line = line.replace("/usr/lib/vmware-vmafd/bin/vecs-cli", "vecs-cli");
        let begun: Vec<&str> = line.split(" && ").take(most).collect();
        let path = format!("{}:{}", self.0.path().display(), std::env::var("PATH").unwrap_or_default());
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(begun.join(" && ")).env("PATH", path).stdin(Stdio::piped());
        let mut child = shell.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // A command that reads nothing closes its input early.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait().unwrap().code()
    }

    /// Runs all of a command, for the run with this number where it asks for one.
    fn run_whole(&self, command: SshChange, run: &str) -> Option<i32> {
        self.run(command, usize::MAX, run)
    }
}

/// How many parts a command has.
fn parts(command: SshChange) -> usize {
    command.text().split(" && ").count()
}

/// After how many parts the way there is cut off, and the way back: each in turn, the other not at all.
fn cuts(forth: SshChange, back: SshChange) -> impl Iterator<Item = (usize, usize)> {
    let all = (parts(forth), parts(back));
    (1..=all.0).map(move |cut| (cut, all.1)).chain((1..all.1).map(move |cut| (all.0, cut)))
}

/// Both ways to set a pair aside, each with its way back and with what may be there of a pair.
const ASIDE: [(SshChange, SshChange, &[&str]); 5] = [
    (SshChange::SetHostCertificateAside, SshChange::RestoreHostCertificate, &["rui.crt", "rui.key"]),
    (SshChange::SetRemainsAside, SshChange::RestoreRemains, &["rui.crt", "rui.key"]),
    (SshChange::SetRemainsAside, SshChange::RestoreRemains, &["rui.crt"]),
    (SshChange::SetRemainsAside, SshChange::RestoreRemains, &["rui.key"]),
    (SshChange::SetRemainsAside, SshChange::RestoreRemains, &[]),
];

/// A host with these files of a pair, each of which holds the name of its owner and its own.
fn host(there: &[&str]) -> Machine {
    let machine = Machine::new();
    make(&machine, there, "first");
    machine
}

fn make(machine: &Machine, names: &[&str], whose: &str) {
    for name in names {
        machine.write(&format!("ssl/{name}"), &format!("{whose} {name}"));
    }
}

const PAIR: [&str; 2] = ["rui.crt", "rui.key"];

#[test]
fn a_pair_is_set_aside_and_comes_back_wherever_either_way_is_cut_off() {
    for (aside, back, there) in ASIDE {
        for (forth, cut) in cuts(aside, back) {
            let what = format!("{aside:?} of {there:?}, cut off after {forth}, and its way back after {cut}");
            let machine = host(there);
            let before = machine.ssl();
            machine.run(aside, forth, FIRST);
            assert_eq!(machine.run_whole(aside, FIRST), Some(0), "{what}");
            let set = machine.ssl();
            assert!(PAIR.iter().all(|name| !set.contains_key(*name)), "{what}: {set:?}");
            let kept = |name: &&str| set.get(&format!("old.{name}")) == Some(&format!("first {name}"));
            assert!(there.iter().all(kept), "{what}: {set:?}");
            make(&machine, &PAIR, "second");
            machine.run(back, cut, FIRST);
            assert_eq!(machine.run_whole(back, FIRST), Some(0), "{what}");
            assert_eq!(machine.ssl(), before, "{what}");
            let restarted = machine.restarts().last().is_some_and(|last| last.trim_end() == "services.sh restart");
            assert_eq!(restarted, back == SshChange::RestoreHostCertificate, "{what}");
        }
    }
}

#[test]
fn setting_aside_that_was_cut_off_is_taken_back_as_it_stands() {
    for (aside, back, there) in ASIDE {
        for forth in 1..=parts(aside) {
            let machine = host(there);
            let before = machine.ssl();
            machine.run(aside, forth, FIRST);
            machine.run_whole(back, FIRST);
            let after = machine.ssl();
            let without_marks = |name: &String| name.strip_suffix(".none").is_none();
            let after: BTreeMap<_, _> = after.into_iter().filter(|(name, _)| without_marks(name)).collect();
            assert_eq!(after, before, "{aside:?} of {there:?}, cut off after {forth}");
        }
    }
}

#[test]
fn what_a_person_kept_is_in_the_way_and_stays_where_it_is_and_so_does_the_pair_in_its_place() {
    for (aside, back, _) in &ASIDE[..2] {
        for kept in [&["old.rui.crt", "old.rui.key"][..], &["old.rui.crt"], &["old.rui.key"]] {
            let machine = host(&PAIR);
            make(&machine, kept, "a person's");
            let before = machine.ssl();
            let code = machine.run_whole(*aside, FIRST);
            let why = aside.refusal(code.unwrap()).unwrap();
            assert!(why.contains("`old.rui.crt`") && why.contains("plan again"), "{why}");
            assert_eq!(machine.ssl(), before, "{aside:?} beside {kept:?}");
            machine.run_whole(*back, FIRST);
            assert_eq!(machine.ssl(), before, "{back:?} beside {kept:?}");
        }
    }
}

#[test]
fn a_pair_that_a_person_renamed_and_did_not_make_anew_is_theirs_whatever_becomes_of_the_new_one() {
    let machine = Machine::new();
    make(&machine, &["old.rui.crt", "old.rui.key"], "a person's");
    let before = machine.ssl();
    assert_eq!(machine.run_whole(SshChange::SetRemainsAside, FIRST), Some(0));
    make(&machine, &PAIR, "second");
    assert_eq!(machine.run_whole(SshChange::RestoreRemains, FIRST), Some(0));
    assert_eq!(machine.ssl(), before);
}

#[test]
fn a_second_repair_keeps_its_own_pair_by_the_name_and_the_first_one_by_another_wherever_it_is_cut_off() {
    for (first, _, there) in ASIDE {
        for (again, back, _) in &ASIDE[..2] {
            for forth in 1..=parts(*again) {
                let what = format!("{first:?} of {there:?}, then {again:?}, cut off after {forth}");
                let machine = host(there);
                machine.run_whole(first, FIRST);
                make(&machine, &PAIR, "second");
                machine.run(*again, forth, SECOND);
                assert_eq!(machine.run_whole(*again, SECOND), Some(0), "{what}");
                let set = machine.ssl();
                for name in PAIR {
                    assert_eq!(set.get(&format!("old.{name}")), Some(&format!("second {name}")), "{what}: {set:?}");
                }
                for name in there {
                    let is_earlier = |one: &&String| one.starts_with(&format!("old.{name}."));
                    let earlier: Vec<_> = set.keys().filter(is_earlier).collect();
                    assert!(
                        earlier.iter().any(|one| set.get(*one) == Some(&format!("first {name}"))),
                        "{what}: {set:?}"
                    );
                }
                make(&machine, &PAIR, "third");
                assert_eq!(machine.run_whole(*back, SECOND), Some(0), "{what}");
                let after = machine.ssl();
                assert!(
                    PAIR.iter().all(|name| after.get(*name) == Some(&format!("second {name}"))),
                    "{what}: {after:?}"
                );
            }
        }
    }
}

#[test]
fn a_second_repair_that_was_cut_off_and_is_taken_back_leaves_the_pair_in_place_and_loses_none() {
    for (again, back, _) in &ASIDE[..2] {
        for forth in 1..=parts(*again) {
            let machine = host(&PAIR);
            machine.run_whole(SshChange::SetHostCertificateAside, FIRST);
            make(&machine, &PAIR, "second");
            machine.run(*again, forth, SECOND);
            machine.run_whole(*back, SECOND);
            let after = machine.ssl();
            assert!(
                PAIR.iter().all(|name| after.get(*name) == Some(&format!("second {name}"))),
                "{again:?} {forth}: {after:?}"
            );
            for name in PAIR {
                assert!(after.values().any(|text| *text == format!("first {name}")), "{again:?} {forth}: {after:?}");
            }
        }
    }
}

#[test]
fn what_a_later_repair_set_aside_is_not_put_back_for_an_earlier_one_and_never_half_of_it() {
    for (again, back, _) in &ASIDE[..2] {
        for forth in 1..=parts(*again) {
            let machine = host(&PAIR);
            machine.run_whole(SshChange::SetHostCertificateAside, FIRST);
            make(&machine, &PAIR, "second");
            machine.run(*again, forth, SECOND);
            let is_aside = !machine.ssl().contains_key("rui.crt") && !machine.ssl().contains_key("rui.key");
            machine.run_whole(*back, FIRST);
            let whose = |name: &str| machine.ssl().get(name).map(|text| text.replace(name, ""));
            let (certificate, key) = (whose("rui.crt"), whose("rui.key"));
            assert!(!is_aside || (certificate.is_none() && key.is_none()), "{again:?} {forth}: {:?}", machine.ssl());
            let is_mixed = certificate.is_some() && key.is_some() && certificate != key;
            assert!(!is_mixed, "{again:?} {forth}: {:?}", machine.ssl());
        }
    }
}

/// An appliance on which SPS has this entry.
fn entry(machine: &Machine, whose: &str) {
    machine.write("store/sms_self_signed.crt", &format!("{whose} certificate"));
    machine.write("store/sms_self_signed.key", &format!("{whose} key"));
}

#[test]
fn an_entry_is_kept_and_put_back_wherever_either_way_is_cut_off() {
    let (delete, back) = (SshChange::DeleteSmsSelfSigned, SshChange::RestoreSmsSelfSigned);
    for (forth, cut) in cuts(delete, back) {
        let machine = Machine::new();
        entry(&machine, "first");
        let before = machine.files("store");
        machine.run(delete, forth, FIRST);
        // One that is gone is not deleted once more: it is looked at first.
        if !machine.files("store").is_empty() {
            assert_eq!(machine.run_whole(delete, FIRST), Some(0), "cut off after {forth}");
        }
        assert_eq!(machine.files("store"), BTreeMap::new(), "cut off after {forth}");
        entry(&machine, "second");
        machine.run(back, cut, FIRST);
        assert_eq!(machine.run_whole(back, FIRST), Some(0), "cut off after {cut}");
        assert_eq!(machine.files("store"), before, "cut off after {forth} and {cut}");
        assert_eq!(machine.restarts().last().map(String::as_str), Some("service-control --restart vmware-sps"));
    }
}

#[test]
fn what_was_kept_for_one_run_is_put_back_for_no_other() {
    let machine = Machine::new();
    entry(&machine, "first");
    let before = machine.files("store");
    assert_eq!(machine.run_whole(SshChange::DeleteSmsSelfSigned, FIRST), Some(0));
    assert_ne!(machine.run_whole(SshChange::DeleteSmsSelfSigned, SECOND), Some(0), "there is none");
    assert_ne!(machine.run_whole(SshChange::RestoreSmsSelfSigned, SECOND), Some(0));
    assert_eq!(machine.files("store"), BTreeMap::new());
    assert_eq!(machine.restarts(), Vec::<String>::new());
    assert_eq!(machine.run_whole(SshChange::RestoreSmsSelfSigned, FIRST), Some(0));
    assert_eq!(machine.files("store"), before);
}

#[test]
fn what_is_no_number_names_no_run() {
    for run in ["", "\n", "-1\n", "1 2\n", "$(reboot)\n", "../1\n"] {
        let machine = host(&PAIR);
        let before = machine.ssl();
        for command in [SshChange::SetHostCertificateAside, SshChange::RestoreHostCertificate] {
            assert_ne!(machine.run_whole(command, run), Some(0), "{run:?}");
        }
        assert_eq!(machine.ssl(), before, "{run:?}");
        assert_eq!(machine.restarts(), Vec::<String>::new(), "{run:?}");
    }
}

#[test]
fn a_provider_is_pinned_and_let_go_wherever_either_is_cut_off() {
    let url = "https://esx01.example.com:9080/version.xml";
    let (pin, unpin) = (SshChange::PinProviderCertificate, SshChange::UnpinProviderCertificate);
    for there in [false, true] {
        for cut in 1..=parts(pin) {
            let machine = Machine::new();
            let name = "store/https:__esx01.example.com:9080_version.xml.crt";
            if there {
                machine.write(name, "earlier");
            }
            machine.run(pin, cut, &format!("{url}\nnew"));
            assert_eq!(machine.run(pin, usize::MAX, &format!("{url}\nnew")), Some(0), "cut off after {cut}");
            assert_eq!(machine.files("store").into_values().collect::<Vec<_>>(), ["new"], "cut off after {cut}");
            machine.run(unpin, cut, &format!("{url}\n"));
            machine.run(unpin, usize::MAX, &format!("{url}\n"));
            assert_eq!(machine.files("store"), BTreeMap::new(), "cut off after {cut}");
        }
    }
}
