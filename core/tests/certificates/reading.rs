//! What is read from a certificate is what OpenSSL wrote into it.

use std::path::PathBuf;

use iofilter_certs::certificate::{
    Certificate, CertificateError, Digest, Fingerprint, KeyAlgorithm, SignatureAlgorithm,
};
use iofilter_certs::time::UnixTime;

use crate::{folder, made, pem};

#[test]
#[expect(clippy::disallowed_methods, reason = "with UPDATE=1 the texts above the PEM blocks are written anew")]
fn every_file_carries_its_text_form() {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "pem"));
    assert!(files.len() >= 25, "only {} certificates were found", files.len());
    for path in files {
        let found = std::fs::read_to_string(&path).unwrap();
        let certificate = Certificate::from_pem(&found).unwrap();
        let expected = format!("{}\n{}", certificate.text(), certificate.to_pem());
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &expected).unwrap();
        } else {
            assert_eq!(found, expected, "{}", path.display());
        }
    }
}

#[test]
fn a_host_certificate_of_vmca() {
    let (host, root) = (made("host"), made("vmca-root"));
    assert_eq!(
        host.subject,
        "CN=esx01.lab.test,emailAddress=vmca@vmware.com,C=US,ST=California,L=Palo Alto,O=VMware,OU=VMware Engineering"
    );
    assert_eq!(host.issuer, "OU=VMware Engineering,O=vcenter.lab.test,ST=California,C=US,DC=local,DC=vsphere,CN=CA");
    assert_eq!(host.issuer, root.subject);
    assert_eq!(host.common_name.as_deref(), Some("esx01.lab.test"));
    assert_eq!(host.dns_names, ["esx01.lab.test"]);
    assert_eq!(host.ip_addresses, ["192.0.2.11", "2001:db8::11"]);
    assert_eq!(host.serial, "1003");
    assert_eq!(host.not_before.to_string(), "2024-01-01T00:00:00Z");
    assert_eq!(host.not_after.to_string(), "2029-01-01T00:00:00Z");
    assert_eq!((&host.key.algorithm, host.key.bits), (&KeyAlgorithm::Rsa, 2048));
    assert_eq!(host.signature_algorithm, SignatureAlgorithm::Rsa(Digest::Sha256));
    assert!(!host.is_ca && !host.self_issued && root.is_ca && root.self_issued);
    assert!(host.authority_key_id.is_some() && host.authority_key_id == root.subject_key_id);
    assert_eq!(host.subject_key_id.as_deref().map(str::len), Some(40));
    assert_eq!(host.fingerprint, Fingerprint::of(host.der()));
    assert_eq!((host.sha1_thumbprint.len(), host.sha1_thumbprint.matches(':').count()), (59, 19));
    assert_eq!(host.sha1_thumbprint, host.sha1_thumbprint.to_uppercase());
}

#[test]
fn dates_at_the_edges_of_both_encodings() {
    let always = made("years-1950-to-9999");
    assert_eq!(always.not_before.to_string(), "1950-01-01T00:00:00Z");
    assert_eq!(always.not_after, UnixTime(253_402_300_799));
    let turn = made("years-2049-to-2050");
    assert_eq!(turn.not_before.to_string(), "2049-12-31T23:59:59Z");
    assert_eq!(turn.not_after.to_string(), "2050-01-01T00:00:00Z");
    assert_eq!(turn.not_after.seconds_since(turn.not_before), 1);
}

#[test]
fn names_with_every_trap_of_rfc_4514() {
    let odd = made("odd-names");
    assert_eq!(
        odd.subject,
        "CN=\\#Zürich\\ ,CN=first,2.5.4.97=VATDE-1,OU=a \\\"b\\\" \\<c\\>+O=VMware\\, Inc.,DC=lab,DC=test"
    );
    assert_eq!(odd.common_name.as_deref(), Some("#Zürich "));
    assert_eq!(made("bmp-string").subject, "CN=old authority,O=Łódź");
}

#[test]
fn algorithms_and_sizes() {
    let shown = |name: &str| {
        let certificate = made(name);
        format!("{}, {}", certificate.key, certificate.signature_algorithm)
    };
    assert_eq!(shown("rsa-1024"), "RSA 1024, sha256WithRSAEncryption");
    assert_eq!(shown("rsa-8192"), "RSA 8192, sha256WithRSAEncryption");
    assert_eq!(shown("host-md5"), "RSA 2048, md5WithRSAEncryption");
    assert_eq!(shown("host-sha1"), "RSA 2048, sha1WithRSAEncryption");
    assert_eq!(shown("host-pss"), "RSA 2048, RSASSA-PSS");
    assert_eq!(shown("p256"), "EC P-256, ecdsa-with-SHA256");
    assert_eq!(shown("p384"), "EC P-384, ecdsa-with-SHA384");
    assert_eq!(shown("p521"), "EC P-521, ecdsa-with-SHA512");
    assert_eq!(shown("ed25519"), "Ed25519, Ed25519");
    for (name, weak) in [("host-md5", true), ("host-sha1", true), ("host", false), ("host-pss", false)] {
        assert_eq!(made(name).signature_algorithm.is_weak(), weak, "{name}");
    }
}

#[test]
fn json_shows_what_was_read_and_believes_only_the_der() {
    let host = made("host");
    let mut json = serde_json::to_value(&host).unwrap();
    assert_eq!(json["subject"], host.subject.as_str());
    assert_eq!(json["key"], serde_json::json!({"algorithm": "RSA", "bits": 2048}));
    assert_eq!(json["signature_algorithm"], "sha256WithRSAEncryption");
    assert_eq!(json["fingerprint"], host.fingerprint.to_string());
    assert_eq!(json["not_after"], host.not_after.0);

    json["subject"] = "CN=forged".into();
    json["not_after"] = i64::MAX.into();
    json["fingerprint"] = made("vmca-root").fingerprint.to_string().into();
    let back: Certificate = serde_json::from_value(json).unwrap();
    assert_eq!(serde_json::to_string(&back).unwrap(), serde_json::to_string(&host).unwrap());

    let only: Certificate =
        serde_json::from_value(serde_json::json!({"der": serde_json::to_value(&host).unwrap()["der"]})).unwrap();
    assert_eq!(only, host);
    let refused = |json: &str| serde_json::from_str::<Certificate>(json).unwrap_err().to_string();
    assert!(refused(r#"{"der": "!"}"#).contains("field `der` of a certificate is not base64"));
    assert!(refused(r#"{"der": "aGVsbG8="}"#).contains("certificate is not DER: the element at byte 0 of 5"));
    assert!(refused(r#"{"subject": "CN=x"}"#).contains("missing field `der`"));
}

#[test]
fn a_castore_with_junk_shows_every_good_certificate_and_where_the_bad_ones_are() {
    let (root, sms) = (made("vmca-root"), made("sms-self-signed"));
    let cut = made("host").to_pem().lines().take(5).collect::<Vec<_>>().join("\r\n") + "\r\n";
    let castore = format!(
        "# pushed by vCenter\n{}\n-----BEGIN CERTIFICATE-----\nnot base64!\n-----END CERTIFICATE-----\n{cut}{}",
        root.to_pem(),
        sms.to_pem()
    );
    let read = Certificate::all_from_pem(&castore);
    assert_eq!(read.len(), 4);
    assert_eq!(read[0], Ok(root.clone()));
    assert_eq!(read[3], Ok(sms));
    let line = root.to_pem().lines().count() + 3;
    assert_eq!(
        read[1].as_ref().unwrap_err().to_string(),
        format!("certificate block 2, which begins at line {line}: certificate block is not base64")
    );
    assert_eq!(
        read[2].as_ref().unwrap_err().to_string(),
        format!(
            "certificate block 3, which begins at line {}: certificate block has no line `-----END CERTIFICATE-----`",
            line + 3
        )
    );
    assert_eq!(Certificate::all_from_pem(""), []);
    assert_eq!(Certificate::from_pem(&castore), Ok(root));
    assert_eq!(Certificate::from_pem("\n"), Err(CertificateError::NoBlock));
}

#[test]
fn says_what_is_wrong_with_bytes_that_are_no_certificate() {
    let host = made("host");
    let message = |der: &[u8]| Certificate::from_der(der).unwrap_err().to_string();
    assert_eq!(message(b""), "certificate is empty: there are no bytes to read");
    assert_eq!(
        message(pem("host").as_bytes()),
        format!("certificate is not DER: the element at byte 0 of {} is cut short or garbled", pem("host").len())
    );
    assert_eq!(message(&[host.der(), b"xy"].concat()), "certificate is followed by 2 bytes that do not belong to it");
    assert_eq!(message(&[0x30, 0]), "certificate is DER but not X.509: its structure cannot be read");
    assert_eq!(
        message(&vec![0; 300_000]),
        "certificate has 300000 bytes, more than the 262144 that any certificate needs"
    );
    // 31 February.
    let dates = host.der().windows(13).position(|bytes| bytes == b"240101000000Z").unwrap();
    let mut impossible = host.der().to_vec();
    impossible.splice(dates..dates + 13, *b"240231000000Z");
    assert_eq!(
        message(&impossible),
        "certificate has a date that is in no calendar, among `not before` and `not after`"
    );
}
