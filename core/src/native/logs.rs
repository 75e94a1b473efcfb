//! Scans a saved log file, such as `sps.log` or a rotated `sps.log.3.gz`.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::failure::plain;
use crate::log::{LogFacts, LogScan};
use crate::offline::Unpack;

/// A log cannot be scanned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// It cannot be opened or read.
    #[error("the log `{}` cannot be read: {}; give a file that can, as text or packed with gzip", path.display(), plain(.why))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        why: io::Error,
    },
}

/// Scans the file at `path` in bounded memory, whatever its size. A file that begins as gzip does is unpacked; its name
/// does not matter for that. Packed data that is cut short or damaged is searched up to there, and the facts say so.
/// `go_on` is asked at every 256 KiB; after a no, what was found so far is the answer.
pub fn scan_log(path: &Path, mut go_on: impl FnMut() -> bool) -> Result<LogFacts, LogError> {
    let failed = |why| LogError::Unreadable { path: path.to_owned(), why };
    let mut file = File::open(path).map_err(failed)?;
    let mut scan = LogScan::new(&path.display().to_string());
    let mut unpack = Unpack::new();
    let mut buffer = vec![0; CHUNK];
    let mut sink = |plain: &[u8]| {
        scan.feed(plain);
        Ok::<(), io::Error>(())
    };
    let mut fed = Ok(());
    while fed.is_ok() && go_on() {
        fed = match file.read(&mut buffer) {
            Ok(0) => {
                fed = unpack.finish(&mut sink);
                break;
            }
            Ok(read) => unpack.feed(buffer.get(..read).unwrap_or_default(), &mut sink),
            Err(why) if why.kind() == io::ErrorKind::Interrupted => Ok(()),
            Err(why) => return Err(failed(why)),
        };
    }
    Ok(match fed {
        Ok(()) => scan.finish(),
        Err(_) => scan.break_off("the packed data is damaged or cut short"),
    })
}

const CHUNK: usize = 256 * 1024;

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        clippy::disallowed_methods,
        reason = "a test fails by panicking and makes its own files"
    )]

    use std::io::Write as _;

    use super::*;

    const LINE: &[u8] =
        b"2025-03-04T05:07:01Z [pool-31-thread-4] WARN  opId=sps-Main-1-2 com.vmware.vim.sms.provider.vasa.\
        VersionHandler - [isLegacyProvider] Failed to retrieve version information from provider - \
        https://esx01.lab.example:9080/version.xml: certificate_unknown(46)\n";

    #[test]
    fn a_packed_log_says_what_the_same_log_says_unpacked() {
        let folder = tempfile::tempdir().unwrap();
        let plain = folder.path().join("sps.log");
        std::fs::write(&plain, LINE).unwrap();
        let packed = folder.path().join("sps.log.1.gz");
        let mut encoder = flate2::write::GzEncoder::new(File::create(&packed).unwrap(), flate2::Compression::fast());
        encoder.write_all(LINE).unwrap();
        encoder.finish().unwrap();
        let from_plain = scan_log(&plain, || true).unwrap();
        assert_eq!(from_plain.hits.first().map(|hit| hit.signature.as_str()), Some("S-04"));
        assert_eq!(scan_log(&packed, || true).unwrap().hits, from_plain.hits);
    }

    #[test]
    fn a_packed_log_that_is_cut_short_and_an_empty_one_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sps.log.1.gz");
        let mut noise = Vec::new();
        for number in 0..20_000_u32 {
            writeln!(noise, "{:x}", number.wrapping_mul(2_654_435_761)).unwrap();
        }
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&[LINE, &noise].concat()).unwrap();
        let packed = encoder.finish().unwrap();
        std::fs::write(&path, packed.get(..packed.len() / 2).unwrap()).unwrap();
        let facts = scan_log(&path, || true).unwrap();
        assert_eq!(facts.hits.first().map(|hit| hit.signature.as_str()), Some("S-04"));
        assert_eq!(facts.broken_off.as_deref(), Some("the packed data is damaged or cut short"));
        std::fs::write(&path, b"").unwrap();
        let facts = scan_log(&path, || true).unwrap();
        assert_eq!((facts.lines, facts.broken_off), (0, None));
    }

    #[test]
    fn a_file_that_is_not_there_is_said() {
        let error = scan_log(Path::new("/nonexistent/sps.log"), || true).unwrap_err().to_string();
        assert!(error.starts_with("the log `/nonexistent/sps.log` cannot be read: no such file"), "{error}");
    }

    #[test]
    fn nothing_is_read_after_a_no() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sps.log");
        std::fs::write(&path, LINE).unwrap();
        assert_eq!(scan_log(&path, || false).unwrap().lines, 0);
    }
}
