//! A repair over the SSH server that ESXi itself runs, in place of the lab's own.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use iofilter_certs::native::SshAccess;
use iofilter_certs::report::Verdict;
use iofilter_certs::run::Ending;
use iofilter_certs_tests::{World, quick, told};

#[test]
fn a_stale_provider_certificate_is_cured_over_openssh() {
    let mut world = World::of(
        "seed = 17\n[[clusters]]\nname = \"a\"\ncount = 3\n[[hosts]]\nname = \"esx02\"\nssh = \"openssh\"\n\
         troubles = [\"vp-cert-stale\"]\n",
    );
    let ready = world.lab.ready().expect("it is ready").clone();
    // Its sshd takes a key and no password.
    let port = ready.hosts.get(1).expect("there are three").ssh_port;
    world.connection.esxi_ssh =
        Some(SshAccess { port: Some(port), key_file: Some(ready.ssh_key.clone()), ..SshAccess::default() });
    let outcome = world.apply(&quick()).unwrap_or_else(|report| panic!("nothing to do: {}", told(&report)));
    assert_eq!(outcome.ending, Ending::Cured, "{:#?}", outcome.steps);
    let restarts = world.lab.calls().into_iter().filter(|call| call.method.contains("iofiltervpd")).count();
    assert_eq!(restarts, 1, "the daemon was restarted over SSH, once");
    let report = world.check(&quick());
    assert_eq!(report.verdict, Verdict::Healthy, "{}", told(&report));
}

#[test]
fn a_host_key_that_is_not_known_ends_it_before_a_login() {
    let mut world = World::of(
        "seed = 17\n[[clusters]]\nname = \"a\"\ncount = 3\n[[hosts]]\nname = \"esx02\"\nssh = \"openssh\"\n\
         troubles = [\"vp-cert-stale\"]\n",
    );
    let ready = world.lab.ready().expect("it is ready").clone();
    world.connection.known_hosts.clear();
    let key_file = Some(ready.ssh_key.clone());
    let port = ready.hosts.get(1).map(|host| host.ssh_port);
    world.connection.esxi_ssh = Some(SshAccess { port, key_file, ..SshAccess::default() });
    let outcome = world.apply(&quick()).unwrap_or_else(|report| panic!("nothing to do: {}", told(&report)));
    let Ending::RolledBack { why, .. } = &outcome.ending else { panic!("{:?}", outcome.ending) };
    assert!(why.contains("host key") && why.contains("SHA256:"), "{why}");
    world.assert_unchanged();
}
