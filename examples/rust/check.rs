//! Judges what was seen before. There is no network in it, and no clock: the facts hold their own time.
//!
//! `cargo run -p iofilter-certs-examples --bin example-check [tests/vectors/RULE/CASE/input.json]`

use std::error::Error;
use std::io::Write as _;

use iofilter_certs::report::Report;
use iofilter_certs::vector::Vector;

const CASE: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/vp-cert-stale/older-copy-on-9080/input.json");

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).unwrap_or_else(|| CASE.to_owned());
    let Vector::Judge { facts, policy, .. } = serde_json::from_str(&std::fs::read_to_string(&path)?)? else {
        return Err(format!("`{path}` is the transcript of a survey; give a case that holds facts").into());
    };
    let report = Report::of(&facts, None, &policy);
    let mut out = std::io::stdout().lock();
    for cause in report.root_causes() {
        let (place, what) = (&cause.place.name, &cause.diagnostic);
        writeln!(out, "{place}: {}: {}\n  {}", what.code, what.message, what.help)?;
    }
    writeln!(out, "{} hosts, exit code {}", report.hosts, report.verdict.exit_code())?;
    Ok(())
}
