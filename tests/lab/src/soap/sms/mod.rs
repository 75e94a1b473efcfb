//! The storage monitoring service, `/sms/sdk`: one method name, one function.

mod provider;
mod storage;
mod task;

use super::context::{Answer, Context};
use super::fault;
use super::value::{Object, Reference};
use super::version::newest_of;
use crate::world::World;
use crate::world::task::Operation;

/// Whether the object exists.
pub(crate) fn exists(world: &World, object: &Reference) -> bool {
    match (object.kind.as_str(), object.id.as_str()) {
        ("SmsServiceInstance", id) => id == "ServiceInstance",
        ("SmsStorageManager", id) => id == STORAGE_MANAGER,
        ("VasaProvider" | "SmsProvider", id) => world.providers.iter().any(|provider| provider.moref == id),
        ("SmsTask", id) => world.task(id).is_some_and(|task| task.operation.is_sms()),
        _ => false,
    }
}

/// Carries out one method. The object exists, the caller may, and the parameters have been checked.
pub(crate) fn answer(context: &mut Context<'_>, method: &str) -> Answer {
    match method {
        "QueryStorageManager" => Ok(Some(Reference::new("SmsStorageManager", STORAGE_MANAGER).into())),
        "QueryAboutInfo" => Ok(Some(about(context.world).into())),
        "QueryProvider" => Ok(Some(provider::references(context.world).into())),
        "QueryProviderInfo" => provider::query_info(context),
        "QueryArray" => Ok(None),
        "QuerySmsTaskInfo" => task::query_info(context),
        "QuerySmsTaskResult" => task::query_result(context),
        "RegisterProvider_Task" => storage::register(context),
        "UnregisterProvider_Task" => storage::unregister(context),
        "SmsRefreshCACertificatesAndCRLs_Task" => storage::refresh_authorities(context),
        "VasaProviderSync_Task" => provider::begin(context, |provider| Operation::SyncProvider { provider }),
        "VasaProviderReconnect_Task" => provider::begin(context, |provider| Operation::ReconnectProvider { provider }),
        "VasaProviderRefreshCertificate_Task" => {
            provider::begin(context, |provider| Operation::RefreshProviderCertificate { provider })
        }
        "VasaProviderRevokeCertificate_Task" => {
            provider::begin(context, |provider| Operation::RevokeProviderCertificate { provider })
        }
        _ => Err(fault::method_not_found(context.this(), method)),
    }
}

fn about(world: &World) -> Object {
    let version = newest_of(&world.vcenter.version);
    Object::new("SmsAboutInfo")
        .with("name", "VMware Storage Monitoring Service")
        .with("fullName", format!("VMware Storage Monitoring Service {}", world.vcenter.version))
        .with("vendor", "VMware, Inc.")
        .with("apiVersion", version)
        .with("instanceUuid", &world.vcenter.uuid)
        .with("vasaApiVersion", "5.0")
}

/// The storage manager's id on a vCenter 8.0.3.
const STORAGE_MANAGER: &str = "storageManager";
