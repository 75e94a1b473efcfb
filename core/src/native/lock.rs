//! Keeps two runs from acting on one vCenter at the same time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::failure::plain;

/// Held while a run acts; given back when it goes, also when the process dies.
///
/// It is the operating system's advisory lock on a file in a folder that the runs share. It does not reach other machines.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Why the lock cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// Another run holds it.
    #[error("another run acts on `{target}` ({holder}); wait for its end, or stop it")]
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
    /// Takes the lock of `target`, such as a vCenter's `host:port`, in `folder`. Does not wait.
    pub fn take(folder: impl AsRef<Path>, target: &str) -> Result<Self, LockError> {
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
        let _ = file.set_len(0).and_then(|()| writeln!(file, "process {}", std::process::id()));
        Ok(Self { _file: file })
    }
}

fn holder(file: &mut File) -> String {
    let mut note = String::new();
    // Best effort: on some systems a locked file cannot be read.
    let _ = file.take(100).read_to_string(&mut note);
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

    #[test]
    fn one_vcenter_has_one_run_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let first = Lock::take(folder.path(), "vc.example.com:443").unwrap();
        let second = Lock::take(folder.path(), "VC.example.com:443").unwrap_err();
        assert!(second.to_string().contains(&format!("process {}", std::process::id())), "{second}");
        Lock::take(folder.path(), "vc2.example.com:443").unwrap();
        drop(first);
        Lock::take(folder.path(), "vc.example.com:443").unwrap();
    }

    #[test]
    fn a_folder_that_is_not_there_is_said() {
        let error = Lock::take("/nonexistent", "[2001:db8::1]:443").unwrap_err().to_string();
        assert!(error.contains("`/nonexistent/iofilter-certs-_2001_db8__1__443.lock`"), "{error}");
    }
}
