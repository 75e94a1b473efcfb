//! Runs as processes, against the lab: two at once, Ctrl-C on a terminal, a full disk, and going on afterwards.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use iofilter_certs_lab::{Lab, Scenario};
use serde_json::Value;

/// A lab, and a folder for the runs on it.
struct World {
    lab: Lab,
    folder: tempfile::TempDir,
}

impl World {
    /// Two hosts in trouble; the tasks of vCenter and of SMS take as long as `delay` says, in milliseconds.
    fn new(seed: u32, delay: u32) -> Self {
        let scenario = format!(
            "seed = {seed}\n[delays]\ntask_running = {delay}\n[[clusters]]\nname = \"a\"\ncount = 3\n[[hosts]]\nname = \"esx01\"\n\
             troubles = [\"provider-offline\"]\n[[hosts]]\nname = \"esx02\"\ntroubles = [\"provider-offline\"]\n"
        );
        let lab = Lab::start(Scenario::parse(&scenario).unwrap()).unwrap();
        Self { lab, folder: tempfile::tempdir().unwrap() }
    }

    fn run_dir(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The arguments of a command that connects to the lab.
    fn arguments(&self, command: &[&str]) -> Vec<String> {
        let ready = self.lab.ready().unwrap();
        let host = ready.hosts.first().unwrap();
        let root = self.folder.path().join("root");
        std::fs::write(&root, format!("{}\n", ready.root_password)).unwrap();
        let text = |path: &Path| path.display().to_string();
        let mut arguments: Vec<String> = command.iter().map(|&word| word.to_owned()).collect();
        let options = [
            ("--hostname", ready.vcenter.clone()),
            ("--username", ready.username.clone()),
            ("--ca-file", text(&ready.ca_file)),
            ("--known-hosts", text(&ready.known_hosts)),
            ("--esxi-https-port", host.https_port.to_string()),
            ("--provider-port", host.provider_port.to_string()),
            ("--appliance-ssh-password-file", text(&root)),
            ("--appliance-ssh-port", ready.vcenter_ssh.port.to_string()),
            ("--appliance-address", ready.vcenter_ssh.address.clone()),
            ("--lock-dir", text(&self.folder.path().join("locks"))),
        ];
        for (name, value) in options {
            arguments.extend([name.to_owned(), value]);
        }
        arguments
    }

    fn apply(&self, run: &str) -> Vec<String> {
        let folder = self.run_dir(run).display().to_string();
        let limits = ["--poll-seconds", "1", "--proof-seconds", "0", "--stop-seconds", "1", "--step-timeout", "120"];
        self.arguments(&[&["apply", "--run-dir", &folder][..], &limits].concat())
    }

    fn command(&self, arguments: &[String]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_iofilter-certs"));
        let password = self.lab.ready().unwrap().password.clone();
        command.args(arguments).env("VMWARE_PASSWORD", password).env("USER", "eva").stdin(Stdio::null());
        command
    }

    /// Waits until the journal of a run has a word in it.
    fn await_word(&self, run: &str, word: &str) {
        let journal = self.run_dir(run).join("journal.jsonl");
        while !std::fs::read_to_string(&journal).is_ok_and(|text| text.contains(word)) {
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn spawn(mut command: Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// The exit code, standard output and standard error.
fn ended(child: Child) -> (i32, String, String) {
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

fn signal(child: &Child) {
    send("-INT", child);
}

fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

#[test]
fn of_two_processes_at_once_one_is_refused_and_told_who_where_and_since_when() {
    let world = World::new(51, 4_000);
    let with_yes = |run: &str| [world.apply(run), vec!["--yes".to_owned()]].concat();
    let first = spawn(world.command(&with_yes("first")));
    world.await_word("first", "task_begun");
    let (code, _, said) = ended(spawn(world.command(&with_yes("second"))));
    assert_eq!(code, 1, "{said}");
    let holder = format!("process {} of `eva`", first.id());
    let journal = world.run_dir("first").display().to_string();
    assert!(said.contains(&holder) && said.contains(" since 2") && said.contains(&journal), "{said}");
    let (code, out, said) = ended(first);
    assert_eq!(code, 0, "the first is not disturbed: {out}{said}");
}

#[test]
fn an_interrupted_run_says_where_its_journal_is_and_is_gone_on_with() {
    for quietly in [&[][..], &["--quiet"]] {
        let world = World::new(53, 3_000);
        let how = quietly.iter().chain(&["--yes"]).map(|&word| word.to_owned()).collect();
        let run = spawn(world.command(&[world.apply("run"), how].concat()));
        world.await_word("run", "task_begun");
        signal(&run);
        let (code, out, said) = ended(run);
        assert_eq!(code, 2, "{out}{said}");
        let folder = world.run_dir("run").display().to_string();
        // Once when it is asked to stop, and once when it has stopped.
        assert_eq!(said.matches(&format!("the journal is in `{folder}`")).count(), 2, "{said}");
        assert_eq!(said.matches(&format!("iofilter-certs resume {folder}")).count(), 2, "{said}");
        assert!(quietly.is_empty() || said.lines().count() == 2, "nothing else is told: {said}");
        let resume = world.arguments(&["resume", &folder, "--json"]);
        let (code, out, said) = ended(spawn(world.command(&resume)));
        let outcome: Value = serde_json::from_str(&out).unwrap();
        assert_eq!((code, outcome.get("ending").and_then(Value::as_str)), (0, Some("cured")), "{said}");
    }
}

#[test]
fn a_terminal_that_is_closed_stops_a_run_like_an_interrupt_unless_it_is_to_outlive_it() {
    let world = World::new(55, 3_000);
    let run = spawn(world.command(&[world.apply("run"), vec!["--yes".to_owned()]].concat()));
    world.await_word("run", "task_begun");
    send("-HUP", &run);
    let (code, out, said) = ended(run);
    assert_eq!(code, 2, "{out}{said}");
    let world = World::new(55, 3_000);
    let inner = world.command(&[world.apply("run"), vec!["--yes".to_owned()]].concat());
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' HUP; exec \"$0\" \"$@\""]).arg(inner.get_program()).args(inner.get_args());
    command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?)))).stdin(Stdio::null());
    let run = spawn(command);
    world.await_word("run", "task_begun");
    send("-HUP", &run);
    let (code, out, said) = ended(run);
    assert_eq!(code, 0, "{out}{said}");
}

#[test]
fn a_stop_while_the_cure_is_proved_is_not_made_to_wait_for_the_second_look() {
    let world = World::new(54, 300);
    let mut arguments = [world.apply("run"), vec!["--yes".to_owned()]].concat();
    // Longer than the test would be let live.
    for argument in arguments.iter_mut().skip_while(|argument| *argument != "--proof-seconds").skip(1).take(1) {
        "100000".clone_into(argument);
    }
    let run = spawn(world.command(&arguments));
    world.await_word("run", "host_proved");
    signal(&run);
    let (code, out, said) = ended(run);
    assert!([0, 2].contains(&code), "{out}{said}");
}

#[test]
fn a_plan_of_a_file_that_has_no_steps_does_nothing_and_has_the_exit_code_of_what_there_is() {
    let world = World::new(56, 300);
    let healthy = {
        let scenario = "seed = 56\n[[clusters]]\nname = \"a\"\ncount = 3\n";
        let lab = Lab::start(Scenario::parse(scenario).unwrap()).unwrap();
        World { lab, folder: tempfile::tempdir().unwrap() }
    };
    let plan = world.folder.path().join("plan.json").display().to_string();
    let mut arguments = healthy.arguments(&["plan", "--out", &plan]);
    // A plan takes no lock; the folder for locks stands last.
    arguments.truncate(arguments.len() - 2);
    let (code, _, said) = ended(spawn(healthy.command(&arguments)));
    assert_eq!(code, 0, "{said}");
    assert!(!said.contains("apply --plan"), "nobody is told to carry it out: {said}");
    let apply = [world.apply("run"), vec!["--yes".to_owned(), "--plan".to_owned(), plan]].concat();
    let (code, out, said) = ended(spawn(world.command(&apply)));
    assert_eq!(code, 2, "{out}{said}");
    assert!(said.contains("the given plan has no steps") && out.contains("provider-offline"), "{out}{said}");
    assert_eq!(changes(&world), 0);
    assert!(!world.run_dir("run").exists(), "there is no run");
}

#[test]
fn an_outcome_that_cannot_be_kept_is_shown_all_the_same() {
    let world = World::new(58, 300);
    // A folder stands where the file is to be.
    std::fs::create_dir_all(world.run_dir("run").join("outcome.json/in-the-way")).unwrap();
    let apply = [world.apply("run"), vec!["--yes".to_owned(), "--json".to_owned()]].concat();
    let (code, out, said) = ended(spawn(world.command(&apply)));
    let outcome: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, outcome.get("ending").and_then(Value::as_str)), (0, Some("cured")), "{said}");
    assert!(said.contains("outcome.json` cannot be written") && said.contains("run `resume`"), "{said}");
}

#[test]
fn a_second_interrupt_leaves_at_once_and_says_the_same() {
    let world = World::new(57, 60_000);
    let mut arguments = [world.apply("run"), vec!["--yes".to_owned()]].concat();
    // Patience that the test would not live to see the end of.
    for argument in arguments.iter_mut().skip_while(|argument| *argument != "--stop-seconds").skip(1).take(1) {
        "100000".clone_into(argument);
    }
    let run = spawn(world.command(&arguments));
    world.await_word("run", "task_begun");
    signal(&run);
    world.await_word("run", "\"stopping\"");
    signal(&run);
    let (code, out, said) = ended(run);
    let folder = world.run_dir("run").display().to_string();
    assert_eq!(code, 1, "{out}{said}");
    assert!(said.contains(&format!("iofilter-certs resume {folder}")), "{said}");
}

/// Bytes in the unit of the shell's `ulimit -f`.
const BLOCK: usize = 512;

/// The command, which can write no file beyond so many blocks: what a full disk does to it, for a user who is not root too.
fn with_blocks(world: &World, blocks: usize, arguments: &[String]) -> Command {
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    let inner = world.command(arguments);
    let mut command = Command::new("sh");
    command.args(["-c", &script]).arg(inner.get_program()).args(inner.get_args()).stdin(Stdio::null());
    command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command
}

/// The journal's length after the first line with this word, in bytes.
fn length_after(journal: &str, word: &str) -> usize {
    let lines: Vec<&str> = journal.split_inclusive('\n').collect();
    let at = lines.iter().position(|line| line.contains(word)).unwrap();
    lines.iter().take(at + 1).map(|line| line.len()).sum()
}

fn changes(world: &World) -> usize {
    world.lab.calls().iter().filter(|call| call.changes).count()
}

#[test]
fn a_disk_that_is_full_in_the_middle_ends_the_run_which_is_gone_on_with_when_there_is_room() {
    let twin = World::new(63, 300);
    let (code, _, said) = ended(spawn(twin.command(&[twin.apply("run"), vec!["--yes".to_owned()]].concat())));
    assert_eq!(code, 0, "{said}");
    let whole = std::fs::read_to_string(twin.run_dir("run").join("journal.jsonl")).unwrap();
    // There is room for the beginning of the first step, and not for the end of the run.
    let blocks = length_after(&whole, "\"started\"").div_ceil(BLOCK);
    assert!(blocks * BLOCK < whole.len(), "{} bytes", whole.len());

    let world = World::new(63, 300);
    let apply = [world.apply("run"), vec!["--yes".to_owned()]].concat();
    let (code, out, said) = ended(spawn(with_blocks(&world, blocks, &apply)));
    assert_eq!(code, 1, "{out}{said}");
    assert!(said.contains("cannot be written") && said.contains("resume"), "{said}");
    let folder = world.run_dir("run").display().to_string();
    let kept = std::fs::read_to_string(world.run_dir("run").join("journal.jsonl")).unwrap();
    assert!(kept.ends_with('\n') && kept.len() <= blocks * BLOCK, "the journal is whole");
    let begun = kept.matches("\"started\"").count();
    assert!((1..=begun).contains(&changes(&world)), "nothing is done that the journal does not tell of");

    let before = changes(&world);
    let resume = world.arguments(&["resume", &folder, "--yes"]);
    let (code, out, said) = ended(spawn(with_blocks(&world, 1, &resume)));
    assert_eq!((code, changes(&world)), (1, before), "while nothing can be written nothing is done: {out}{said}");
    let (code, out, said) = ended(spawn(world.command(&resume)));
    assert_eq!(code, 0, "{out}{said}");
}

/// On a terminal of its own, made by `script`: the plan is shown and asked for, hosts have their lines with the time
/// that is left, and Ctrl-C is typed.
#[test]
fn on_a_terminal_the_run_is_asked_for_shown_and_stopped() {
    let world = World::new(59, 3_000);
    let line = std::iter::once(env!("CARGO_BIN_EXE_iofilter-certs").to_owned()).chain(world.apply("run"));
    // `exec`: a shell that stays in between, as Debian's `sh` does, dies of the same Ctrl-C and hides the exit code.
    let line: Vec<String> = std::iter::once("exec".to_owned()).chain(line.map(|word| format!("'{word}'"))).collect();
    let mut command = Command::new("script");
    command.args(["-qefc", &line.join(" "), "/dev/null"]);
    command
        .env("VMWARE_PASSWORD", world.lab.ready().unwrap().password.clone())
        .env("TERM", "xterm")
        .env("COLUMNS", "160");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut keyboard = child.stdin.take().unwrap();
    // Typed ahead: the terminal keeps it until it is read.
    keyboard.write_all(b"yes\n").unwrap();
    world.await_word("run", "task_begun");
    keyboard.write_all(&[3]).unwrap();
    let (code, screen, _) = ended(child);
    drop(keyboard);
    let folder = world.run_dir("run").display().to_string();
    assert_eq!(code, 2, "{screen}");
    assert!(screen.contains("goes first, alone") && screen.contains("only `yes` approves"), "{screen}");
    assert!(screen.contains("esx01.lab.example") && screen.contains(" left)"), "{screen}");
    assert!(screen.contains("steps, about "), "{screen}");
    assert!(screen.contains(&format!("iofilter-certs resume {folder}")), "{screen}");
}
