//! Whether a request is one that vCenter would take: the method exists for the object, every required element is
//! there, nothing unknown is, and elements come in order. vCenter refuses the rest with `InvalidRequest`.

use super::fault;
use super::schema::{Field, Kind, Method, schema};
use super::value::Fault;
use super::version::ApiVersion;
use super::xml::{Call, Element};

/// The method that a call names. `Fetch` is not in the schema and is told apart before.
pub(crate) fn method(call: &Call, namespace: &str, version: &ApiVersion) -> Result<&'static Method, Fault> {
    schema()
        .method(&call.method.name)
        .filter(|method| method.namespace == namespace && method.since <= *version)
        .filter(|method| schema().is_a(&call.this.kind, method.target))
        .ok_or_else(|| fault::method_not_found(&call.this, &call.method.name))
}

/// Checks the parameters of a call.
pub(crate) fn check(method: &Method, call: &Call) -> Result<(), Fault> {
    let parameters: Vec<&Field> = method.parameters.iter().collect();
    let given: Vec<&Element> = call.method.children.iter().filter(|child| child.name != "_this").collect();
    fields(&parameters, &given, method.name).map_err(|what| {
        fault::invalid_request(format!("{what}\n\nwhile parsing call information for method {}", method.name))
    })
}

fn fields(declared: &[&Field], given: &[&Element], owner: &str) -> Result<(), String> {
    let mut position = 0;
    for element in given {
        // Every data object has these two, and nobody has used them for twenty years.
        if matches!(element.name.as_str(), "dynamicType" | "dynamicProperty") {
            continue;
        }
        let Some(place) = declared.iter().position(|field| field.name == element.name) else {
            return Err(format!("Unexpected element tag \"{}\" seen in {owner}", element.name));
        };
        if place < position {
            return Err(format!("Element tag \"{}\" out of order in {owner}", element.name));
        }
        position = place;
        if let Some(field) = declared.get(place) {
            value(field.kind, element)?;
        }
    }
    for field in declared.iter().filter(|field| !field.optional && !field.kind.array) {
        if !given.iter().any(|element| element.name == field.name) {
            return Err(format!("Required property {} is missing from data object of type {owner}", field.name));
        }
    }
    Ok(())
}

fn value(declared: Kind, element: &Element) -> Result<(), String> {
    if declared.name == "MoRef" {
        return element.as_reference().map(|_| ()).ok_or_else(|| format!("Missing type attribute in {}", element.name));
    }
    if let Some(values) = schema().enumeration(declared.name) {
        return values
            .iter()
            .any(|value| *value == element.text.trim())
            .then_some(())
            .ok_or_else(|| format!("\"{}\" is not a value of enumeration {}", element.text.trim(), declared.name));
    }
    let Some(name) = type_of(declared, element)? else { return scalar(declared, element) };
    let fields_of_type = schema().fields(name);
    fields(&fields_of_type, &element.children.iter().collect::<Vec<_>>(), name)
}

/// The data type an element holds: what `xsi:type` says when that extends the declared type. `None` for scalars and
/// for types that the schema does not hold.
fn type_of(declared: Kind, element: &Element) -> Result<Option<&str>, String> {
    if declared.name.starts_with("xsd:") || schema().wire_type(declared.name).is_none() {
        return Ok(None);
    }
    match element.subtype() {
        Some(subtype) if schema().is_a(subtype, declared.name) => Ok(Some(subtype)),
        Some(subtype) => Err(format!("Type {subtype} does not extend {}", declared.name)),
        None => Ok(Some(declared.name)),
    }
}

fn scalar(declared: Kind, element: &Element) -> Result<(), String> {
    let text = element.text.trim();
    let fine = match declared.name {
        "xsd:boolean" => matches!(text, "true" | "false" | "1" | "0"),
        "xsd:int" | "xsd:long" => text.parse::<i64>().is_ok(),
        _ => true,
    };
    fine.then_some(()).ok_or_else(|| format!("\"{text}\" is not a value of type {}", declared.name))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::super::xml::read_call;
    use super::*;

    fn checked(parameters: &str) -> Result<(), Fault> {
        let body = format!(
            "<e:Envelope xmlns:e=\"x\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><e:Body>{parameters}\
             </e:Body></e:Envelope>"
        );
        let call = read_call(body.as_bytes()).unwrap();
        let method = method(&call, "vim25", &ApiVersion::new("8.0.3.0"))?;
        check(method, &call)
    }

    #[test]
    fn a_complete_request_passes() {
        let login =
            "<Login><_this type=\"SessionManager\">s</_this><userName>u</userName><password>p</password></Login>";
        assert_eq!(checked(login), Ok(()));
    }

    #[test]
    fn missing_unknown_and_misplaced_elements_are_refused() {
        let start = "<_this type=\"SessionManager\">s</_this>";
        for wrong in ["<userName>u</userName>", "<password>p</password><userName>u</userName>", "<user>u</user>"] {
            let fault = checked(&format!("<Login>{start}{wrong}</Login>")).unwrap_err();
            assert_eq!(fault.detail.kind, "InvalidRequest", "{wrong}");
        }
    }

    #[test]
    fn nested_objects_are_checked_by_their_own_type() {
        let request = |select: &str| {
            format!(
                "<RetrievePropertiesEx><_this type=\"PropertyCollector\">p</_this><specSet>\
                 <propSet><type>HostSystem</type></propSet><objectSet><obj type=\"Folder\">group-d1</obj>{select}\
                 </objectSet></specSet><options/></RetrievePropertiesEx>"
            )
        };
        let whole = "<selectSet xsi:type=\"TraversalSpec\"><type>Folder</type><path>childEntity</path></selectSet>";
        assert_eq!(checked(&request(whole)), Ok(()));
        let lost_type = "<selectSet><type>Folder</type><path>childEntity</path></selectSet>";
        assert!(checked(&request(lost_type)).is_err());
    }

    #[test]
    fn a_method_of_another_object_or_version_is_not_found() {
        let wrong = "<Login><_this type=\"Folder\">group-d1</_this></Login>";
        assert_eq!(checked(wrong).unwrap_err().detail.kind, "MethodNotFound");
    }
}
