//! What `apply` cures, what it refuses, and what it leaves alone.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use iofilter_certs::policy::{Policy, RenewBy, Safety};
use iofilter_certs::report::Verdict;
use iofilter_certs::run::Ending;
use iofilter_certs_lab::Scenario;
use iofilter_certs_tests::{World, causes, quick, told};

/// A fleet in which only `esx02` is in trouble.
fn fleet(trouble: &str, version: &str) -> String {
    format!(
        "seed = 7\n[[clusters]]\nname = \"a\"\ncount = 3\nversion = \"{version}\"\n[[clusters]]\nname = \"b\"\ncount = 2\n\
         [[hosts]]\nname = \"esx02\"\ntroubles = [\"{trouble}\"]\n"
    )
}

fn cures(trouble: &str, policy: &Policy) {
    let world = World::of(&fleet(trouble, "8.0.3"));
    let before = world.check(policy);
    assert_eq!(before.verdict, Verdict::Findings, "{trouble}: {}", told(&before));
    let outcome = world.apply(policy).unwrap_or_else(|report| {
        let refused = report.plan.as_ref().map(|plan| format!("{:#?}", plan.refused));
        panic!("{trouble}: nothing to do\n{}\n{refused:?}", told(&report))
    });
    let steps: Vec<String> =
        outcome.steps.iter().map(|step| format!("{:?}: {} {:?}", step.status, step.title, step.why)).collect();
    let seen = outcome.after.as_ref().map_or_else(String::new, told);
    assert_eq!(outcome.ending, Ending::Cured, "{trouble}\n{}\n{seen}", steps.join("\n"));
    let after = world.check(policy);
    assert_eq!(after.verdict, Verdict::Healthy, "{trouble}: {}\n{}", told(&after), steps.join("\n"));
    untouched(&world, trouble);
}

/// The lab's own log of calls proves that healthy hosts were left alone.
fn untouched(world: &World, trouble: &str) {
    let ready = world.lab.ready().expect("it is ready");
    let others: Vec<&str> =
        ready.hosts.iter().filter(|host| !host.name.starts_with("esx02")).map(|host| host.name.as_str()).collect();
    assert_eq!(others.len(), 4);
    for call in world.lab.calls().into_iter().filter(|call| call.changes) {
        let touched = others.iter().any(|other| call.host.as_deref() == Some(*other));
        assert!(!touched, "{trouble}: a healthy host was changed: {call:?}");
    }
}

macro_rules! cured {
    ($($name:ident: $trouble:literal;)*) => {
        $(#[test] fn $name() { cures($trouble, &quick()); })*
    };
}

cured! {
    an_expired_host_certificate_is_cured: "host-cert-expired";
    a_host_certificate_past_its_hard_threshold_is_cured: "host-cert-expiring-hard";
    a_host_certificate_past_its_soft_threshold_is_cured: "host-cert-expiring-soft";
    a_self_signed_host_certificate_is_cured: "host-cert-self-signed";
    a_host_certificate_of_an_earlier_root_is_cured: "host-cert-old-vmca-root";
    a_host_certificate_with_another_name_is_cured: "host-cert-name-mismatch";
    an_expired_provider_certificate_is_cured: "vp-cert-expired";
    a_stale_provider_certificate_is_cured: "vp-cert-stale";
    a_provider_certificate_past_its_hard_threshold_is_cured: "vp-cert-expiring-hard";
    old_dates_in_sms_are_cured: "provider-cert-cached-stale";
    a_missing_sms_certificate_is_cured: "castore-missing-sms";
    a_stale_sms_certificate_is_cured: "castore-stale-sms";
    an_empty_ca_store_is_cured: "castore-empty";
    a_missing_vmca_root_is_cured: "castore-missing-vmca-root";
    an_offline_provider_is_cured: "provider-offline";
    a_disconnected_provider_is_cured: "provider-disconnected";
    a_missing_provider_is_cured: "provider-missing";
}

#[test]
fn what_may_be_wanted_is_taken_away_only_when_the_ceiling_allows_to_ask() {
    for trouble in ["provider-duplicate", "provider-orphan", "host-disconnected"] {
        let world = World::of(&fleet(trouble, "8.0.3"));
        let Err(report) = world.apply(&quick()) else { panic!("{trouble}: something was done below the ceiling") };
        let refused = &report.plan.as_ref().expect("a plan was made").refused;
        assert!(refused.iter().any(|one| one.code == trouble), "{trouble}: {refused:?}");
        assert!(!world.lab.calls().iter().any(|call| call.changes), "{trouble}: nothing is changed");
    }
    for trouble in ["provider-duplicate", "provider-orphan"] {
        cures(trouble, &Policy { ceiling: Safety::AskFirst, ..quick() });
    }
}

#[test]
fn the_shell_way_follows_the_seed_and_keeps_the_earlier_pair() {
    let policy = Policy { renew_by: RenewBy::Shell, ceiling: Safety::AskFirst, ..quick() };
    cures("host-cert-expiring-hard", &policy);
    cures("host-cert-expired", &policy);
}

#[test]
fn a_stopped_sps_is_started() {
    let world =
        World::of("seed = 3\n[vcenter]\ntroubles = [\"sps-service-stopped\"]\n[[clusters]]\nname = \"a\"\ncount = 3\n");
    let report = world.check(&quick());
    assert_eq!(causes(&report).len(), 1, "{}", told(&report));
    let outcome = world.apply(&quick()).unwrap_or_else(|report| panic!("nothing to do: {}", told(&report)));
    assert_eq!(outcome.ending, Ending::Cured, "{:#?}", outcome.steps);
    assert_eq!(world.check(&quick()).verdict, Verdict::Healthy);
}

#[test]
fn the_demo_ends_healthy() {
    let world = World::start(Scenario::demo().expect("the preset is right"));
    let outcome = world.apply(&quick()).unwrap_or_else(|report| panic!("nothing to do: {}", told(&report)));
    assert_eq!(outcome.ending, Ending::Cured, "{:#?}", outcome.steps);
    let after = world.check(&quick());
    assert_eq!(after.verdict, Verdict::Healthy, "{}", told(&after));
}
