//! What root can type on an ESXi host and on the vCenter appliance: a closed list, read strictly, with effect on the world.

mod esxi;
mod lines;
mod vcenter;
mod vecs;

use crate::calls::Incoming;
use crate::faults::What;
use crate::lab::LabState;
use crate::world::World;

/// How a command ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Exit status.
    pub status: u32,
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: String,
}

impl Outcome {
    /// Ended well and wrote this.
    pub(crate) fn wrote(text: impl Into<Vec<u8>>) -> Self {
        Self { stdout: text.into(), ..Self::default() }
    }

    /// Failed with this complaint.
    pub(crate) fn failed(status: u32, complaint: impl Into<String>) -> Self {
        let mut stderr = complaint.into();
        stderr.push('\n');
        Self { status, stderr, stdout: Vec::new() }
    }
}

/// Whose shell it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Machine {
    /// The vCenter appliance.
    VCenter,
    /// An ESXi host, by managed object id.
    Esxi(String),
}

/// Runs a command line on a machine of the lab, records it, and answers a fault that a rule has for it instead.
/// Commands joined by `&&` run until one fails, those joined by `||` until one ends well; the fault rules see the first
/// word of each. A line that begins with `read` takes the first line of `input` for its `$alias` or `$run`.
pub fn run(lab: &LabState, machine: &Machine, line: &str, input: &str) -> Result<Outcome, What> {
    if let Some(answer) = lines::find(machine, line) {
        let words: Vec<&str> = line.split_whitespace().collect();
        return match lab.receive(&incoming(machine, &words)) {
            Some(fault) => Err(fault),
            None => Ok(answer(&lab.world(), machine)),
        };
    }
    let (begin, name, is_right): (&str, &str, fn(&str) -> bool) = match line {
        _ if line.starts_with(READ_ALIAS) => (READ_ALIAS, "$alias", is_provider_url),
        _ if line.starts_with(READ_RUN) => (READ_RUN, "$run", is_number),
        _ => ("", "", |_| true),
    };
    let (told, input) = if begin.is_empty() { ("", input) } else { input.split_once('\n').unwrap_or((input, "")) };
    if !is_right(told) {
        return Ok(Outcome::failed(64, ""));
    }
    let line = line.strip_prefix(begin).unwrap_or(line);
    let mut session =
        Session { lab, machine, folder: String::from("/"), input, told: (name, told), kept: String::new() };
    let mut all = Outcome::default();
    for group in line.split("&&").map(|group| group.trim().trim_start_matches("{ ").trim_end_matches("; }")) {
        for command in group.split("||") {
            let outcome = session.run(command)?;
            all.status = outcome.status;
            all.stdout.extend(outcome.stdout);
            all.stderr.push_str(&outcome.stderr);
            if all.status == 0 {
                break;
            }
        }
        if all.status != 0 {
            break;
        }
    }
    Ok(all)
}

/// How a line begins that is told an alias by its standard input.
const READ_ALIAS: &str = "IFS= read -r alias && case \"$alias\" in https://*:*/version.xml) ;; *) exit 64 ;; esac && ";

/// How a line begins that is told the number of a run.
const READ_RUN: &str = "IFS= read -r run && case \"$run\" in ''|*[!0-9]*) exit 64 ;; esac && ";

fn is_provider_url(alias: &str) -> bool {
    alias.starts_with("https://") && alias.ends_with("/version.xml")
}

fn is_number(run: &str) -> bool {
    !run.is_empty() && run.bytes().all(|byte| byte.is_ascii_digit())
}

/// A line on its way through the shell.
struct Session<'a> {
    lab: &'a LabState,
    machine: &'a Machine,
    folder: String,
    input: &'a str,
    /// A variable that was read, and what stands for it.
    told: (&'a str, &'a str),
    /// What `$kept` stands for.
    kept: String,
}

impl Session<'_> {
    /// Runs one command. `Err` is what a fault rule has for it instead.
    fn run(&mut self, command: &str) -> Result<Outcome, What> {
        let (name, told) = self.told;
        let filled = |word: &String| {
            let word = if name.is_empty() { word.clone() } else { word.replace(name, told) };
            word.replace("$kept", &self.kept)
        };
        let words: Vec<String> = words(command).iter().map(filled).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        if let Some(fault) = self.lab.receive(&incoming(self.machine, &words)) {
            return Err(fault);
        }
        match words.as_slice() {
            ["cd", target] => {
                self.folder = absolute(&self.folder, target);
                Ok(Outcome::default())
            }
            ["true"] | ["umask", _] => Ok(Outcome::default()),
            ["exit", code] => Ok(Outcome { status: code.parse().unwrap_or(2), ..Outcome::default() }),
            ["kept=$(date", "+%s)"] => {
                let now = date(&self.lab.world(), self.machine, &["+%s"]);
                String::from_utf8_lossy(&now.stdout).trim().clone_into(&mut self.kept);
                Ok(Outcome::default())
            }
            _ => Ok(carry_out(&mut self.lab.world(), self.machine, &self.folder, &words, self.input)),
        }
    }
}

/// May `user` come in with this password?
pub fn admits_password(world: &World, machine: &Machine, user: &str, password: &str) -> bool {
    admits(world, machine, user) && password == world.vcenter.root_password
}

/// May `user` come in at all? Only root, and on an ESXi host only without lockdown.
pub fn admits(world: &World, machine: &Machine, user: &str) -> bool {
    let open = match machine {
        Machine::VCenter => true,
        Machine::Esxi(host) => {
            world.host(host).is_some_and(|host| host.lockdown == crate::world::host::Lockdown::Disabled)
        }
    };
    user == "root" && open
}

fn incoming<'a>(machine: &'a Machine, words: &[&'a str]) -> Incoming<'a> {
    let method = words.first().copied().unwrap_or_default();
    let host = match machine {
        Machine::VCenter => None,
        Machine::Esxi(host) => Some(host.as_str()),
    };
    let looks = [
        "cat",
        "ls",
        "date",
        "cd",
        "test",
        "stat",
        "tail",
        "head",
        "dd",
        "wc",
        "sed",
        "echo",
        "true",
        "umask",
        "exit",
        "kept=$(date",
    ]
    .contains(&method)
        || words.iter().any(|word| ["status", "--status", "list", "getcert", "get-permissions"].contains(word));
    Incoming { endpoint: "ssh", method, object: host, host, changes: !looks }
}

fn carry_out(world: &mut World, machine: &Machine, folder: &str, words: &[&str], input: &str) -> Outcome {
    match (words, machine) {
        (["date", rest @ ..], _) => date(world, machine, rest),
        (_, Machine::Esxi(host)) => esxi::run(world, host, folder, words),
        (_, Machine::VCenter) => vcenter::run(world, words, input),
    }
}

/// `date`, `date -u`, `date -u +%Y-%m-%dT%H:%M:%SZ`, `date +%s`.
fn date(world: &World, machine: &Machine, options: &[&str]) -> Outcome {
    let now = match machine {
        Machine::VCenter => world.now(),
        Machine::Esxi(host) => world.host(host).map_or(world.now(), |host| host.clock(world.now())),
    };
    let (year, month, day) = (now.year(), u8::from(now.month()), now.day());
    let (hour, minute, second) = (now.hour(), now.minute(), now.second());
    match options.last().copied().unwrap_or("-u") {
        "+%s" => Outcome::wrote(format!("{}\n", now.unix_timestamp())),
        "+%Y-%m-%dT%H:%M:%SZ" => {
            Outcome::wrote(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z\n"))
        }
        "-u" => {
            let (weekday, month) = (now.weekday().to_string(), now.month().to_string());
            let (weekday, month) = (weekday.get(..3).unwrap_or("Mon"), month.get(..3).unwrap_or("Jan"));
            Outcome::wrote(format!("{weekday} {month} {day:>2} {hour:02}:{minute:02}:{second:02} UTC {year}\n"))
        }
        other => Outcome::failed(1, format!("date: invalid date '{other}'")),
    }
}

/// A command that is not on the list.
pub(crate) fn unknown(words: &[&str]) -> Outcome {
    Outcome::failed(127, format!("sh: {}: not found", words.join(" ")))
}

/// A path as seen from a folder.
pub(crate) fn absolute(folder: &str, path: &str) -> String {
    if path.starts_with('/') { path.into() } else { format!("{}/{path}", folder.trim_end_matches('/')) }
}

/// The words of a command; quotes keep spaces together, as in an alias that has one.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for character in command.chars() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (None, '\'' | '"') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None, ' ' | '\t') => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn quotes_keep_spaces_together() {
        assert_eq!(words("a 'b c'  d\" e\" ''"), ["a", "b c", "d e", ""]);
    }
}
