//! `logs`: traces of provider certificate trouble in saved logs.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use iofilter_certs::log::{LogFacts, LogScan, verdicts};
use serde_json::json;

use crate::failure::Failure;
use crate::screen::Screen;
use crate::show;

/// 2 when there are traces, 0 when there are none.
pub(crate) fn run(files: &[PathBuf], screen: &Screen) -> Result<u8, Failure> {
    let facts = files.iter().map(|path| scan(path)).collect::<Result<Vec<_>, _>>()?;
    let documents: Vec<_> = facts.iter().map(|facts| json!({ "facts": facts, "verdicts": verdicts(facts) })).collect();
    screen.result(&json!({ "logs": documents }), || facts.iter().map(show::logs::log).collect());
    Ok(if facts.iter().all(|facts| facts.hits.is_empty()) { 0 } else { 2 })
}

/// One file, piece by piece; a gzipped one is known by its first two bytes, whatever it is called.
fn scan(path: &Path) -> Result<LogFacts, Failure> {
    let cannot =
        |why: std::io::Error| Failure::file(format!("the file `{}` cannot be read: {why}", path.display()), "");
    let mut file = std::fs::File::open(path).map_err(cannot)?;
    let mut beginning = Vec::new();
    file.by_ref().take(2).read_to_end(&mut beginning).map_err(cannot)?;
    let is_gzipped = beginning == [0x1f, 0x8b];
    let whole = std::io::Cursor::new(beginning).chain(file);
    let mut reader: Box<dyn std::io::Read> =
        if is_gzipped { Box::new(MultiGzDecoder::new(whole)) } else { Box::new(whole) };
    let mut scan = LogScan::new(&path.display().to_string());
    let mut chunk = vec![0; CHUNK];
    loop {
        match reader.read(&mut chunk).map_err(cannot)? {
            0 => return Ok(scan.finish()),
            read => scan.feed(chunk.get(..read).unwrap_or_default()),
        }
    }
}

const CHUNK: usize = 256 * 1024;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::io::Write as _;

    use super::*;

    const LINE: &[u8] =
        b"2025-03-04T05:07:01Z [pool-31-thread-4] WARN  opId=sps-Main-1-2 com.vmware.vim.sms.provider.vasa.\
VersionHandler - [isLegacyProvider] Failed to retrieve version information from provider - \
https://esx01.lab.example:9080/version.xml: certificate_unknown(46)\n";

    #[test]
    fn a_gzipped_log_says_the_same_as_a_plain_one() {
        let folder = tempfile::tempdir().unwrap();
        let (plain, packed) = (folder.path().join("sps.log"), folder.path().join("sps.log.1.gz"));
        std::fs::write(&plain, LINE).unwrap();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(LINE).unwrap();
        std::fs::write(&packed, gzip.finish().unwrap()).unwrap();
        let (plain, packed) = (scan(&plain).unwrap(), scan(&packed).unwrap());
        assert_eq!((plain.lines, &plain.hits), (1, &packed.hits));
        let text = anstream::adapter::strip_str(&show::logs::log(&plain)).to_string();
        assert!(text.contains("  esx01.lab.example: trust failed") && text.contains("  S-04 1 time at "), "{text}");
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        assert!(scan(Path::new("/nonexistent/sps.log")).unwrap_err().message.contains("`/nonexistent/sps.log`"));
    }
}
