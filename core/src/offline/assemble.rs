//! From what the files of each machine told to facts of one vCenter and its hosts.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Collection;
use super::machine::{Chain, Machine};
use super::name::{Root, shown};
use super::settings::is_machine_name;
use crate::certificate::{Certificate, Fingerprint, NameMatch};
use crate::facts::{Certificates, Facts, Host, HostId, Missing, MissingReason, Observed, Presented, SavedFile};
use crate::job::Job;
use crate::log::{Log, LogFacts};
use crate::time::UnixTime;

pub(super) fn facts(collection: Collection) -> Facts {
    let Collection { now, certificates, machines, troubles, .. } = collection;
    let judged_at = judged_at(now, machines.keys());
    let mut facts = Facts::nothing_yet(NOBODY, judged_at);
    facts.certificates = certificates;
    facts.logs_missing = troubles;
    facts.vcenter = provided_by(facts.vcenter, VCENTER_HELP);
    facts.inventory = Observed::not_asked("the files do not tell which hosts vCenter has", CONNECT);
    facts.provider_list = Observed::not_asked("the files do not tell which storage providers are registered", CONNECT);
    let mut machines: Vec<(UnixTime, Root, Machine)> =
        machines.into_iter().map(|(root, machine)| (seen_at(&root, judged_at), root, machine)).collect();
    // Of two bundles of one machine the newer one is believed.
    machines.sort_by(|left, right| (left.0, &left.1).cmp(&(right.0, &right.1)));
    for (at, root, mut machine) in machines {
        if machine.is_host() {
            learn_host(&mut facts, at, &root, &mut machine);
        }
        learn_vcenter(&mut facts, at, &root, machine);
    }
    hosts_of_logs(&mut facts);
    facts.logs.sort_by(|left, right| left.file.cmp(&right.file));
    facts.files.sort_by(|left, right| left.path.cmp(&right.path));
    facts
}

/// When the newest bundle was made; now, if anything lies about that does not tell its time.
fn judged_at<'a>(now: UnixTime, roots: impl Iterator<Item = &'a Root>) -> UnixTime {
    let times: Option<Vec<UnixTime>> = roots.map(|root| root.bundle().map(|(_, at)| at)).collect();
    times.and_then(|times| times.into_iter().max()).map_or(now, |newest| newest.min(now))
}

fn seen_at(root: &Root, judged_at: UnixTime) -> UnixTime {
    root.bundle().map_or(judged_at, |(_, at)| at.min(judged_at))
}

fn learn_host(facts: &mut Facts, at: UnixTime, root: &Root, machine: &mut Machine) {
    let leaf = leaf(&facts.certificates, machine.certificate.as_ref());
    let name = host_name(root, machine, leaf);
    let own = machine.object.clone().unwrap_or_else(|| name.clone());
    // Ids are unique within one vCenter only.
    let is_taken = facts.hosts.get(&HostId(own.clone())).is_some_and(|known| !known.name.eq_ignore_ascii_case(&name));
    let by_name =
        facts.hosts.values().find(|known| known.name.eq_ignore_ascii_case(&name)).map(|known| known.id.clone());
    let id = by_name.unwrap_or_else(|| HostId(if is_taken { name.clone() } else { own }));
    let fresh = || provided_by(Host::named(id.clone(), name.clone()), HOST_HELP);
    let host = facts.hosts.entry(id.clone()).or_insert_with(fresh);
    let uname = || machine.system.as_ref().and_then(|system| system.version.clone());
    let version = machine.esxi_version.take().or_else(uname);
    tell(&mut host.version, version, at);
    tell(&mut host.management_addresses, machine.address.take().map(|address| vec![address]), at);
    let mut taken = |chain: Option<Chain>, told: &mut Observed<Presented>, taken_for: &str| {
        let Some(chain) = chain else { return };
        *told = presented(&chain, at);
        facts.files.push(SavedFile { path: chain.path, host: Some(id.clone()), taken_for: taken_for.to_owned() });
    };
    taken(machine.certificate.take(), &mut host.on_443, "certificate on port 443");
    taken(machine.provider_certificate.take(), &mut host.on_9080, "certificate on port 9080");
    if let Some(store) = machine.ca_store.take() {
        host.ca_store = Observed::seen(store.held, at);
        host.ca_store_unreadable = store.unreadable;
        facts.files.push(SavedFile {
            path: store.path,
            host: Some(id),
            taken_for: "CA certificates of the host".to_owned(),
        });
    }
    let logs = std::mem::take(&mut machine.logs).into_iter();
    let (own, others): (Vec<_>, Vec<_>) = logs.partition(|log| Log::of_file(&log.file).is_of_host());
    facts.logs.extend(own.into_iter().map(|log| log.of_host(&name)));
    machine.logs = others;
}

fn tell<T>(fact: &mut Observed<T>, told: Option<T>, at: UnixTime) {
    if let Some(told) = told {
        *fact = Observed::seen(told, at);
    }
}

/// The file that a daemon serves its certificate from, taken for what it serves.
fn presented(chain: &Chain, at: UnixTime) -> Observed<Presented> {
    let shown = match &chain.certificates {
        Ok(chain) => chain.split_first(),
        Err(why) => return malformed(format!("the file `{}` cannot be read: {why}", chain.path)),
    };
    match shown {
        Some((leaf, rest)) => {
            let presented = Presented { leaf: *leaf, rest: rest.to_vec(), protocol: "not seen".to_owned() };
            Observed::seen(presented, at)
        }
        None => malformed(format!("the file `{}` holds no certificate", chain.path)),
    }
}

fn leaf<'a>(certificates: &'a Certificates, chain: Option<&Chain>) -> Option<&'a Certificate> {
    certificates.find(chain?.certificates.as_ref().ok()?.first()?)
}

/// The name that the host is known by. vCenter may know it by its full name, a short one or its address, which only the
/// certificate tells: so of the machine's names the one is taken that its certificate carries, if it carries one.
fn host_name(root: &Root, machine: &Machine, leaf: Option<&Certificate>) -> String {
    let system = machine.system.as_ref().map(|system| system.name.as_str());
    let bundle = bundle_name(root);
    let folder = root.folder().filter(|name| is_machine_name(name));
    let own = [system, bundle, folder, machine.address.as_deref()];
    let carried = own.iter().flatten().find_map(|name| leaf.and_then(|leaf| carried(leaf, name)));
    let in_certificate = || leaf.and_then(|leaf| leaf.dns_names.first().or(leaf.common_name.as_ref())).cloned();
    let told = || own.iter().flatten().next().map(|name| (*name).to_owned());
    // The name of a folder that people made is no name of a machine where anything else tells.
    let is_told = system.or(bundle).is_some();
    let name = carried.or_else(|| if is_told { told() } else { in_certificate().or_else(told) });
    name.unwrap_or_else(|| if root.0.is_empty() { "unnamed host".to_owned() } else { shown(&root.0) })
}

/// The name of the machine that a bundle's folder tells, if a machine can be called so.
fn bundle_name(root: &Root) -> Option<&str> {
    root.bundle().and_then(|(name, _)| name).filter(|name| is_machine_name(name))
}

/// The name in a certificate that `name` stands for: itself, or the full name that it is the first label of.
fn carried(leaf: &Certificate, name: &str) -> Option<String> {
    if matches!(leaf.matches_name(name), NameMatch::Exact) {
        return Some(name.to_owned());
    }
    let is_full = |full: &&String| full.split_once('.').is_some_and(|(label, _)| label.eq_ignore_ascii_case(name));
    leaf.dns_names.iter().chain(leaf.common_name.as_ref()).find(is_full).cloned()
}

/// What the files tell of vCenter. A folder that people made may hold files of both.
fn learn_vcenter(facts: &mut Facts, at: UnixTime, root: &Root, mut machine: Machine) {
    if let Some(name) = vcenter_name(root, &machine) {
        let authority = Job::authority(&name, 443);
        if facts.vcenter.authority != NOBODY && facts.vcenter.authority != authority {
            let message = format!(
                "the files are of two vCenters, and those of `{authority}` in `{}` were not used",
                shown(&root.0)
            );
            let help = "give the files of one vCenter at once".to_owned();
            facts.logs_missing.push(Missing { reason: MissingReason::Malformed, message, help });
            return;
        }
        facts.vcenter.authority = authority;
    }
    facts.logs.append(&mut machine.logs);
    tell(&mut facts.vcenter.version, machine.appliance_version.take(), at);
    tell(&mut facts.vcenter.build, machine.appliance_build.take(), at);
    let mut published = std::mem::take(&mut machine.published_roots);
    published.sort();
    published.dedup();
    if !published.is_empty() {
        // What vpxd publishes is what vCenter trusts, as far as nobody looked into VECS.
        if facts.vcenter.trusted_roots.value().is_none() {
            facts.vcenter.trusted_roots = Observed::seen(published.clone(), at);
        }
        facts.vcenter.published_roots = Observed::seen(published, at);
    }
    learn_stores(facts, at, &machine);
    let exported = |chain: Chain| chain.certificates.ok().and_then(|chain| chain.first().copied());
    tell(&mut facts.vcenter.sms.sms_self_signed, machine.sms.take().and_then(exported), at);
    tell(&mut facts.vcenter.sms.sps_extension, machine.extension.take().and_then(exported), at);
}

fn vcenter_name(root: &Root, machine: &Machine) -> Option<String> {
    if machine.is_host() {
        return None;
    }
    let system = machine.system.as_ref().map(|system| system.name.as_str());
    system.or_else(|| bundle_name(root)).map(str::to_owned)
}

fn learn_stores(facts: &mut Facts, at: UnixTime, machine: &Machine) {
    if machine.stores.is_empty() {
        return;
    }
    let vcenter = &mut facts.vcenter;
    if let Some((path, store)) = machine.store("SMS") {
        let entry = |alias: &str| match store.entry(alias).map(|entry| entry.certificate) {
            Some(Some(certificate)) => Observed::seen(certificate, at),
            Some(None) => malformed(format!("the entry `{alias}` in `{path}` cannot be read as a certificate")),
            None => Observed::Unknown(Missing {
                reason: MissingReason::Gone,
                message: format!("the appliance has no entry `{alias}` in its store `SMS`, by the listing `{path}`"),
                help: String::new(),
            }),
        };
        vcenter.sms.sms_self_signed = entry("sms_self_signed");
        vcenter.sms.sps_extension = entry("sps-extension");
    }
    if let Some((_, store)) = machine.store("TRUSTED_ROOTS") {
        let mut roots: Vec<Fingerprint> = store.entries.iter().filter_map(|entry| entry.certificate).collect();
        roots.sort();
        roots.dedup();
        vcenter.trusted_roots = Observed::seen(roots, at);
        let unreadable = store.entries.iter().filter(|entry| entry.certificate.is_none());
        vcenter.unreadable_roots = unreadable.map(|entry| format!("`{}`", entry.alias)).collect();
    }
    if let Some((path, store)) = machine.store("MACHINE_SSL_CERT")
        && let Some(leaf) = store.entry("__MACHINE_CERT").and_then(|entry| entry.certificate)
    {
        let protocol = "not seen".to_owned();
        vcenter.on_https = Observed::seen(Presented { leaf, rest: Vec::new(), protocol }, at);
        let taken_for = "certificate of vCenter".to_owned();
        facts.files.push(SavedFile { path: path.clone(), host: None, taken_for });
    }
    let mut stores: Vec<_> = machine.stores.iter().map(|(_, store)| store.clone()).collect();
    stores.sort_by(|left, right| left.name.cmp(&right.name));
    vcenter.vecs = Observed::seen(stores, at);
}

/// Hosts that are known from logs alone have a place too, where it is said what is not known of them. A host whose files
/// tell only its short name gets its full one from the logs, if that is one only.
fn hosts_of_logs(facts: &mut Facts) {
    name_in_full(facts);
    let addresses = |host: &Host| host.management_addresses.value().cloned().unwrap_or_default();
    let known: BTreeSet<String> = facts
        .hosts
        .values()
        .flat_map(|host| addresses(host).into_iter().chain([host.name.to_ascii_lowercase()]))
        .collect();
    let mut named: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for name in facts.logs.iter().flat_map(provider_hosts).filter(|name| !known.contains(*name)) {
        let label = if name.parse::<IpAddr>().is_ok() { name } else { name.split('.').next().unwrap_or(name) };
        named.entry(label.to_owned()).or_default().push(name.to_owned());
    }
    let mut left = MOST_HOSTS_OF_LOGS;
    for (label, mut names) in named {
        names.sort();
        names.dedup();
        let short = facts.hosts.values_mut().find(|host| host.name.eq_ignore_ascii_case(&label));
        if let (Some(host), [only]) = (short, names.as_slice()) {
            host.name.clone_from(only);
            continue;
        }
        for name in names {
            left = left.saturating_sub(1);
            if left == 0 {
                return;
            }
            let id = HostId(name.clone());
            let host = || provided_by(Host::named(id.clone(), name), HOST_HELP);
            facts.hosts.entry(id.clone()).or_insert_with(host);
        }
    }
}

/// Syslog calls a host by its short name, which is that of no other host. Where exactly one full name begins with it, that
/// one is meant.
fn name_in_full(facts: &mut Facts) {
    let is_address = |name: &str| name.parse::<IpAddr>().is_ok();
    let mut full: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let own = facts.hosts.values().map(|host| host.name.to_ascii_lowercase());
    let logged = facts.logs.iter().flat_map(provider_hosts).map(str::to_owned);
    for name in own.chain(logged).filter(|name| !is_address(name)) {
        if let Some((label, _)) = name.split_once('.') {
            full.entry(label.to_owned()).or_default().insert(name);
        }
    }
    let only = |label: &str| full.get(label).filter(|names| names.len() == 1)?.first().cloned();
    for log in &mut facts.logs {
        log.name_hosts(|hit| {
            let is_providers = !hit.signature.starts_with('V');
            hit.host.as_deref().filter(|host| is_providers && !host.contains('.')).and_then(only)
        });
    }
}

/// The hosts of IO filter providers that a log names; arrays are none.
fn provider_hosts(log: &LogFacts) -> impl Iterator<Item = &str> {
    log.hits.iter().filter(|hit| !hit.signature.starts_with('V')).filter_map(|hit| hit.host.as_deref())
}

fn malformed<T>(message: String) -> Observed<T> {
    Observed::Unknown(Missing { reason: MissingReason::Malformed, message, help: String::new() })
}

/// The same, and whatever nobody asked for says how files or a connection would tell it. By its JSON, so that a fact
/// that is added later is not forgotten here.
fn provided_by<T: Serialize + DeserializeOwned>(thing: T, helps: &[(&str, &str)]) -> T {
    let Ok(serde_json::Value::Object(mut members)) = serde_json::to_value(&thing) else { return thing };
    for (name, member) in &mut members {
        let help = helps.iter().find(|(own, _)| own == name).map_or(CONNECT, |(_, help)| help);
        give_help(member, help);
    }
    serde_json::from_value(members.into()).unwrap_or(thing)
}

fn give_help(fact: &mut serde_json::Value, help: &str) {
    let Some(members) = fact.as_object_mut() else { return };
    match members.get_mut("unknown").and_then(serde_json::Value::as_object_mut) {
        Some(missing) => {
            missing.insert("help".to_owned(), help.into());
        }
        None => members.values_mut().for_each(|member| give_help(member, help)),
    }
}

/// What a report about files is headed with where they do not name their vCenter.
const NOBODY: &str = "files";

const CONNECT: &str = "check with a connection to vCenter";

const HOST_HELP: &[(&str, &str)] = &[
    ("on_443", "add the host's `/etc/vmware/ssl/rui.crt`, in a folder of the host's name or in its vm-support bundle"),
    (
        "on_9080",
        "add the host's `/etc/vmware/ssl/iofiltervp.pem`, in a folder of the host's name or in its vm-support bundle",
    ),
    (
        "ca_store",
        "add the host's `/etc/vmware/ssl/castore.pem`, in a folder of the host's name or in its vm-support bundle",
    ),
    ("version", "add the output of `vmware -vl` as `vmware_-vl.txt`, or the host's vm-support bundle"),
];

const VCENTER_HELP: &[(&str, &str)] = &[
    ("sms", "add the output of `vecs-cli entry list --store SMS` as `vecs-SMS.txt`"),
    (
        "trusted_roots",
        "add the output of `vecs-cli entry list --store TRUSTED_ROOTS` as `vecs-TRUSTED_ROOTS.txt`, or vCenter's `docRoot/certs`",
    ),
    ("on_https", "add the output of `vecs-cli entry list --store MACHINE_SSL_CERT` as `vecs-MACHINE_SSL_CERT.txt`"),
    ("vecs", "add the outputs of `vecs-cli entry list --store NAME` as `vecs-NAME.txt`"),
    ("published_roots", "add the folder `/etc/vmware-vpx/docRoot/certs`"),
    ("version", "add the vc-support bundle"),
    ("build", "add the vc-support bundle"),
];

/// More than one vCenter has.
const MOST_HOSTS_OF_LOGS: usize = 10_000;
