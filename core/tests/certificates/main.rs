//! Certificates made by OpenSSL (the PEM files of this folder) and by rcgen (on the spot), read and judged.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod chain;
mod hostile;
mod judging;
mod reading;

use std::path::PathBuf;

use iofilter_certs::certificate::Certificate;
use iofilter_certs::time::UnixTime;

/// Between the dates of all certificates here that are meant to be valid.
fn now() -> UnixTime {
    UnixTime::parse("2026-11-22T12:00:00Z").unwrap()
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/certificates")
}

/// The text of `name.pem`.
fn pem(name: &str) -> String {
    let path = folder().join(format!("{name}.pem"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn made(name: &str) -> Certificate {
    Certificate::from_pem(&pem(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}
