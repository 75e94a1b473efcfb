//! Dates and server names.

use iofilter_certs::certificate::{NameMatch, Validity};
use rcgen::{CertificateParams, KeyPair, SanType};

use crate::{made, now};

#[test]
fn both_ends_of_the_validity_are_good() {
    let host = made("host");
    let at = |seconds: i64| host.validity(host.not_before.plus_seconds(seconds));
    let length = host.not_after.seconds_since(host.not_before);
    assert_eq!(at(-1), Validity::NotYetValid { seconds: 1 });
    assert_eq!(at(0), Validity::Valid { seconds_left: length });
    assert_eq!(at(length), Validity::Valid { seconds_left: 0 });
    assert_eq!(at(length + 1), Validity::Expired { seconds: 1 });
    assert!(at(0).is_valid() && !at(-1).is_valid());
}

#[test]
fn the_dates_of_all_time_do_not_overflow() {
    let always = made("years-1950-to-9999");
    assert!(always.validity(now()).is_valid());
    assert!(matches!(always.validity(iofilter_certs::time::UnixTime(i64::MAX)), Validity::Expired { .. }));
    assert!(matches!(always.validity(iofilter_certs::time::UnixTime(i64::MIN)), Validity::NotYetValid { .. }));
}

#[test]
fn names_and_addresses_match_exactly_or_not() {
    let host = made("host");
    for name in
        ["esx01.lab.test", "ESX01.LAB.TEST", "esx01.lab.test.", "192.0.2.11", "2001:DB8::11", "[2001:db8:0::11]"]
    {
        assert_eq!(host.matches_name(name), NameMatch::Exact, "{name}");
    }
    // The last is its common name's short form.
    for name in ["esx02.lab.test", "esx01.lab.test.evil.test", "192.0.2.1", "", ".", "lab.test", "esx01"] {
        assert_eq!(host.matches_name(name), NameMatch::Mismatch, "{name}");
    }
    assert!(!host.has_wildcard());
}

#[test]
fn a_wildcard_is_told_from_a_name() {
    let wildcard = made("wildcard");
    assert!(wildcard.has_wildcard());
    assert_eq!(wildcard.matches_name("esx01.Lab.test"), NameMatch::Wildcard { pattern: "*.lab.test".into() });
    // Its common name does not count beside alternative names.
    assert_eq!(wildcard.matches_name("lab.test"), NameMatch::Mismatch);
}

#[test]
fn a_common_name_counts_only_alone_and_is_told_apart() {
    let old = made("host-of-version-1-root");
    assert_eq!(old.matches_name("esx01.lab.test"), NameMatch::CommonNameOnly);
    assert_eq!(old.matches_name("esx01"), NameMatch::Mismatch);
}

#[test]
fn an_address_written_as_dns_name_is_not_an_address() {
    let mut params = CertificateParams::default();
    params.subject_alt_names = vec![SanType::DnsName("192.0.2.11".try_into().unwrap())];
    let certificate = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
    let certificate = iofilter_certs::certificate::Certificate::from_der(certificate.der()).unwrap();
    assert_eq!(certificate.dns_names, ["192.0.2.11"]);
    assert_eq!(certificate.matches_name("192.0.2.11"), NameMatch::Mismatch);
}
