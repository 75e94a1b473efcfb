//! Files that a job names, such as a saved `sps.log`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use super::failure::plain;
use crate::request::{Chunk, Failure, FailureKind, FileChunk};

/// The files that requests may name. A name that is not here cannot be read: requests carry no paths.
#[derive(Debug, Clone, Default)]
pub struct Files {
    paths: BTreeMap<String, PathBuf>,
}

impl Files {
    /// No files.
    pub fn new() -> Self {
        Self::default()
    }

    /// With this file under this name.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, path: impl AsRef<Path>) -> Self {
        self.paths.insert(name.into(), path.as_ref().to_owned());
        self
    }

    /// Reads one piece; shorter than asked only at the file's end.
    pub(super) async fn read(&self, request: FileChunk) -> Result<Chunk, Failure> {
        let Some(path) = self.paths.get(&request.name).cloned() else {
            let message = format!("no file was given under the name `{}`", request.name);
            return Err(Failure::new(FailureKind::NameUnknown, message));
        };
        let shown = path.display().to_string();
        let read = tokio::task::spawn_blocking(move || read_piece(&path, request.offset, request.length)).await;
        let read = read.unwrap_or_else(|_| Err(io::Error::other("reading was stopped")));
        read.map_err(|error| {
            let message = format!("the file `{shown}` cannot be read: {}", plain(&error));
            Failure::new(FailureKind::Unreachable, message)
        })
    }
}

fn read_piece(path: &Path, offset: u64, length: u32) -> io::Result<Chunk> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(offset))?;
    // One byte more than asked tells whether the file ends here, also when it grows meanwhile.
    let mut bytes = Vec::new();
    file.take(u64::from(length) + 1).read_to_end(&mut bytes)?;
    let asked = usize::try_from(length).unwrap_or(usize::MAX);
    let end = bytes.len() <= asked;
    bytes.truncate(asked);
    Ok(Chunk { bytes, end })
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        clippy::disallowed_methods,
        reason = "a test fails by panicking and makes its own files"
    )]

    use super::*;

    #[test]
    fn pieces_put_together_are_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sps.log");
        std::fs::write(&path, b"0123456789").unwrap();
        let mut all = Vec::new();
        loop {
            let chunk = read_piece(&path, all.len() as u64, 5).unwrap();
            all.extend_from_slice(&chunk.bytes);
            if chunk.end {
                break;
            }
        }
        assert_eq!(all, b"0123456789");
        assert_eq!(read_piece(&path, 8, 5).unwrap(), Chunk { bytes: b"89".to_vec(), end: true });
        assert_eq!(read_piece(&path, 99, 5).unwrap(), Chunk { bytes: vec![], end: true });
    }

    #[tokio::test]
    async fn a_name_that_was_not_given_is_refused() {
        let request = FileChunk { name: "/etc/shadow".into(), offset: 0, length: 10 };
        let failure = Files::new().read(request).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::NameUnknown);
    }
}
