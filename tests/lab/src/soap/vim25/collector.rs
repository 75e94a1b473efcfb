//! The property collector's methods.

use crate::soap::context::{Answer, Context};
use crate::soap::fault;
use crate::soap::objects::retrieve_result;
use crate::soap::property_collector::{
    FilterSpec, Inventory, collect, collect_unauthenticated, page, property_path_exists, value_at,
};
use crate::soap::value::{Fault, Object, Reference, Value};

/// Carries out one method; what is not the property collector's is not found.
pub(crate) fn answer(context: &mut Context<'_>, method: &str) -> Answer {
    match method {
        "Fetch" => fetch(context),
        "RetrieveProperties" => Ok(Some(contents(context)?.into())),
        "RetrievePropertiesEx" => retrieve(context),
        "ContinueRetrievePropertiesEx" => continue_retrieving(context),
        "CancelRetrievePropertiesEx" => cancel_retrieving(context),
        "CreateFilter" => create_filter(context),
        "DestroyPropertyFilter" => destroy_filter(context),
        "CancelWaitForUpdates" => Ok(None),
        _ => Err(fault::method_not_found(context.this(), method)),
    }
}

/// `Fetch`: one property of one object. It is in no WSDL, and pyVmomi reads every property with it.
fn fetch(context: &Context<'_>) -> Answer {
    let path = context.text("prop").trim();
    property_path_exists(&context.this().kind, path)?;
    Ok(value_at(&context.inventory(), context.this(), path))
}

fn contents(context: &Context<'_>) -> Result<Vec<Object>, Fault> {
    let specs: Vec<FilterSpec> = context.parameters().all("specSet").map(FilterSpec::read).collect::<Result<_, _>>()?;
    match context.session {
        Some(_) => collect(&context.inventory(), &specs),
        None => Ok(collect_unauthenticated(&context.inventory(), &specs)),
    }
}

fn retrieve(context: &mut Context<'_>) -> Answer {
    let options = context.parameters().child("options");
    let size = options.and_then(|options| options.text_of("maxObjects")?.parse().ok()).unwrap_or(0);
    let contents = contents(context)?;
    if contents.is_empty() {
        return Ok(None);
    }
    Ok(Some(paged(context, contents, size)))
}

fn continue_retrieving(context: &mut Context<'_>) -> Answer {
    let (token, page_token) = (context.token().to_owned(), context.text("token").trim().to_owned());
    let page = context.objects.take(&token, &page_token).ok_or_else(|| fault::invalid_argument("token"))?;
    Ok(Some(paged(context, page.rest, page.size)))
}

fn cancel_retrieving(context: &mut Context<'_>) -> Answer {
    let (token, page_token) = (context.token().to_owned(), context.text("token").trim().to_owned());
    context.objects.take(&token, &page_token).ok_or_else(|| fault::invalid_argument("token"))?;
    Ok(None)
}

fn paged(context: &mut Context<'_>, contents: Vec<Object>, size: usize) -> Value {
    let (first, rest) = page(contents, size);
    let token = context.token().to_owned();
    let next = rest.map(|rest| context.objects.keep(&token, rest));
    retrieve_result(first, next).into()
}

fn create_filter(context: &mut Context<'_>) -> Answer {
    let spec = context.parameters().child("spec").ok_or_else(|| fault::invalid_argument("spec"))?;
    let spec = FilterSpec::read(spec)?;
    if let Some(gone) = spec.roots().find(|object| !context.inventory().exists(object)) {
        return Err(fault::not_found(gone));
    }
    let Some((token, session)) = context.session.clone() else {
        return Err(fault::not_authenticated(context.this(), "System.View"));
    };
    let id = context.objects.new_id(&session.key);
    context.objects.of_mut(&token).collector.add(id.clone(), spec);
    Ok(Some(Reference::new("PropertyFilter", id).into()))
}

fn destroy_filter(context: &mut Context<'_>) -> Answer {
    let (token, id) = (context.token().to_owned(), context.this().id.clone());
    context.objects.of_mut(&token).collector.remove(&id);
    Ok(None)
}

/// One look for `WaitForUpdates` and `WaitForUpdatesEx`: `Some` when something changed. `first` is true for the first
/// look of a call, which checks the version that the client sent.
pub(crate) fn wait_for_updates(context: &mut Context<'_>, first: bool) -> Result<Option<Object>, Fault> {
    let token = context.token().to_owned();
    let version = context.text("version").trim().to_owned();
    // The filters are taken out while the world is read through everything else that the session owns.
    let mut collector = std::mem::take(&mut context.objects.of_mut(&token).collector);
    let resumed = if first { collector.resume(&version) } else { Ok(()) };
    let updates = resumed.map(|()| collector.updates(&context.inventory()));
    context.objects.of_mut(&token).collector = collector;
    updates
}
