//! Files that a job names, such as a saved `sps.log`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use flate2::read::MultiGzDecoder;

use super::failure::plain;
use crate::request::{Chunk, Failure, FailureKind, FileChunk};

/// The files that requests may name. A name that is not here cannot be read: requests carry no paths.
///
/// A file that begins as gzip does is read unpacked, whatever it is called: offsets and lengths are those of what was
/// packed.
#[derive(Debug, Clone, Default)]
pub struct Files {
    paths: BTreeMap<String, PathBuf>,
    /// Packed files that are being read. Such a file can only be read on from where it was left.
    packed: Arc<Mutex<BTreeMap<PathBuf, Packed>>>,
}

/// A packed file on its way.
#[derive(Debug)]
struct Packed {
    decoder: MultiGzDecoder<BufReader<File>>,
    /// So many bytes came out of it.
    at: u64,
    is_broken: bool,
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

    /// Reads one piece; shorter than asked only at the file's end, or where packed data goes no further.
    pub(super) async fn read(&self, request: FileChunk) -> Result<Chunk, Failure> {
        let Some(path) = self.paths.get(&request.name).cloned() else {
            let message = format!("no file was given under the name `{}`", request.name);
            return Err(Failure::new(FailureKind::NameUnknown, message));
        };
        let shown = path.display().to_string();
        let packed = Arc::clone(&self.packed);
        let read = move || {
            let FileChunk { offset, length, .. } = request;
            if is_packed(&path)? {
                unpack_piece(&packed, &path, offset, length)
            } else {
                read_piece(&path, offset, length)
            }
        };
        let read = tokio::task::spawn_blocking(read).await;
        let read = read.unwrap_or_else(|_| Err(io::Error::other("reading was stopped")));
        read.map_err(|error| {
            let message = format!("the file `{shown}` cannot be read: {}", plain(&error));
            Failure::new(FailureKind::Unreachable, message)
        })
    }
}

/// Whether it begins as gzip does.
fn is_packed(path: &Path) -> io::Result<bool> {
    let mut begins = Vec::new();
    File::open(path)?.take(2).read_to_end(&mut begins)?;
    Ok(begins == [0x1f, 0x8b])
}

/// Reads on where the last piece ended; anywhere else from the beginning. What came before damage is handed out first.
fn unpack_piece(packed: &Mutex<BTreeMap<PathBuf, Packed>>, path: &Path, offset: u64, length: u32) -> io::Result<Chunk> {
    let held = || packed.lock().unwrap_or_else(PoisonError::into_inner);
    let begun = held().remove(path).filter(|begun| begun.at == offset);
    let mut reading = match begun {
        Some(begun) => begun,
        None => Packed::open(path, offset)?,
    };
    let bytes = reading.next(u64::from(length))?;
    let asked = usize::try_from(length).unwrap_or(usize::MAX);
    let end = bytes.len() < asked && !reading.is_broken;
    if !end {
        held().insert(path.to_owned(), reading);
    }
    Ok(Chunk { bytes, end })
}

impl Packed {
    fn open(path: &Path, offset: u64) -> io::Result<Self> {
        let decoder = MultiGzDecoder::new(BufReader::new(File::open(path)?));
        let mut opened = Self { decoder, at: 0, is_broken: false };
        while opened.at < offset {
            if opened.next(offset.saturating_sub(opened.at).min(SKIPPED))?.is_empty() {
                break;
            }
        }
        Ok(opened)
    }

    /// So many bytes, fewer at the end and before damage. `Err` when there is nothing but damage.
    fn next(&mut self, length: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let read = if self.is_broken { Err(io::ErrorKind::InvalidData.into()) } else { self.fill(length, &mut bytes) };
        self.at = self.at.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        self.is_broken = read.is_err();
        match read {
            Err(_) if bytes.is_empty() => Err(io::Error::other("the packed data is damaged or cut short")),
            _ => Ok(bytes),
        }
    }

    fn fill(&mut self, length: u64, bytes: &mut Vec<u8>) -> io::Result<()> {
        self.decoder.by_ref().take(length).read_to_end(bytes).map(drop)
    }
}

/// Bytes that are skipped at a time.
const SKIPPED: u64 = 1 << 20;

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

    use std::io::Write as _;

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

    /// What comes of a packed file in pieces of `length`, and the failure at its end.
    async fn unpacked(packed: &[u8], length: u32) -> (Vec<u8>, Option<Failure>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sps.log.1");
        std::fs::write(&path, packed).unwrap();
        let files = Files::new().with("log", &path);
        let mut all = Vec::new();
        loop {
            let request = FileChunk { name: "log".into(), offset: all.len() as u64, length };
            match files.read(request).await {
                Ok(chunk) => {
                    all.extend_from_slice(&chunk.bytes);
                    if chunk.end {
                        return (all, None);
                    }
                }
                Err(failure) => return (all, Some(failure)),
            }
        }
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[tokio::test]
    async fn a_packed_file_is_read_unpacked_whole_and_in_pieces() {
        let text: Vec<u8> = (0..9000_u32).flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        let (one, two) = text.split_at(20_000);
        let members = [gzip(one), gzip(two)].concat();
        for length in [999, 20_000, 36_000, 1 << 20] {
            assert_eq!(unpacked(&members, length).await, (text.clone(), None), "{length}");
        }
        let (come, failure) = unpacked(members.get(..members.len() / 2).unwrap(), 5000).await;
        assert!(!come.is_empty() && text.starts_with(&come));
        assert!(failure.unwrap().message.ends_with("cannot be read: the packed data is damaged or cut short"));
    }

    #[tokio::test]
    async fn a_piece_can_be_asked_for_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sps.log.1.gz");
        std::fs::write(&path, gzip(b"0123456789")).unwrap();
        let files = Files::new().with("log", &path);
        for (offset, expected) in [(0, &b"0123"[..]), (4, b"4567"), (4, b"4567"), (2, b"2345"), (8, b"89"), (99, b"")] {
            let chunk = files.read(FileChunk { name: "log".into(), offset, length: 4 }).await.unwrap();
            assert_eq!((chunk.bytes.as_slice(), chunk.end), (expected, expected.len() < 4), "{offset}");
        }
    }

    #[tokio::test]
    async fn a_name_that_was_not_given_is_refused() {
        let request = FileChunk { name: "/etc/shadow".into(), offset: 0, length: 10 };
        let failure = Files::new().read(request).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::NameUnknown);
    }
}
