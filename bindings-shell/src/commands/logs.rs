//! `logs`: traces of provider certificate trouble in saved logs.

use std::path::PathBuf;

use iofilter_certs::log::verdicts;
use iofilter_certs::native::scan_log;
use serde_json::json;

use crate::failure::Failure;
use crate::screen::Screen;
use crate::show;

/// 2 when there are traces, 0 when there are none.
pub(crate) fn run(files: &[PathBuf], screen: Screen) -> Result<u8, Failure> {
    let facts = files.iter().map(|path| scan_log(path, || true)).collect::<Result<Vec<_>, _>>()?;
    let documents: Vec<_> = facts.iter().map(|facts| json!({ "facts": facts, "verdicts": verdicts(facts) })).collect();
    screen.result(&json!({ "logs": documents }), || facts.iter().map(show::logs::log).collect());
    Ok(if facts.iter().all(|facts| facts.hits.is_empty()) { 0 } else { 2 })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    const LINE: &[u8] =
        b"2025-03-04T05:07:01Z [pool-31-thread-4] WARN  opId=sps-Main-1-2 com.vmware.vim.sms.provider.vasa.\
VersionHandler - [isLegacyProvider] Failed to retrieve version information from provider - \
https://esx01.lab.example:9080/version.xml: certificate_unknown(46)\n";

    #[test]
    fn a_log_is_told_by_the_verdict_of_each_host_and_what_it_rests_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sps.log");
        std::fs::write(&path, LINE).unwrap();
        let mut facts = scan_log(&path, || true).unwrap();
        facts.broken_off = Some("the packed data is damaged or cut short".to_owned());
        let text = anstream::adapter::strip_str(&show::logs::log(&facts)).to_string();
        assert!(text.contains("  esx01.lab.example: trust failed") && text.contains("  S-04 1 time at "), "{text}");
        assert!(text.contains("  not read to its end: the packed data is damaged or cut short\n"), "{text}");
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let failure = Failure::from(scan_log("/nonexistent/sps.log".as_ref(), || true).unwrap_err());
        assert!(failure.message.contains("`/nonexistent/sps.log`"), "{failure:?}");
    }
}
