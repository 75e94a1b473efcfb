//! Every act that is not in the other files: what it does, that it does it once, and that it is taken back; in either of
//! the worlds that nobody knows apart.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use iofilter_certs::plan::Act;
use iofilter_certs::policy::{Policy, RenewBy, Safety, SignedCertificate};
use iofilter_certs::report::{Report, Verdict};
use iofilter_certs::run::{Ending, Outcome, Status};
use iofilter_certs_tests::{World, quick, told};

/// Five hosts, of which `esx02` has `trouble`, in a world with these switches.
fn fleet(trouble: &str, rest: &str) -> World {
    World::of(&format!(
        "seed = 29\n[[clusters]]\nname = \"a\"\ncount = 3\n[[clusters]]\nname = \"b\"\ncount = 2\n\
         [[hosts]]\nname = \"esx02\"\nssh_running = false\ntroubles = [\"{trouble}\"]\n{rest}"
    ))
}

fn apply(world: &World, policy: &Policy) -> Outcome {
    world.apply(policy).unwrap_or_else(|report| panic!("nothing to do: {}\n{:#?}", told(&report), report.plan))
}

#[track_caller]
fn is_cured(world: &World, policy: &Policy) -> Outcome {
    let services = world.on_hosts("services");
    let outcome = apply(world, policy);
    let seen = outcome.after.as_ref().map_or_else(String::new, told);
    assert_eq!(outcome.ending, Ending::Cured, "{:#?}\n{seen}", outcome.steps);
    let after = world.check(policy);
    assert_eq!(after.verdict, Verdict::Healthy, "{}\n{:#?}", told(&after), outcome.steps);
    assert_eq!(world.on_hosts("services"), services, "a service is not as it was");
    // Again is the same: there is nothing left to do.
    let again = world.plan(policy).plan.map_or(0, |plan| plan.steps().count());
    assert_eq!(again, 0, "a second plan is not empty");
    outcome
}

fn has_done(outcome: &Outcome, is_it: impl Fn(&Act) -> bool) -> bool {
    let done = |id: u32| outcome.steps.iter().any(|step| step.id == id && step.status == Status::Succeeded);
    outcome.plan.steps().any(|step| is_it(&step.act) && done(step.id.0))
}

fn refusals(report: &Report) -> String {
    report.plan.as_ref().map_or_else(String::new, |plan| format!("{:#?}\n{:?}", plan.refused, plan.notes))
}

/// What restarts management agents, asks for a signing request or resets alarms asks first.
fn asking() -> Policy {
    Policy { ceiling: Safety::AskFirst, ..quick() }
}

const RENEWAL_FAILS: &str =
    "[[faults]]\ncall = \"CertMgrRefreshCertificates_Task\"\nwhat = \"task-error:HostConfigFault\"\n";

#[test]
fn where_vcenter_refuses_to_renew_the_shell_is_the_way_and_keeps_the_earlier_pair() {
    let world = fleet("host-cert-expiring-hard", RENEWAL_FAILS);
    let outcome = is_cured(&world, &asking());
    assert!(has_done(&outcome, |act| matches!(act, Act::Shell { .. })), "{:#?}", outcome.steps);
    let files = world.on_hosts("files");
    let own = files.get("esx02.lab.example").expect("it is there").to_string();
    assert!(own.contains("old.rui.crt") && own.contains("old.rui.key"), "{own}");
}

#[test]
fn asked_by_name_vcenter_alone_renews() {
    let world = fleet("host-cert-expiring-hard", RENEWAL_FAILS);
    let outcome = apply(&world, &Policy { renew_by: RenewBy::Vcenter, ..quick() });
    assert!(matches!(outcome.ending, Ending::RolledBack { .. }), "{:#?}", outcome.ending);
    assert!(!outcome.plan.steps().any(|step| step.act.title().contains("generate-certificates")));
}

#[test]
fn a_renewal_that_works_leaves_the_shell_alone() {
    let world = fleet("host-cert-expiring-hard", "");
    let outcome = is_cured(&world, &quick());
    let is_command = |act: &Act| act.title().contains("rui") || act.title().contains("generate-certificates");
    assert!(!has_done(&outcome, is_command), "{:#?}", outcome.steps);
}

#[test]
fn a_shell_that_fails_in_the_middle_puts_the_earlier_pair_back() {
    for command in ["/sbin/generate-certificates", "services.sh"] {
        let world = fleet(
            "host-cert-expiring-hard",
            &format!("{RENEWAL_FAILS}[[faults]]\ncall = \"{command}\"\ntimes = 1\nwhat = \"reset\"\n"),
        );
        let (files, services) = (world.on_hosts("files"), world.on_hosts("services"));
        let outcome = apply(&world, &Policy { step_timeout_seconds: 6, ..asking() });
        match &outcome.ending {
            Ending::RolledBack { .. } => assert_eq!(world.on_hosts("files"), files, "{command}: {:#?}", outcome.steps),
            Ending::Cured => {}
            other => panic!("{command}: {other:?}\n{:#?}", outcome.steps),
        }
        assert_eq!(world.on_hosts("services"), services, "{command}");
    }
}

#[test]
fn a_push_of_roots_loses_nothing_that_the_store_held() {
    for drops in [true, false] {
        let world = fleet("castore-missing-vmca-root", &format!("[switches]\nrefresh_ca_drops_sms = {drops}\n"));
        let before = world.on_hosts("castore");
        let outcome = is_cured(&world, &quick());
        assert!(has_done(&outcome, |act| matches!(act, Act::PushRoots { .. })), "{:#?}", outcome.steps);
        let after = world.on_hosts("castore");
        let (old, new) = (
            before.get("esx02.lab.example").expect("it is there"),
            after.get("esx02.lab.example").expect("it is there").to_string(),
        );
        for kept in old.as_array().expect("a list") {
            assert!(new.contains(&kept.to_string()), "{drops}: it lost {kept}");
        }
    }
}

#[test]
fn a_push_of_roots_that_cannot_be_finished_is_taken_back_byte_for_byte() {
    let fault = "[[faults]]\ncall = \"ReplaceCACertificatesAndCRLs\"\ntimes = 1\nwhat = \"fault:HostConfigFault\"\n";
    let world = fleet("castore-missing-vmca-root", fault);
    let before = world.on_hosts("castore");
    let outcome = apply(&world, &quick());
    assert!(matches!(outcome.ending, Ending::RolledBack { .. }), "{:#?}", outcome.ending);
    assert_eq!(world.on_hosts("castore"), before, "{:#?}", outcome.steps);
}

#[test]
fn a_provider_that_does_not_register_itself_is_registered() {
    for (registers, asks) in [(true, false), (false, false), (false, true)] {
        let switches = format!(
            "[switches]\nsps_restart_registers_missing = {registers}\nregister_asks_for_certificate = {asks}\n"
        );
        let world = fleet("provider-missing", &switches);
        let outcome = is_cured(&world, &Policy { step_timeout_seconds: 6, ..quick() });
        let by_hand = has_done(&outcome, |act| matches!(act, Act::RegisterProvider { .. }));
        assert_eq!(by_hand, !registers, "{registers} {asks}: {:#?}", outcome.steps);
    }
}

#[test]
fn a_provider_that_was_unregistered_is_registered_again_when_the_rest_fails() {
    let world = fleet(
        "provider-cert-cached-stale",
        "[[faults]]\ncall = \"POST /api/vcenter/services/sps?action=restart\"\nwhat = \"fault:ERROR\"\n",
    );
    let urls = |world: &World| {
        let state = world.lab.state();
        let all = state
            .get("providers")
            .and_then(serde_json::Value::as_array)
            .expect("a list")
            .iter()
            .filter_map(|one| one.get("url"))
            .map(ToString::to_string);
        all.collect::<std::collections::BTreeSet<String>>()
    };
    let before = urls(&world);
    let outcome = apply(&world, &Policy { step_timeout_seconds: 6, ..quick() });
    assert!(matches!(outcome.ending, Ending::RolledBack { .. }), "{outcome:#?}");
    assert_eq!(urls(&world), before, "{:#?}", outcome.steps);
}

#[test]
fn without_ssh_the_services_are_told_of_their_certificate_and_what_comes_of_it_is_looked_at() {
    for restarts in [true, false] {
        let mut world = fleet("vp-cert-stale", &format!("[switches]\nnotify_restarts_daemon = {restarts}\n"));
        world.connection.esxi_ssh = None;
        let policy = Policy { step_timeout_seconds: 6, ..quick() };
        if restarts {
            let outcome = is_cured(&world, &policy);
            assert!(has_done(&outcome, |act| matches!(act, Act::NotifyServices { .. })), "{:#?}", outcome.steps);
        } else {
            let outcome = apply(&world, &policy);
            assert!(matches!(outcome.ending, Ending::RolledBack { .. }), "{:#?}", outcome.ending);
        }
    }
}

/// A fleet of the customer's CA, of which `esx02` runs out.
fn custom() -> World {
    World::of(
        "seed = 31\n[vcenter]\nmode = \"custom\"\n[[clusters]]\nname = \"a\"\ncount = 2\n\
         [[hosts]]\nname = \"esx02\"\ntroubles = [\"host-cert-expiring-hard\"]\n",
    )
}

fn signed(world: &World, request: &str) -> String {
    let shared = world.lab.shared();
    let mut inner = shared.world();
    let now = inner.now();
    inner.pki.sign_request(request, now).expect("it is a request").pem.clone()
}

#[test]
fn in_custom_mode_the_customers_ca_signs_and_vcenter_issues_nothing() {
    let world = custom();
    // Night after night nothing is asked of the host: a request that is with the CA stays good.
    let Err(report) = world.apply(&quick()) else { panic!("a request was made unasked") };
    assert!(refusals(&report).contains("`ask_first`"), "{}", refusals(&report));
    world.assert_unchanged();
    let outcome = apply_again(&world, &asking());
    let made = outcome.steps.iter().find(|step| step.made.is_some()).expect("a request was made");
    let request = made.made.clone().expect("a request was made");
    assert!(request.starts_with("-----BEGIN CERTIFICATE REQUEST-----"), "{request}");
    let kept = world.run_folder("again").join(made.kept.as_ref().expect("its file is named"));
    assert!(kept.ends_with("evidence/host-12-esx02.lab.example/signing-request.csr"), "{}", kept.display());
    let file = std::fs::read_to_string(kept).expect("it is kept as a file");
    assert_eq!(file.trim_end(), request.trim_end());
    assert!(outcome.plan.notes.join(" ").contains("signed by your CA"), "{:?}", outcome.plan.notes);
    assert!(outcome.plan.hosts().all(|host| host.cures.is_empty()), "nothing is promised");
    assert!(matches!(outcome.ending, Ending::Stuck { .. }), "{:#?}", outcome.ending);
    let certificate = signed(&world, &request);
    let given = SignedCertificate { certificate, request: Some(request) };
    let policy = Policy { host_certificates: BTreeMap::from([("esx02.lab.example".to_owned(), given)]), ..quick() };
    let outcome = apply(&world, &policy);
    assert_eq!(outcome.ending, Ending::Cured, "{:#?}", outcome.steps);
    assert_eq!(world.check(&policy).verdict, Verdict::Healthy, "{}", told(&world.check(&policy)));
    let calls = world.lab.calls();
    assert!(!calls.iter().any(|call| call.method == "CertMgrRefreshCertificates_Task"));
}

fn apply_again(world: &World, policy: &Policy) -> Outcome {
    let done = world.apply_as("again", policy, iofilter_certs_tests::agree).expect("it can be carried out");
    done.unwrap_or_else(|report| panic!("nothing to do: {}\n{}", told(&report), refusals(&report)))
}

#[test]
fn a_certificate_that_the_host_could_not_use_is_refused_before_anything_is_done() {
    let world = custom();
    let other = {
        let shared = world.lab.shared();
        let mut inner = shared.world();
        inner.signing_request("esx01.lab.example").expect("a request")
    };
    let foreign = signed(&world, &other);
    let wrong = [
        ("hello".to_owned(), None, "holds no certificate"),
        (foreign.clone(), None, "alternative names"),
        (foreign, Some("hello".to_owned()), "no signing request"),
    ];
    for (certificate, request, why) in wrong {
        let given = SignedCertificate { certificate, request };
        let policy = Policy { host_certificates: BTreeMap::from([("esx02.lab.example".to_owned(), given)]), ..quick() };
        let report = world.plan(&policy);
        assert!(refusals(&report).contains(why), "{why}: {}", refusals(&report));
    }
}

#[test]
fn an_installed_certificate_is_taken_back_when_the_daemon_does_not_follow() {
    let world = World::of(
        "seed = 31\n[vcenter]\nmode = \"custom\"\n[[clusters]]\nname = \"a\"\ncount = 2\n\
         [switches]\ndaemon_restart_refreshes_provider = false\n\
         [[hosts]]\nname = \"esx02\"\ntroubles = [\"host-cert-expiring-hard\"]\n",
    );
    let request = world.lab.shared().world().signing_request("esx02.lab.example").expect("a request");
    let given = SignedCertificate { certificate: signed(&world, &request), request: Some(request) };
    let policy = Policy {
        host_certificates: BTreeMap::from([("esx02.lab.example".to_owned(), given)]),
        step_timeout_seconds: 6,
        ..quick()
    };
    let before = world.on_hosts("certificate_443");
    let outcome = apply(&world, &policy);
    assert!(matches!(outcome.ending, Ending::RolledBack { .. }), "{outcome:#?}");
    assert_eq!(world.on_hosts("certificate_443"), before);
}

const SMS_GONE: &str = "seed = 37\n[vcenter]\nversion = \"9.0.0\"\ntroubles = [\"sms-cert-missing\"]\n[[clusters]]\nname = \"a\"\ncount = 2\n\
     [[clusters]]\nname = \"b\"\ncount = 1\nversion = \"9.0.0\"\n";

#[test]
fn a_client_certificate_is_made_anew_only_with_a_consent_of_its_own() {
    let world = World::of(SMS_GONE);
    let Err(report) = world.apply(&Policy { ceiling: Safety::AskFirst, ..quick() }) else { panic!("it was done") };
    assert!(refusals(&report).contains("setting `allow_fleet_wide`"), "{}", refusals(&report));
    world.assert_unchanged();
}

#[test]
fn a_client_certificate_that_is_gone_is_made_anew_and_trusted_by_every_host_below_nine() {
    for pushes in [false, true] {
        let world = World::of(&format!("{SMS_GONE}[switches]\nsps_restart_pushes_sms = {pushes}\n"));
        let policy = Policy { allow_fleet_wide: true, ..quick() };
        let outcome = is_cured(&world, &policy);
        let restarts = world.lab.calls().into_iter().filter(|call| call.method.contains("sps?action=restart")).count();
        assert_eq!(restarts, 1, "{pushes}: {:#?}", outcome.steps);
    }
}

/// The certificates of the store `SMS` by alias.
fn sms_store(world: &World) -> serde_json::Value {
    world.lab.state().pointer("/vcenter/vecs/SMS/entries").cloned().unwrap_or_default()
}

const EXTENSION_EXPIRED: &str = "seed = 37\n[vcenter]\nversion = \"9.0.0\"\ntroubles = [\"sps-extension-expired\"]\n[[clusters]]\nname = \"a\"\n\
     count = 1\n[[clusters]]\nname = \"b\"\ncount = 2\nversion = \"9.0.0\"\n";

#[test]
fn an_expired_extension_is_made_anew() {
    let world = World::of(EXTENSION_EXPIRED);
    let outcome = is_cured(&world, &Policy { allow_fleet_wide: true, ..quick() });
    assert!(has_done(&outcome, |act| matches!(act, Act::DeleteClientEntry { .. })), "{:#?}", outcome.steps);
}

#[test]
fn an_entry_that_sps_does_not_make_anew_is_put_back_as_it_was() {
    let restart = "call = \"POST /api/vcenter/services/sps?action=restart\"\nwhat = \"fault:ERROR\"\n";
    let world = World::of(&format!("{EXTENSION_EXPIRED}[[faults]]\n{restart}"));
    let before = sms_store(&world);
    let outcome = apply(&world, &Policy { allow_fleet_wide: true, step_timeout_seconds: 15, ..quick() });
    assert!(matches!(outcome.ending, Ending::RolledBack { .. }), "{outcome:#?}");
    assert_eq!(sms_store(&world), before, "{:#?}", outcome.steps);
}

#[test]
fn in_thumbprint_mode_an_entry_is_made_from_what_the_provider_shows() {
    for trouble in ["thumbprint-entry-missing", "thumbprint-entry-stale"] {
        let world = World::of(&format!(
            "seed = 43\n[vcenter]\nmode = \"thumbprint\"\n[[clusters]]\nname = \"a\"\ncount = 2\n\
             [[hosts]]\nname = \"esx02\"\ntroubles = [\"{trouble}\"]\n"
        ));
        let policy = Policy { ceiling: Safety::AskFirst, ..quick() };
        let outcome = apply(&world, &policy);
        assert_eq!(outcome.ending, Ending::Cured, "{trouble}: {:#?}", outcome.steps);
        assert!(has_done(&outcome, |act| matches!(act, Act::PinProvider { .. })), "{trouble}: {:#?}", outcome.steps);
        assert!(!world.lab.calls().iter().any(|call| call.method.contains("CertMgr")), "{trouble}");
        assert_eq!(world.plan(&policy).plan.map_or(0, |plan| plan.steps().count()), 0, "{trouble}");
    }
}

#[test]
fn the_firewall_lets_sps_in_again() {
    for trouble in ["vp-ruleset-disabled", "vp-ruleset-restricted"] {
        let world = fleet(trouble, "");
        let outcome = is_cured(&world, &quick());
        let is_firewall = |act: &Act| matches!(act, Act::SetRuleSet { .. } | Act::SetAllowedAddresses { .. });
        assert!(has_done(&outcome, is_firewall), "{trouble}: {:#?}", outcome.steps);
    }
}

#[test]
fn a_clock_that_is_wrong_is_set_by_the_servers_that_are_given_and_by_none_that_are_made_up() {
    let world = fleet("vc-host-clock-skew", "");
    let Err(report) = world.apply(&quick()) else { panic!("something was done without a server") };
    assert!(refusals(&report).contains("setting `time_servers`"), "{}", refusals(&report));
    world.assert_unchanged();
    let policy = Policy { time_servers: vec!["ntp.lab.example".to_owned()], ..quick() };
    let outcome = apply_again(&world, &policy);
    assert_eq!(outcome.ending, Ending::Cured, "{:#?}", outcome.steps);
    assert_eq!(world.check(&policy).verdict, Verdict::Healthy);
}

#[test]
fn alarms_that_stayed_behind_turn_green_or_are_acknowledged_where_others_would_turn_with_them() {
    let alarm = |minutes_ago| {
        format!("[[vcenter.alarms]]\nname = \"Host CPU usage\"\nhost = \"esx01\"\nminutes_ago = {minutes_ago}\n")
    };
    for (others, is_alone) in [(String::new(), true), (alarm(60), false)] {
        let world = fleet("alarm-residual", &others);
        let outcome = is_cured(&world, &asking());
        assert_eq!(has_done(&outcome, |act| matches!(act, Act::ClearAlarms { .. })), is_alone, "{:#?}", outcome.steps);
        let acknowledges = has_done(&outcome, |act| matches!(act, Act::AcknowledgeAlarm { .. }));
        assert_eq!(acknowledges, !is_alone, "{:#?}", outcome.steps);
        let left = world.lab.state().pointer("/vcenter/alarms").cloned().unwrap_or_default();
        assert_eq!(left.as_array().map(Vec::len), Some(if is_alone { 0 } else { 2 }), "{left}");
    }
    // Unasked they are acknowledged, and none turns green.
    let outcome = is_cured(&fleet("alarm-residual", ""), &quick());
    assert!(has_done(&outcome, |act| matches!(act, Act::AcknowledgeAlarm { .. })), "{:#?}", outcome.steps);
    assert!(!outcome.plan.steps().any(|step| matches!(step.act, Act::ClearAlarms { .. })));
}

#[test]
fn an_alarm_that_may_not_be_reset_or_not_any_more_is_acknowledged() {
    let world = World::of(
        "seed = 29\n[vcenter]\ndenied_privileges = [\"Alarm.SetStatus\"]\n[[clusters]]\nname = \"a\"\ncount = 2\n\
         [[hosts]]\nname = \"esx02\"\ntroubles = [\"alarm-residual\"]\n",
    );
    let outcome = apply(&world, &asking());
    assert!(has_done(&outcome, |act| matches!(act, Act::AcknowledgeAlarm { .. })), "{:#?}", outcome.steps);
    // One that is raised between the plan and its turn keeps its colour.
    let world = fleet("alarm-residual", "");
    let shared = std::sync::Arc::clone(world.lab.shared());
    let raise = move |request| {
        shared.world().raise_alarm("Host connection failure", Some("host-11"), "red");
        iofilter_certs_tests::agree(request)
    };
    let ended = world.apply_as("run", &asking(), raise).expect("it can be carried out");
    let outcome = ended.unwrap_or_else(|report| panic!("nothing to do: {}", told(&report)));
    assert!(!has_done(&outcome, |act| matches!(act, Act::ClearAlarms { .. })), "{:#?}", outcome.steps);
    let left = world.lab.state().pointer("/vcenter/alarms").cloned().unwrap_or_default();
    assert!(left.to_string().contains("host-11"), "{left}");
}
