//! Paths to an anchor, and each way of not finding one.

use iofilter_certs::certificate::{Certificate, ChainVerdict, MAXIMUM_DEPTH, MAXIMUM_SIGNATURE_CHECKS, verify_chain};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose, date_time_ymd,
};

use crate::{made, now};

type Authority = CertifiedIssuer<'static, KeyPair>;

fn params(name: &str, is_ca: IsCa) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = is_ca;
    params.use_authority_key_identifier_extension = true;
    params
}

fn authority() -> IsCa {
    IsCa::Ca(BasicConstraints::Unconstrained)
}

fn root(params: CertificateParams) -> Authority {
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn below(issuer: &Authority, params: CertificateParams) -> Authority {
    CertifiedIssuer::signed_by(params, KeyPair::generate().unwrap(), issuer).unwrap()
}

fn read(made: &Authority) -> Certificate {
    Certificate::from_der(made.der()).unwrap()
}

fn leaf(issuer: &Authority) -> Certificate {
    read(&below(issuer, params("leaf", IsCa::NoCa)))
}

fn trusted(anchor: &Certificate) -> ChainVerdict {
    ChainVerdict::Trusted { anchor: anchor.fingerprint }
}

#[test]
fn a_host_of_vmca_is_trusted_by_its_root() {
    let (host, vmca) = (made("host"), made("vmca-root"));
    assert_eq!(verify_chain(&host, &[], &[&made("sms-self-signed"), &vmca], now()), trusted(&vmca));
}

#[test]
fn every_supported_algorithm_verifies_and_only_with_the_right_key() {
    let pairs = [
        ("host", "vmca-root"),
        ("subordinate", "vmca-root"),
        ("host-of-subordinate", "subordinate"),
        ("host-sha1", "vmca-root"),
        ("p256", "p256"),
        ("p384", "p384"),
        ("host-of-p256", "p256"),
        ("host-of-p384", "p384"),
        ("rsa-1024", "rsa-1024"),
        ("rsa-8192", "rsa-8192"),
        ("version-1-root", "version-1-root"),
    ];
    for (certificate, issuer) in pairs {
        assert_eq!(made(certificate).signed_by(&made(issuer)), Ok(true), "{certificate} by {issuer}");
        assert_eq!(made(certificate).signed_by(&made("vmca-root-replaced")), Ok(false), "{certificate}");
    }
    assert_eq!(made("host").signed_by(&made("p256")), Ok(false));
    assert_eq!(made("p256").signed_by(&made("vmca-root")), Ok(false));
    assert_eq!(made("p256").signed_by(&made("p384")), Ok(false));
}

#[test]
fn what_cannot_be_judged_is_unknown_and_says_why() {
    let vmca = made("vmca-root");
    for (name, algorithm) in [("host-pss", "RSASSA-PSS"), ("host-md5", "md5WithRSAEncryption")] {
        let verdict = verify_chain(&made(name), &[], &[&vmca], now());
        assert!(verdict.is_unknown() && !verdict.is_trusted(), "{verdict:?}");
        let reason = format!(
            "signature algorithm `{algorithm}` is not supported: only RSA PKCS#1 v1.5 and ECDSA P-256 and P-384 are"
        );
        assert_eq!(verdict, ChainVerdict::Unsupported { reason });
    }
    for name in ["p521", "ed25519"] {
        assert!(verify_chain(&made(name), &[], &[&vmca], now()).is_unknown(), "{name}");
        assert_eq!(
            verify_chain(&made(name), &[], &[&made(name)], now()),
            trusted(&made(name)),
            "an anchor is trusted as it is"
        );
    }
}

#[test]
fn a_subordinate_must_be_at_hand() {
    let (host, subordinate, vmca) = (made("host-of-subordinate"), made("subordinate"), made("vmca-root"));
    assert_eq!(verify_chain(&host, &[&subordinate], &[&vmca], now()), trusted(&vmca));
    assert_eq!(verify_chain(&host, &[&host, &vmca, &subordinate], &[&vmca], now()), trusted(&vmca));
    assert_eq!(verify_chain(&host, &[], &[&subordinate], now()), trusted(&subordinate), "an anchor need not be a root");
    let alone = verify_chain(&host, &[], &[&vmca], now());
    assert_eq!(alone, ChainVerdict::UnknownIssuer { issuer: subordinate.subject.clone() });
    let without_root = verify_chain(&host, &[&subordinate], &[&made("sms-self-signed")], now());
    assert_eq!(without_root, ChainVerdict::Incomplete { missing: vmca.subject });
}

#[test]
fn a_root_that_is_served_but_not_trusted_does_not_help() {
    let (root, other) = (root(params("root", authority())), root(params("other", authority())));
    let verdict = verify_chain(&leaf(&root), &[&read(&root)], &[&read(&other)], now());
    assert_eq!(verdict, ChainVerdict::UnknownIssuer { issuer: read(&root).subject });
}

#[test]
fn a_replaced_vmca_root_is_recognised() {
    let (old, vmca) = (made("host-of-replaced-root"), made("vmca-root"));
    let expected = ChainVerdict::SameNameOtherKey {
        issuer: vmca.subject.clone(),
        authority_key_id: made("vmca-root-replaced").subject_key_id,
    };
    assert_eq!(verify_chain(&old, &[], &[&vmca], now()), expected);
    assert_eq!(verify_chain(&old, &[&made("vmca-root-replaced")], &[&vmca], now()), expected, "served with its root");
    let both = [&vmca, &made("vmca-root-replaced")];
    assert_eq!(verify_chain(&old, &[], &both, now()), trusted(both[1]));
}

#[test]
fn without_key_identifiers_the_signature_tells_the_roots_apart() {
    let mut bare = params("root", authority());
    bare.use_authority_key_identifier_extension = false;
    let (one, other) = (root(bare.clone()), root(bare));
    let mut host = params("leaf", IsCa::NoCa);
    host.use_authority_key_identifier_extension = false;
    let host = read(&below(&one, host));
    let expected = ChainVerdict::SameNameOtherKey { issuer: read(&one).subject, authority_key_id: None };
    assert_eq!(verify_chain(&host, &[], &[&read(&other)], now()), expected);
    assert_eq!(verify_chain(&host, &[], &[&read(&other), &read(&one)], now()), trusted(&read(&one)));
}

#[test]
fn a_self_signed_certificate_is_trusted_only_as_an_anchor() {
    let sms = made("sms-self-signed");
    assert_eq!(verify_chain(&sms, &[], &[&made("vmca-root")], now()), ChainVerdict::SelfSigned);
    assert_eq!(verify_chain(&sms, &[&sms], &[], now()), ChainVerdict::SelfSigned);
    assert_eq!(verify_chain(&sms, &[], &[&sms], now()), trusted(&sms));
    assert!(sms.is_self_signed() && !made("host").is_self_signed());
}

#[test]
fn an_altered_certificate_has_a_bad_signature() {
    let (host, vmca) = (made("host"), made("vmca-root"));
    let mut der = host.der().to_vec();
    *der.last_mut().unwrap() ^= 1;
    let altered = Certificate::from_der(&der).unwrap();
    let expected = ChainVerdict::BadSignature { certificate: altered.fingerprint, issuer: vmca.fingerprint };
    assert_eq!(verify_chain(&altered, &[], &[&vmca], now()), expected);
}

#[test]
fn issuers_are_judged_by_their_dates_and_the_leaf_is_not() {
    let mut past = params("root", authority());
    past.not_after = date_time_ymd(2026, 11, 21);
    let expired = root(past.clone());
    let verdict = verify_chain(&leaf(&expired), &[], &[&read(&expired)], now());
    let not_after = read(&expired).not_after;
    assert_eq!(verdict, ChainVerdict::AnchorExpired { anchor: read(&expired).fingerprint, not_after });
    assert!(verify_chain(&leaf(&expired), &[], &[&read(&expired)], not_after).is_trusted());

    let mut future = params("root", authority());
    future.not_before = date_time_ymd(2026, 11, 23);
    let early = root(future);
    let verdict = verify_chain(&leaf(&early), &[], &[&read(&early)], now());
    let not_before = read(&early).not_before;
    assert_eq!(verdict, ChainVerdict::IssuerNotYetValid { issuer: read(&early).fingerprint, not_before });

    let good = root(params("good root", authority()));
    let middle = below(&good, past);
    let verdict = verify_chain(&leaf(&middle), &[&read(&middle)], &[&read(&good)], now());
    assert_eq!(verdict, ChainVerdict::IntermediateExpired { intermediate: read(&middle).fingerprint, not_after });

    let mut old_leaf = params("leaf", IsCa::NoCa);
    old_leaf.not_after = date_time_ymd(2020, 1, 1);
    assert!(verify_chain(&read(&below(&good, old_leaf)), &[], &[&read(&good)], now()).is_trusted());
}

#[test]
fn a_renewed_root_with_the_same_key_counts_beside_the_expired_one() {
    let key = || KeyPair::from_pem(KEY.as_str()).unwrap();
    let mut past = params("root", authority());
    past.not_after = date_time_ymd(2026, 11, 21);
    let expired = CertifiedIssuer::self_signed(past, key()).unwrap();
    let renewed = CertifiedIssuer::self_signed(params("root", authority()), key()).unwrap();
    let host = leaf(&expired);
    assert_eq!(verify_chain(&host, &[], &[&read(&expired), &read(&renewed)], now()), trusted(&read(&renewed)));
}

static KEY: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| KeyPair::generate().unwrap().serialize_pem());

#[test]
fn only_authorities_may_sign() {
    let good = root(params("root", authority()));
    let mut wrong_usage = params("no signer", authority());
    wrong_usage.key_usages = vec![KeyUsagePurpose::CrlSign];
    for middle in [params("host", IsCa::NoCa), params("host", IsCa::ExplicitNoCa), wrong_usage] {
        let middle = below(&good, middle);
        let verdict = verify_chain(&leaf(&middle), &[&read(&middle)], &[&read(&good)], now());
        assert_eq!(verdict, ChainVerdict::NotAnAuthority { issuer: read(&middle).fingerprint });
    }
}

#[test]
fn a_path_longer_than_an_authority_allows_is_refused() {
    let narrow = root(params("root", IsCa::Ca(BasicConstraints::Constrained(0))));
    assert!(verify_chain(&leaf(&narrow), &[], &[&read(&narrow)], now()).is_trusted());
    let middle = below(&narrow, params("middle", authority()));
    let verdict = verify_chain(&leaf(&middle), &[&read(&middle)], &[&read(&narrow)], now());
    assert_eq!(verdict, ChainVerdict::NotAnAuthority { issuer: read(&narrow).fingerprint });
}

#[test]
fn a_root_of_version_1_may_sign() {
    let (host, old) = (made("host-of-version-1-root"), made("version-1-root"));
    assert!(!old.is_ca);
    assert_eq!(verify_chain(&host, &[], &[&old], now()), trusted(&old));
}

#[test]
fn depth_is_bounded() {
    let top = root(params("root", authority()));
    let mut path = vec![top];
    for level in 1..=MAXIMUM_DEPTH {
        let next = below(path.last().unwrap(), params(&format!("level {level}"), authority()));
        path.push(next);
    }
    let all: Vec<Certificate> = path.iter().map(read).collect();
    let all: Vec<&Certificate> = all.iter().collect();
    let verdict = |under: usize| verify_chain(&leaf(&path[under]), &all[1..], &all[..1], now());
    assert_eq!(verdict(MAXIMUM_DEPTH - 1), trusted(all[0]));
    assert_eq!(verdict(MAXIMUM_DEPTH), ChainVerdict::TooComplex);
}

#[test]
fn loops_end() {
    // Two authorities that signed each other, and neither is trusted.
    let (one, other) = (root(params("one", authority())), root(params("other", authority())));
    let key = || KeyPair::from_pem(&one.key().serialize_pem()).unwrap();
    let one_by_other = CertifiedIssuer::signed_by(params("one", authority()), key(), &other).unwrap();
    let other_by_one = {
        let key = KeyPair::from_pem(&other.key().serialize_pem()).unwrap();
        CertifiedIssuer::signed_by(params("other", authority()), key, &one).unwrap()
    };
    let circle = [&read(&one_by_other), &read(&other_by_one)];
    let verdict = verify_chain(&leaf(&one_by_other), &circle, &[&made("vmca-root")], now());
    assert_eq!(verdict, ChainVerdict::UnknownIssuer { issuer: "CN=one".into() });
    // With one of the roots trusted, the way through the circle is found.
    let verdict = verify_chain(&leaf(&one_by_other), &circle, &[&read(&other)], now());
    assert_eq!(verdict, trusted(&read(&other)));
}

#[test]
fn a_thousand_candidates_of_one_name_are_cut_short() {
    let mut bare = params("root", authority());
    bare.use_authority_key_identifier_extension = false;
    let real = root(bare.clone());
    let mut host = params("leaf", IsCa::NoCa);
    host.use_authority_key_identifier_extension = false;
    let host = read(&below(&real, host));
    let fake = read(&root(bare));
    let mut anchors = vec![&fake; 1_000];
    let real = read(&real);
    anchors.push(&real);
    assert_eq!(verify_chain(&host, &[], &anchors, now()), ChainVerdict::TooComplex);
    anchors.drain(..anchors.len() - MAXIMUM_SIGNATURE_CHECKS);
    assert_eq!(verify_chain(&host, &[], &anchors, now()), trusted(&real));
}

#[test]
fn verdicts_survive_json() {
    let verdict = verify_chain(&made("host-of-replaced-root"), &[], &[&made("vmca-root")], now());
    let json = serde_json::to_value(&verdict).unwrap();
    assert_eq!(json["verdict"], "same-name-other-key");
    assert_eq!(serde_json::from_value::<ChainVerdict>(json).unwrap(), verdict);
}
