//! The journal's file: one JSON line an entry, each sealed with everything before it, on the disk before the next act.
//!
//! A line is `{"sum":"<64 hex>","entry":<json>}`; the sum is SHA-256 over the previous line's sum and the entry's bytes.
//! A last line that a crash tore is dropped; damage anywhere else is refused, because a journal that lies is worse than none.
#![expect(clippy::disallowed_methods, reason = "the journal is a file; only the host program writes it")]

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use super::failure::plain;

/// What the first line's sum begins with, so that no journal continues another kind of file.
const SEED: &str = "iofilter-certs journal 1";

/// What every line begins with.
const BEGIN: &[u8] = b"{\"sum\":\"";

/// An open journal. Entries can only be added.
#[derive(Debug)]
pub struct Journal<T> {
    path: PathBuf,
    file: File,
    length: u64,
    sum: String,
    entry: PhantomData<fn(&T)>,
}

/// What a journal held when it was read.
#[derive(Debug)]
pub struct Recovered<T> {
    /// The whole entries, in order.
    pub entries: Vec<T>,
    /// True when a last line was torn by a crash and dropped: what it would have told was not yet acted on.
    pub torn: bool,
    /// Where the whole lines end, in bytes.
    length: u64,
    sum: String,
}

/// Why a journal cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// A journal is never overwritten.
    #[error("the journal `{0}` exists already; resume that run, or give another path")]
    Exists(PathBuf),
    /// The operating system refused.
    #[error("the journal `{path}` cannot be {what}: {why}; free or change what stands in the way, then run `resume`", why = plain(.source))]
    Io {
        /// The file.
        path: PathBuf,
        /// What was tried, in words.
        what: &'static str,
        /// What the operating system said.
        source: io::Error,
    },
    /// Somebody or something changed it.
    #[error(
        "the journal `{path}` is damaged at line {line}: {why}; restore it from a copy, or check the hosts and start a new run"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        why: &'static str,
    },
    /// What is needed to go back cannot be kept.
    #[error("the evidence `{path}` cannot be written, and nothing was changed: {why}; free or change what stands in the way", why = plain(.source))]
    Evidence {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// An entry cannot be written as JSON.
    #[error("this is a mistake in iofilter-certs, please report it: an entry of the journal cannot be written as json")]
    Entry(#[source] serde_json::Error),
}

impl<T: Serialize> Journal<T> {
    /// Makes a new journal; it and its folder's entry are on the disk when this returns. One whose first line a crash kept
    /// from the disk tells of nothing that was done, and is begun anew: the caller holds the run's lock.
    pub fn create(path: impl AsRef<Path>) -> Result<Self, JournalError> {
        let path = path.as_ref().to_owned();
        let opened = match private().append(true).create_new(true).open(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && is_stillborn(&path) => {
                private().append(true).open(&path).and_then(|file| file.set_len(0).map(|()| file))
            }
            opened => opened,
        };
        let file = opened.map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => JournalError::Exists(path.clone()),
            _ => JournalError::Io { path: path.clone(), what: "made", source },
        })?;
        let stored = file.sync_all().and_then(|()| sync_folder(&path));
        stored.map_err(|source| JournalError::Io { path: path.clone(), what: "made", source })?;
        Ok(Self { path, file, length: 0, sum: hash(SEED, b""), entry: PhantomData })
    }

    /// Adds one entry; it is on the disk when this returns. After an error nothing that the entry announces may be done.
    pub fn append(&mut self, entry: &T) -> Result<(), JournalError> {
        self.append_all([entry])
    }

    /// Adds entries that belong together, as [`append`](Self::append) adds one; the disk is waited for once.
    pub fn append_all<'e>(&mut self, entries: impl IntoIterator<Item = &'e T>) -> Result<(), JournalError>
    where
        T: 'e,
    {
        let (mut lines, mut sum) = (String::new(), self.sum.clone());
        for entry in entries {
            let entry = serde_json::to_string(entry).map_err(JournalError::Entry)?;
            sum = hash(&sum, entry.as_bytes());
            // Writing to a String cannot fail.
            let _ = writeln!(lines, "{{\"sum\":\"{sum}\",\"entry\":{entry}}}");
        }
        if lines.is_empty() {
            return Ok(());
        }
        let written = self.file.write_all(lines.as_bytes()).and_then(|()| self.file.sync_data());
        if let Err(source) = written {
            // A full disk may have taken a part of them; without it the file is whole, and if this fails it is torn.
            let _ = self.file.set_len(self.length);
            return Err(JournalError::Io { path: self.path.clone(), what: "written", source });
        }
        self.length += lines.len() as u64;
        self.sum = sum;
        Ok(())
    }
}

impl<T: DeserializeOwned> Journal<T> {
    /// Reads a journal without changing it.
    pub fn read(path: impl AsRef<Path>) -> Result<Recovered<T>, JournalError> {
        let path = path.as_ref();
        let read = std::fs::read(path);
        let bytes = read.map_err(|source| JournalError::Io { path: path.to_owned(), what: "read", source })?;
        let mut recovered = Recovered { entries: Vec::new(), torn: false, length: 0, sum: hash(SEED, b"") };
        for (index, line) in bytes.split_inclusive(|&byte| byte == b'\n').enumerate() {
            let damaged = |why| JournalError::Damaged { path: path.to_owned(), line: index + 1, why };
            // Only the last line can lack its end, and only because writing it was cut short.
            let Some(whole) = line.strip_suffix(b"\n") else {
                recovered.torn = true;
                break;
            };
            let (sum, entry) = take_apart(whole).ok_or_else(|| damaged("it is not a line of a journal"))?;
            if hash(&recovered.sum, entry).as_bytes() != sum {
                return Err(damaged("its checksum does not fit it and the lines before it"));
            }
            let entry_read = serde_json::from_slice(entry);
            recovered.entries.push(entry_read.map_err(|_| damaged("it was written by another version"))?);
            recovered.length += line.len() as u64;
            recovered.sum = String::from_utf8_lossy(sum).into_owned();
        }
        Ok(recovered)
    }
}

impl<T: Serialize + DeserializeOwned> Journal<T> {
    /// Reads a journal and opens it to be continued; a torn last line is cut off for good.
    pub fn resume(path: impl AsRef<Path>) -> Result<(Self, Recovered<T>), JournalError> {
        let path = path.as_ref().to_owned();
        let recovered = Self::read(&path)?;
        let open = || {
            let file = OpenOptions::new().append(true).open(&path)?;
            file.set_len(recovered.length)?;
            file.sync_all()?;
            Ok(file)
        };
        let file = open().map_err(|source| JournalError::Io { path: path.clone(), what: "continued", source })?;
        let Recovered { length, ref sum, .. } = recovered;
        Ok((Self { path, file, length, sum: sum.clone(), entry: PhantomData }, recovered))
    }
}

/// A journal names hosts and what was done to them: its owner's business.
pub(super) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// True when a journal was made here and its first line is not whole.
fn is_stillborn(path: &Path) -> bool {
    let begins = |bytes: &[u8]| BEGIN.iter().zip(bytes).all(|(one, other)| one == other);
    std::fs::read(path).is_ok_and(|bytes| !bytes.contains(&b'\n') && begins(&bytes))
}

/// A new file survives a power cut only when its folder's entry is on the disk too.
fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn take_apart(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = line.strip_prefix(BEGIN)?;
    let (sum, rest) = rest.split_at_checked(64)?;
    let entry = rest.strip_prefix(b"\",\"entry\":")?.strip_suffix(b"}")?;
    Some((sum, entry))
}

fn hash(previous: &str, entry: &[u8]) -> String {
    let digest = Sha256::new().chain_update(previous).chain_update(entry).finalize();
    digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
