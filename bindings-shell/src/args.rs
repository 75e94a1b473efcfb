//! The commands and what each of them takes.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::connection::ConnectionOptions;
use crate::limits::{LimitOptions, ThresholdOptions, moment, waiver};
use iofilter_certs::time::UnixTime;

/// Find out why IOFilter storage providers are offline, expired or untrusted, and repair it
///
/// Looks at a vCenter and its ESXi hosts, names the cause among what follows from it, plans the cure, carries it out
/// step by step with a journal and an undo, and proves it by looking again.
#[derive(Debug, Parser)]
#[command(name = "iofilter-certs", version, after_long_help = AFTER_ALL, max_term_width = 110)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) output: OutputOptions,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// How results are shown.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputOptions {
    /// Standard output is one JSON document; progress and errors stay on standard error
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// No progress; errors, questions and how to resume are told all the same
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Look and judge; change nothing
    #[command(after_long_help = AFTER_CHECK)]
    Check(Box<CheckOptions>),
    /// Look, judge and say what would be done; change nothing
    #[command(after_long_help = AFTER_PLAN)]
    Plan(Box<PlanOptions>),
    /// Carry out a plan that a person approves, and prove it by looking again
    #[command(after_long_help = AFTER_APPLY)]
    Apply(Box<ApplyOptions>),
    /// Go on with a run that was stopped or broken off
    #[command(after_long_help = AFTER_RESUME)]
    Resume(Box<ResumeOptions>),
    /// Take back what a run did, in the reverse of its order, as far as it can be
    #[command(after_long_help = AFTER_ROLLBACK)]
    Rollback(Box<RollbackOptions>),
    /// Show the page of a finding, a gate or a log signature
    Explain {
        /// Code, such as `vp-cert-stale`
        code: String,
    },
    /// List everything that can be found
    Rules,
    /// Show a saved report, plan, facts file, outcome or run in words
    Report(ReportOptions),
    /// Search saved logs of vCenter and ESXi for traces of provider certificate trouble
    #[command(after_long_help = AFTER_LOGS)]
    Logs {
        /// Logs, plain or gzipped; their names tell whose they are, such as `sps.log`
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Run a simulator of one vCenter and its ESXi hosts on this machine, to try everything out
    #[command(after_long_help = AFTER_LAB)]
    Lab(LabOptions),
}

#[derive(Debug, Args)]
pub(crate) struct CheckOptions {
    /// Show what follows from a cause too, and what each finding rests on
    #[arg(long)]
    pub(crate) all: bool,
    /// Judge saved facts, and connect to nothing
    #[arg(long, value_name = "FILE")]
    pub(crate) facts: Option<PathBuf>,
    /// Judge logs, certificates and support bundles, and connect to nothing: a file, a `.tgz`, or a folder with all that
    /// is in it; may be given more than once
    #[arg(long, value_name = "PATH", conflicts_with = "facts")]
    pub(crate) from: Vec<PathBuf>,
    /// Keep what was seen
    #[arg(long, value_name = "FILE", conflicts_with = "facts")]
    pub(crate) save_facts: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) connection: ConnectionOptions,
    #[command(flatten)]
    pub(crate) thresholds: ThresholdOptions,
}

#[derive(Debug, Args)]
pub(crate) struct PlanOptions {
    /// Plan from saved facts, and connect to nothing
    #[arg(long, value_name = "FILE")]
    pub(crate) facts: Option<PathBuf>,
    /// Keep the plan, for `apply --plan`
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) connection: ConnectionOptions,
    #[command(flatten)]
    pub(crate) limits: LimitOptions,
}

#[derive(Debug, Args)]
pub(crate) struct ApplyOptions {
    /// Carry out this plan; the limits must be those that it was made with
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: Option<PathBuf>,
    /// Folder for the journal [default: ./iofilter-certs-runs/<time>-<vcenter>]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) run_dir: Option<PathBuf>,
    /// Approve without being asked; nothing goes further than `--ceiling`
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) locks: LockOptions,
    #[command(flatten)]
    pub(crate) connection: ConnectionOptions,
    #[command(flatten)]
    pub(crate) limits: LimitOptions,
}

#[derive(Debug, Args)]
pub(crate) struct LockOptions {
    /// Folder for the locks that keep two runs from one vCenter; share it with your team [default: the user's own]
    #[arg(long, value_name = "FOLDER", env = "IOFILTER_CERTS_LOCK_DIR")]
    pub(crate) lock_dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ResumeOptions {
    /// The run's folder
    #[arg(value_name = "FOLDER")]
    pub(crate) run_dir: PathBuf,
    /// Approve without being asked, where the run was not approved yet
    #[arg(long)]
    pub(crate) yes: bool,
    /// End of the maintenance window that it goes on in, such as `2026-02-04T05:00:00Z` [default: none]
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) until: Option<UnixTime>,
    #[command(flatten)]
    pub(crate) locks: LockOptions,
    #[command(flatten)]
    pub(crate) connection: ConnectionOptions,
}

#[derive(Debug, Args)]
pub(crate) struct RollbackOptions {
    /// The run's folder
    #[arg(value_name = "FOLDER")]
    pub(crate) run_dir: PathBuf,
    /// Approve without being asked
    #[arg(long)]
    pub(crate) yes: bool,
    /// Pass a closed gate, with the reason for the journal; may be given more than once
    #[arg(long = "waive", value_name = "GATE=REASON", value_parser = waiver)]
    pub(crate) waivers: Vec<(String, String)>,
    #[command(flatten)]
    pub(crate) locks: LockOptions,
    #[command(flatten)]
    pub(crate) connection: ConnectionOptions,
}

#[derive(Debug, Args)]
pub(crate) struct ReportOptions {
    /// JSON file of `check`, `plan`, `apply` or `--save-facts`, or the folder of a run
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Show what follows from a cause too, and what each finding rests on
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct LabOptions {
    /// Scenario in TOML or JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) scenario: Option<PathBuf>,
    /// Twelve ESXi hosts in three clusters, several of them in trouble that can be cured
    #[arg(long)]
    pub(crate) demo: bool,
}

const AFTER_ALL: &str = "\
EXIT CODES
  Of every command: 0 well, 1 error (usage, connection, login, files). What else there is, each command tells:
  see `iofilter-certs <command> --help`.

EXAMPLES
  export VMWARE_HOST=vc.example.com VMWARE_USER=administrator@vsphere.local
  iofilter-certs check --ca-file roots.pem
  iofilter-certs plan --ca-file roots.pem --host esx01.example.com
  iofilter-certs apply --ca-file roots.pem
  iofilter-certs explain castore-missing-sms
  iofilter-certs lab --demo";

const AFTER_CHECK: &str = "\
EXIT CODES
  0  healthy: everything was asked, and nothing is wrong
  1  error: usage, connection, login
  2  something is wrong
  3  nothing was found, but something could not be asked

EXAMPLES
  iofilter-certs check --hostname vc.example.com --username monitor@vsphere.local --password-file ~/.vc --ca-file roots.pem
  iofilter-certs check --json --quiet | jq '.findings[].diagnostic.code'
  iofilter-certs check --save-facts facts.json
  iofilter-certs check --facts facts.json --soft-days 240 --all
  iofilter-certs check --from vc-support.tgz --from esx01-vm-support.tgz
  iofilter-certs check --from case-4711/";

const AFTER_PLAN: &str = "\
EXIT CODES
  0  there is nothing to do
  1  error: usage, connection, login
  2  a plan was made, or something is wrong that no plan of ours cures
  3  nothing was found, but something could not be asked

EXAMPLES
  iofilter-certs plan --ca-file roots.pem --out plan.json
  iofilter-certs plan --host esx01.example.com --host esx02.example.com
  iofilter-certs plan --waive 'backup=snapshot taken at 10:00' --ceiling ask-first
  iofilter-certs plan --facts facts.json";

const AFTER_APPLY: &str = "\
EXIT CODES
  0  cured, as was seen; or there was nothing to do
  1  error, or nothing was done: not approved, or the world has changed since the plan was made
  2  rolled back, stuck, stopped, or something is wrong that no plan of ours cures
  3  nothing was found, but something could not be asked

SIGNALS
  The first Ctrl-C finishes or takes back the step in hand and begins nothing new; the second breaks off. Both can be
  resumed.

EXAMPLES
  iofilter-certs apply --ca-file roots.pem
  iofilter-certs apply --plan plan.json --yes
  iofilter-certs apply --ceiling safe --yes --json --run-dir runs/tonight
  iofilter-certs apply --approve host --until 2026-02-04T05:00:00Z";

const AFTER_RESUME: &str = "\
EXIT CODES
  0  cured, as was seen
  1  error, or nothing was done
  2  rolled back, stuck or stopped

EXAMPLES
  iofilter-certs resume iofilter-certs-runs/20260204T101500Z-vc.example.com";

const AFTER_ROLLBACK: &str = "\
EXIT CODES
  0  taken back, as was seen
  1  error, or nothing was done
  2  something could not be taken back, or it was stopped

EXAMPLES
  iofilter-certs rollback iofilter-certs-runs/20260204T101500Z-vc.example.com
  iofilter-certs rollback runs/tonight --waive 'maintenance=checked by hand'";

const AFTER_LOGS: &str = "\
EXIT CODES
  0  nothing was found
  1  error: a file cannot be read
  2  traces of trouble were found; they tell what was wrong, and only `check` tells what is

EXAMPLES
  iofilter-certs logs /var/log/vmware/vmware-sps/sps.log*
  iofilter-certs logs --json sps.log.3.gz";

const AFTER_LAB: &str = "\
Runs until Ctrl-C. With `--json` one line tells everything once all ports listen: addresses, login, CA file.

EXAMPLES
  iofilter-certs lab --demo
  iofilter-certs lab --scenario one-of-each.toml --json";

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_commands_do_not_contradict_themselves() {
        Cli::command().debug_assert();
    }

    #[test]
    fn help_tells_exit_codes_and_examples() {
        let mut cli = Cli::command();
        for name in ["check", "plan", "apply", "resume", "rollback", "logs"] {
            let help = cli.find_subcommand_mut(name).map(|command| command.render_long_help().to_string());
            let help = help.unwrap_or_default();
            assert!(
                help.contains("EXIT CODES\n  0  ") && help.contains("EXAMPLES\n  iofilter-certs "),
                "{name}: {help}"
            );
        }
        assert!(cli.render_long_help().to_string().contains("EXIT CODES"));
    }
}
