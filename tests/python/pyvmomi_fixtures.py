"""Labs for the official SDK, and the judge of every message between the two: the SDK's own type tables."""

import pytest
from pyVmomi import SoapAdapter

from lab_process import LabProcess
from pyvmomi_client import HEALTHY, TROUBLED, Recorder


@pytest.fixture(autouse=True)
def recorder(monkeypatch):
    """Records what a test exchanges with the lab, and judges it when the test ends."""
    recorder = Recorder()
    serialize = SoapAdapter.SoapStubAdapterBase.SerializeRequest
    deserialize = SoapAdapter.SoapResponseDeserializer.Deserialize

    def serializing(stub, mo, info, args):
        body = serialize(stub, mo, info, args)
        recorder.requests.append((stub.versionId, body))
        return body

    def deserializing(self, response, result_type, ns_map=None):
        body = response.read() if hasattr(response, "read") else response
        body = body.encode() if isinstance(body, str) else body
        recorder.responses.append((self.stub.versionId, body))
        return deserialize(self, body, result_type, ns_map)

    monkeypatch.setattr(SoapAdapter.SoapStubAdapterBase, "SerializeRequest", serializing)
    monkeypatch.setattr(SoapAdapter.SoapResponseDeserializer, "Deserialize", deserializing)
    yield recorder
    assert recorder.responses, "the test exchanged nothing"
    assert recorder.complaints() == []


@pytest.fixture(scope="module", params=[HEALTHY, TROUBLED], ids=["healthy", "troubled"])
def any_lab(request):
    with LabProcess(request.param) as lab:
        yield lab


@pytest.fixture
def lab():
    with LabProcess(HEALTHY) as lab:
        yield lab
