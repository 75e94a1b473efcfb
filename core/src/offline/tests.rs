//! Tests of whole bundles, made as `vm-support` and `vc-support` make them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use super::testing::*;
use super::{Collection, Limits};
use crate::facts::MissingReason;
use crate::log::{Leg, verdicts};
use crate::report::Verdict;
use crate::rules::testing::{Authority, Leaf, NOW};
use crate::time::DAY_SECONDS;

#[test]
fn a_bundle_of_a_host_tells_what_it_holds_and_no_more() {
    let facts = collect(&vec![tgz("x.tgz", &esx(&Authority::vmca(), -1))]);
    let host = facts.hosts.values().next().unwrap();
    assert_eq!((facts.hosts.len(), host.id.0.as_str(), host.name.as_str()), (1, "host-21", "esx01.lab.test"));
    assert_eq!(host.version.value().map(String::as_str), Some("8.0.3"));
    assert_eq!(host.management_addresses.value().unwrap(), &["192.0.2.11"]);
    assert_eq!(host.on_443.value().unwrap().leaf, host.on_9080.value().unwrap().leaf);
    assert_eq!(host.ca_store.value().unwrap().len(), 1);
    assert_eq!(facts.ended_at.to_string(), "2026-01-29T12:00:00Z", "the time of the bundle, not ours");
    let missing = host.connection.known().unwrap_err();
    assert_eq!(
        (missing.reason, missing.help.as_str()),
        (MissingReason::NotAsked, "check with a connection to vCenter")
    );
    let hits: Vec<_> =
        facts.logs.iter().flat_map(|log| &log.hits).map(|hit| (hit.signature.as_str(), hit.host.as_deref())).collect();
    assert_eq!(hits, [("I-03", Some("esx01.lab.test")), ("I-01", Some("esx01.lab.test"))]);
    assert_eq!(troubles(&facts), Vec::<&str>::new());
}

#[test]
fn names_in_an_archive_forge_no_line_and_steer_no_terminal() {
    let bad = "b\x1b[2J\n`x` is healthy\u{202e}/sps.log";
    let facts = collect(&vec![tgz("x.tgz", &vec![file(bad, SPS), file("c\x1b[0m\n.zip", "PK")])]);
    let log = facts.logs.first().unwrap();
    assert_eq!(log.file, "x.tgz/b\u{fffd}[2J\u{fffd}`x` is healthy\u{fffd}/sps.log");
    assert_eq!(troubles(&facts), ["`x.tgz/c\u{fffd}[0m\u{fffd}.zip` is an archive of a kind that is not read"]);
    let host = collect(&vec![file("esx-\x1b[2J-2026-01-29--12.00-7/etc/vmware/ssl/castore.pem", "")]);
    let text = serde_json::to_string(&host).unwrap() + &serde_json::to_string(&judge(&host)).unwrap();
    assert!(!text.contains("\\u001b") && text.contains("esx-\u{fffd}[2J"), "{text}");
}

#[test]
fn a_host_is_one_host_whatever_its_syslog_calls_it() {
    let vmca = Authority::vmca();
    let log = "2026-01-29T11:00:00Z esx01 iofiltervpd[20]: SSL Connection error\n";
    let place = format!("{ESX}/var/run/log/iofiltervpd.log");
    let mut files = esx(&vmca, DAY_SECONDS);
    files.retain(|(name, _)| *name != place);
    files.push(file(&place, format!("{log}2026-01-29T11:01:00Z iofiltervpd[20]: SSL Connection error\n")));
    let facts = collect(&vec![tgz("x.tgz", &files)]);
    let names: Vec<&str> = facts.hosts.values().map(|host| host.name.as_str()).collect();
    assert_eq!(names, ["esx01.lab.test"]);
    let hits = facts.logs.iter().flat_map(|log| &log.hits);
    let own: Vec<_> = hits.filter(|hit| hit.signature == "I-01").map(|hit| (hit.host.as_deref(), hit.count)).collect();
    assert_eq!(own, [(Some("esx01.lab.test"), 2)]);
    // Loose files: the log of vCenter's service tells the full name.
    let facts = collect(&vec![file("iofiltervpd.log", log), file("sps.log", SPS)]);
    assert_eq!(facts.hosts.values().map(|host| host.name.as_str()).collect::<Vec<_>>(), ["esx01.lab.test"]);
}

#[test]
fn the_logs_of_a_second_vcenter_are_not_used_either() {
    let vmca = Authority::vmca();
    let other: Files = vc(&vmca)
        .into_iter()
        .map(|(path, bytes)| {
            let text =
                String::from_utf8(bytes.clone()).map(|text| text.replace("vc.lab.test", "vc2.lab.test").into_bytes());
            (path.replace("vc-", "vc-other"), text.unwrap_or(bytes))
        })
        .collect();
    let facts = collect(&vec![tgz("a.tgz", &vc(&vmca)), tgz("b.tgz", &other)]);
    assert_eq!(facts.logs.iter().filter(|log| log.file.starts_with("b.tgz")).count(), 0);
    assert_eq!(facts.logs.iter().filter(|log| log.file.starts_with("a.tgz")).count(), 2);
}

#[test]
fn a_sparse_file_in_an_archive_is_told() {
    let mut archive = tar(&vec![file("b/sps.log", SPS)]);
    *archive.get_mut(156).unwrap() = b'S';
    archive.get_mut(148..156).unwrap().fill(b' ');
    let sum: u64 = archive.iter().take(512).map(|&byte| u64::from(byte)).sum();
    archive.get_mut(148..156).unwrap().copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let facts = collect(&vec![file("x.tar", archive)]);
    assert_eq!(troubles(&facts), ["`x.tar/b/sps.log` is stored as a sparse file, which is not read"]);
}

#[test]
fn it_is_judged_at_the_time_of_the_bundle_and_says_which_files_it_rests_on() {
    let vmca = Authority::vmca();
    let on_that_day = judge(&collect(&vec![tgz("x.tgz", &esx(&vmca, -7 * DAY_SECONDS))]));
    assert!(codes(&on_that_day).contains("host-cert-expired"), "{:?}", codes(&on_that_day));
    let finding = on_that_day.root_causes().find(|one| one.diagnostic.code == "host-cert-expired").unwrap();
    let evidence = finding.diagnostic.evidence.iter().map(|one| one.what.as_str()).collect::<Vec<_>>();
    assert!(evidence.contains(&format!("file `x.tgz/{ESX}/etc/vmware/ssl/rui.crt`").as_str()), "{evidence:?}");
    let not_yet = judge(&collect(&vec![tgz("x.tgz", &esx(&vmca, -DAY_SECONDS))]));
    assert!(!codes(&not_yet).contains("host-cert-expired"), "{:?}", codes(&not_yet));
    // Of loose files nobody knows when they were taken.
    let loose = vec![file("esx01/rui.crt", vmca.sign(&Leaf::of("esx01.lab.test").ends(-1)).to_pem())];
    assert!(codes(&judge(&collect(&loose))).contains("host-cert-expired"));
}

#[test]
fn a_bundle_of_vcenter_with_one_of_a_host_in_it_is_one_picture() {
    let vmca = Authority::vmca();
    let mut files = vc(&vmca);
    files.push(tgz(&format!("{VC}/hosts/esx01.tgz"), &esx(&vmca, 1400 * DAY_SECONDS)));
    let facts = collect(&vec![tgz("export.tgz", &files)]);
    assert_eq!(facts.vcenter.authority, "vc.lab.test:443");
    assert_eq!(facts.vcenter.version.value().map(String::as_str), Some("8.0.3"));
    assert_eq!(facts.vcenter.build.value().map(String::as_str), Some("24022515"));
    assert_eq!(facts.vcenter.trusted_roots.value().unwrap(), &[vmca.certificate.fingerprint]);
    assert_eq!(facts.vcenter.published_roots.value().unwrap(), &[vmca.certificate.fingerprint]);
    assert_eq!(facts.vcenter.vecs.value().unwrap().len(), 3);
    assert_eq!(facts.vcenter.sms.sps_extension.known().unwrap_err().reason, MissingReason::Gone);
    assert!(facts.vcenter.on_https.value().is_some() && facts.hosts.len() == 1);
    let sps = facts.logs.iter().find(|log| log.file.ends_with("sps.log.1.gz")).unwrap();
    assert_eq!(verdicts(sps).get("esx01.lab.test").unwrap().leg, Leg::ServerTrust);
    let found = codes(&judge(&facts));
    assert!(found.contains("castore-missing-sms"), "{found:?}");
}

#[test]
fn where_the_files_are_cut_into_chunks_changes_nothing() {
    let vmca = Authority::vmca();
    let mut files = vc(&vmca);
    files.push(tgz(&format!("{VC}/esx01.tgz"), &esx(&vmca, -1)));
    let files = vec![tgz("export.tgz", &files)];
    let expected = collect(&files);
    for size in [1, 13, 511, 1_000_000] {
        assert_eq!(collect_within(&files, Limits::default(), size), expected, "chunks of {size}");
    }
}

#[test]
fn no_key_is_kept_shown_or_told() {
    let mut files = esx(&Authority::vmca(), -1);
    files.push(file(&format!("{ESX}/etc/vmware/ssl/sms_self_signed.pem"), KEY));
    files.push(file("certs/odd.pem", KEY));
    files.push(file(&format!("{ESX}/commands/vecs.txt"), format!("Store : SMS\nAlias :\tx\nCertificate :\t{KEY}")));
    let facts = collect(&vec![tgz("x.tgz", &files)]);
    let mut written = serde_json::to_string(&facts).unwrap();
    written += &serde_json::to_string(&judge(&facts)).unwrap();
    assert!(!written.contains("SECRETKEY") && !written.contains("PRIVATE KEY") && !written.contains("MIGH"));
    assert!(Collection::new(NOW, Limits::default()).open("etc/vmware/ssl/rui.key").is_none());
}

#[test]
fn an_archive_that_is_cut_short_gives_what_came_before() {
    let whole = tgz("x.tgz", &esx(&Authority::vmca(), -1)).1;
    let mut lengths = BTreeSet::new();
    for part in 1..16 {
        let cut = whole.get(..whole.len() * part / 16).unwrap();
        let facts = collect(&vec![file("x.tgz", cut)]);
        assert!(facts.logs_missing.iter().any(|missing| missing.message.contains("`x.tgz` was not read to its end: ")));
        assert_ne!(judge(&facts).verdict, Verdict::Healthy);
        lengths.insert(facts.files.len());
    }
    assert!(lengths.len() > 1 && lengths.last() > Some(&1), "{lengths:?}");
    let noise = collect(&vec![file("x.tgz", vec![b'x'; 5000]), file("y.tgz", "")]);
    assert_eq!(
        troubles(&noise),
        ["`x.tgz` was not read to its end: it is not a tar archive, or it is damaged near byte 0"]
    );
}

#[test]
fn what_unpacks_to_too_much_is_left_and_told() {
    let limits = Limits { unpacked_bytes: 1024 * 1024, ..Limits::default() };
    let bomb = vec![file("etc/vmware/ssl/castore.pem", vec![b'\n'; 32 * 1024 * 1024])];
    let nested = vec![tgz("deep.tgz", &bomb)];
    for files in [
        vec![tgz("x.tgz", &bomb)],
        vec![tgz("x.tgz", &nested)],
        vec![file("sps.log.1.gz", gzip(&bomb.first().unwrap().1))],
    ] {
        let facts = collect_within(&files, limits, 4096);
        let told = troubles(&facts).join("\n");
        assert!(told.contains("was not read to its end: it unpacks to more than 200 times its size"), "{told}");
        assert!(facts.hosts.is_empty());
    }
    // A large file that is no certificate is refused for its size alone, and the rest is read.
    let limits = Limits { whole_file_bytes: 1000, ..Limits::default() };
    let files = vec![tgz("x.tgz", &vec![file("b/castore.pem", vec![b'x'; 1001]), file("b/sps.log", SPS)])];
    let facts = collect_within(&files, limits, 4096);
    assert_eq!(
        troubles(&facts),
        ["`x.tgz/b/castore.pem` was not read to its end: it is larger than the 1000 bytes that such a file can have"]
    );
    assert_eq!(facts.logs.len(), 1);
}

#[test]
fn archives_in_archives_without_end_and_files_without_number_are_left_and_told() {
    let mut inner = tgz("0.tgz", &vec![file("sps.log", SPS)]);
    for number in 1..6 {
        inner = tgz(&format!("{number}.tgz"), &vec![inner]);
    }
    let facts = collect(&vec![inner]);
    assert_eq!(troubles(&facts), ["`5.tgz/4.tgz/3.tgz/2.tgz/1.tgz` lies in more than 4 archives and was not opened"]);
    let limits = Limits { files: 3, ..Limits::default() };
    let many = (0..10).map(|number| file(&format!("{number}/sps.log"), SPS)).collect();
    let facts = collect_within(&many, limits, 4096);
    assert_eq!(troubles(&facts), ["more than 3 files were recognised; from `3/sps.log` on they were not read"]);
    assert_eq!(facts.logs.len(), 3);
    let facts = collect(&vec![file("export.zip", "PK")]);
    assert_eq!(troubles(&facts), ["`export.zip` is an archive of a kind that is not read"]);
}

#[test]
fn certificates_that_do_not_read_are_unknown_and_never_fine() {
    let vmca = Authority::vmca();
    let broken = "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n";
    let files = vec![
        file("esx01.lab.test/rui.crt", broken),
        file("esx01.lab.test/iofiltervp.pem", KEY),
        file("esx01.lab.test/castore.pem", format!("{}{broken}", vmca.certificate.to_pem())),
    ];
    let facts = collect(&files);
    let host = facts.hosts.values().next().unwrap();
    assert_eq!(host.name, "esx01.lab.test");
    let told = |missing: &crate::facts::Missing| (missing.reason, missing.message.clone());
    assert_eq!(
        told(host.on_443.known().unwrap_err()),
        (MissingReason::Malformed, "the file `esx01.lab.test/rui.crt` cannot be read: certificate block 1, which begins at line 1: certificate block is not base64".to_owned())
    );
    assert!(host.on_9080.known().unwrap_err().message.contains("there is no certificate in it"));
    assert_eq!((host.ca_store.value().unwrap().len(), host.ca_store_unreadable.len()), (1, 1));
    assert_ne!(judge(&facts).verdict, Verdict::Healthy);
    assert!(codes(&judge(&facts)).contains("castore-malformed"));
    let empty = collect(&vec![file("esx01/castore.pem", "")]);
    assert!(codes(&judge(&empty)).contains("castore-empty"));
}

#[test]
fn logs_alone_name_hosts_of_which_all_else_is_unknown() {
    let facts = collect(&vec![file("sps.log", SPS)]);
    let host = facts.hosts.values().next().unwrap();
    assert_eq!((facts.hosts.len(), host.name.as_str()), (1, "esx01.lab.test"));
    let report = judge(&facts);
    assert_eq!(report.verdict, Verdict::Incomplete);
    let helps: BTreeSet<&str> = report.unanswered.iter().map(|one| one.missing.help.as_str()).collect();
    assert!(helps.iter().any(|help| help.contains("rui.crt")) && !helps.contains(""), "{helps:?}");
}

#[test]
fn a_host_is_called_as_its_certificate_does() {
    let vmca = Authority::vmca();
    let named = |folder: &str, leaf: &Leaf, uname: &str| {
        let uname = format!("VMkernel {uname} 8.0.3 #1\n");
        let files = vec![
            file(&format!("{folder}/etc/vmware/ssl/rui.crt"), vmca.sign(leaf).to_pem()),
            file(&format!("{folder}/commands/uname_-a.txt"), if uname.contains("VMkernel  ") { "" } else { &uname }),
        ];
        collect(&files).hosts.values().next().unwrap().name.clone()
    };
    let leaf = Leaf::of("esx01.lab.test");
    assert_eq!(named("case", &leaf, "esx01"), "esx01.lab.test");
    assert_eq!(named("case", &leaf, "esx02.lab.test"), "esx02.lab.test", "then it does not carry the host's name");
    assert_eq!(named("esx01", &leaf, ""), "esx01.lab.test");
    assert_eq!(named("case", &leaf, ""), "esx01.lab.test", "a folder that people made is no name");
    assert_eq!(named("esx01", &Leaf::of("192.0.2.11"), ""), "192.0.2.11");
}

#[test]
fn of_two_bundles_of_one_host_the_newer_is_believed_and_of_two_vcenters_one() {
    let vmca = Authority::vmca();
    let newer = Leaf::of("esx01.lab.test").ends(DAY_SECONDS);
    let renewed = "esx-esx01-2026-01-30--12.00-2101234/etc/vmware/ssl/rui.crt";
    let files = vec![tgz("b.tgz", &esx(&vmca, -1)), tgz("a.tgz", &vec![file(renewed, vmca.sign(&newer).to_pem())])];
    let facts = collect(&files);
    let host = facts.hosts.values().next().unwrap();
    let leaf = facts.certificates.find(&host.on_443.value().unwrap().leaf).unwrap();
    assert_eq!((facts.hosts.len(), leaf.not_after), (1, NOW.plus_seconds(DAY_SECONDS)));
    let other: Files = vc(&vmca)
        .into_iter()
        .map(|(path, body)| (path, String::from_utf8_lossy(&body).replace("vc.lab", "other").into_bytes()))
        .collect();
    let facts = collect(&vec![tgz("a.tgz", &vc(&vmca)), tgz("b.tgz", &other)]);
    assert_eq!(facts.vcenter.authority, "vc.lab.test:443");
    assert_eq!(troubles(&facts).iter().filter(|told| told.contains("are of two vCenters")).count(), 1);
}

#[test]
fn a_file_that_tells_nothing_of_whose_it_is_is_named() {
    let leaf = Leaf::of("somebody.lab.test").self_signed("x").to_pem();
    let facts = collect(&vec![file("somebody.pem", leaf)]);
    let told = troubles(&facts).join("");
    assert!(told.starts_with("the file `somebody.pem` holds a certificate of `"), "{told}");
    assert!(told.contains("CN=somebody.lab.test"), "{told}");
}
