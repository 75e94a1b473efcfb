//! `VasaProvider`: what SMS knows of a provider, and the tasks on one.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::soap::context::{Answer, Context};
use crate::soap::fault::{self, world_fault};
use crate::soap::value::{Object, Reference};
use crate::world::World;
use crate::world::provider::{Provider, ProviderKind, Status};
use crate::world::task::Operation;

/// All providers, in order of registration.
pub(crate) fn references(world: &World) -> Vec<Reference> {
    world.providers.iter().map(reference).collect()
}

/// `VasaProvider:<moref>`.
pub(crate) fn reference(provider: &Provider) -> Reference {
    Reference::new("VasaProvider", &provider.moref)
}

/// `QueryProviderInfo`.
pub(crate) fn query_info(context: &Context<'_>) -> Answer {
    let this = context.this();
    let provider = context.world.providers.iter().find(|provider| provider.moref == this.id);
    provider.map(|provider| Some(info(provider).into())).ok_or_else(|| fault::not_found(this))
}

/// A task on the provider that is called.
pub(crate) fn begin(context: &mut Context<'_>, operation: fn(String) -> Operation) -> Answer {
    let provider = context.this().id.clone();
    context.begin(operation(provider))
}

/// `VasaProviderInfo`. Times are text here, unlike everywhere else.
fn info(provider: &Provider) -> Object {
    let (namespace, kind, category) = match provider.kind {
        ProviderKind::IoFilter => ("IOFILTERS", "DATASERVICE", "internal"),
        ProviderKind::Vsan => ("VSAN", "PERSISTENCE", "internal"),
        ProviderKind::Array => ("com.example.array", "PERSISTENCE", "external"),
    };
    let model = Object::new("SupportedVendorModelMapping").with("vendorId", "VMware Inc.").with("modelId", namespace);
    let array = Object::new("RelatedStorageArray")
        .with("arrayId", &provider.array_id)
        .with("active", true)
        .with("manageable", true)
        .with("priority", 1);
    let why = provider.status_fault.as_ref().map(|fault| world_fault(fault, &reference(provider)));
    Object::new("VasaProviderInfo")
        .with("uid", &provider.uid)
        .with("name", &provider.name)
        .with("description", &provider.description)
        .with("version", "1.0")
        .with("url", &provider.url)
        // Java's PEM writer ends lines with a carriage return too.
        .with("certificate", provider.certificate.pem.trim_end().replace('\n', "\r\n"))
        .with("status", provider.status.as_str())
        .with_some("statusFault", why.filter(|_| provider.status != Status::Online))
        .with("vasaVersion", &provider.vasa_version)
        .with("namespace", namespace)
        .with("lastSyncTime", stamp(provider.last_sync))
        .with("supportedVendorModelMapping", vec![model])
        .with("supportedProfile", vec!["capability"])
        .with("supportedProviderProfile", vec!["ProfileBasedManagement"])
        .with("relatedStorageArray", vec![array])
        .with("providerId", provider.array_id.trim_start_matches("IOFILTERS:"))
        .with("certificateExpiryDate", stamp(provider.certificate.not_after))
        .with("certificateStatus", provider.certificate_status.as_str())
        .with("needsExplicitActivation", false)
        .with("maxBatchSize", 0_i64)
        .with("retainVasaProviderCertificate", false)
        .with("arrayIndependentProvider", true)
        .with("type", kind)
        .with("category", category)
        .with("priority", 0)
}

fn stamp(time: OffsetDateTime) -> String {
    time.format(&Rfc3339).unwrap_or_default()
}
