//! Faults, in the two shapes that they have: bare in a SOAP fault's `detail`, and wrapped in a field.

use super::error::{Fault, WireError, one_line};
use super::xml::{Tag, Xml};

/// Fields that are kept of one fault; the most that a known fault has is 12.
const MAX_FIELDS: usize = 64;

/// Characters that are kept of a fault's name; the longest known has 56.
const MAX_NAME: usize = 100;

/// Reads a `<soapenv:Fault>` that was just begun. Its `detail` may be missing, and its type may be one that nobody
/// knows.
pub(super) fn of_call(xml: &mut Xml<'_>) -> Result<Fault, WireError> {
    let mut message = String::new();
    let mut fault = None;
    xml.children(|xml, tag| {
        match tag.name() {
            "faultstring" => message = one_line(&xml.text()?),
            "detail" => xml.children(|xml, tag| {
                fault = Some(bare(xml, tag)?);
                Ok(())
            })?,
            _ => {}
        }
        Ok(())
    })?;
    let mut fault = fault.unwrap_or_else(|| empty(String::new()));
    fault.message = message;
    Ok(fault)
}

/// Reads a field of a fault's type that was just begun, such as `TaskInfo.error`:
/// `<error><fault xsi:type="X">..</fault><localizedMessage>..</localizedMessage></error>`.
pub(super) fn of_field(xml: &mut Xml<'_>) -> Result<Fault, WireError> {
    let mut message = String::new();
    let mut fault = None;
    xml.children(|xml, tag| {
        match tag.name() {
            "fault" => fault = Some(bare(xml, tag)?),
            "localizedMessage" => message = one_line(&xml.text()?),
            _ => {}
        }
        Ok(())
    })?;
    let mut fault = fault.unwrap_or_else(|| empty(String::new()));
    fault.message = message;
    Ok(fault)
}

/// The fault itself. Its name is the `xsi:type`, else the element's name without the `Fault` that SOAP adds to it
/// (once: `SmsFaultFault` is `SmsFault`).
fn bare(xml: &mut Xml<'_>, tag: &Tag<'_>) -> Result<Fault, WireError> {
    let name = match &tag.kind {
        Some(kind) => kind.clone(),
        None => tag.name().strip_suffix("Fault").unwrap_or(tag.name()).to_owned(),
    };
    let mut fault = empty(name.chars().take(MAX_NAME).collect());
    xml.children(|xml, tag| bare_field(xml, tag, &mut fault))?;
    Ok(fault)
}

fn bare_field(xml: &mut Xml<'_>, tag: &Tag<'_>, fault: &mut Fault) -> Result<(), WireError> {
    match tag.name() {
        "faultCause" => fault.cause = Some(Box::new(of_field(xml)?)),
        "object" | "obj" if tag.of.is_some() => fault.object = Some(xml.reference(tag)?),
        // It quotes the session that was sent.
        "sessionCookie" => {}
        name => xml.leaves(name.to_owned(), &mut |path, text| {
            if fault.fields.len() < MAX_FIELDS {
                fault.fields.push((path, text));
            }
        })?,
    }
    Ok(())
}

fn empty(name: String) -> Fault {
    Fault { name, message: String::new(), object: None, fields: Vec::new(), cause: None }
}
