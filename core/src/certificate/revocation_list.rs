//! Revocation lists, as far as whose they are.

/// Those of `lists` that `held` has neither itself nor another one of the same issuer. All are PEM texts; one that cannot
/// be read is known by its text alone.
pub(crate) fn lists_without_successor(lists: &[String], held: &[String]) -> Vec<String> {
    let is_held = |list: &String| {
        let issuer = issuer(list);
        held.iter().any(|other| is_same_text(list, other) || (issuer.is_some() && issuer == self::issuer(other)))
    };
    lists.iter().filter(|list| !is_held(list)).cloned().collect()
}

/// The DER of the issuer's name.
fn issuer(list: &str) -> Option<Vec<u8>> {
    let (_, block) = x509_parser::pem::parse_x509_pem(list.as_bytes()).ok()?;
    let (_, list) = x509_parser::parse_x509_crl(&block.contents).ok()?;
    Some(list.issuer().as_raw().to_vec())
}

/// Whether two PEM texts differ in nothing but where their lines break.
pub(crate) fn is_same_text(left: &str, right: &str) -> bool {
    left.split_ascii_whitespace().flat_map(str::bytes).eq(right.split_ascii_whitespace().flat_map(str::bytes))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn list(issuer: &str, number: u64) -> String {
        let mut names = rcgen::CertificateParams::new(Vec::new()).unwrap();
        names.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        names.key_usages = vec![rcgen::KeyUsagePurpose::CrlSign];
        names.distinguished_name.push(rcgen::DnType::CommonName, issuer);
        let issuer = rcgen::Issuer::new(names, rcgen::KeyPair::generate().unwrap());
        let params = rcgen::CertificateRevocationListParams {
            this_update: rcgen::date_time_ymd(2026, 1, 1),
            next_update: rcgen::date_time_ymd(2027, 1, 1),
            crl_number: number.into(),
            issuing_distribution_point: None,
            revoked_certs: Vec::new(),
            key_identifier_method: rcgen::KeyIdMethod::Sha256,
        };
        params.signed_by(&issuer).unwrap().pem().unwrap()
    }

    #[test]
    fn texts_are_the_same_wherever_their_lines_break() {
        assert!(is_same_text("-----BEGIN X509 CRL-----\nAB\nCD\n", "-----BEGIN X509 CRL-----\r\nABCD"));
        assert!(!is_same_text("AB\nCD", "AB\nCE") && !is_same_text("AB", "ABC"));
    }

    #[test]
    fn a_newer_list_of_an_issuer_takes_the_place_of_an_earlier_one_and_of_no_other() {
        let (earlier, newer, other) = (list("CA", 1), list("CA", 2), list("Corporate CA", 1));
        let held = [newer];
        assert!(lists_without_successor(std::slice::from_ref(&earlier), &held).is_empty());
        assert_eq!(lists_without_successor(&[earlier, other.clone()], &held), [other]);
        let junk = ["junk".to_owned()];
        assert_eq!(lists_without_successor(&junk, &held), junk);
        assert!(lists_without_successor(&junk, &junk).is_empty());
    }
}
