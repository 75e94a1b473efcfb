//! From answers to facts, and to the questions that follow from them.

use super::inquiry::{Inquiry, TaskSeen};
use super::question::{Question, Session};
use super::{
    failover, happenings, learn_backing, learn_host, learn_host_values, learn_provider, learn_shell, learn_vcenter,
    names,
};
use crate::facts::Observed;
use crate::request::{Chunk, HttpResponse, NamesFound, Peer, Response, SshOutput};
use crate::time::UnixTime;
use crate::wire::{Fault, TaskState, WireError, rest, sms, version_page, vim};

/// What an answer taught: the questions that follow, or why it could not be used.
pub(crate) type Learned = Result<Vec<Question>, WireError>;

/// What `question` asks for, in words, when the answer is of another kind.
pub(crate) fn other_kind(question: &Question, response: &Response) -> Option<&'static str> {
    match (kind_of(question), response) {
        (Kind::Http, Response::Http(_))
        | (Kind::Peek, Response::Peer(_))
        | (Kind::Ssh, Response::Ssh(_))
        | (Kind::File, Response::Chunk(_))
        | (Kind::Names, Response::Names(_)) => None,
        (Kind::Http, _) => Some("an HTTP exchange"),
        (Kind::Peek, _) => Some("a TLS peek"),
        (Kind::Ssh, _) => Some("an SSH command"),
        (Kind::File, _) => Some("a piece of a file"),
        (Kind::Names, _) => Some("an answer of the name service"),
    }
}

/// Reads the answer to `question` into the facts. It is of the question's kind: see [`other_kind`].
pub(crate) fn learn(inquiry: &mut Inquiry, now: UnixTime, question: &Question, response: &Response) -> Learned {
    match response {
        Response::Http(response) => http(inquiry, now, question, response),
        Response::Peer(peer) => Ok(peeked(inquiry, now, question, peer)),
        Response::Ssh(output) => {
            ssh(inquiry, now, question, output);
            Ok(Vec::new())
        }
        Response::Chunk(chunk) => Ok(file(inquiry, question, chunk)),
        Response::Names(found) => {
            resolved(inquiry, now, question, found);
            Ok(Vec::new())
        }
        Response::Approval(_) => Ok(Vec::new()),
    }
}

/// Another question to ask in the place of one that failed for a reason that has a way round.
pub(crate) fn instead(
    inquiry: &mut Inquiry,
    question: &Question,
    error: &WireError,
    attempts: u32,
) -> Option<Question> {
    match question {
        // A view ends with the session that made it; begin the inventory again.
        Question::HostPage { .. } if error.gone() && attempts < 2 => Some(Question::HostView),
        // Before 7.0U2 the REST API is elsewhere.
        Question::RestLogin if attempts == 0 && is_not_found(error) => {
            inquiry.link.vcenter.rest = crate::wire::RestStyle::Rest;
            Some(Question::RestLogin)
        }
        // The file of versions is a courtesy; without it an old version is asked for, which every vCenter speaks.
        Question::ServiceVersions if is_not_found(error) => Some(Question::ServiceContent),
        _ => None,
    }
}

fn is_not_found(error: &WireError) -> bool {
    matches!(error, WireError::Refused { status: 404, .. })
}

enum Kind {
    Http,
    Peek,
    Ssh,
    File,
    Names,
}

fn kind_of(question: &Question) -> Kind {
    match question {
        Question::PeekVCenter | Question::Peek443 { .. } | Question::Peek9080 { .. } => Kind::Peek,
        Question::CertificateStores
        | Question::PublishedRoots
        | Question::SpsErrors
        | Question::SpsLog
        | Question::InspectHost { .. }
        | Question::HostFolder { .. }
        | Question::HostFile { .. } => Kind::Ssh,
        Question::Names { .. } => Kind::Names,
        Question::SavedLog { .. } => Kind::File,
        _ => Kind::Http,
    }
}

#[expect(clippy::too_many_lines, reason = "a table: one arm a question")]
fn http(inquiry: &mut Inquiry, now: UnixTime, question: &Question, response: &HttpResponse) -> Learned {
    let nothing = Ok(Vec::new());
    match question {
        Question::ServiceVersions => {
            learn_vcenter::versions(inquiry, &vim::service_versions::parse(response)?);
            Ok(vec![Question::ServiceContent])
        }
        Question::ServiceContent => {
            learn_vcenter::content(inquiry, now, vim::service_content::parse(response)?);
            Ok(vec![Question::Login])
        }
        Question::Login => {
            inquiry.facts.vcenter.session = Observed::seen(vim::login::parse(response)?.user, now);
            inquiry.open_door(Session::Vim);
            nothing
        }
        Question::RestLogin => {
            rest::session::parse_login(response)?;
            inquiry.open_door(Session::Rest);
            nothing
        }
        // A session that is gone already is gone.
        Question::Logout | Question::RestLogout => nothing,
        Question::CurrentTime => {
            learn_vcenter::clock(inquiry, now, vim::current_time::parse(response)?);
            nothing
        }
        Question::IsSessionAlive => {
            vim::current_time::parse(response)?;
            // This session may be younger than the view, which is empty once the session that made it has ended.
            if !std::mem::replace(&mut inquiry.looked_twice, true) {
                return Ok(vec![Question::HostView]);
            }
            learn_host::inventory_ends(inquiry, now, 0);
            nothing
        }
        Question::CertificateSettings => {
            learn_vcenter::settings(inquiry, now, &vim::query_options::parse(response)?);
            nothing
        }
        Question::CloudFoundation => {
            learn_vcenter::cloud_foundation(inquiry, now, vim::find_extension::parse(response)?.is_some());
            nothing
        }
        Question::HighAvailability => {
            learn_vcenter::high_availability(inquiry, now, vim::high_availability::parse(response)?);
            nothing
        }
        Question::Privileges => {
            learn_vcenter::privileges(inquiry, now, &vim::has_privileges::parse(response)?);
            nothing
        }
        Question::Alarms => Ok(happenings::alarms(inquiry, now, vim::alarms::parse_triggered(response)?.records)),
        Question::AlarmNames { states } => {
            happenings::alarm_names(inquiry, now, states, &vim::alarms::parse_definitions(response)?.records);
            nothing
        }
        Question::Events { seconds } => Ok(happenings::events(inquiry, now, *seconds, vim::events::parse(response)?)),
        Question::RunningTasks { tasks } => {
            learn_host_values::running_tasks(inquiry, now, tasks, &vim::task_info::parse(response)?.records);
            nothing
        }
        Question::VasaClient { host } => {
            learn_host_values::vasa_client(inquiry, now, host, vim::certificate_info::parse_list(response)?);
            nothing
        }
        Question::HostView => {
            let view = vim::container_view::parse_create(response)?;
            Ok(vec![Question::HostPage { view, token: None, pages: 0 }])
        }
        Question::HostPage { view, token: _, pages } => {
            Ok(learn_host::page(inquiry, now, view, *pages, vim::host_page::parse(response)?))
        }
        Question::Hosts { .. } => {
            let records = vim::host_page::parse(response)?.records;
            for record in &records {
                learn_host::record(inquiry, now, record);
            }
            Ok(learn_host_values::recent_tasks(&records).into_iter().collect())
        }
        Question::ClusterNames { .. } => {
            learn_host::cluster_names(inquiry, now, &vim::clusters::parse(response)?.records);
            nothing
        }
        Question::Failover { .. } => {
            failover::learned(inquiry, now, &vim::failover::parse(response)?.records);
            nothing
        }
        Question::CertificateInfo { managers } => {
            learn_host::certificate_info(inquiry, now, managers, &vim::certificate_info::parse(response)?.records);
            nothing
        }
        Question::CaStore { host } => {
            let list = vim::certificate_lists::parse_ca_certificates(response)?;
            learn_host::ca_store(inquiry, now, host, &list);
            nothing
        }
        Question::RevocationLists { host } => {
            let list = vim::certificate_lists::parse_revocation_lists(response)?;
            learn_host::revocation_lists(inquiry, now, host, list);
            nothing
        }
        Question::HostClock { host } => {
            learn_host_values::clock(inquiry, now, host, vim::query_date_time::parse(response)?);
            nothing
        }
        Question::DisksUsingFilter { cluster, .. } => {
            let disks = vim::io_filters::parse_disks(response)?.len();
            learn_host::disks(inquiry, now, &cluster.value, u32::try_from(disks).unwrap_or(u32::MAX));
            nothing
        }
        Question::StorageManager => {
            inquiry.link.storage_manager = Some(sms::storage_manager::parse(response)?);
            Ok(vec![Question::Providers])
        }
        Question::Providers => Ok(learn_provider::list(inquiry, now, sms::providers::parse(response)?)),
        Question::ProviderInfo { provider } => {
            match sms::provider_info::parse(response) {
                Ok(info) => learn_provider::info(inquiry, now, provider, info),
                // Unregistered since the list was read: that is an answer, not a failure.
                Err(error) if error.gone() => learn_provider::gone(inquiry, provider),
                Err(error) => return Err(error),
            }
            nothing
        }
        Question::VimTask { task } => {
            let page = vim::task_info::parse(response)?;
            let info =
                page.records.into_iter().find(|record| record.moref.value == task.value).and_then(|one| one.info);
            let seen = info.map_or(TaskSeen::Gone, |info| task_seen(&info.state, info.error.as_ref()));
            inquiry.tasks.insert(task.value.clone(), seen);
            nothing
        }
        Question::SmsTask { task } => {
            let info = sms::task_info::parse(response)?;
            inquiry.tasks.insert(task.value.clone(), task_seen(&info.state, info.error.as_ref()));
            nothing
        }
        Question::SpsService => {
            learn_vcenter::sps(inquiry, now, &rest::service::parse_state(response)?);
            nothing
        }
        Question::AutoDeploy => {
            learn_backing::auto_deploy(inquiry, now, rest::service::parse_state(response))?;
            nothing
        }
        Question::Backups => {
            learn_backing::backups(inquiry, now, &rest::backup_jobs::parse(response)?);
            nothing
        }
        Question::Nodes => Ok(learn_backing::nodes(inquiry, now, rest::nodes::parse(response)?)),
        Question::MachineOf { node } => {
            Ok(learn_backing::machine(inquiry, node, &vim::machines::parse_find(response, node)?))
        }
        Question::Snapshots { node, .. } => {
            learn_backing::snapshots(inquiry, now, node, vim::machines::parse_snapshots(response)?.records);
            nothing
        }
        Question::Addresses => {
            inquiry.facts.vcenter.addresses = Observed::seen(rest::network_interfaces::parse(response)?, now);
            nothing
        }
        Question::TrustedRoots => {
            Ok(learn_vcenter::root_list(inquiry, now, rest::trusted_roots::parse_list(response)?))
        }
        Question::TrustedRoot { chain } => {
            learn_vcenter::root(inquiry, now, chain, &rest::trusted_roots::parse_one(response)?);
            nothing
        }
        Question::VersionPage { host, .. } => {
            let page = version_page::parse(response);
            learn_host::on(inquiry, host, |host| host.version_xml = Observed::seen(page, now));
            nothing
        }
        Question::PeekVCenter
        | Question::Peek443 { .. }
        | Question::Peek9080 { .. }
        | Question::CertificateStores
        | Question::PublishedRoots
        | Question::SpsErrors
        | Question::InspectHost { .. }
        | Question::Names { .. }
        | Question::SpsLog
        | Question::SavedLog { .. }
        | Question::HostFolder { .. }
        | Question::HostFile { .. } => nothing,
    }
}

fn task_seen(state: &TaskState, error: Option<&Fault>) -> TaskSeen {
    match state {
        TaskState::Success => TaskSeen::Success,
        TaskState::Error => TaskSeen::Error(error.map_or_else(|| "no reason was told".to_owned(), ToString::to_string)),
        TaskState::Queued | TaskState::Running | TaskState::Other(_) => TaskSeen::Going,
    }
}

/// What a port showed. Whoever showed it on 9080 is asked for its page, once.
fn peeked(inquiry: &mut Inquiry, now: UnixTime, question: &Question, peer: &Peer) -> Vec<Question> {
    let presented = learn_host::presented(inquiry, now, peer);
    let mut follow = Vec::new();
    match question {
        Question::PeekVCenter => inquiry.facts.vcenter.on_https = presented,
        Question::Peek443 { host } => {
            learn_host::on(inquiry, host, |host| host.on_443 = presented);
        }
        Question::Peek9080 { host } => {
            let leaf = presented.value().map(|shown| shown.leaf);
            learn_host::on(inquiry, host, |host| {
                host.on_9080 = presented;
                let is_asked = host.version_xml.value().is_none();
                follow.extend(
                    leaf.filter(|_| is_asked).map(|leaf| Question::VersionPage { host: host.id.clone(), leaf }),
                );
            });
        }
        _ => {}
    }
    follow
}

fn resolved(inquiry: &mut Inquiry, now: UnixTime, question: &Question, found: &NamesFound) {
    let Question::Names { hosts } = question else { return };
    for id in hosts {
        learn_host::on(inquiry, id, |host| host.names = names::seen(host, found, now));
    }
}

fn ssh(inquiry: &mut Inquiry, now: UnixTime, question: &Question, output: &SshOutput) {
    match question {
        Question::CertificateStores => learn_shell::certificate_stores(inquiry, now, output),
        Question::PublishedRoots => learn_shell::published_roots(inquiry, now, output),
        Question::SpsErrors => learn_shell::sps_errors(inquiry, now, output),
        Question::InspectHost { host } => learn_shell::host_inspection(inquiry, now, host, output),
        Question::SpsLog => learn_vcenter::sps_log(inquiry, output),
        Question::HostFolder { host } => learn_host::folder(inquiry, host, output),
        Question::HostFile { host } => learn_host::file(inquiry, host, output),
        _ => {}
    }
}

fn file(inquiry: &mut Inquiry, question: &Question, chunk: &Chunk) -> Vec<Question> {
    let Question::SavedLog { name, offset } = question else { return Vec::new() };
    learn_vcenter::saved_log(inquiry, name, *offset, chunk)
}
