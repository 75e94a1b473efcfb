//! Bundles for the tests of this folder, made as `vm-support` and `vc-support` make them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Collection, Limits};
use crate::facts::Facts;
use crate::policy::Policy;
use crate::report::Report;
use crate::rules::testing::{Authority, Leaf, NOW};

/// What a key file of an ESXi host holds, as far as a search for it is concerned.
pub(super) const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgSECRETKEYSECRET\n-----END PRIVATE KEY-----\n";
pub(super) const SPS: &str = "2026-02-04T05:07:01Z [pool-31-thread-4] WARN  opId=sps-Main-1-2 com.vmware.vim.sms.provider.vasa.VersionHandler - [isLegacyProvider] Failed to retrieve version information from provider - https://esx01.lab.test:9080/version.xml: certificate_unknown(46)\n2026-02-04T05:07:01Z [pool-31-thread-4] WARN  opId=sps-Main-1-2 com.vmware.vim.sms.provider.vasa.VasaProviderUtils - [isValidatorexception]: Unknown certificate\n";
/// One bundle was made six days before [`NOW`].
pub(super) const ESX: &str = "esx-esx01-2026-01-29--12.00-2101234";
pub(super) const VC: &str = "vc-vc.lab.test-2026-01-29--11.30-77";

pub(super) type Files = Vec<(String, Vec<u8>)>;

pub(super) fn file(path: &str, body: impl AsRef<[u8]>) -> (String, Vec<u8>) {
    (path.to_owned(), body.as_ref().to_vec())
}

pub(super) fn tar(files: &Files) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, body) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(body.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, path, body.as_slice()).unwrap();
    }
    builder.into_inner().unwrap()
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn collect_within(files: &Files, limits: Limits, size: usize) -> Facts {
    let mut collection = Collection::new(NOW, limits);
    for (path, body) in files {
        let Some(mut open) = collection.open(path) else { continue };
        body.chunks(size).all(|chunk| collection.feed(&mut open, chunk));
        collection.close(open);
    }
    collection.facts()
}

pub(super) fn collect(files: &Files) -> Facts {
    collect_within(files, Limits::default(), 64 * 1024)
}

pub(super) fn judge(facts: &Facts) -> Report {
    Report::of(facts, None, &Policy::default())
}

pub(super) fn codes(report: &Report) -> BTreeSet<String> {
    report.root_causes().map(|finding| finding.diagnostic.code.clone()).collect()
}

pub(super) fn troubles(facts: &Facts) -> Vec<&str> {
    facts.logs_missing.iter().map(|missing| missing.message.as_str()).collect()
}

/// What `vm-support` of `esx01.lab.test` holds. The certificate ends so many seconds after [`NOW`].
pub(super) fn esx(vmca: &Authority, ends: i64) -> Files {
    let leaf = vmca.sign(&Leaf::of("esx01.lab.test").ends(ends)).to_pem();
    let place = |path: &str| format!("{ESX}/{path}");
    vec![
        file(&place("vm-support-incident-key"), ""),
        file(&place("commands/uname_-a.txt"), "VMkernel esx01 8.0.3 #1 SMP Release build-24022510 x86_64 ESXi\n"),
        file(&place("commands/vmware_-vl.txt"), "VMware ESXi 8.0.3 build-24022510\nVMware ESXi 8.0 Update 3\n"),
        file(&place("etc/vmware/vpxa/vpxa.cfg"), "<hostIp>192.0.2.11</hostIp><hostKey>host-21</hostKey>"),
        file(&place("etc/vmware/ssl/rui.crt"), &leaf),
        file(&place("etc/vmware/ssl/rui.key"), KEY),
        file(&place("etc/vmware/ssl/iofiltervp.pem"), format!("{KEY}{leaf}")),
        file(&place("etc/vmware/ssl/castore.pem"), vmca.certificate.to_pem()),
        file(&place("var/run/log/iofiltervpd.log"), "2026-01-29T05:09:00Z iofiltervpd[20]: SSL Connection error\n"),
        file(&place("var/run/log/iofiltervpd.0.gz"), gzip(b"2026-01-28T05:09:00Z iofiltervpd[20]: no shared cipher\n")),
        file(&place("var/core/vmkernel-zdump.1"), [0; 5000]),
    ]
}

/// What `vc-support` holds.
pub(super) fn vc(vmca: &Authority) -> Files {
    let place = |path: &str| format!("{VC}/{path}");
    let entry = |alias: &str, pem: &str| format!("Alias :\t{alias}\nEntry type :\tPrivate Key\nCertificate :\t{pem}");
    let sms = Leaf::of("sms_self_signed").self_signed("SMS").to_pem();
    let machine = vmca.sign(&Leaf::of("vc.lab.test")).to_pem();
    let listing = format!(
        "[*] Store : MACHINE_SSL_CERT\n{}\n[*] Store : TRUSTED_ROOTS\n{}\n[*] Store : SMS\n{}\n",
        entry("__MACHINE_CERT", &machine),
        entry("0a1b", &vmca.certificate.to_pem()),
        entry("sms_self_signed", &sms)
    );
    vec![
        file(&place("commands/uname_-a.txt"), "Linux vc.lab.test 4.19.307 #1-photon SMP x86_64 GNU/Linux\n"),
        file(&place("etc/vmware/.buildInfo"), "BUILDNUMBER:24022515\nVERSION:8.0.3.00000\n"),
        file(&place("commands/vecs-cli.txt"), listing),
        file(&place("etc/vmware-vpx/docRoot/certs/0a1b2c3d.0"), vmca.certificate.to_pem()),
        file(&place("var/log/vmware/vmware-sps/sps.log.1.gz"), gzip(SPS.as_bytes())),
        file(&place("var/log/vmware/vmware-sps/sps.log"), ""),
    ]
}

pub(super) fn tgz(name: &str, files: &Files) -> (String, Vec<u8>) {
    file(name, gzip(&tar(files)))
}
