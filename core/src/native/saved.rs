//! Facts from logs, certificates and support bundles that lie on disk, without any connection.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::failure::plain;
use crate::facts::Facts;
use crate::offline::{Collection, Limits};
use crate::time::UnixTime;

/// Files cannot be judged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SavedError {
    /// What was named is not there or cannot be read.
    #[error("`{}` cannot be read: {}", path.display(), plain(.why))]
    Unreadable {
        /// As it was named.
        path: PathBuf,
        /// What the operating system said.
        why: io::Error,
    },
    /// Nothing that was named is of use.
    #[error(
        "among the files of `{}` is none that is known; known are logs such as `sps.log`, `rui.crt`, `castore.pem`, `iofiltervp.pem`, listings of vecs-cli, and support bundles as `.tgz`",
        path.display()
    )]
    NothingKnown {
        /// The first that was named.
        path: PathBuf,
    },
    /// Whoever asked does not want it any more.
    #[error("reading was stopped")]
    Stopped,
}

/// Reads files and folders, in bounded memory whatever their size. Links inside a folder are not followed. `go_on` is
/// asked at every 256 KiB. What inside a folder cannot be read is told by the facts; what is named here must be there.
pub fn saved_facts(paths: &[PathBuf], now: UnixTime, go_on: impl FnMut() -> bool) -> Result<Facts, SavedError> {
    let mut reading = Reading {
        collection: Collection::new(now, Limits::default()),
        buffer: vec![0; CHUNK],
        opened: 0,
        looked_at: 0,
        go_on,
    };
    for path in paths {
        let unreadable = |why| SavedError::Unreadable { path: path.clone(), why };
        let whole = std::fs::canonicalize(path).map_err(unreadable)?;
        // The name of the folder is part of what tells a machine.
        let name = whole.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let is_folder = std::fs::metadata(&whole).map_err(unreadable)?.is_dir();
        if is_folder {
            std::fs::read_dir(&whole).map_err(unreadable)?;
        } else {
            File::open(&whole).map_err(unreadable)?;
        }
        reading.look_at(&whole, &name, 0)?;
    }
    if reading.opened == 0 {
        return Err(SavedError::NothingKnown { path: paths.first().cloned().unwrap_or_default() });
    }
    Ok(reading.collection.facts())
}

struct Reading<G> {
    collection: Collection,
    buffer: Vec<u8>,
    opened: usize,
    looked_at: usize,
    go_on: G,
}

impl<G: FnMut() -> bool> Reading<G> {
    /// A file, or a folder with all that is in it; `name` is the path as it is told.
    fn look_at(&mut self, path: &Path, name: &str, depth: usize) -> Result<(), SavedError> {
        self.looked_at += 1;
        if depth > DEEPEST || self.looked_at > MOST {
            if self.looked_at <= MOST + 1 {
                self.collection.unreadable(name, "there are too many folders in folders, or too many files");
            }
            return Ok(());
        }
        // A link could lead round in a circle, or out of what was named.
        match std::fs::symlink_metadata(path) {
            Ok(what) if what.is_dir() => self.look_into(path, name, depth),
            Ok(what) if what.is_file() => self.read(path, name),
            Ok(_) => Ok(()),
            Err(why) => {
                self.collection.unreadable(name, &plain(&why));
                Ok(())
            }
        }
    }

    fn look_into(&mut self, folder: &Path, name: &str, depth: usize) -> Result<(), SavedError> {
        let mut entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries.filter_map(Result::ok).map(|entry| entry.file_name()).collect::<Vec<_>>(),
            Err(why) => {
                self.collection.unreadable(name, &plain(&why));
                return Ok(());
            }
        };
        // The order of a folder differs from machine to machine; that of its names does not.
        entries.sort();
        for entry in entries {
            self.look_at(&folder.join(&entry), &format!("{name}/{}", entry.to_string_lossy()), depth + 1)?;
        }
        Ok(())
    }

    fn read(&mut self, path: &Path, name: &str) -> Result<(), SavedError> {
        let Some(mut open) = self.collection.open(name) else { return Ok(()) };
        self.opened += 1;
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(why) => {
                self.collection.unreadable(name, &plain(&why));
                return Ok(());
            }
        };
        loop {
            if !(self.go_on)() {
                return Err(SavedError::Stopped);
            }
            match file.read(&mut self.buffer) {
                Ok(0) => break,
                Ok(read) => {
                    if !self.collection.feed(&mut open, self.buffer.get(..read).unwrap_or_default()) {
                        break;
                    }
                }
                Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
                Err(why) => {
                    self.collection.break_off(open, &plain(&why));
                    return Ok(());
                }
            }
        }
        self.collection.close(open);
        Ok(())
    }
}

const CHUNK: usize = 256 * 1024;
const DEEPEST: usize = 64;
const MOST: usize = 1_000_000;

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        clippy::disallowed_methods,
        reason = "a test fails by panicking and makes its own files"
    )]

    use super::*;

    const NOW: UnixTime = UnixTime(1_770_206_400);
    const LINE: &[u8] =
        b"2026-02-04T05:07:01Z [t] ERROR opId=o c.C - PKIX path building failed: https://esx01:9080/version.xml\n";

    #[test]
    fn a_folder_is_read_in_the_order_of_its_names_and_links_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let case = folder.path().join("case");
        std::fs::create_dir_all(case.join("b/deeper")).unwrap();
        std::fs::write(case.join("b/deeper/sps.log"), LINE).unwrap();
        std::fs::write(case.join("a.txt"), b"nothing").unwrap();
        std::fs::write(case.join("vpxd.log"), b"").unwrap();
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&case, case.join("b/round")).unwrap();
            std::os::unix::fs::symlink("/etc/passwd", case.join("castore.pem")).unwrap();
        }
        let facts = saved_facts(&[case], NOW, || true).unwrap();
        let logs: Vec<&str> = facts.logs.iter().map(|log| log.file.as_str()).collect();
        assert_eq!(logs, ["case/b/deeper/sps.log", "case/vpxd.log"]);
        assert_eq!((facts.hosts.len(), facts.ended_at), (1, NOW));
        assert!(facts.logs_missing.is_empty());
    }

    #[test]
    fn what_is_not_there_or_of_no_use_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let why = |path: &Path| saved_facts(&[path.to_owned()], NOW, || true).unwrap_err().to_string();
        assert!(why(Path::new("/nonexistent")).starts_with("`/nonexistent` cannot be read: no such file"));
        assert!(why(folder.path()).ends_with("and support bundles as `.tgz`"), "{}", why(folder.path()));
        let log = folder.path().join("sps.log");
        std::fs::write(&log, LINE).unwrap();
        assert!(matches!(saved_facts(std::slice::from_ref(&log), NOW, || false), Err(SavedError::Stopped)));
        assert_eq!(saved_facts(&[log], NOW, || true).unwrap().logs.len(), 1);
    }
}
