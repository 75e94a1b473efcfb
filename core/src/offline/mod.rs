//! Facts from files instead of connections: logs, certificates and support bundles, as a stream and without IO.
//!
//! ```
//! use iofilter_certs::offline::{Collection, Limits};
//! use iofilter_certs::time::UnixTime;
//!
//! let mut files = Collection::new(UnixTime(1_770_206_400), Limits::default());
//! let mut log = files.open("vc/var/log/vmware/vmware-sps/sps.log").unwrap();
//! files.feed(&mut log, b"2025-03-04T05:07:01Z [t] ERROR opId=o c.C - PKIX path building failed: https://esx01:9080/version.xml\n");
//! files.close(log);
//! assert!(files.open("vc/etc/passwd").is_none(), "nothing is to be learned from it");
//! let facts = files.facts();
//! assert_eq!(facts.logs.len(), 1);
//! assert!(facts.hosts.values().any(|host| host.name == "esx01" && host.on_443.value().is_none()));
//! ```
//!
//! The host program finds the files and hands in their bytes, in chunks of any size. Files are recognised by the end of
//! their path. Archives (`.tgz`, as `vm-support` and `vc-support` make them) are unpacked on the way, also archives in
//! archives. Nothing is written anywhere. What the files do not tell stays unknown, with how to provide it.
//!
//! What is absent: keys. A file of a key is not opened; of a file that holds a key beside a certificate only the
//! certificate is kept.

mod assemble;
mod file;
mod machine;
mod name;
mod settings;
mod tar;
mod tar_header;
mod unpack;
mod vecs;

use std::collections::BTreeMap;

pub use file::OpenFile;
#[cfg(feature = "native")]
pub(crate) use unpack::Unpack;

use file::Stop;
use machine::Machine;
use name::{Kind, Root, made_visible, recognise, shown};

use crate::facts::{Certificates, Facts, Missing, MissingReason};
use crate::log::LogFacts;
use crate::time::UnixTime;

/// What is read at most, so that no file can use up memory or time without end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a file that is read as a whole: a certificate, a listing. Logs and archives are streams.
    pub whole_file_bytes: usize,
    /// Bytes that one file may unpack to without a question.
    pub unpacked_bytes: u64,
    /// Beyond that, how many times its own size a file may unpack to.
    pub unpacked_ratio: u64,
    /// Files that are recognised.
    pub files: usize,
    /// Archives inside one another.
    pub depth: usize,
}

/// Bundles of 10 GB unpack to some ten times that; what unpacks to 200 times its size was made to.
impl Default for Limits {
    fn default() -> Self {
        Self {
            whole_file_bytes: 4 * 1024 * 1024,
            unpacked_bytes: 4 * 1024 * 1024 * 1024,
            unpacked_ratio: 200,
            files: 100_000,
            depth: 4,
        }
    }
}

/// Files that were read so far, and what they told.
#[derive(Debug)]
pub struct Collection {
    now: UnixTime,
    limits: Limits,
    /// Recognised so far.
    files: usize,
    certificates: Certificates,
    machines: BTreeMap<Root, Machine>,
    troubles: Vec<Missing>,
}

impl Collection {
    /// Nothing read yet. `now` is when the files are judged, unless all of them come from bundles that tell when they
    /// were made.
    pub fn new(now: UnixTime, limits: Limits) -> Self {
        Self {
            now,
            limits,
            files: 0,
            certificates: Certificates::default(),
            machines: BTreeMap::new(),
            troubles: Vec::new(),
        }
    }

    /// Begins a file. `None` when nothing can be learned from a file of this name, which need not be read then.
    pub fn open(&mut self, path: &str) -> Option<OpenFile> {
        self.open_at(path, 0)
    }

    /// Takes the next bytes of a file as they are stored, packed or not. `false` when the rest is not wanted.
    pub fn feed(&mut self, file: &mut OpenFile, bytes: &[u8]) -> bool {
        let mut budget = file.budget;
        budget.packed = budget.packed.saturating_add(bytes.len() as u64);
        let taken = file.take(bytes, &mut budget, self);
        file.budget = budget;
        if let Err(stop) = taken {
            file.stop(stop);
        }
        !file.is_stopped()
    }

    /// A file has ended.
    pub fn close(&mut self, file: OpenFile) {
        let mut budget = file.budget;
        file.finish(true, &mut budget, self);
    }

    /// A file could not be read to its end; `why` is one line. What came before stands, where a part is of use.
    pub fn break_off(&mut self, mut file: OpenFile, why: &str) {
        file.stop(Stop::Unreadable(shown(why)));
        self.close(file);
    }

    /// A file or folder could not be read at all; `why` is one line.
    pub fn unreadable(&mut self, path: &str, why: &str) {
        self.trouble(format!("`{}` cannot be read: {}", shown(path), shown(why)), "give it as a file that can be read");
    }

    /// What all files together tell.
    pub fn facts(self) -> Facts {
        assemble::facts(self)
    }

    fn open_at(&mut self, path: &str, depth: usize) -> Option<OpenFile> {
        let (kind, root) = recognise(&made_visible(path))?;
        let path = &shown(path);
        if kind == Kind::ForeignArchive {
            self.trouble(
                format!("`{path}` is an archive of a kind that is not read"),
                "unpack it and give the folder, or pack it as `.tgz`",
            );
            return None;
        }
        if kind == Kind::Archive && depth >= self.limits.depth {
            self.trouble(
                format!("`{path}` lies in more than {} archives and was not opened", self.limits.depth),
                "unpack the outer ones and give the folder",
            );
            return None;
        }
        if self.files >= self.limits.files {
            if self.files == self.limits.files {
                self.files += 1;
                self.trouble(
                    format!(
                        "more than {} files were recognised; from `{path}` on they were not read",
                        self.limits.files
                    ),
                    "give fewer bundles at once",
                );
            }
            return None;
        }
        self.files += 1;
        Some(OpenFile::new(path, kind, root, depth))
    }

    /// A file that was read as a whole.
    fn learn(&mut self, kind: Kind, root: Root, path: &str, bytes: &[u8]) {
        let machine = self.machines.entry(root).or_default();
        machine.learn(kind, path, bytes, &mut self.certificates, &mut self.troubles);
    }

    fn learn_log(&mut self, root: Root, log: LogFacts) {
        self.machines.entry(root).or_default().logs.push(log);
    }

    /// A file of an archive that is stored with holes. What lies where in it is not read.
    fn sparse(&mut self, path: &str) {
        if recognise(&made_visible(path)).is_some() {
            self.trouble(
                format!("`{}` is stored as a sparse file, which is not read", shown(path)),
                "unpack the archive and give the folder",
            );
        }
    }

    fn broken(&mut self, path: &str, stop: &Stop) {
        self.trouble(format!("`{path}` was not read to its end: {}", stop.why(&self.limits)), stop.help());
    }

    fn trouble(&mut self, message: String, help: &str) {
        if self.troubles.len() < MOST_TROUBLES {
            self.troubles.push(Missing { reason: MissingReason::Malformed, message, help: help.to_owned() });
        }
    }
}

/// More than a person reads; a damaged archive could tell of more.
const MOST_TROUBLES: usize = 1000;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
