//! What nobody knows of vSphere is a switch of the lab. The same repair reaches the same end on either side of each,
//! because it looks and does not assume.
#![expect(clippy::panic, reason = "a test fails by panicking")]

use iofilter_certs::policy::{Policy, Safety};
use iofilter_certs::report::Verdict;
use iofilter_certs::run::Ending;
use iofilter_certs_tests::{World, quick, told};

/// Repairs `trouble` in a world where `switch` is on and in one where it is off.
fn either_way(switch: &str, trouble: &str) {
    for on in [true, false] {
        let world = World::of(&format!(
            "seed = 41\n[[clusters]]\nname = \"a\"\ncount = 2\n[switches]\n{switch} = {on}\n\
             [[hosts]]\nname = \"esx02\"\ntroubles = [\"{trouble}\"]\n"
        ));
        let ceiling = if trouble == "host-disconnected" { Safety::AskFirst } else { Safety::Disturbs };
        let policy = Policy { ceiling, step_timeout_seconds: 8, ..quick() };
        let outcome = world
            .apply(&policy)
            .unwrap_or_else(|report| panic!("{switch} = {on}: nothing to do: {}\n{:#?}", told(&report), report.plan));
        let seen = outcome.after.as_ref().map_or_else(String::new, told);
        assert_eq!(outcome.ending, Ending::Cured, "{switch} = {on}\n{:#?}\n{seen}", outcome.steps);
        let after = world.check(&policy);
        assert_eq!(after.verdict, Verdict::Healthy, "{switch} = {on}: {}\n{:#?}", told(&after), outcome.steps);
    }
}

macro_rules! either_way {
    ($($switch:ident: $trouble:literal;)*) => {
        $(#[test] fn $switch() { either_way(stringify!($switch), $trouble); })*
    };
}

either_way! {
    expired_renew_refused: "host-cert-expired";
    reconnect_pushes_sms: "host-cert-expired";
    reconnect_refreshes_provider: "host-cert-expired";
    reconnect_reissues: "host-cert-expired";
    reconnect_works_on_vasa_one: "provider-disconnected";
    refresh_ca_drops_sms: "castore-missing-vmca-root";
    refresh_certificate_works: "provider-cert-cached-stale";
    renew_refreshes_provider: "host-cert-expiring-hard";
    renewal_pushes_roots: "host-cert-expired";
    register_asks_for_certificate: "provider-missing";
    sps_restart_pushes_sms: "castore-missing-sms";
    sps_restart_registers_missing: "provider-cert-cached-stale";
    sync_revives_disconnected: "provider-disconnected";
    sync_updates_cached_certificate: "provider-cert-cached-stale";
    tls_failure_disconnects: "host-cert-expired";
    unregistered_returns_by_itself: "provider-cert-cached-stale";
}

#[test]
fn daemon_restart_refreshes_provider() {
    for on in [true, false] {
        let world = World::of(&format!(
            "seed = 41\n[[clusters]]\nname = \"a\"\ncount = 2\n[switches]\ndaemon_restart_refreshes_provider = {on}\n\
             [[hosts]]\nname = \"esx02\"\nssh_running = false\ntroubles = [\"vp-cert-stale\"]\n"
        ));
        let services = world.on_hosts("services");
        let policy = Policy { step_timeout_seconds: 6, ..quick() };
        let outcome = world.apply(&policy).unwrap_or_else(|report| panic!("nothing to do: {}", told(&report)));
        // Where a restart does not help, nothing is made of it, and SSH is closed again.
        let is_right = match outcome.ending {
            Ending::Cured => on,
            Ending::RolledBack { .. } => !on,
            _ => false,
        };
        assert!(is_right, "{on}: {:#?}", outcome.ending);
        assert_eq!(world.on_hosts("services"), services, "{on}");
    }
}
