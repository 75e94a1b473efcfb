//! What commands on the appliance and on hosts teach.

use super::inquiry::Inquiry;
use super::learn_host::on;
use crate::certificate::{Certificate, Fingerprint};
use crate::facts::{HostId, Missing, MissingReason, Observed, VecsEntry, VecsStore};
use crate::request::SshOutput;
use crate::time::UnixTime;
use crate::wire::shell::certificate_stores::{self, PrintedStore};
use crate::wire::shell::{host_inspection, log_growth};

/// The store of SPS, and the entries in it that SPS shows to hosts (KB 440183).
const SMS_STORE: &str = "SMS";
const BEFORE_9: &str = "sms_self_signed";
const FROM_9: &str = "sps-extension";
/// Characters of a complaint that are told.
const MOST_COMPLAINT: usize = 160;

/// All stores of VECS, and from the store `SMS` what SPS shows to hosts. One store that could not be listed leaves the
/// list unknown, and the certificates of SPS known.
pub(crate) fn certificate_stores(inquiry: &mut Inquiry, now: UnixTime, output: &SshOutput) {
    let mut stores = certificate_stores::parse(&String::from_utf8_lossy(&output.stdout));
    if output.truncated
        && let Some(last) = stores.last_mut()
    {
        last.announced = None;
    }
    let listed = whole_list(&stores, output);
    let entry = |alias| sms_entry(&stores, alias, listed.as_ref().err());
    let (before_9, from_9) = (entry(BEFORE_9), entry(FROM_9));
    let keep = |inquiry: &mut Inquiry, pem: Result<Certificate, Missing>| match pem {
        Ok(certificate) => Observed::seen(inquiry.facts.certificates.keep(certificate), now),
        Err(missing) => Observed::Unknown(missing),
    };
    inquiry.facts.vcenter.sms.sms_self_signed = keep(inquiry, before_9);
    inquiry.facts.vcenter.sms.sps_extension = keep(inquiry, from_9);
    inquiry.facts.vcenter.vecs = match listed {
        Ok(()) => Observed::seen(stores.into_iter().map(|store| store_of(inquiry, store)).collect(), now),
        Err(missing) => Observed::Unknown(missing),
    };
}

/// Why the list is not the whole of VECS, if so. The appliance always has stores.
fn whole_list(stores: &[PrintedStore], output: &SshOutput) -> Result<(), Missing> {
    if stores.is_empty() {
        let help = "the account needs a shell (`/bin/bash`) and the right to run `vecs-cli`";
        return Err(missing(
            MissingReason::Fault,
            format!("the appliance listed no certificate store{}", complaint(output)),
            help,
        ));
    }
    match stores.iter().find(|store| !store.is_whole()) {
        Some(store) => Err(missing(
            MissingReason::Malformed,
            format!("the store `{}` of the appliance was not listed to its end{}", store.name, complaint(output)),
            "",
        )),
        None => Ok(()),
    }
}

/// The certificate of an entry of `SMS`; gone where the store, or the entry in it, surely is not there.
fn sms_entry(stores: &[PrintedStore], alias: &str, cut: Option<&Missing>) -> Result<Certificate, Missing> {
    let gone = |what: String| missing(MissingReason::Gone, what, "");
    let Some(store) = stores.iter().find(|store| store.name == SMS_STORE) else {
        return Err(cut.cloned().unwrap_or_else(|| gone(format!("the appliance has no store `{SMS_STORE}`"))));
    };
    let found = store.entries.iter().find(|(known, _)| known == alias);
    let Some((_, pem)) = found else {
        let no_entry = || gone(format!("the appliance has no entry `{alias}` in its store `{SMS_STORE}`"));
        return Err(cut.filter(|_| !store.is_whole()).cloned().unwrap_or_else(no_entry));
    };
    let unreadable = |why: &str| {
        let what = format!("the entry `{alias}` of the appliance's store `{SMS_STORE}` cannot be read: {why}");
        missing(MissingReason::Malformed, what, "")
    };
    let pem = pem.as_deref().ok_or_else(|| unreadable("it holds no certificate"))?;
    Certificate::from_pem(pem).map_err(|error| unreadable(&error.to_string()))
}

fn store_of(inquiry: &mut Inquiry, store: PrintedStore) -> VecsStore {
    let mut keep = |pem: Option<String>| -> Option<Fingerprint> {
        let certificate = Certificate::from_pem(&pem?).ok()?;
        Some(inquiry.facts.certificates.keep(certificate))
    };
    let entries = store.entries.into_iter().map(|(alias, pem)| VecsEntry { alias, certificate: keep(pem) }).collect();
    VecsStore { name: store.name, entries, permissions: store.permissions }
}

/// The roots that vpxd has published; one that does not read leaves the folder unknown.
pub(crate) fn published_roots(inquiry: &mut Inquiry, now: UnixTime, output: &SshOutput) {
    let read: Result<Vec<Certificate>, _> =
        Certificate::all_from_pem(&String::from_utf8_lossy(&output.stdout)).into_iter().collect();
    inquiry.facts.vcenter.published_roots = match read {
        _ if output.exit_code != 0 || output.truncated => Observed::Unknown(missing(
            MissingReason::Fault,
            format!("the folder of published roots could not be read on the appliance{}", complaint(output)),
            "",
        )),
        Ok(roots) => {
            let mut roots: Vec<Fingerprint> =
                roots.into_iter().map(|root| inquiry.facts.certificates.keep(root)).collect();
            roots.sort();
            roots.dedup();
            Observed::seen(roots, now)
        }
        Err(error) => Observed::Unknown(missing(
            MissingReason::Malformed,
            format!("a published root on the appliance cannot be read: {error}"),
            "look at /etc/vmware-vpx/docRoot/certs on the appliance",
        )),
    };
}

/// How `sps-runtime.log.stderr` has grown.
pub(crate) fn sps_errors(inquiry: &mut Inquiry, now: UnixTime, output: &SshOutput) {
    let log = "`sps-runtime.log.stderr`";
    inquiry.facts.vcenter.sps_stderr = if output.exit_code == 0 {
        match log_growth::parse(&String::from_utf8_lossy(&output.stdout)) {
            Ok(growth) => Observed::seen(growth, now),
            Err(why) => {
                let what = format!("how {log} grows cannot be told: {why}");
                Observed::Unknown(missing(MissingReason::NotSent, what, ""))
            }
        }
    } else {
        let what = format!("{log} cannot be looked at on the appliance{}", complaint(output));
        Observed::Unknown(missing(MissingReason::Gone, what, ""))
    };
}

/// What a host's shell told of its pair and of how it boots.
pub(crate) fn host_inspection(inquiry: &mut Inquiry, now: UnixTime, host: &HostId, output: &SshOutput) {
    let told = host_inspection::parse(&String::from_utf8_lossy(&output.stdout));
    let unknown = |command: &str| {
        let what = format!("`{command}` told nothing on the host{}", complaint(output));
        missing(MissingReason::Malformed, what, "")
    };
    on(inquiry, host, |host| {
        host.machine_pair = observed(told.pair, now, || unknown("openssl"));
        host.stateless = observed(told.is_stateless, now, || unknown("esxcli system boot device get"));
    });
}

fn observed<T>(value: Option<T>, now: UnixTime, why: impl FnOnce() -> Missing) -> Observed<T> {
    value.map_or_else(|| Observed::Unknown(why()), |value| Observed::seen(value, now))
}

fn missing(reason: MissingReason, message: String, help: &str) -> Missing {
    Missing { reason, message, help: help.to_owned() }
}

/// ` (exit code 127: sh: not found)`: the first line of what a command complained of, or that its output was cut.
fn complaint(output: &SshOutput) -> String {
    if output.truncated {
        return ": its output was cut".to_owned();
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let first = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let first: String = first.chars().filter(|character| !character.is_control()).take(MOST_COMPLAINT).collect();
    match (output.exit_code, first.as_str()) {
        (0, "") => String::new(),
        (code, "") => format!(" (exit code {code})"),
        (code, first) => format!(" (exit code {code}: {first})"),
    }
}
