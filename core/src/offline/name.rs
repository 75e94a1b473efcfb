//! What a file is, by the end of its path, wherever an archive or a folder puts it.
//!
//! The places are those of `vm-support` (ESXi), of `vc-support` (vCenter appliance) and of folders that people make.

use crate::facts::FIRST_MOMENT;
use crate::log::{Log, visible};
use crate::time::UnixTime;

/// What a file is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A log with signatures of ours.
    Log,
    /// An archive of further files.
    Archive,
    /// An archive of a kind that is not read.
    ForeignArchive,
    /// A host's own certificate, `rui.crt`.
    HostCertificate,
    /// What the provider's daemon serves, `iofiltervp.pem`.
    ProviderCertificate,
    /// What a host trusts, `castore.pem`.
    CaStore,
    /// `uname -a`: the name, and whether it is an ESXi host or an appliance.
    SystemName,
    /// `vmware -v`, `vmware -vl`: the version of ESXi.
    EsxiVersion,
    /// `vpxa.cfg`: the host's managed object id in vCenter, and its address.
    HostAgentSettings,
    /// `.buildInfo`: the version of the appliance.
    ApplianceVersion,
    /// A listing of VECS: `vecs-cli entry list`.
    VecsListing,
    /// A root that vpxd publishes, `docRoot/certs/*.0`, or the same out of `download.zip`.
    PublishedRoot,
    /// The certificate that SPS shows to hosts below 9.0, exported by hand.
    SmsCertificate,
    /// The certificate that SPS shows to hosts from 9.0 on, exported by hand.
    SpsExtension,
    /// A certificate whose name does not tell whose it is.
    SomeCertificate,
}

/// Where a file belongs: the folder or archive of one machine, and what that is called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Root(pub(super) String);

/// What this path is, and the root of the machine that it was taken from. `None` for what is of no use.
pub(super) fn recognise(path: &str) -> Option<(Kind, Root)> {
    let path = path.replace('\\', "/");
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    let (file, folders) = parts.split_last()?;
    let kind = kind(file, folders)?;
    let known = PLACES.iter().find(|place| {
        let place: Vec<&str> = place.split('/').collect();
        folders.ends_with(&place)
    });
    let depth = known.map_or(0, |place| place.split('/').count());
    let mut root = folders.get(..folders.len().saturating_sub(depth)).unwrap_or_default();
    // A machine's own certificate lies where it is used. Elsewhere in its bundle it is a copy, or another machine's.
    let is_certificate = matches!(kind, Kind::HostCertificate | Kind::ProviderCertificate | Kind::CaStore);
    if known.is_none() && !is_certificate {
        root = bundle_above(folders).unwrap_or(root);
    }
    Some((kind, Root(root.join("/"))))
}

/// The innermost folder that is the bundle of one machine by its name, unless an archive lies between.
fn bundle_above<'p, 'n>(folders: &'p [&'n str]) -> Option<&'p [&'n str]> {
    let is_bundle = |folder: &&str| matches!(Root((*folder).to_owned()).bundle(), Some((Some(_), _)));
    let place = folders.iter().rposition(is_bundle)?;
    let (bundle, below) = folders.split_at_checked(place + 1)?;
    below.iter().all(|folder| !is_archive(folder)).then_some(bundle)
}

fn is_archive(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [".tgz", ".tar.gz", ".tar"].iter().any(|ending| name.ends_with(ending))
}

/// A name or a path as it may be shown: what steers a terminal or turns the direction of writing is made visible, and of
/// a long one the end is shown, which tells what it is.
pub(super) fn shown(text: &str) -> String {
    let visible = made_visible(text);
    let surplus = visible.chars().count().saturating_sub(LONGEST_SHOWN);
    if surplus == 0 {
        return visible;
    }
    let end: String = visible.chars().skip(surplus + 1).collect();
    format!("…{end}")
}

/// The same in full length.
pub(super) fn made_visible(text: &str) -> String {
    text.chars().map(visible).collect()
}

/// Characters of a path that a person reads.
const LONGEST_SHOWN: usize = 300;

fn kind(file: &str, folders: &[&str]) -> Option<Kind> {
    let name = file.to_ascii_lowercase();
    // vm-support cuts long outputs into pieces.
    let name = name.split_once(".frag-").map_or(name.as_str(), |(name, _)| name);
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    let in_folder = |folder: &str| folders.last().is_some_and(|last| last.eq_ignore_ascii_case(folder));
    match name {
        "rui.crt" if !in_folder("vmware-vpx") && !folders.contains(&"vmware-vpx") => {
            return Some(Kind::HostCertificate);
        }
        "iofiltervp.pem" => return Some(Kind::ProviderCertificate),
        "castore.pem" => return Some(Kind::CaStore),
        "uname_-a.txt" | "uname.txt" => return Some(Kind::SystemName),
        "vmware_-vl.txt" | "vmware_-v.txt" | "vmware_-l.txt" => return Some(Kind::EsxiVersion),
        "vpxa.cfg" => return Some(Kind::HostAgentSettings),
        ".buildinfo" => return Some(Kind::ApplianceVersion),
        _ => {}
    }
    if is_archive(name) {
        return Some(Kind::Archive);
    }
    if ends(&[".zip", ".7z", ".tar.bz2", ".tbz", ".tar.xz", ".txz", ".tar.zst"]) {
        return Some(Kind::ForeignArchive);
    }
    if is_log(name) {
        return Some(Kind::Log);
    }
    if name.contains("vecs") && !ends(&[".py", ".sh", ".mfx", ".json", ".cfg", ".conf"]) {
        return Some(Kind::VecsListing);
    }
    let is_hashed = name.rsplit_once('.').is_some_and(|(hash, number)| {
        hash.len() == 8 && hash.chars().all(|c| c.is_ascii_hexdigit()) && number.chars().all(|c| c.is_ascii_digit())
    });
    let is_pem = ends(&[".pem", ".crt", ".cer"]);
    if is_hashed || (is_pem && in_folder("certs") && folders.contains(&"docRoot")) {
        return Some(Kind::PublishedRoot);
    }
    if !is_pem || IGNORED.contains(&name) {
        return None;
    }
    // Of the appliance's and the hosts' many other certificates none is asked about.
    let is_elsewhere = folders.iter().any(|folder| matches!(*folder, "etc" | "usr" | "opt" | "var" | "storage"));
    Some(match name {
        _ if name.starts_with("sms_self_signed") || name.starts_with("sms.") => Kind::SmsCertificate,
        _ if name.starts_with("sps-extension") => Kind::SpsExtension,
        _ if is_elsewhere => return None,
        _ => Kind::SomeCertificate,
    })
}

/// A log of a program whose traces are known, also a rotated one: `sps.log.3.gz`, `iofiltervpd.1.gz`, `vpxd-12.log`.
fn is_log(name: &str) -> bool {
    let name = name.strip_suffix(".gz").unwrap_or(name);
    let is_rotated = name
        .rsplit_once('.')
        .is_some_and(|(_, number)| !number.is_empty() && number.chars().all(|c| c.is_ascii_digit()));
    Log::of_file(name) != Log::Any && (name.contains(".log") || is_rotated)
}

impl Root {
    /// The name of the machine and the time of collecting that the bundle's own folder tells:
    /// `esx-esx01.example.com-2024-05-17--09.23-2101234`. The time is UTC, as ESXi and the appliance keep it.
    pub(super) fn bundle(&self) -> Option<(Option<&str>, UnixTime)> {
        self.0.rsplit('/').find_map(|folder| {
            let place =
                folder.match_indices("--").map(|(place, _)| place).find(|&place| time(folder, place).is_some())?;
            let before = folder.get(..place.checked_sub(11)?)?;
            let name = ["esx-", "vc-"].iter().find_map(|kind| before.strip_prefix(kind));
            Some((name.filter(|name| !name.is_empty()), time(folder, place)?))
        })
    }

    /// The name of the innermost folder, where it looks like a machine's name.
    pub(super) fn folder(&self) -> Option<&str> {
        let folder = self.0.rsplit('/').next()?;
        let is_archive = [".tgz", ".tar", ".gz"].iter().any(|ending| folder.ends_with(ending));
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
        (!is_archive && !folder.is_empty() && folder.chars().all(allowed)).then_some(folder)
    }
}

/// The time around `--` at `place`: `2024-05-17--09.23`.
fn time(folder: &str, place: usize) -> Option<UnixTime> {
    let date = folder.get(place.checked_sub(10)?..place)?;
    let clock = folder.get(place + 2..place + 7)?;
    let (hours, minutes) = clock.split_once('.')?;
    UnixTime::parse(&format!("{date}T{hours}:{minutes}:00Z")).filter(|at| *at >= FIRST_MOMENT)
}

/// Where on a machine the files lie; what stands before is the machine's root. Longer ones first.
const PLACES: &[&str] = &[
    "storage/log/vmware/vmware-sps",
    "var/log/vmware/vmware-sps",
    "storage/log/vmware/vpxd",
    "var/log/vmware/vpxd",
    "etc/vmware-vpx/docRoot/certs",
    "vmware-sps",
    "docRoot/certs",
    "etc/vmware/ssl",
    "etc/vmware/vpxa",
    "var/run/log",
    "scratch/log",
    "etc/vmware",
    "certs/lin",
    "certs/win",
    "certs/mac",
    "var/log",
    "commands",
    "vpxd",
];

/// Certificates that have nothing to do with providers of IO filters.
const IGNORED: &[&str] = &["vsanvp_castore.pem", "vsan_kms_castore.pem", "vsan_kms_castore_old.pem"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_the_end_of_its_path() {
        let cases = [
            ("esx-a-1/etc/vmware/ssl/rui.crt", Kind::HostCertificate, "esx-a-1"),
            ("x.tgz/esx-a-1/etc/vmware/ssl/castore.pem", Kind::CaStore, "x.tgz/esx-a-1"),
            ("/etc/vmware/ssl/iofiltervp.pem", Kind::ProviderCertificate, ""),
            ("./certs/esx01.lab.test/rui.crt", Kind::HostCertificate, "certs/esx01.lab.test"),
            ("C:\\case\\esx01\\castore.pem", Kind::CaStore, "C:/case/esx01"),
            ("b/commands/uname_-a.txt", Kind::SystemName, "b"),
            ("b/commands/vmware_-vl.txt.FRAG-00000", Kind::EsxiVersion, "b"),
            ("b/etc/vmware/.buildInfo", Kind::ApplianceVersion, "b"),
            ("b/etc/vmware/vpxa/vpxa.cfg", Kind::HostAgentSettings, "b"),
            ("b/var/run/log/iofiltervpd.1.gz", Kind::Log, "b"),
            ("b/var/log/vmware/vmware-sps/sps.log.3.gz", Kind::Log, "b"),
            ("b/var/log/vmware/vmware-sps/sps-runtime.log.stderr", Kind::Log, "b"),
            ("b/var/log/vmware/vpxd/vpxd-12.log", Kind::Log, "b"),
            ("sps.log", Kind::Log, ""),
            ("b/commands/vecs-cli_entry-list.txt", Kind::VecsListing, "b"),
            ("b/etc/vmware-vpx/docRoot/certs/0a1b2c3d.0", Kind::PublishedRoot, "b"),
            ("download/certs/lin/0a1b2c3d.0", Kind::PublishedRoot, "download"),
            ("sms_self_signed.pem", Kind::SmsCertificate, ""),
            ("x/esx.tgz", Kind::Archive, "x"),
            ("export.zip", Kind::ForeignArchive, ""),
            ("esx07.pem", Kind::SomeCertificate, ""),
            // Elsewhere in a bundle: still of its machine, but for certificates, of which it may hold another machine's.
            ("x/esx-a-2024-05-17--09.23-7/odd/place/hostd.log", Kind::Log, "x/esx-a-2024-05-17--09.23-7"),
            ("vc-b-2024-05-17--09.23-7/x.tgz/odd/sps.log", Kind::Log, "vc-b-2024-05-17--09.23-7/x.tgz/odd"),
            ("vc-b-2024-05-17--09.23-7/esx01/rui.crt", Kind::HostCertificate, "vc-b-2024-05-17--09.23-7/esx01"),
            ("case-2024-05-17--09.23/esx01/hostd.log", Kind::Log, "case-2024-05-17--09.23/esx01"),
        ];
        for (path, kind, root) in cases {
            assert_eq!(recognise(path), Some((kind, Root(root.to_owned()))), "{path}");
        }
    }

    #[test]
    fn keys_and_all_other_files_are_left_alone() {
        for path in [
            "etc/vmware/ssl/rui.key",
            "etc/vmware/ssl/rui.bak",
            "etc/vmware-vpx/ssl/rui.crt",
            "etc/vmware-vpx/docRoot/certs/0a1b2c3d.r0",
            "etc/vmware/ssl/vsan_kms_client.key",
            "etc/vmware/ssl/vsan_kms_castore.pem",
            "usr/lib/x/cacert.pem",
            "etc/vmware-vpx/vpxd.cfg",
            "var/run/log/vmkernel.log",
            "vmfs/volumes/x/vm.vmdk",
            "",
            "..",
        ] {
            assert_eq!(recognise(path), None, "{path}");
        }
    }

    #[test]
    fn a_name_is_shown_on_one_line_and_steers_no_terminal() {
        assert_eq!(shown("a\x1b[31m\nb\u{202e}c/ä.log"), "a\u{fffd}[31m\u{fffd}b\u{fffd}c/ä.log");
        let long = shown(&format!("{}/sps.log", "x".repeat(5000)));
        assert!(long.chars().count() == 300 && long.starts_with('…') && long.ends_with("x/sps.log"), "{long}");
        assert_eq!(shown(&"x".repeat(300)), "x".repeat(300));
    }

    #[test]
    fn a_bundle_tells_its_machine_and_its_time() {
        let bundle =
            |path: &str| Root(path.to_owned()).bundle().map(|(name, at)| (name.map(str::to_owned), at.to_string()));
        let at = "2024-05-17T09:23:00Z".to_owned();
        assert_eq!(
            bundle("x.tgz/esx-esx01.lab.test-2024-05-17--09.23-2101234"),
            Some((Some("esx01.lab.test".to_owned()), at.clone()))
        );
        assert_eq!(bundle("vc-vc01-2024-05-17--09.23-77/deeper"), Some((Some("vc01".to_owned()), at.clone())));
        assert_eq!(bundle("2024-05-17--09.23"), None);
        assert_eq!(bundle("other-2024-05-17--09.23"), Some((None, at)));
        assert_eq!(bundle("esx-a--b-2024-13-41--09.23"), None);
        assert_eq!(Root("case/esx01.lab.test".to_owned()).folder(), Some("esx01.lab.test"));
        assert_eq!(Root("case/esx.tgz".to_owned()).folder(), None);
        assert_eq!(Root(String::new()).folder(), None);
    }
}
