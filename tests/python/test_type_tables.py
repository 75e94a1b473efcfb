"""The judge is judged: it accepts what is right and finds each thing that is wrong."""

import pytest

import type_tables

VIM = '"urn:vim25/8.0.3.0"'
SMS = '"urn:sms/8.0.0.0"'


def envelope(body):
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
        'xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
    ).encode()


LOGIN = (
    '<Login xmlns="urn:vim25"><_this type="SessionManager">SessionManager</_this>'
    "<userName>u</userName><password>p</password></Login>"
)
RETRIEVE = (
    '<RetrievePropertiesEx xmlns="urn:vim25"><_this type="PropertyCollector">propertyCollector</_this><specSet>'
    "<propSet><type>HostSystem</type><pathSet>name</pathSet></propSet>"
    '<objectSet><obj type="ContainerView">v</obj><skip>true</skip>'
    '<selectSet xsi:type="TraversalSpec"><name>v</name><type>ContainerView</type><path>view</path></selectSet>'
    "</objectSet></specSet><options></options></RetrievePropertiesEx>"
)
REGISTER = (
    '<RegisterProvider_Task xmlns="urn:sms"><_this type="SmsStorageManager">storageManager</_this>'
    '<providerSpec xsi:type="VasaProviderSpec"><name>n</name><username></username><password></password>'
    "<url>https://h:9080/version.xml</url></providerSpec></RegisterProvider_Task>"
)
FOUND = (
    '<RetrievePropertiesExResponse xmlns="urn:vim25"><returnval><objects><obj type="HostSystem">host-11</obj>'
    '<propSet><name>runtime.connectionState</name><val xsi:type="HostSystemConnectionState">connected</val></propSet>'
    '<propSet><name>vm</name><val xsi:type="ArrayOfManagedObjectReference">'
    '<ManagedObjectReference type="VirtualMachine">vm-1</ManagedObjectReference></val></propSet>'
    '<propSet><name>runtime.inMaintenanceMode</name><val xsi:type="xsd:boolean">false</val></propSet>'
    '<propSet><name>config.service.service</name><val xsi:type="ArrayOfHostService"><HostService><key>k</key>'
    "<label>l</label><required>false</required><uninstallable>false</uninstallable><running>true</running>"
    "<policy>on</policy></HostService></val></propSet>"
    '<missingSet><path>name</path><fault><fault xsi:type="NotAuthenticated">'
    '<object type="HostSystem">host-11</object><privilegeId>System.Read</privilegeId></fault>'
    "<localizedMessage>m</localizedMessage></fault></missingSet></objects></returnval></RetrievePropertiesExResponse>"
)
CERTIFICATE = (
    '<FetchResponse xmlns="urn:vim25"><returnval xsi:type="HostCertificateManagerCertificateInfo"><kind>Machine</kind>'
    "<notBefore>2026-01-01T00:00:00Z</notBefore><status>good</status></returnval></FetchResponse>"
)
TASK = (
    '<QuerySmsTaskInfoResponse xmlns="urn:sms" xmlns:sms="urn:sms" xmlns:vim25="urn:vim25"><returnval>'
    '<key>SmsTask-1</key><task type="SmsTask">SmsTask-1</task>'
    '<error><fault xsi:type="sms:CertificateNotTrusted"><certificate>c</certificate></fault></error>'
    '<result xsi:type="vim25:ManagedObjectReference" type="VasaProvider">p</result>'
    "<state>error</state><progress>100</progress></returnval></QuerySmsTaskInfoResponse>"
)
THROWN = (
    "<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>s</faultstring><detail>"
    '<InvalidLoginFault xmlns="urn:vim25" xsi:type="InvalidLogin"></InvalidLoginFault></detail></soapenv:Fault>'
)

GOOD_REQUESTS = [(LOGIN, VIM), (RETRIEVE, VIM), (REGISTER, SMS)]
GOOD_RESPONSES = [(FOUND, VIM), (CERTIFICATE, VIM), (TASK, SMS), (THROWN, VIM)]


@pytest.mark.parametrize("body, action", GOOD_REQUESTS)
def test_accepts_a_good_request(body, action):
    assert type_tables.check_request(envelope(body), action) == []


@pytest.mark.parametrize("body, action", GOOD_RESPONSES)
def test_accepts_a_good_response(body, action):
    assert type_tables.check_response(envelope(body), action) == []


@pytest.mark.parametrize(
    "body, action, right, wrong, complaint",
    [
        (LOGIN, VIM, "<userName>u</userName><password>p</password>", "<password>p</password><userName>u</userName>", "too late"),
        (LOGIN, VIM, "<password>p</password>", "", "lacks <password>"),
        (LOGIN, VIM, "<password>p</password>", "<password>p</password><password>p</password>", "has 2 <password>"),
        (LOGIN, VIM, "<userName>", "<user>x</user><userName>", "unknown element <user>"),
        (LOGIN, VIM, "urn:vim25", "urn:vim26", "is in namespace"),
        (LOGIN, VIM, ' type="SessionManager"', "", "without attribute"),
        (LOGIN, VIM, 'type="SessionManager"', 'type="Folder"', "which is no SessionManager"),
        (LOGIN, VIM, "Login", "LogIn", "no method LogIn"),
        (RETRIEVE, VIM, ' xsi:type="TraversalSpec"', "", "unknown element <type>"),
        (RETRIEVE, VIM, "TraversalSpec", "PropertySpec", "does not extend"),
        (RETRIEVE, VIM, "<skip>true</skip>", "<skip>yes</skip>", "is no bool"),
        (RETRIEVE, VIM, '<obj type="ContainerView">v</obj>', "", "lacks <obj>"),
        (RETRIEVE, VIM, "<options></options>", "", "lacks <options>"),
        (REGISTER, SMS, "<password></password>", "", "lacks <password>"),
        (REGISTER, SMS, 'xsi:type="VasaProviderSpec"', 'xsi:type="q:VasaProviderSpec"', "bound to nothing"),
    ],
)
def test_finds_what_is_wrong_with_a_request(body, action, right, wrong, complaint):
    assert right in body
    complaints = type_tables.check_request(envelope(body.replace(right, wrong)), action)
    assert any(complaint in found for found in complaints), complaints


@pytest.mark.parametrize(
    "body, action, right, wrong, complaint",
    [
        (FOUND, VIM, ">connected<", ">gone<", "`gone` is no"),
        (FOUND, VIM, "HostSystemConnectionState", "HostSystemConnection", "no type HostSystemConnection"),
        (FOUND, VIM, ' xsi:type="xsd:boolean"', "", "has no xsi:type"),
        (FOUND, VIM, "<HostService>", "<service>", "not well-formed"),
        (FOUND, VIM, "HostService>", "Service>", "not <HostService>"),
        (FOUND, VIM, '<fault><fault xsi:type="NotAuthenticated">', '<fault><problem xsi:type="NotAuthenticated">', "well-formed"),
        (FOUND, VIM, "<localizedMessage>m</localizedMessage>", "<message>m</message>", "is wrapped"),
        (FOUND, VIM, "<path>name</path>", "", "lacks <path>"),
        (FOUND, VIM, "Response", "Answer", "not named ...Response"),
        (CERTIFICATE, '"urn:vim25/7.0.3.0"', "x", "x", ".kind came with"),
        (CERTIFICATE, VIM, "2026-01-01T00:00:00Z", "2026-01-01 00:00", "is no datetime"),
        (CERTIFICATE, VIM, "<status>good</status>", "", "lacks <status>"),
        (TASK, SMS, "sms:CertificateNotTrusted", "vim25:CertificateNotTrusted", "no type CertificateNotTrusted"),
        (TASK, SMS, "<certificate>c</certificate>", "", "lacks <certificate>"),
        (TASK, SMS, "<progress>100</progress>", "<progress>9999999999</progress>", "is no int"),
        (TASK, SMS, 'xsi:type="vim25:ManagedObjectReference" type="VasaProvider"', "", "has no xsi:type"),
        (TASK, SMS, ">SmsTask-1</task>", "></task>", "reference to nothing"),
        (THROWN, VIM, "InvalidLoginFault", "InvalidLogin", "is named ...Fault"),
        (THROWN, VIM, "InvalidLogin", "BrandNew", "no type BrandNew"),
        (THROWN, VIM, 'xsi:type="InvalidLogin"', 'xsi:type="InvalidState"', "says xsi:type InvalidState"),
        (THROWN, VIM, "<faultcode>ServerFaultCode</faultcode>", "", "has children"),
    ],
)
def test_finds_what_is_wrong_with_a_response(body, action, right, wrong, complaint):
    assert right in body
    complaints = type_tables.check_response(envelope(body.replace(right, wrong)), action)
    assert any(complaint in found for found in complaints), complaints


def test_finds_a_message_that_is_none():
    assert type_tables.check_response(b"<html></html>", VIM) == ["no SOAP 1.1 envelope"]
    assert type_tables.check_response(b"", VIM)
