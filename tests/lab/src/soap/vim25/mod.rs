//! vCenter's API, `/sdk`: one method name, one function.

mod alarms;
mod collector;
mod events;
mod host;
mod host_certificates;
mod host_managers;
mod inventory;
mod io_filters;
mod managers;
mod task;
pub(crate) mod view;

use super::context::{Answer, Context};
use super::fault;
use super::fault::world_fault;
use super::value::date_time;
use crate::world::task::Operation;

pub(crate) use collector::wait_for_updates;
pub(crate) use host_managers::host_of as host_of_manager;

/// Carries out one method. The object exists, the caller may, and the parameters have been checked.
pub(crate) fn answer(context: &mut Context<'_>, method: &str) -> Answer {
    match method {
        "RetrieveServiceContent" => Ok(Some(managers::content(context.world).into())),
        "CurrentTime" => Ok(Some(date_time(context.world.now()))),
        "Login" => managers::login(context),
        "Logout" => managers::logout(context),
        "SessionIsActive" => managers::session_is_active(context),
        "CreateContainerView" => managers::create_container_view(context),
        "DestroyView" => managers::destroy_view(context),
        "QueryOptions" => managers::query_options(context),
        "FindExtension" => managers::find_extension(context),
        "HasPrivilegeOnEntities" => managers::has_privileges(context, "entity"),
        "HasUserPrivilegeOnEntities" => managers::has_privileges(context, "entities"),
        "getVchaConfig" => managers::high_availability_config(context),
        "getClusterMode" => managers::high_availability_mode(context),
        "QueryEvents" => events::query(context),
        "QueryIoFilterInfo" => io_filters::query_info(context),
        "QueryDisksUsingFilter" => io_filters::query_disks(context),
        "RetrieveCertificateInfoList" => host_certificates::list_info(context),
        "ListCACertificates" => host_certificates::list_authorities(context),
        "ListCACertificateRevocationLists" => host_certificates::list_revocations(context),
        "ReplaceCACertificatesAndCRLs" => host_certificates::replace_authorities(context),
        "NotifyAffectedServices" => host_certificates::notify_services(context),
        "GenerateCertificateSigningRequest" | "GenerateCertificateSigningRequestByDn" => {
            host_certificates::signing_request(context)
        }
        "InstallServerCertificate" => host_certificates::install(context),
        "StartService" | "RestartService" => host_managers::control_service(context, true),
        "StopService" => host_managers::control_service(context, false),
        "EnableRuleset" => host_managers::set_rule_set(context, true),
        "DisableRuleset" => host_managers::set_rule_set(context, false),
        "UpdateRuleset" => host_managers::update_rule_set(context),
        "UpdateDateTimeConfig" => host_managers::update_time_servers(context),
        "FindAllByDnsName" => managers::find_machines(context, "dnsName"),
        "FindAllByIp" => managers::find_machines(context, "ip"),
        "ClearTriggeredAlarms" => managers::clear_alarms(context),
        "AcknowledgeAlarm" => managers::acknowledge_alarm(context),
        "QueryDateTime" => host_managers::query_date_time(context),
        _ if method.ends_with("_Task") => begin_task(context, method),
        _ => collector::answer(context, method),
    }
}

fn begin_task(context: &mut Context<'_>, method: &str) -> Answer {
    match method {
        "CertMgrRefreshCertificates_Task" => {
            task::begin_for_hosts(context, |hosts| Operation::RenewCertificates { hosts })
        }
        "CertMgrRefreshCACertificatesAndCRLs_Task" => {
            task::begin_for_hosts(context, |hosts| Operation::RefreshAuthorities { hosts })
        }
        "DisconnectHost_Task" => task::begin_for_host(context, |host| Operation::DisconnectHost { host }),
        "ReconnectHost_Task" => task::begin_for_host(context, |host| Operation::ReconnectHost { host }),
        "EnterMaintenanceMode_Task" => task::begin_for_host(context, |host| Operation::EnterMaintenance { host }),
        "ExitMaintenanceMode_Task" => task::begin_for_host(context, |host| Operation::ExitMaintenance { host }),
        _ => Err(fault::method_not_found(context.this(), method)),
    }
}
