//! Facts that contradict each other or the calendar: never a panic, and never fine.

use super::testing::{Authority, Fleet, Leaf, seen, shown};
use crate::certificate::Fingerprint;
use crate::facts::{Thresholds, VecsEntry};
use crate::time::UnixTime;

/// From [`super::testing::NOW`] back to 1950, and on to the last second of 9999.
const TO_1950: i64 = -2_401_315_200;
const TO_9999: i64 = 253_402_300_799 - 1_770_206_400;

/// What a judgement says of a fleet, findings and open questions alike.
fn said(fleet: &Fleet) -> Vec<String> {
    let judgement = fleet.judge();
    let open = judgement.unanswered.iter().flat_map(|unanswered| unanswered.codes.iter().cloned());
    judgement.findings.iter().map(|finding| finding.diagnostic.code.clone()).chain(open).collect()
}

#[test]
fn centuries_are_dates_like_others() {
    let mut fleet = Fleet::of(1);
    let old = fleet.issue(&Leaf::of("esx01.lab.test").begins(TO_1950).ends(TO_1950 + 1));
    fleet.serve(1, old);
    fleet.has_one_cause("host-cert-expired");
    let endless = fleet.issue(&Leaf::of("esx01.lab.test").begins(TO_1950).ends(TO_9999));
    fleet.serve(1, endless);
    fleet.is_fine();
    let ahead = fleet.issue(&Leaf::of("esx01.lab.test").begins(TO_9999 - 1).ends(TO_9999));
    fleet.serve(1, ahead);
    fleet.has_one_cause("cert-not-yet-valid");
}

#[test]
fn dates_the_wrong_way_round_are_never_good() {
    let mut fleet = Fleet::of(1);
    let odd = fleet.issue(&Leaf::of("esx01.lab.test").begins(3600).ends(-3600));
    fleet.serve(1, odd);
    fleet.has_one_cause("host-cert-expired");
}

#[test]
fn clocks_and_settings_beyond_all_bounds_do_no_harm_to_the_arithmetic() {
    for number in [i64::MIN, -1, 0, i64::MAX] {
        let mut fleet = Fleet::of(1).of_root_ending_in(86_400 * 2000);
        fleet.vcenter().thresholds = seen(Thresholds {
            soft_days: number,
            hard_days: number,
            days_valid: number,
            minutes_before: number,
            poll_interval_days: number,
        });
        fleet.host(1).clock_ahead_of_vcenter_seconds = seen(number);
        said(&fleet);
        fleet.vcenter().clock_ahead_seconds = seen(number);
        said(&fleet);
        fleet.facts.ended_at = UnixTime(number);
        said(&fleet);
    }
}

#[test]
fn versions_that_are_none_do_no_harm() {
    for version in ["", ".", "8.0.99999999999999999999", "-1.0", "9", "neun"] {
        let mut fleet = Fleet::copy_of_one_ending_in(600 * 86_400);
        fleet.vcenter().version = seen(version.to_owned());
        fleet.vcenter().build = seen("99999999999999999999".to_owned());
        assert!(!said(&fleet).is_empty(), "{version}");
    }
}

#[test]
fn a_certificate_that_is_only_named_leaves_everything_open_that_it_decides() {
    let nobody = Fingerprint::of(b"nobody has this");
    let mut leaf = Fleet::of(1);
    leaf.serve(1, nobody);
    let open = said(&leaf);
    for code in ["host-cert-expired", "host-cert-self-signed", "host-cert-weak", "vp-cert-expired"] {
        assert!(open.iter().any(|said| said == code), "{code}: {open:?}");
    }
    // It may be the root of a certificate that leads to nothing else.
    let mut root = Fleet::of(1);
    let foreign = root.keep(Authority::root("Example Root", "IT").sign(&Leaf::of("esx01.lab.test")));
    root.serve(1, foreign);
    root.has_one_cause("host-cert-foreign-ca");
    let mut roots = root.vcenter().trusted_roots.value().cloned().unwrap_or_default();
    roots.push(nobody);
    root.vcenter().trusted_roots = seen(roots.clone());
    root.vcenter().published_roots = seen(roots);
    assert!(root.codes().iter().all(|code| code != "host-cert-foreign-ca"));
    assert!(said(&root).iter().any(|code| code == "host-cert-foreign-ca"));
    let mut vcenter = Fleet::of(1);
    vcenter.vcenter().on_https = shown(nobody);
    assert!(said(&vcenter).iter().any(|code| code == "machine-ssl-expired"));
}

#[test]
fn two_hosts_with_one_certificate_are_not_both_right() {
    let mut fleet = Fleet::of(2);
    let shared = fleet.host(1).on_443.value().map(|shown| shown.leaf);
    if let Some(leaf) = shared {
        fleet.serve(2, leaf);
    }
    fleet.has_one_cause("host-cert-name-mismatch");
}

#[test]
fn an_entry_of_the_trusted_roots_that_holds_nothing_is_found() {
    let mut fleet = Fleet::of(1);
    let mut stores = fleet.vcenter().vecs.value().cloned().unwrap_or_default();
    for store in stores.iter_mut().filter(|store| store.name == "TRUSTED_ROOTS") {
        store.entries.push(VecsEntry { alias: "damaged".to_owned(), certificate: None });
    }
    fleet.vcenter().vecs = seen(stores);
    fleet.has_one_cause("roots-unparseable");
}
