//! Random mixes of five troubles in a fleet of two hundred ESXi hosts: the report names them and nothing else.
//!
//! The mix is drawn, the lab makes it true, and nobody tells the check. `make test` draws a few mixes, always the same;
//! `make soak` sets `SOAK_MIXES`, and `SOAK_SEED` begins with another seed. A failure names its seed.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fmt::Write as _;

use iofilter_certs::case::PlaceKind;
use iofilter_certs::report::Report;
use iofilter_certs_lab::troubles;
use iofilter_certs_tests::{World, quick, told};

const HOSTS: u64 = 200;
const TROUBLES: usize = 5;

/// What only shapes the lab, as the codes that begin with `gate-` do: nothing is wrong with such a host.
const NO_TROUBLE: [&str; 1] = ["ssh-stopped"];

/// Every so many mixes, vCenter is in mode `thumbprint`, which is a trouble of its own where all entries are right.
const THUMBPRINT_EVERY: u64 = 3;
const THUMBPRINT: &str = "mode-thumbprint";
/// Troubles of mode `thumbprint` alone begin so.
const OF_THUMBPRINT: &str = "thumbprint-";
/// What is no trouble where vCenter asks for no chain but for a certificate that it was told of.
const NOT_OF_THUMBPRINT: [&str; 3] = ["host-cert-foreign-ca", "host-cert-old-vmca-root", "host-cert-self-signed"];

/// Troubles that are told of the vCenter as a whole, with their hosts in the evidence.
const AT_VCENTER: [&str; 5] =
    ["alarm-residual", "filter-install-failed", ONLY_NINE, ONE_CLUSTER, "thumbprint-entry-leftover"];

/// Where one of these is, an entry is or seems wrong, and the mode is not told beside it.
const BAD_PIN: [&str; 3] = ["thumbprint-entry-missing", "thumbprint-entry-stale", "tls-interception"];

/// An expired entry explains an alarm that stayed raised, and alarms are told together.
const EXPLAINED: [&str; 2] = ["alarm-residual", "thumbprint-entry-leftover"];

/// Troubles of many hosts together. A mix has one of them at the most, and its hosts have no other trouble.
const ONLY_NINE: &str = "only-esx9-down";
const ONE_CLUSTER: &str = "single-cluster-down";
const VCENTER: &str = "the vCenter";

/// Troubles that only hosts below 9.0 can have, and the one that only hosts from 9.0 on can have: which certificate SPS
/// shows depends on it.
const BELOW_NINE: [&str; 4] =
    ["castore-missing-sms", "castore-missing-vmca-root", "castore-stale-sms", "castore-wiped-after-refresh"];
const FROM_NINE: [&str; 2] = ["esx9-client-untrusted", ONLY_NINE];

/// What a trouble is called when it goes by another name than the lab's, with the reason.
const OTHERWISE: [(&str, &str); 2] = [
    // A listener that still serves a certificate which the host has replaced: the cause is that it is stale.
    ("vp-cert-expiring-hard", "vp-cert-stale"),
    ("vp-cert-expiring-soft", "vp-cert-stale"),
];

/// The same in mode `thumbprint`, where VMCA issues no host's certificate and still vCenter's own.
const OTHERWISE_PINNED: [(&str, &str); 1] = [("castore-missing-vmca-root", "castore-missing-machine-issuer")];

#[test]
fn a_random_mix_of_troubles_is_named_and_nothing_else() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().expect("a number"));
    let seed = number("SOAK_SEED").unwrap_or(1);
    let mixes = number("SOAK_MIXES").unwrap_or(3);
    let wrong: Vec<String> = (seed..seed + mixes).filter_map(|seed| Mix::drawn(seed).complaint()).collect();
    assert!(wrong.is_empty(), "{} of {mixes} mixes were not named exactly:\n{}", wrong.len(), wrong.join("\n"));
}

/// Five troubles at five hosts.
struct Mix {
    seed: u64,
    is_pinned: bool,
    troubles: Vec<(u64, &'static str)>,
}

impl Mix {
    fn drawn(seed: u64) -> Self {
        let is_pinned = seed.is_multiple_of(THUMBPRINT_EVERY);
        let is_possible = |code: &&str| {
            let of_mode = if is_pinned { !NOT_OF_THUMBPRINT.contains(code) } else { !code.starts_with(OF_THUMBPRINT) };
            of_mode && !NO_TROUBLE.contains(code) && !code.starts_with("gate-")
        };
        let codes: Vec<&str> = troubles::host_codes().filter(is_possible).collect();
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let mut troubles: Vec<(u64, &str)> = Vec::new();
        while troubles.len() < TROUBLES {
            let host = 1 + random.below(HOSTS);
            let one = (host, draw(&mut random, &codes, host));
            if !troubles.iter().any(|other| disturb(*other, one) || disturb(one, *other)) {
                troubles.push(one);
            }
        }
        Self { seed, is_pinned, troubles }
    }

    /// Twenty clusters of ten; every second one is of release 9, and its vCenter with it.
    fn scenario(&self) -> String {
        let mode = if self.is_pinned { "thumbprint" } else { "vmca" };
        let mut text =
            format!("seed = {}\n[vcenter]\nversion = \"9.0.0\"\nbuild = \"24755230\"\nmode = \"{mode}\"\n", self.seed);
        for cluster in 0..HOSTS / 10 {
            let version = if is_nine(10 * cluster + 1) { "9.0.0" } else { "8.0.3" };
            writeln!(text, "[[clusters]]\nname = \"c{cluster:02}\"\ncount = 10\nversion = \"{version}\"")
                .expect("a text can be written to");
        }
        for (host, code) in &self.troubles {
            writeln!(text, "[[hosts]]\nname = \"esx{host:02}\"\ntroubles = [\"{code}\"]")
                .expect("a text can be written to");
        }
        text
    }

    /// `code at host`, as the report must say it.
    fn expected(&self) -> BTreeSet<String> {
        let place = |code: &str, host: &u64| {
            if AT_VCENTER.contains(&code) { VCENTER.to_owned() } else { format!("esx{host:02}.lab.example") }
        };
        let otherwise = OTHERWISE.iter().chain(OTHERWISE_PINNED.iter().filter(|_| self.is_pinned));
        let name = |code: &str| {
            let known = otherwise.clone().find(|(known, _)| *known == code);
            known.map_or_else(|| code.to_owned(), |(_, name)| (*name).to_owned())
        };
        let named = self.troubles.iter().map(|(host, code)| format!("{} at {}", name(code), place(code, host)));
        let is_any_pin_bad = self.troubles.iter().any(|(_, code)| BAD_PIN.contains(code));
        let mode = (self.is_pinned && !is_any_pin_bad).then(|| format!("{THUMBPRINT} at {VCENTER}"));
        named.chain(mode).collect()
    }

    fn complaint(&self) -> Option<String> {
        let world = World::of(&self.scenario());
        let report = world.check(&quick());
        let (expected, found) = (self.expected(), causes(&report));
        (found != expected).then(|| {
            let missing: Vec<_> = expected.difference(&found).collect();
            let too_much: Vec<_> = found.difference(&expected).collect();
            format!("seed {}: missing {missing:?}, too much {too_much:?}\n{}", self.seed, told(&report))
        })
    }
}

/// Whether a trouble reaches the host of another, which is the same or one of many that are in trouble together, or hides
/// the other. Of troubles of many there is one.
fn disturb((host, code): (u64, &str), (other, other_code): (u64, &str)) -> bool {
    let is_of_many = |code: &str| [ONLY_NINE, ONE_CLUSTER].contains(&code);
    let is_reached = match code {
        ONLY_NINE => is_nine(other),
        ONE_CLUSTER => (host - 1) / 10 == (other - 1) / 10,
        _ => host == other,
    };
    let is_explained = EXPLAINED.contains(&code) && EXPLAINED.contains(&other_code) && code != other_code;
    is_reached || is_explained || (is_of_many(code) && is_of_many(other_code))
}

/// Hosts are counted from 1 through all clusters.
fn is_nine(host: u64) -> bool {
    (host - 1) / 10 % 2 == 1
}

/// A trouble that this host can have.
fn draw(random: &mut Random, codes: &[&'static str], host: u64) -> &'static str {
    let impossible = if is_nine(host) { &BELOW_NINE[..] } else { &FROM_NINE[..] };
    let possible: Vec<&'static str> = codes.iter().copied().filter(|code| !impossible.contains(code)).collect();
    let count = u64::try_from(possible.len()).expect("there are not that many");
    let index = usize::try_from(random.below(count)).expect("it is below their number");
    possible.get(index).expect("it is below their number")
}

/// The causes, each at its ESXi host. The provider of a host that is gone is named after the one that was given it.
fn causes(report: &Report) -> BTreeSet<String> {
    let facts = report.facts.as_ref();
    report
        .root_causes()
        .map(|finding| {
            let host = finding.place.host.as_ref().and_then(|id| {
                facts.and_then(|facts| facts.hosts.values().find(|host| host.id.0 == *id)).map(|host| host.name.clone())
            });
            let name = match finding.place.kind {
                PlaceKind::Vcenter => VCENTER.to_owned(),
                _ => host.unwrap_or_else(|| finding.place.name.clone()),
            };
            format!(
                "{} at {}",
                finding.diagnostic.code,
                name.trim_start_matches("IOFILTER Provider ").trim_start_matches("gone-")
            )
        })
        .collect()
}

/// Xorshift: the same numbers for the same seed, which is all that is asked of it.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}
