//! The lines that are more than a command, run by a real shell with the real tools where there are any. What the lab
//! prints for them must be what a shell prints.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use iofilter_certs::request::SshLook;
use iofilter_certs_lab::shell::{Machine, run};
use iofilter_certs_tests::World;

const TOOL: &str = "/usr/lib/vmware-vmafd/bin/vecs-cli";

/// What the lab prints.
fn of_lab(world: &World, machine: &Machine, line: &str) -> String {
    let outcome = run(world.lab.shared(), machine, line, "").unwrap_or_else(|_| panic!("no fault was ordered"));
    assert_eq!((outcome.status, outcome.stderr.as_str()), (0, ""), "{line}");
    String::from_utf8(outcome.stdout).expect("it is text")
}

/// What a shell prints, with `folder` first among the places of its tools.
fn of_shell(folder: &Path, line: &str) -> Output {
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{path}", folder.display());
    Command::new("sh").args(["-c", line]).env("PATH", path).output().expect("there is a shell")
}

fn text(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).expect("it is text")
}

fn script(path: &Path, text: &str) {
    fs::write(path, format!("#!/bin/sh\n{text}\n")).expect("it can be written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it is ours");
}

/// A `vecs-cli` that has learned its answers from the lab, one file for each set of words.
fn parrot(world: &World, folder: &Path) -> String {
    let tool = folder.join("vecs-cli");
    script(&tool, "exec cat \"$(dirname \"$0\")/$(printf '%s' \"$*\" | tr -c 'A-Za-z0-9' _)\"");
    let learn = |words: &str| {
        let answer = of_lab(world, &Machine::VCenter, &format!("{TOOL} {words}"));
        let name: String =
            words.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect();
        fs::write(folder.join(name), &answer).expect("it can be written");
        answer
    };
    for store in learn("store list").lines() {
        learn(&format!("entry list --store {store}"));
        learn(&format!("store get-permissions --name {store}"));
    }
    tool.display().to_string()
}

#[test]
fn a_shell_lists_all_stores_as_the_lab_does() {
    let world = World::of("[vcenter]\nmode = \"thumbprint\"\n");
    let folder = tempfile::tempdir().expect("there is room");
    let tool = parrot(&world, folder.path());
    let line = SshLook::ReadCertificateStores.text();
    let printed = text(&of_shell(folder.path(), &line.replace(TOOL, &tool)));
    assert_eq!(printed, of_lab(&world, &Machine::VCenter, line));
    assert!(printed.contains("Store : APPLMGMT_PASSWORD\nNumber of entries in store :\t1\nAlias :\tlocation"));
}

#[test]
fn a_shell_lets_no_key_through_even_if_the_tool_prints_one() {
    let folder = tempfile::tempdir().expect("there is room");
    let tool = folder.path().join("vecs-cli");
    let answer = "Number of entries in store :\\t1\\nAlias :\\ta\\nKey :\\t-----BEGIN PRIVATE KEY-----\\nMIIE\\n\
                  -----END PRIVATE KEY-----\\nPassword :\\ts3cret\\nCertificate :\\t-----BEGIN CERTIFICATE-----\\nMIID\\n\
                  -----END CERTIFICATE-----\\n";
    script(&tool, &format!("case \"$*\" in 'store list') echo SMS;; 'entry list'*) printf '{answer}';; esac"));
    let line = SshLook::ReadCertificateStores.text().replace(TOOL, &tool.display().to_string());
    let printed = text(&of_shell(folder.path(), &line));
    let certificate = "Certificate :\t-----BEGIN CERTIFICATE-----\nMIID\n-----END CERTIFICATE-----\n";
    assert_eq!(printed, format!("Store : SMS\nNumber of entries in store :\t1\nAlias :\ta\n{certificate}"));
}

#[test]
fn a_shell_prints_the_published_roots_and_no_revocation_list() {
    let world = World::of("");
    let folder = tempfile::tempdir().expect("there is room");
    let line = SshLook::ReadPublishedRoots.text();
    let expect = of_lab(&world, &Machine::VCenter, line);
    fs::write(folder.path().join("5f1a2b3c.0"), &expect).expect("it can be written");
    let list = "-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n";
    fs::write(folder.path().join("5f1a2b3c.r0"), list).expect("it can be written");
    let line = line.replace("/etc/vmware-vpx/docRoot/certs", &folder.path().display().to_string());
    assert_eq!(text(&of_shell(folder.path(), &line)), expect);
    let nowhere = line.replace(&folder.path().display().to_string(), "/nonexistent");
    assert!(!of_shell(folder.path(), &nowhere).status.success(), "a folder that is not there is not an empty one");
}

#[test]
fn a_shell_measures_a_log_as_the_lab_does() {
    let world = World::of("");
    let folder = tempfile::tempdir().expect("there is room");
    let log = folder.path().join("log");
    fs::write(&log, "ninebytes").expect("it can be written");
    let line = SshLook::MeasureSpsErrors.text();
    let here = line.replace("/var/log/vmware/vmware-sps/sps-runtime.log.stderr", &log.display().to_string());
    let printed = text(&of_shell(folder.path(), &here));
    assert!(printed.starts_with("9 "), "{printed}");
    let shape = |text: &str| text.lines().map(|line| line.split(' ').count()).collect::<Vec<_>>();
    assert_eq!(shape(&printed), shape(&of_lab(&world, &Machine::VCenter, line)));
}

#[test]
fn a_shell_compares_certificate_and_key_as_the_lab_does() {
    let folder = tempfile::tempdir().expect("there is room");
    let place = |name: &str| folder.path().join(name);
    let line = SshLook::InspectHost.text();
    let here = line.replace("/etc/vmware/ssl", &folder.path().display().to_string());
    for (troubles, card) in
        [("", ""), ("\"host-key-mismatch\"", ""), ("\"host-cert-missing\", \"gate-autodeploy\"", "NIC")]
    {
        let world = World::of(&format!("[[hosts]]\nname = \"esx01\"\ncluster = \"a\"\ntroubles = [{troubles}]\n"));
        let machine = Machine::Esxi("host-11".to_owned());
        let expect = of_lab(&world, &machine, line);
        let state = world.lab.state();
        let files = state.pointer("/hosts/0/files").expect("the host has files");
        let number = files.pointer("/rui.key/key").and_then(serde_json::Value::as_u64).expect("it has a key");
        let key = format!("{}/lab/keys/{number:02}.pem", env!("CARGO_MANIFEST_DIR"));
        fs::copy(key, place("rui.key")).expect("the lab's keys are here");
        let _ = fs::remove_file(place("rui.crt"));
        if files.get("rui.crt").is_some() {
            fs::write(place("rui.crt"), of_lab(&world, &machine, "cat /etc/vmware/ssl/rui.crt"))
                .expect("it can be written");
        }
        let (_, boot) = expect.split_once("boot\n").expect("it tells how the host boots");
        assert_eq!(boot.contains("Stateless Boot NIC: 00"), !card.is_empty());
        script(&place("esxcli"), &format!("cat <<'END'\n{boot}END"));
        // Releases of openssl name the digest in their own ways.
        let plain = |text: &str| text.replace("SHA256(stdin)=", "(stdin)=").replace("SHA2-256(stdin)=", "(stdin)=");
        assert_eq!(plain(&text(&of_shell(folder.path(), &here))), expect, "{troubles}");
    }
}
