"""Judges any vSphere SOAP message, a request or a response, by the type tables of pyVmomi.

pyVmomi as a client is lenient: it looks neither at the order of elements nor for missing ones. Its tables know
better, and this module walks them: wire names, namespaces, element order, required elements, cardinality,
`xsi:type`, enumerations, the form of scalars, the shape of faults, and the first version of each type and field.

    complaints = check_request(body, "urn:vim25/8.0.3.0")
    complaints = check_response(body, "urn:vim25/8.0.3.0")

An empty list means that nothing is wrong. From a shell:

    python type_tables.py request '"urn:vim25/8.0.3.0"' FILE...
"""

import datetime
import io
import pathlib
import re
import sys
from xml.etree import ElementTree

from pyVmomi import VmomiSupport as vmomi

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
XSD = "http://www.w3.org/2001/XMLSchema"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
VIM = "urn:vim25"

METHOD_FAULT = vmomi.GetVmodlType("vmodl.MethodFault")
LOCALIZED = vmomi.GetVmodlType("vmodl.LocalizedMethodFault")
RUNTIME_FAULT = vmomi.GetVmodlType("vmodl.RuntimeFault")

ARRAY_OF_REFERENCES = vmomi.CreateArrayType(vmomi.ManagedObject)

INTEGERS = {vmomi.byte: 8, vmomi.short: 16, int: 32, vmomi.long: 64}
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")


def check_request(body, action):
    """What is wrong with a request; `action` is its SOAPAction."""
    return Judge(body, action).request()


def check_response(body, action):
    """What is wrong with a response to a request of this SOAPAction."""
    return Judge(body, action).response()


class Judge:
    """One message."""

    def __init__(self, body, action):
        self.complaints = []
        self.namespace, self.version = version_of(action)
        self.root = self.parse(body)

    def parse(self, body):
        """Reads the message with each `xsi:type` resolved to (namespace, name) by the prefixes in scope."""
        scopes, root = [("", "")], None
        try:
            for event, item in ElementTree.iterparse(io.BytesIO(body), ("start-ns", "end-ns", "start")):
                if event == "start-ns":
                    scopes.append(item)
                elif event == "end-ns":
                    scopes.pop()
                else:
                    root = item if root is None else root
                    if XSI_TYPE in item.attrib:
                        prefix, _, name = item.attrib[XSI_TYPE].rpartition(":")
                        known = [uri for bound, uri in scopes if bound == prefix]
                        if not known:
                            self.complain(item, f"prefix `{prefix}` of xsi:type is bound to nothing")
                        item.set("type resolved", (known[-1] if known else "", name))
        except ElementTree.ParseError as error:
            self.complaints.append(f"not well-formed: {error}")
        return root

    def complain(self, element, what):
        self.complaints.append(f"<{local(element)}>: {what}")

    def body(self):
        if self.root is None or self.root.tag != f"{{{SOAP}}}Envelope":
            self.complaints.append("no SOAP 1.1 envelope")
            return None
        bodies = self.root.findall(f"{{{SOAP}}}Body")
        if len(bodies) != 1 or len(bodies[0]) != 1:
            self.complaints.append("not exactly one body with one element")
            return None
        return bodies[0][0]

    # requests

    def request(self):
        element = self.body()
        if element is None:
            return self.complaints
        if not self.in_namespace(element) or local(element) == "Fetch":
            return self.complaints
        info = self.method(element, local(element))
        if info:
            this = vmomi.Object(name="_this", type=info.type, version=info.version, flags=0)
            self.fields(element, [this, *info.params])
        return self.complaints

    # responses

    def response(self):
        element = self.body()
        if element is None:
            return self.complaints
        if element.tag == f"{{{SOAP}}}Fault":
            self.soap_fault(element)
        elif self.in_namespace(element):
            self.answer(element, local(element).removesuffix("Response"))
        return self.complaints

    def answer(self, element, method):
        if not local(element).endswith("Response"):
            return self.complain(element, "is not named ...Response")
        if method == "Fetch":
            result = vmomi.Object(name="returnval", type=object, version=vmomi.BASE_VERSION, flags=vmomi.F_OPTIONAL)
            return self.fields(element, [result])
        info = self.method(element, method)
        if info is None:
            return None
        if info.result is vmomi.NoneType:
            return self.fields(element, [])
        result = vmomi.Object(name="returnval", type=info.result, version=info.version, flags=info.resultFlags)
        return self.fields(element, [result])

    def soap_fault(self, fault):
        names = [child.tag for child in fault]
        if names not in (["faultcode", "faultstring"], ["faultcode", "faultstring", "detail"]):
            return self.complain(fault, f"has children {names}")
        detail = fault.find("detail")
        if detail is None:
            return None
        if len(detail) != 1:
            return self.complain(fault, "has not exactly one detail")
        element = detail[0]
        name = local(element).removesuffix("Fault")
        if name == local(element):
            self.complain(element, "a fault's detail is named ...Fault")
        kind = self.wire_type(element, namespace_of(element), name)
        if kind is None:
            return None
        if not issubclass(kind, METHOD_FAULT):
            return self.complain(element, f"{name} is no fault")
        if "type resolved" in element.attrib and element.get("type resolved")[1] != name:
            self.complain(element, f"says xsi:type {element.get('type resolved')[1]}")
        return self.data(element, kind)

    def in_namespace(self, element):
        if namespace_of(element) == self.namespace:
            return True
        self.complain(element, f"is in namespace `{namespace_of(element)}`, the request is in `{self.namespace}`")
        return False

    def method(self, element, name):
        try:
            info = vmomi.GetWsdlMethod(self.namespace, name).info
        except KeyError:
            self.complain(element, f"no method {name} in {self.namespace}")
            return None
        self.check_version(element, f"method {name}", info.version)
        return info

    # everything in them

    def fields(self, element, declared):
        """The children of `element` are the declared fields, in order."""
        names = [field.name for field in declared]
        position = 0
        for child in element:
            name = local(child)
            if name not in names:
                self.complain(element, f"has an unknown element <{name}>")
                continue
            place = names.index(name)
            if place < position:
                self.complain(element, f"<{name}> stands too late, after <{names[position]}>")
            position = max(position, place)
            field = declared[place]
            self.check_version(child, f"{local(element)}.{name}", field.version)
            self.value(child, field.type)
        for field in declared:
            count = sum(1 for child in element if local(child) == field.name)
            is_array = issubclass(field.type, list)
            if count == 0 and not is_array and not field.flags & vmomi.F_OPTIONAL:
                self.complain(element, f"lacks <{field.name}>")
            if count > 1 and not is_array:
                self.complain(element, f"has {count} <{field.name}>")

    def value(self, element, declared):
        if issubclass(declared, list):
            declared = declared.Item
        actual = self.actual_type(element, declared)
        if actual is None:
            return
        if issubclass(actual, list):
            for child in element:
                expected = item_tag(actual.Item)
                if local(child) != expected:
                    self.complain(element, f"has an item <{local(child)}>, not <{expected}>")
                self.value(child, actual.Item)
        elif issubclass(actual, METHOD_FAULT) and actual is not LOCALIZED:
            self.localized_fault(element, actual)
        elif issubclass(actual, vmomi.ManagedObject):
            self.reference(element, actual)
        elif issubclass(actual, vmomi.DataObject):
            self.data(element, actual)
        else:
            self.scalar(element, actual)

    def actual_type(self, element, declared):
        resolved = element.get("type resolved")
        if resolved is None:
            if declared is object:
                self.complain(element, "may be of any type and has no xsi:type")
                return None
            return declared
        namespace, name = resolved
        if name == "ManagedObjectReference" and namespace == VIM:
            actual = vmomi.ManagedObject
            return actual if declared is object else declared
        if name == "ArrayOfManagedObjectReference" and namespace == VIM:
            return ARRAY_OF_REFERENCES
        actual = self.wire_type(element, namespace, name)
        if actual is None:
            return None
        # Type names, method names and paths are strings on the wire.
        as_string = declared in (type, vmomi.ManagedMethod, vmomi.PropertyPath) and issubclass(actual, str)
        if declared is not object and not as_string and not issubclass(actual, declared):
            self.complain(element, f"{name} does not extend {declared.__name__}")
            return None
        return actual

    def localized_fault(self, element, declared):
        """`<error><fault xsi:type="X"/><localizedMessage/></error>`: faults in fields are wrapped."""
        names = [local(child) for child in element]
        if names not in (["fault"], ["fault", "localizedMessage"]):
            return self.complain(element, f"a fault in a field is wrapped, and this has {names}")
        fault = element[0]
        actual = self.actual_type(fault, declared)
        if actual is not None:
            self.data(fault, actual)
        return None

    def data(self, element, kind):
        self.check_version(element, kind._wsdlName, kind._version)
        # `msg` is pyVmomi's own name for the fault string.
        declared = [field for field in properties(kind) if field.name != "msg"]
        if (element.text or "").strip():
            self.complain(element, f"has text, and {kind._wsdlName} is a data object")
        self.fields(element, declared)

    def reference(self, element, declared):
        name = element.get("type")
        if name is None:
            return self.complain(element, "is a reference without attribute `type`")
        if not (element.text or "").strip():
            self.complain(element, "is a reference to nothing")
        # A reference's type names no namespace: SMS answers refer to vim25 objects and the other way round.
        for namespace in (self.namespace, VIM, "urn:sms"):
            try:
                actual = vmomi.GetWsdlType(namespace, name)
            except KeyError:
                continue
            if not issubclass(actual, declared):
                self.complain(element, f"refers to a {name}, which is no {declared._wsdlName}")
            return None
        return self.complain(element, f"refers to the unknown type {name}")

    def scalar(self, element, kind):
        text = element.text or ""
        if len(element):
            return self.complain(element, "has children, and is a scalar")
        if kind is bool:
            fine = text in ("true", "false", "1", "0")
        elif kind in INTEGERS:
            bits = INTEGERS[kind]
            fine = re.fullmatch(r"-?\d+", text) and -(1 << bits - 1) <= int(text) < 1 << bits - 1
        elif kind is datetime.datetime:
            fine = DATE_TIME.fullmatch(text)
        elif issubclass(kind, vmomi.Enum):
            fine = text in kind.values
        elif kind in (float, vmomi.double):
            fine = re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", text)
        else:
            fine = True
        if not fine:
            self.complain(element, f"`{text}` is no {kind.__name__}")
        return None

    def wire_type(self, element, namespace, name):
        try:
            return vmomi.GetWsdlType(namespace, name)
        except KeyError:
            self.complain(element, f"no type {name} in namespace `{namespace}`")
            return None

    def check_version(self, element, what, version):
        """Nothing newer than the version asked for is sent. Versions count within a namespace."""
        if self.version is None or vmomi.GetWsdlNamespace(version) != self.namespace:
            return
        if not vmomi.IsChildVersion(self.version, version):
            self.complain(element, f"{what} came with {version}, after {self.version}")


def version_of(action):
    """(`urn:vim25`, pyVmomi's name of the version) of `"urn:vim25/8.0.3.0"`."""
    text = action.strip().strip('"').removeprefix("urn:")
    service, _, number = text.partition("/")
    return f"urn:{service}", vmomi.versionMap[text] if number else None


def properties(kind):
    """All fields of a data type in wire order, base classes' first."""
    return kind._GetPropertyList() if hasattr(kind, "_GetPropertyList") else kind._propList


def item_tag(kind):
    """The tag of an item in an `ArrayOf...`."""
    if issubclass(kind, vmomi.ManagedObject):
        return "ManagedObjectReference"
    return vmomi.GetWsdlName(kind)


def local(element):
    return element.tag.rpartition("}")[2]


def namespace_of(element):
    return element.tag.rpartition("}")[0].removeprefix("{")


def main(direction, action, *files):
    """Judges files; the status is 1 when something is wrong with one of them."""
    check = {"request": check_request, "response": check_response}[direction]
    complaints = [f"{file}: {found}" for file in files for found in check(pathlib.Path(file).read_bytes(), action)]
    print(*complaints, sep="\n", end="\n" if complaints else "")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
