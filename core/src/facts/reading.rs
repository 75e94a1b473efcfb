//! What is asked of facts that come from a file, beyond their shape: that no entry hides another, and that they were seen
//! at a time at which somebody can have looked.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{Host, HostId, Provider, ProviderId};
use crate::time::UnixTime;

/// Hosts, each once and under its own id.
pub(super) fn hosts<'de, D: Deserializer<'de>>(document: D) -> Result<BTreeMap<HostId, Host>, D::Error> {
    let hosts = document.deserialize_map(Once::<Host>(PhantomData))?;
    own_ids(hosts, |host| &host.id.0, HostId)
}

/// Providers, each once and under its own uid.
pub(super) fn providers<'de, D: Deserializer<'de>>(document: D) -> Result<BTreeMap<ProviderId, Provider>, D::Error> {
    let providers = document.deserialize_map(Once::<Provider>(PhantomData))?;
    own_ids(providers, |provider| &provider.id.0, ProviderId)
}

/// A time at which somebody looked: there was no ESXi before 2000.
pub(super) fn moment<'de, D: Deserializer<'de>>(document: D) -> Result<UnixTime, D::Error> {
    let at = UnixTime::deserialize(document)?;
    if FIRST_MOMENT <= at && at <= LAST_MOMENT {
        return Ok(at);
    }
    Err(D::Error::custom(format!("nobody can have looked at {at}, outside the years 2000 to 2199")))
}

/// 2000-01-01T00:00:00Z.
pub(crate) const FIRST_MOMENT: UnixTime = UnixTime(946_684_800);
/// 2199-12-31T23:59:59Z.
const LAST_MOMENT: UnixTime = UnixTime(7_258_118_399);

fn own_ids<K: Ord, V, E: Error>(
    entries: BTreeMap<String, V>,
    id_of: impl Fn(&V) -> &String,
    key: impl Fn(String) -> K,
) -> Result<BTreeMap<K, V>, E> {
    if let Some((name, entry)) = entries.iter().find(|(name, entry)| *name != id_of(entry)) {
        return Err(E::custom(format!("the entry `{name}` says that its id is `{}`", id_of(entry))));
    }
    Ok(entries.into_iter().map(|(name, entry)| (key(name), entry)).collect())
}

/// A map in which no name stands twice: of two, JSON readers take the last, and the first would be forgotten.
struct Once<V>(PhantomData<V>);

impl<'de, V: Deserialize<'de>> Visitor<'de> for Once<V> {
    type Value = BTreeMap<String, V>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = BTreeMap::new();
        while let Some(name) = map.next_key::<String>()? {
            if entries.contains_key(&name) {
                return Err(A::Error::custom(format!("the entry `{name}` stands there twice")));
            }
            entries.insert(name, map.next_value()?);
        }
        Ok(entries)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use crate::document::{read_facts, text};
    use crate::rules::testing::Fleet;

    #[test]
    fn an_entry_that_stands_there_twice_or_under_another_id_is_refused_by_its_name() {
        let whole = text(&Fleet::of(2).facts);
        let why = |facts: &str| read_facts(facts).unwrap_err().to_string();
        let twice = whole.replace("\"host-2\"", "\"host-1\"");
        assert!(why(&twice).starts_with("the facts cannot be read: the entry `host-1` stands there twice at line "));
        let other = whole.replacen("\"id\": \"host-2\"", "\"id\": \"host-7\"", 1);
        assert!(why(&other).starts_with("the facts cannot be read: the entry `host-2` says that its id is `host-7`"));
        let uid = whole.replacen("\"uid-1\": {", "\"uid-2\": {", 1);
        assert!(why(&uid).starts_with("the facts cannot be read: the entry `uid-2` st"), "{}", why(&uid));
    }

    #[test]
    fn a_time_at_which_nobody_can_have_looked_is_refused_with_its_place() {
        let whole = text(&Fleet::of(1).facts);
        for (time, shown) in [("-631152000", "1950-01-01T00:00:00Z"), ("253370764800", "9999-01-01T00:00:00Z")] {
            let broken = whole.replacen("\"ended_at\": 1770206400", &format!("\"ended_at\": {time}"), 1);
            let why = read_facts(&broken).unwrap_err().to_string();
            let expected = format!(
                "the facts cannot be read: nobody can have looked at {shown}, outside the years 2000 to 2199 at line 4 "
            );
            assert!(why.starts_with(&expected), "{why}");
        }
    }

    #[test]
    fn a_certificate_that_does_not_read_is_refused_with_its_place() {
        let whole = text(&Fleet::of(1).facts);
        let broken = whole.replacen("\"der\": \"MII", "\"der\": \"XXX", 1);
        let why = read_facts(&broken).unwrap_err().to_string();
        assert!(why.starts_with("the facts cannot be read: certificate is ") && why.contains(" at line "), "{why}");
    }
}
