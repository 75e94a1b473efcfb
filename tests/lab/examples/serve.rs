//! Runs a lab until its standard input ends: `serve [scenario.toml]`. Prints one JSON line when it is ready.

use std::io::{Read as _, Write as _};
use std::path::Path;

use iofilter_certs_lab::{Lab, LabError, Scenario};

fn main() -> Result<(), LabError> {
    let scenario = match std::env::args().nth(1) {
        Some(path) => Scenario::read(Path::new(&path))?,
        None => Scenario::demo()?,
    };
    let lab = Lab::start(scenario)?;
    let line = serde_json::to_string(&lab.ready()).unwrap_or_default();
    // Whoever started this may be gone already; then there is nobody to tell.
    let _ = writeln!(std::io::stdout(), "{line}");
    // Nothing is read: whoever started this closes the pipe to stop it.
    let _ = std::io::stdin().read(&mut [0; 1]);
    Ok(())
}
