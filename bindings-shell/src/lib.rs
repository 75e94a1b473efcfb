//! The command `iofilter-certs`, as a function: the binary calls it, and so does the one that the Python wheel brings.
//!
//! Arguments become a [`Connection`](iofilter_certs::native::Connection) and a
//! [`Policy`](iofilter_certs::policy::Policy); what the core makes of them is shown in words, or as the core's own
//! JSON. No check, no default and no judgement is made here.
#![expect(clippy::format_push_string, reason = "a line of text is read here as it will look; none is long")]

mod args;
mod commands;
mod connection;
mod consent;
mod failure;
mod files;
mod limits;
mod options;
mod progress;
mod screen;
mod show;
mod signals;

use std::ffi::OsString;
use std::io::Write as _;

use clap::Parser as _;
use clap::error::ErrorKind;

use args::{Cli, Command};
use failure::Failure;
use screen::Screen;

/// Carries the command out and says with which code the process should exit; the first of `args` is the program's name.
///
/// Results go to standard output, everything else to standard error. Takes over SIGINT and SIGTERM while it looks or
/// works. The codes are told by `--help` of each command.
pub fn main_with(args: impl Iterator<Item = OsString>) -> u8 {
    let args: Vec<OsString> = args.collect();
    let wants_json = args.iter().any(|arg| arg == "--json");
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(error) => return not_parsed(&error, wants_json),
    };
    let screen = Screen::new(cli.output.json, cli.output.quiet);
    let ended = match &cli.command {
        Command::Check(options) => commands::check::run(options, screen),
        Command::Plan(options) => commands::plan::run(options, screen),
        Command::Apply(options) => commands::apply::run(options, screen),
        Command::Resume(options) => commands::resume::run(options, screen),
        Command::Rollback(options) => commands::rollback::run(options, screen),
        Command::Explain { code } => commands::explain::run(code, screen),
        Command::Rules => Ok(commands::rules::run(screen)),
        Command::Report(options) => commands::report::run(options, screen),
        Command::Logs { files } => commands::logs::run(files, screen),
        Command::Lab(options) => commands::lab::run(options, screen),
    };
    let code = ended.unwrap_or_else(|failure| screen.fail(&failure));
    // Within another language's process nobody else does it; that a pipe is closed is no failure.
    let _ = std::io::stdout().flush();
    code
}

/// Help and the version are no errors; a wrong argument is one, and has the code of errors and not that of findings.
fn not_parsed(error: &clap::Error, wants_json: bool) -> u8 {
    let is_help = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    if wants_json && !is_help {
        let text = error.render().to_string();
        let message = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
        return Screen::new(true, false).fail(&Failure::usage(message, "see `iofilter-certs --help`"));
    }
    // Whoever closed the pipe wants to hear no more.
    let _ = error.print();
    if is_help { 0 } else { screen::FAILED }
}
