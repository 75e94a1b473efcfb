//! Faults on the wire: which call, on which object, the how-manieth time, and what happens to it.

use serde::{Deserialize, Serialize};

/// One rule. It counts the calls it matches, and acts on call number `nth` and the `times - 1` after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// A SOAP method (`QueryProvider`), a REST call (`GET /api/vcenter/services`, `*` at the end matches any rest), `ssh`, an SSH
    /// command's first word, `tls`, or `*` for all.
    pub call: String,
    /// A managed object's id, a host's name or its address; any when left out.
    #[serde(default)]
    pub object: Option<String>,
    /// The first matching call it acts on, counted from 1.
    #[serde(default = "one")]
    pub nth: u32,
    /// How many calls it acts on; left out means every one from `nth` on.
    #[serde(default)]
    pub times: Option<u32>,
    /// What happens.
    pub what: What,
}

/// What a fault does to a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum What {
    /// The connection is reset before anything is read; for TLS, before the handshake.
    Refused,
    /// HTTP 503 with a reverse proxy's HTML page; the call does not get as far as the service.
    Unavailable,
    /// The call is carried out, but no answer ever comes.
    Timeout,
    /// The call is carried out, and the connection is reset instead of an answer.
    Reset,
    /// A SOAP fault of this name; for REST, this error type.
    Fault(String),
    /// The task begins and ends in this fault.
    TaskError(String),
    /// The task begins and stays `running`.
    TaskNeverEnds,
    /// The task says success and nothing was done.
    TaskLies,
    /// The session is forgotten just before the call.
    SessionExpired,
    /// The answer stops half way.
    TruncatedBody,
    /// The answer has 64 MiB.
    HugeBody,
    /// The answer is bytes of no meaning.
    Garbage,
    /// The answer is XML with a hundred thousand elements inside each other.
    DeepXml,
}

impl TryFrom<String> for What {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Ok(match text.as_str() {
            "refused" => Self::Refused,
            "503" => Self::Unavailable,
            "timeout" => Self::Timeout,
            "reset" => Self::Reset,
            "task-never-ends" => Self::TaskNeverEnds,
            "task-lies" => Self::TaskLies,
            "session-expired" => Self::SessionExpired,
            "truncated-body" => Self::TruncatedBody,
            "huge-body" => Self::HugeBody,
            "garbage" => Self::Garbage,
            "deep-xml" => Self::DeepXml,
            other => match other.split_once(':') {
                Some(("fault", name)) if !name.is_empty() => Self::Fault(name.into()),
                Some(("task-error", name)) if !name.is_empty() => Self::TaskError(name.into()),
                _ => return Err(format!("`{other}` is not a fault the lab can play")),
            },
        })
    }
}

impl From<What> for String {
    fn from(what: What) -> Self {
        match what {
            What::Refused => "refused".into(),
            What::Unavailable => "503".into(),
            What::Timeout => "timeout".into(),
            What::Reset => "reset".into(),
            What::Fault(name) => format!("fault:{name}"),
            What::TaskError(name) => format!("task-error:{name}"),
            What::TaskNeverEnds => "task-never-ends".into(),
            What::TaskLies => "task-lies".into(),
            What::SessionExpired => "session-expired".into(),
            What::TruncatedBody => "truncated-body".into(),
            What::HugeBody => "huge-body".into(),
            What::Garbage => "garbage".into(),
            What::DeepXml => "deep-xml".into(),
        }
    }
}

/// The rules of a running lab and how often each has matched.
#[derive(Debug, Default)]
pub struct Faults {
    rules: Vec<(Rule, u32)>,
}

impl Faults {
    /// Begins with these rules.
    pub fn new(rules: Vec<Rule>) -> Self {
        Self { rules: rules.into_iter().map(|rule| (rule, 0)).collect() }
    }

    /// Adds a rule; it counts from now.
    pub fn add(&mut self, rule: Rule) {
        self.rules.push((rule, 0));
    }

    /// Forgets every rule.
    pub fn clear(&mut self) {
        self.rules.clear();
    }

    /// Counts a call on every rule that matches it, and says what the first acting rule does to it.
    /// `objects` are all the names that the call's object goes by.
    pub fn strike(&mut self, call: &str, objects: &[&str]) -> Option<What> {
        let mut struck = None;
        for (rule, seen) in &mut self.rules {
            if !rule.matches(call, objects) {
                continue;
            }
            *seen += 1;
            let acts = *seen >= rule.nth && rule.times.is_none_or(|times| *seen - rule.nth < times);
            if acts && struck.is_none() {
                struck = Some(rule.what.clone());
            }
        }
        struck
    }
}

impl Rule {
    fn matches(&self, call: &str, objects: &[&str]) -> bool {
        let call_fits = match self.call.strip_suffix('*') {
            Some(beginning) => call.starts_with(beginning),
            None => self.call == call,
        };
        call_fits && self.object.as_deref().is_none_or(|wanted| objects.contains(&wanted))
    }
}

fn one() -> u32 {
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(call: &str, nth: u32, times: Option<u32>) -> Rule {
        Rule { call: call.into(), object: None, nth, times, what: What::Reset }
    }

    #[test]
    fn acts_on_the_nth_call_and_as_often_as_said() {
        let mut faults = Faults::new(vec![rule("QueryProvider", 2, Some(2))]);
        let struck: Vec<bool> = (0..5).map(|_| faults.strike("QueryProvider", &[]).is_some()).collect();
        assert_eq!(struck, [false, true, true, false, false]);
    }

    #[test]
    fn looks_at_the_object_and_at_the_beginning_of_a_path() {
        let mut faults = Faults::default();
        faults.add(Rule { object: Some("host-11".into()), ..rule("GET /api/*", 1, None) });
        assert_eq!(faults.strike("GET /api/x", &["host-12"]), None);
        assert_eq!(faults.strike("POST /api/x", &["host-11"]), None);
        assert_eq!(faults.strike("GET /api/x", &["esx01", "host-11"]), Some(What::Reset));
    }

    #[test]
    fn refuses_a_fault_it_does_not_know() {
        assert!(What::try_from("fault:".to_owned()).is_err());
        assert_eq!(What::try_from("fault:NotFound".to_owned()), Ok(What::Fault("NotFound".into())));
    }
}
