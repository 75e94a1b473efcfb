//! Reads the logs of vCenter and ESXi for traces of provider certificate trouble, as a stream and without IO.
//!
//! ```
//! use iofilter_certs::log::{LogScan, verdicts};
//!
//! let mut scan = LogScan::new("sps.log");
//! scan.feed(b"2025-03-04T05:07:01Z [pool-31-thread-4] WARN  opId=sps-Main-1-2 com.vmware.vim.sms.provider.vasa.");
//! scan.feed(b"VersionHandler - [isLegacyProvider] Failed to retrieve version information from provider - ");
//! scan.feed(b"https://esx01.lab.example:9080/version.xml: certificate_unknown(46)\n");
//! let facts = scan.finish();
//! assert_eq!(facts.hits.first().map(|hit| hit.signature.as_str()), Some("S-04"));
//! assert!(verdicts(&facts).contains_key("esx01.lab.example"));
//! ```
//!
//! The host program opens, unpacks (`.gz`) and cuts the file into chunks of any size; where it cuts changes
//! nothing. Between chunks a [`LogScan`] is plain data. Memory is bounded whatever the log holds.
//!
//! What a line means is one row of the table in `signatures/`. A log shows what *was* wrong: a verdict
//! points the survey at a place to look, and is never by itself a reason to change anything.

mod excerpt;
mod facts;
mod head;
mod matching;
mod pace;
mod pattern;
#[cfg(test)]
mod samples;
mod scan;
mod signature;
mod signatures;
mod story;
mod verdict;

pub(crate) use excerpt::visible;
pub use facts::{LogFacts, LogHit, Sighting};
pub use head::Level;
pub use matching::{event_signature, signature, signatures};
pub use pace::Busiest;
pub use scan::LogScan;
pub use signature::{Grade, Log, Signature};
pub(crate) use verdict::lasting;
pub use verdict::{Leg, LogVerdict, verdict, verdicts};
