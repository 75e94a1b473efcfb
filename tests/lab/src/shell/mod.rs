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
/// Commands joined by `&&` run until one fails; the fault rules see the first word of each.
pub fn run(lab: &LabState, machine: &Machine, line: &str) -> Result<Outcome, What> {
    if let Some(answer) = lines::find(machine, line) {
        let words: Vec<&str> = line.split_whitespace().collect();
        return match lab.receive(&incoming(machine, &words)) {
            Some(fault) => Err(fault),
            None => Ok(answer(&lab.world(), machine)),
        };
    }
    let mut folder = String::from("/");
    let mut all = Outcome::default();
    for command in line.split("&&").map(str::trim) {
        let words = words(command);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        if let Some(fault) = lab.receive(&incoming(machine, &words)) {
            return Err(fault);
        }
        if let ["cd", target] = words.as_slice() {
            folder = absolute(&folder, target);
            continue;
        }
        let mut world = lab.world();
        let outcome = carry_out(&mut world, machine, &folder, &words);
        all.status = outcome.status;
        all.stdout.extend(outcome.stdout);
        all.stderr.push_str(&outcome.stderr);
        if all.status != 0 {
            break;
        }
    }
    Ok(all)
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
    let looks = ["cat", "ls", "date", "cd", "test", "stat", "tail", "head", "dd", "wc", "sed", "echo"]
        .contains(&method)
        || words.iter().any(|word| ["status", "--status", "list", "getcert", "get-permissions"].contains(word));
    Incoming { endpoint: "ssh", method, object: host, host, changes: !looks }
}

fn carry_out(world: &mut World, machine: &Machine, folder: &str, words: &[&str]) -> Outcome {
    match (words, machine) {
        (["date", rest @ ..], _) => date(world, machine, rest),
        (_, Machine::Esxi(host)) => esxi::run(world, host, folder, words),
        (_, Machine::VCenter) => vcenter::run(world, words),
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
