//! Scans a saved log file, such as `sps.log` or a rotated `sps.log.3.gz`.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

use super::failure::plain;
use crate::log::{LogFacts, LogScan};

/// A log cannot be scanned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// It cannot be opened, read or unpacked.
    #[error("the log `{}` cannot be read: {}; give a file that can, as text or packed with gzip", path.display(), plain(.why))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system or the unpacking said.
        why: io::Error,
    },
}

/// Scans the file at `path` in bounded memory, whatever its size. A file that begins as gzip does is unpacked; its name
/// does not matter for that. `go_on` is asked at every 256 KiB; after a no, what was found so far is the answer.
pub fn scan_log(path: &Path, mut go_on: impl FnMut() -> bool) -> Result<LogFacts, LogError> {
    let failed = |why| LogError::Unreadable { path: path.to_owned(), why };
    let mut reader = open(path).map_err(failed)?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut scan = LogScan::new(&name);
    let mut buffer = vec![0; CHUNK];
    while go_on() {
        let read = match reader.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(why) if why.kind() == io::ErrorKind::Interrupted => continue,
            Err(why) => return Err(failed(why)),
        };
        scan.feed(buffer.get(..read).unwrap_or_default());
    }
    Ok(scan.finish())
}

fn open(path: &Path) -> io::Result<Box<dyn Read>> {
    let mut file = BufReader::with_capacity(CHUNK, File::open(path)?);
    // Rotated logs are several gzip members, one after the other, when vCenter was restarted between.
    let packed = file.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    Ok(if packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) })
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
