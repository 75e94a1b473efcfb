//! `SmsStorageManager`: registering, unregistering, and pushing authorities to providers.

use crate::soap::context::{Answer, Context};
use crate::soap::fault;
use crate::soap::value::Fault;
use crate::world::task::Operation;

/// `RegisterProvider_Task`. Whether the provider can be registered is found out by the task; a spec that is not a
/// `VasaProviderSpec` is refused at once.
pub(crate) fn register(context: &mut Context<'_>) -> Answer {
    let spec = context.parameters().child("providerSpec").filter(|spec| spec.subtype() == Some("VasaProviderSpec"));
    let spec = spec.ok_or_else(|| fault::invalid_argument("providerSpec"))?;
    let text = |name: &str| spec.text_of(name).unwrap_or_default().to_owned();
    let (name, url) = (text("name"), text("url"));
    if !url.starts_with("https://") {
        return Err(Fault::new("InvalidUrl", format!("The URL {url} is not valid.")).with("url", url));
    }
    let certificate = spec.text_of("certificate").filter(|pem| !pem.is_empty()).map(str::to_owned);
    context.begin(Operation::RegisterProvider { name, url, certificate })
}

/// `UnregisterProvider_Task`, which takes a `uid` and answers an unknown one with `NotFound` at once.
pub(crate) fn unregister(context: &mut Context<'_>) -> Answer {
    let uid = context.text("providerId").trim().to_owned();
    known(context, &uid)?;
    context.begin(Operation::UnregisterProvider { uid })
}

/// `SmsRefreshCACertificatesAndCRLs_Task`, for the providers named, or for all.
pub(crate) fn refresh_authorities(context: &mut Context<'_>) -> Answer {
    let providers: Vec<String> = context.parameters().all("providerId").map(|uid| uid.text.trim().to_owned()).collect();
    providers.iter().try_for_each(|uid| known(context, uid))?;
    context.begin(Operation::RefreshProviderAuthorities { providers })
}

fn known(context: &Context<'_>, uid: &str) -> Result<(), Fault> {
    let found = context.world.providers.iter().any(|provider| provider.uid == uid);
    found.then_some(()).ok_or_else(|| Fault::new("NotFound", format!("Provider {uid} is not registered.")))
}
