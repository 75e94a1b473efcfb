//! Keeps two runs from acting on one vCenter at the same time.
//!
//! The mark is a file that the operating system locks, on this machine or in a folder that a team shares. There is none in
//! vCenter itself: an attribute or an extension would be a change before any approval, needs rights that looking does
//! not, and stays behind when a process dies.
#![expect(clippy::disallowed_methods, reason = "a lock is a file, and its note tells whose it is")]

use std::fmt::Write as _;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::failure::plain;
use crate::time::UnixTime;

/// Held while a run acts; given back when it goes, also when the process dies.
///
/// It is the operating system's advisory lock on a file in a folder that the runs share. So the lock of a dead process is
/// none, whatever its note says. It reaches other machines as far as the folder does.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Why the lock cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// Another run holds it.
    #[error("another run acts on vCenter `{target}`: {holder}; wait for its end, or stop it")]
    Held {
        /// What is locked, as the caller named it.
        target: String,
        /// Who holds it, as far as is known.
        holder: String,
    },
    /// The file cannot be made or locked.
    #[error("the lock `{path}` cannot be taken: {why}; give a folder that can be written to", why = plain(.source))]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

impl Lock {
    /// Takes the lock of `target`, such as a vCenter's `host:port` or uuid, in `folder`, for the run that is kept in
    /// `run`. Does not wait.
    pub fn take(folder: impl AsRef<Path>, target: &str, run: &Path, now: UnixTime) -> Result<Self, LockError> {
        let path = folder.as_ref().join(file_name(target));
        let failed = |source| LockError::Io { path: path.clone(), source };
        // Never truncated on opening: the file may hold the note of whoever has the lock.
        let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = options.map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(LockError::Held { target: target.to_owned(), holder: holder(&mut file) });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        // A note for people; the lock holds without it. The file stays when the lock goes: removing it would let a third
        // run lock a new file while a second still waits on the old one.
        let _ = file.set_len(0).and_then(|()| file.write_all(note(run, now).as_bytes()));
        Ok(Self { _file: file })
    }
}

/// Where locks are kept when nothing else is said: `iofilter-certs/locks` in the user's folder for state, so that all runs
/// of a user on a machine meet. `None` when the user has no such folder.
pub fn lock_folder() -> Option<PathBuf> {
    let of = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let state = of("XDG_STATE_HOME").or_else(|| Some(of("HOME")?.join(".local/state")))?;
    state.is_absolute().then(|| state.join("iofilter-certs").join("locks"))
}

/// Who holds it, where and since when, in one line.
fn note(run: &Path, now: UnixTime) -> String {
    let user = std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_default();
    let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let mut note = format!("process {}", std::process::id());
    for (word, name) in [("of", user.trim()), ("on", machine.trim())] {
        if !name.is_empty() {
            // Writing to a String cannot fail.
            let _ = write!(note, " {word} `{name}`");
        }
    }
    let run = std::path::absolute(run).unwrap_or_else(|_| run.to_owned());
    format!("{note} since {now}, with its journal in `{}`\n", run.display())
}

fn holder(file: &mut File) -> String {
    let mut note = String::new();
    // Best effort: on some systems a locked file cannot be read.
    let _ = file.take(1000).read_to_string(&mut note);
    match note.trim() {
        "" => "an unknown process".to_owned(),
        note => note.to_owned(),
    }
}

/// Characters that file names may not hold everywhere become `_`.
fn file_name(target: &str) -> String {
    let kept = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c.to_ascii_lowercase() } else { '_' };
    let name: String = target.chars().map(kept).collect();
    format!("iofilter-certs-{name}.lock")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn take(folder: &Path, target: &str) -> Result<Lock, LockError> {
        Lock::take(folder, target, Path::new("/runs/1"), UnixTime(1_790_000_000))
    }

    #[test]
    fn one_vcenter_has_one_run_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let first = take(folder.path(), "vc.example.com:443").unwrap();
        let second = take(folder.path(), "VC.example.com:443").unwrap_err().to_string();
        assert!(second.contains(&format!("process {}", std::process::id())), "{second}");
        assert!(second.contains("since 2026-09-21T") && second.contains("`/runs/1`"), "{second}");
        take(folder.path(), "vc2.example.com:443").unwrap();
        drop(first);
        take(folder.path(), "vc.example.com:443").unwrap();
    }

    #[test]
    fn the_note_of_a_dead_process_holds_nobody_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(file_name("vc.example.com:443"));
        std::fs::write(&path, "process 1 on `elsewhere` since 2020-01-01T00:00:00Z\n").unwrap();
        let lock = take(folder.path(), "vc.example.com:443").unwrap();
        assert!(!std::fs::read_to_string(&path).unwrap().contains("elsewhere"));
        drop(lock);
    }

    #[test]
    fn a_folder_that_is_not_there_is_said() {
        let error = take(Path::new("/nonexistent"), "[2001:db8::1]:443").unwrap_err().to_string();
        assert!(error.contains("`/nonexistent/iofilter-certs-_2001_db8__1__443.lock`"), "{error}");
    }
}
