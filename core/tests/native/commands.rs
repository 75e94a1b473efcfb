//! Commands of the appliance in a real shell: what is told by standard input stays one word, and nothing is lost.
#![expect(clippy::disallowed_methods, reason = "the tools of the shell are files")]

use std::io::Write as _;
use std::process::{Command, Stdio};

use iofilter_certs::request::SshChange;

/// Runs a command of the appliance in a real shell, with a `vecs-cli` that writes down what it is told.
fn run(command: SshChange, input: &str) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("vecs-cli"), format!("#!/bin/sh\necho \"$@\" >> {}\n", path("told"))).unwrap();
    std::fs::write(path("service-control"), format!("#!/bin/sh\necho \"$@\" >> {}\n", path("told"))).unwrap();
    let text = command.text().replace("/usr/lib/vmware-vmafd/bin/vecs-cli", &format!("sh {}", path("vecs-cli")));
    let text = text.replace("/var/lib/iofilter-certs", &path("kept"));
    let text = text.replace("service-control", &format!("sh {}", path("service-control")));
    let mut child = Command::new("sh").arg("-c").arg(text).stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    // A command that reads nothing closes its input early.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let code = child.wait().unwrap().code();
    let told = std::fs::read_to_string(path("told")).unwrap_or_default().replace(&path("kept"), "KEPT");
    (code, told)
}

const URL: &str = "https://esx01.example.com:9080/version.xml";

#[test]
fn an_alias_comes_by_standard_input_and_is_one_word_whatever_is_in_it() {
    let (code, told) = run(SshChange::PinProviderCertificate, &format!("{URL}\nPEM\n"));
    assert_eq!(code, Some(0));
    assert_eq!(
        told,
        format!(
            "entry delete --store SMS --alias {URL} -y\nentry create --store SMS --alias {URL} --cert KEPT/pin.crt\n"
        )
    );
    let (code, told) = run(SshChange::UnpinProviderCertificate, &format!("{URL}\n"));
    assert_eq!((code, told), (Some(0), format!("entry delete --store SMS --alias {URL} -y\n")));
    for alias in ["sms_self_signed", "", "https://x:9080/", "$(reboot)", "; reboot"] {
        let (code, told) = run(SshChange::UnpinProviderCertificate, &format!("{alias}\n"));
        assert_eq!((code, told.as_str()), (Some(64), ""), "{alias}");
    }
    let (_, told) = run(SshChange::UnpinProviderCertificate, "https://$(echo x):1/version.xml\n");
    assert_eq!(told, "entry delete --store SMS --alias https://$(echo x):1/version.xml -y\n");
}

#[test]
fn nothing_is_put_back_that_was_not_kept_and_nothing_deleted_that_could_not_be_kept() {
    assert_eq!(run(SshChange::RestoreSmsSelfSigned, "1764500001\n"), (Some(1), String::new()));
    // This `vecs-cli` writes no file, so the chain ends before it deletes.
    let (code, told) = run(SshChange::DeleteSmsSelfSigned, "1764500001\n");
    assert_ne!(code, Some(0));
    assert!(told.contains("getcert") && told.contains("getkey") && !told.contains("delete"), "{told}");
}
