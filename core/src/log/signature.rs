//! What a signature is, and which log it is written to.

use serde::{Deserialize, Serialize};

use super::head::Level;

/// One trace that a known trouble leaves in a log: a row of the table.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Signature {
    /// A letter for the log and a number. Once released it never changes its meaning.
    pub id: &'static str,
    /// The log it is written to. In a file whose name says nothing, every row is looked for.
    pub log: Log,
    /// The least level of the record, where the record has one.
    pub level: Level,
    /// The Java class that writes it, where the record names one. Only the part after the last dot is compared,
    /// because log4j can be told to shorten packages.
    pub class: Option<&'static str>,
    /// One of these stands in every record that matches, letter for letter. All rows' literals together are the one search
    /// that most of a log is passed over with.
    pub literals: &'static [&'static str],
    /// The regular expression, on bytes; `.` does not cross lines. Groups: `host` and `detail`.
    pub pattern: &'static str,
    /// A second expression that must match somewhere in the same record.
    pub also: Option<&'static str>,
    /// If one of these matched the same record, this row would add nothing and is not reported.
    pub implied_by: &'static [&'static str],
    /// It is the last word on a provider: what the thread writes next may be about another host.
    pub ends_story: bool,
    /// It is the first word on a provider: what the thread wrote before may be about another host.
    pub begins_story: bool,
    /// Fewer sightings in one file say nothing, and are not reported.
    pub least: u64,
    /// What it means, for a person, one line.
    pub meaning: &'static str,
    /// Where it was read.
    pub source: &'static str,
    /// How well it is known.
    pub grade: Grade,
}

/// How well a fact is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Grade {
    /// Read in a vendor's text.
    A,
    /// Read in a third party's text.
    B,
    /// Inferred from facts of grade A or B.
    C,
    /// Known from practice; no text confirms it.
    D,
}

/// Which program's log a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Log {
    /// Any, or not known.
    Any,
    /// vCenter's storage profile service: `sps.log`.
    StorageProfileService,
    /// What the same service prints outside its log: `sps-runtime.log.stderr`.
    StorageProfileRuntime,
    /// vCenter's main service: `vpxd.log`.
    VirtualCenter,
    /// An ESXi host's provider of IO filters: `iofiltervpd.log`.
    IoFilterProvider,
    /// An ESXi host's virtual volume daemon: `vvold.log`.
    VirtualVolumes,
    /// An ESXi host's agents: `hostd.log`, `hostd-probe.log`, `vpxa.log`, `rhttpproxy.log`.
    HostAgent,
    /// An ESXi host's observations: `vobd.log`.
    HostObservations,
}

impl Log {
    /// Which log a file is, by the beginning of its name: `/var/log/vmware/vmware-sps/sps.log.3` is an `sps` log.
    pub fn of_file(name: &str) -> Self {
        let base = name.rsplit(['/', '\\']).next().unwrap_or(name).to_ascii_lowercase();
        let known = [
            ("sps-runtime", Self::StorageProfileRuntime),
            ("sps", Self::StorageProfileService),
            ("vpxd", Self::VirtualCenter),
            ("iofiltervp", Self::IoFilterProvider),
            ("vvold", Self::VirtualVolumes),
            ("hostd", Self::HostAgent),
            ("vpxa", Self::HostAgent),
            ("rhttpproxy", Self::HostAgent),
            ("vobd", Self::HostObservations),
        ];
        known.iter().find(|(start, _)| base.starts_with(start)).map_or(Self::Any, |(_, log)| *log)
    }

    /// Whether it is written on an ESXi host, so that what it says is said of that host.
    pub fn is_of_host(self) -> bool {
        matches!(self, Self::IoFilterProvider | Self::VirtualVolumes | Self::HostAgent | Self::HostObservations)
    }

    pub(super) fn admits(self, row: Self) -> bool {
        // What the service prints are the stacks that it logs.
        let is_printed = self == Self::StorageProfileRuntime && row == Self::StorageProfileService;
        self == Self::Any || row == Self::Any || self == row || is_printed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_known_by_its_file_name() {
        let cases = [
            ("/var/log/vmware/vmware-sps/sps.log.3.gz", Log::StorageProfileService),
            ("sps-runtime.log.stderr", Log::StorageProfileRuntime),
            ("vobd.log", Log::HostObservations),
            ("C:\\case\\vpxd-12.log", Log::VirtualCenter),
            ("iofiltervpd.log", Log::IoFilterProvider),
            ("/var/run/log/vvold.0.gz", Log::VirtualVolumes),
            ("hostd-probe.log", Log::HostAgent),
            ("", Log::Any),
            ("case-123.txt", Log::Any),
        ];
        for (name, expected) in cases {
            assert_eq!(Log::of_file(name), expected, "{name}");
        }
    }
}
