//! Acts that are taken back when nothing went wrong: forth and back leaves the lab as it was, forth once more is the same
//! as the first time, and so is an act whose answer was lost on the way.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use iofilter_certs::plan::{Act, Undo};
use iofilter_certs::policy::{Approve, Policy, RenewBy, Safety};
use iofilter_certs::report::Verdict;
use iofilter_certs::request::{Approval, ApprovalRequest, Subject};
use iofilter_certs::run::{Ending, JournalEntry, JournalEvent, Outcome, Status};
use iofilter_certs_tests::{World, agree, quick, told};
use serde_json::Value;

/// Three hosts, of which `esx02` has `trouble`, in a vCenter of `mode`.
fn fleet(mode: &str, trouble: &str, rest: &str) -> World {
    World::of(&format!(
        "seed = 47\n[vcenter]\nmode = \"{mode}\"\n[[clusters]]\nname = \"a\"\ncount = 3\n\
         [[hosts]]\nname = \"esx02\"\nssh_running = false\ntroubles = [\"{trouble}\"]\n{rest}"
    ))
}

/// All of the lab that lasts: no clock, no log, and nothing that SMS reads anew by itself.
fn lasting(world: &World) -> Value {
    let mut state = world.lab.state();
    let vcenter = state.get_mut("vcenter").and_then(Value::as_object_mut).expect("it has a vCenter");
    vcenter.retain(|name, _| !["events", "open_sessions", "alarms"].contains(&name.as_str()));
    for host in state.get_mut("hosts").and_then(Value::as_array_mut).expect("it has hosts") {
        // A clock that was set right is not set wrong again.
        host.as_object_mut().expect("a host").remove("clock_offset_seconds");
    }
    // A provider that is registered anew has another uid.
    let providers = state.get_mut("providers").and_then(Value::as_array_mut).expect("it has providers");
    let mut urls: Vec<String> = providers.iter().filter_map(|one| Some(one.get("url")?.to_string())).collect();
    urls.sort();
    *providers = urls.into_iter().map(Value::from).collect();
    let all = state.as_object_mut().expect("a state");
    all.retain(|name, _| ["vcenter", "hosts", "providers"].contains(&name.as_str()));
    state
}

fn apply_as(world: &World, run: &str, policy: &Policy) -> Outcome {
    let ended = world.apply_as(run, policy, agree).unwrap_or_else(|error| panic!("apply failed: {error}"));
    let outcome = ended.unwrap_or_else(|report| panic!("nothing to do: {}\n{:#?}", told(&report), report.plan));
    assert_eq!(outcome.ending, Ending::Cured, "{:#?}", outcome.steps);
    outcome
}

/// The acts of this kind, each with where it stands.
fn standing(outcome: &Outcome, is_it: impl Fn(&Act) -> bool) -> Vec<Status> {
    let status = |id: u32| outcome.steps.iter().find(|step| step.id == id).map(|step| step.status);
    outcome.plan.steps().filter(|step| is_it(&step.act)).filter_map(|step| status(step.id.0)).collect()
}

/// Forth, back, forth; and forth and back with the answer to `call` lost, which is the one that does it.
fn forth_and_back(mode: &str, trouble: &str, call: &str, policy: &Policy, is_it: impl Fn(&Act) -> bool + Copy) {
    let world = fleet(mode, trouble, "");
    let before = lasting(&world);
    let outcome = apply_as(&world, "first", policy);
    assert!(standing(&outcome, is_it).contains(&Status::Succeeded), "{trouble}: {:#?}", outcome.steps);
    let after = lasting(&world);
    assert_ne!(after, before, "{trouble}: nothing was done");
    let back = world.rollback("first").unwrap_or_else(|error| panic!("{trouble}: rollback failed: {error}"));
    assert!(matches!(back.ending, Ending::TakenBack { .. }), "{trouble}: {:#?}\n{:#?}", back.ending, back.steps);
    assert!(standing(&back, is_it).contains(&Status::Undone), "{trouble}: {:#?}", back.steps);
    assert_eq!(lasting(&world), before, "{trouble}: {:#?}", back.steps);
    // A clock that was set right stays so, and SMS has not yet missed a provider that it reached a moment ago.
    if !["vc-host-clock-skew", "vp-ruleset-restricted"].contains(&trouble) {
        apply_as(&world, "second", policy);
        assert_eq!(lasting(&world), after, "{trouble}: the second time is not as the first");
    }
    let lossy = fleet(mode, trouble, &format!("[[faults]]\ncall = \"{call}\"\ntimes = 1\nwhat = \"reset\"\n"));
    let before = lasting(&lossy);
    let ended = lossy.apply_as("lossy", policy, agree).unwrap_or_else(|error| panic!("apply failed: {error}"));
    let lost = ended.unwrap_or_else(|report| panic!("{trouble}: nothing to do: {}", told(&report)));
    if lost.ending == Ending::Cured {
        let back = lossy.rollback("lossy").unwrap_or_else(|error| panic!("{trouble}: rollback failed: {error}"));
        assert!(matches!(back.ending, Ending::TakenBack { .. }), "{trouble}: {:#?}", back.ending);
    } else {
        assert!(matches!(lost.ending, Ending::RolledBack { .. }), "{trouble}: {:#?}", lost.ending);
    }
    assert_eq!(lasting(&lossy), before, "{trouble}: the answer to `{call}` was lost: {:#?}", lost.steps);
}

#[test]
fn a_rule_set_that_was_enabled_is_disabled_again() {
    let is_it = |act: &Act| matches!(act, Act::SetRuleSet { .. });
    forth_and_back("vmca", "vp-ruleset-disabled", "EnableRuleset", &quick(), is_it);
}

#[test]
fn a_rule_set_that_was_opened_for_vcenter_lets_in_whom_it_let_in_before() {
    let is_it = |act: &Act| matches!(act, Act::SetAllowedAddresses { .. });
    forth_and_back("vmca", "vp-ruleset-restricted", "UpdateRuleset", &quick(), is_it);
}

#[test]
fn a_host_asks_its_earlier_time_servers_again() {
    let policy = Policy { time_servers: vec!["ntp.lab.example".to_owned()], ..quick() };
    let is_it = |act: &Act| matches!(act, Act::SetTimeServers { .. });
    forth_and_back("vmca", "vc-host-clock-skew", "UpdateDateTimeConfig", &policy, is_it);
}

#[test]
fn an_entry_that_was_made_for_a_provider_is_deleted_or_is_the_earlier_one_again() {
    let policy = Policy { ceiling: Safety::AskFirst, ..quick() };
    let is_it = |act: &Act| matches!(act, Act::PinProvider { .. });
    for trouble in ["thumbprint-entry-missing", "thumbprint-entry-stale"] {
        forth_and_back("thumbprint", trouble, "mkdir", &policy, is_it);
    }
}

#[test]
fn a_certificate_that_vcenter_renewed_stays_and_the_plan_says_why() {
    let world = fleet("vmca", "host-cert-expiring-hard", "");
    let before = lasting(&world);
    let outcome = apply_as(&world, "run", &quick());
    let renewal = outcome.plan.steps().find(|step| matches!(step.act, Act::RenewHostCertificate { .. }));
    let Undo::Nothing(why) = &renewal.expect("it is renewed").undo else { panic!("it would be undone") };
    assert!(why.contains("rui.bak"), "{why}");
    let renewed = world.on_hosts("certificate_443");
    let back = world.rollback("run").unwrap_or_else(|error| panic!("rollback failed: {error}"));
    assert!(!matches!(back.ending, Ending::Refused { .. } | Ending::Halted { .. }), "{:#?}", back.ending);
    assert_eq!(world.on_hosts("certificate_443"), renewed, "it is neither lost nor another one");
    assert_eq!(world.check(&quick()).verdict, Verdict::Healthy, "{}", told(&world.check(&quick())));
    // All but the certificate is as it was.
    let without = |mut state: Value| {
        for host in state.get_mut("hosts").and_then(Value::as_array_mut).expect("it has hosts") {
            let own = ["certificate_443", "certificate_9080", "files", "recorded"];
            host.as_object_mut().expect("a host").retain(|name, _| !own.contains(&name.as_str()));
        }
        state
    };
    assert_eq!(without(lasting(&world)), without(before), "{:#?}", back.steps);
}

fn by_shell() -> Policy {
    Policy { renew_by: RenewBy::Shell, ceiling: Safety::AskFirst, step_timeout_seconds: 8, ..quick() }
}

#[test]
fn a_new_certificate_must_end_later_than_the_one_that_it_replaces() {
    // What vCenter issues lasts five days, and what it would replace three weeks.
    let world = World::of(
        "seed = 47\n[vcenter]\noptions = { \"vpxd.certmgmt.certs.daysValid\" = \"5\" }\n\
         [[clusters]]\nname = \"a\"\ncount = 2\n[[hosts]]\nname = \"esx02\"\ntroubles = [\"host-cert-expiring-hard\"]\n",
    );
    let ended = world.apply_as("run", &by_shell(), agree).unwrap_or_else(|error| panic!("apply failed: {error}"));
    let outcome = ended.unwrap_or_else(|report| panic!("nothing to do: {}", told(&report)));
    assert_ne!(outcome.ending, Ending::Cured, "{:#?}", outcome.steps);
    let why: Vec<&str> = outcome.steps.iter().filter_map(|step| step.why.as_deref()).collect();
    assert!(why.iter().any(|why| why.contains("ends after")), "{why:?}");
    let connection = world.on_hosts("connection");
    assert_eq!(connection.get("esx02.lab.example").and_then(Value::as_str), Some("connected"), "{:#?}", outcome.steps);
}

/// A host whose pair on disk is broken in this way.
fn broken(trouble: &str, rest: &str) -> World {
    World::of(&format!(
        "seed = 53\n[[clusters]]\nname = \"a\"\ncount = 2\n[[hosts]]\nname = \"esx02\"\ntroubles = [\"{trouble}\"]\n{rest}"
    ))
}

#[test]
fn a_pair_that_is_broken_on_disk_is_made_anew_and_what_was_left_of_it_is_kept() {
    for (trouble, kept) in [("host-key-mismatch", "old.rui.crt"), ("host-cert-missing", "old.rui.key")] {
        let world = broken(trouble, "");
        let services = world.on_hosts("services");
        let policy = Policy { ceiling: Safety::AskFirst, ..quick() };
        let outcome = apply_as(&world, "run", &policy);
        let is_command = |act: &Act| matches!(act, Act::Shell { .. });
        assert!(standing(&outcome, is_command).contains(&Status::Succeeded), "{trouble}: {:#?}", outcome.steps);
        assert_eq!(world.check(&policy).verdict, Verdict::Healthy, "{trouble}: {}", told(&world.check(&policy)));
        let files = world.on_hosts("files");
        let own = files.get("esx02.lab.example").expect("it is there").to_string();
        assert!(own.contains(kept) && own.contains("\"rui.key\"") && own.contains("\"rui.crt\""), "{trouble}: {own}");
        assert_eq!(world.on_hosts("services"), services, "{trouble}: SSH is as it was");
    }
}

#[test]
fn a_new_pair_that_cannot_be_made_or_taken_up_gives_way_to_what_was_left_of_the_old() {
    let cases = [
        ("host-key-mismatch", "/sbin/generate-certificates", "fault:broken"),
        ("host-cert-missing", "/sbin/generate-certificates", "fault:broken"),
        ("host-cert-missing", "services.sh", "refused"),
    ];
    for (trouble, call, what) in cases {
        let world = broken(trouble, &format!("[[faults]]\ncall = \"{call}\"\nwhat = \"{what}\"\n"));
        let (files, services) = (world.on_hosts("files"), world.on_hosts("services"));
        let shown = world.on_hosts("certificate_443");
        let policy = Policy { ceiling: Safety::AskFirst, step_timeout_seconds: 6, ..quick() };
        let ended = world.apply_as("run", &policy, agree).unwrap_or_else(|error| panic!("apply failed: {error}"));
        let outcome = ended.unwrap_or_else(|report| panic!("nothing to do: {}\n{:#?}", told(&report), report.plan));
        assert!(matches!(outcome.ending, Ending::RolledBack { .. }), "{trouble} {call}: {:#?}", outcome.ending);
        assert_eq!(world.on_hosts("files"), files, "{trouble} {call}: {:#?}", outcome.steps);
        assert_eq!(world.on_hosts("certificate_443"), shown, "{trouble} {call}");
        assert_eq!(world.on_hosts("services"), services, "{trouble} {call}");
    }
}

#[test]
fn a_shell_way_that_fails_restores_the_pair_and_closes_ssh_again() {
    for (call, what) in [("/sbin/generate-certificates", "fault:broken"), ("services.sh", "refused")] {
        let world = fleet(
            "vmca",
            "host-cert-expiring-hard",
            &format!("[[faults]]\ncall = \"{call}\"\ntimes = 1\nwhat = \"{what}\"\n"),
        );
        let before = lasting(&world);
        let ended = world.apply_as("run", &by_shell(), agree).unwrap_or_else(|error| panic!("apply failed: {error}"));
        let outcome = ended.unwrap_or_else(|report| panic!("nothing to do: {}", told(&report)));
        match outcome.ending {
            Ending::RolledBack { .. } => assert_eq!(lasting(&world), before, "{call}: {:#?}", outcome.steps),
            // A connection that was lost before the command began is made once more.
            Ending::Cured => assert_eq!(what, "refused", "{:#?}", outcome.steps),
            ref other => panic!("{call}: {other:?}\n{:#?}", outcome.steps),
        }
        let services = world.on_hosts("services");
        let own = services.get("esx02.lab.example").and_then(|own| own.pointer("/TSM-SSH/running"));
        assert_eq!(own, Some(&Value::Bool(false)), "{call}: SSH is closed again");
    }
}

#[test]
fn a_pair_that_a_person_keeps_on_the_host_stops_the_way_by_the_shell_and_both_stay_where_they_are() {
    let world = fleet("vmca", "host-cert-expiring-hard", "");
    {
        let mut inner = world.lab.shared().world();
        let other = inner.host("esx01.lab.example").expect("it is there").files.clone();
        let own = inner.host_mut("esx02.lab.example").expect("it is there");
        for name in ["rui.crt", "rui.key"] {
            own.files.insert(format!("old.{name}"), other.get(name).expect("it has a pair").clone());
        }
    }
    let before = lasting(&world);
    let ended = world.apply_as("run", &by_shell(), agree).unwrap_or_else(|error| panic!("apply failed: {error}"));
    let outcome = ended.unwrap_or_else(|report| panic!("nothing to do: {}", told(&report)));
    let Ending::RolledBack { why, .. } = &outcome.ending else { panic!("{:#?}", outcome.ending) };
    assert!(why.contains("`old.rui.key` is in the way") && why.contains("plan again"), "{why}");
    assert_eq!(lasting(&world), before, "{:#?}", outcome.steps);
    assert!(!world.lab.calls().iter().any(|call| call.method == "services.sh"), "agents restarted for nothing");
}

#[test]
fn a_host_is_given_a_new_pair_twice_and_both_earlier_ones_are_kept() {
    let world = fleet("vmca", "host-cert-expiring-hard", "");
    let files = |world: &World| world.on_hosts("files").remove("esx02.lab.example").expect("it is there");
    apply_as(&world, "first", &by_shell());
    let first = files(&world);
    world.trouble(Some("esx02.lab.example"), "host-cert-expiring-hard");
    let before = files(&world);
    apply_as(&world, "second", &by_shell());
    let second = files(&world);
    for name in ["rui.crt", "rui.key"] {
        let old = format!("old.{name}");
        assert_eq!(second.get(&old), before.get(name), "{second}");
        let earlier = second.as_object().expect("names").iter().filter(|(one, _)| one.starts_with(&format!("{old}.")));
        assert!(earlier.map(|(_, file)| Some(file)).any(|file| file == first.get(&old)), "{second}");
    }
    // What the second one keeps is not put back for the first.
    world.trouble(Some("esx02.lab.example"), "host-cert-expiring-hard");
    let now = files(&world);
    let back = world.rollback("first").unwrap_or_else(|error| panic!("rollback failed: {error}"));
    assert_eq!(files(&world).get("rui.crt"), now.get("rui.crt"), "{:#?}", back.steps);
    assert_eq!(files(&world).get("old.rui.crt"), now.get("old.rui.crt"), "{:#?}", back.steps);
}

#[test]
fn nothing_is_put_back_over_a_store_that_cannot_be_seen() {
    let world = fleet(
        "vmca",
        "castore-missing-vmca-root",
        "[[faults]]\ncall = \"ReplaceCACertificatesAndCRLs\"\ntimes = 1\nwhat = \"fault:HostConfigFault\"\n",
    );
    let blind = r#"{"call": "ListCACertificates", "what": "fault:HostConfigFault"}"#;
    let policy = Policy { step_timeout_seconds: 4, ..quick() };
    let outcome = world.apply_watched(&policy, |event, _| {
        if matches!(event, JournalEvent::UndoStarted { .. }) {
            world.lab.add_fault(serde_json::from_str(blind).expect("the rule is right"));
        }
    });
    let Ending::Stuck { left_behind, .. } = &outcome.ending else { panic!("{:#?}", outcome.ending) };
    assert!(left_behind.iter().any(|line| line.contains("could not be seen")), "{left_behind:?}");
    let calls = world.lab.calls();
    let writes = calls.iter().filter(|call| call.method == "ReplaceCACertificatesAndCRLs").count();
    assert_eq!(writes, 1, "it wrote over what it did not see: {:#?}", outcome.steps);
}

#[test]
fn what_was_never_begun_is_not_taken_back_live_or_from_its_journal() {
    let world = fleet("vmca", "castore-missing-sms", "");
    let refuse = |request: ApprovalRequest| match &request.subject {
        Subject::Step(step) if matches!(step.act, Act::AddToCaStore { .. }) => {
            Approval::Rejected { reason: "not this one".to_owned() }
        }
        _ => agree(request),
    };
    let policy = Policy { approve: Approve::Step, step_timeout_seconds: 4, ..quick() };
    let ended = world.apply_as("run", &policy, refuse).unwrap_or_else(|error| panic!("apply failed: {error}"));
    ended.unwrap_or_else(|report| panic!("nothing to do: {}", told(&report)));
    let journal = world.journal("run");
    let has_begun = |entry: &JournalEntry| matches!(entry.event, JournalEvent::Started { .. });
    assert!(!journal.iter().any(has_begun), "{journal:#?}");
    world.assert_unchanged();
}
