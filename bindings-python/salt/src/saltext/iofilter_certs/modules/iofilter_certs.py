"""
Look for the certificate trouble of vSphere IOFilter storage providers.

.. code-block:: yaml

    iofilter_certs:
      vcenter:
        hostname: vcenter.example.com
        username: administrator@vsphere.local
        password: ...
        ca_file: /etc/ssl/vmca.pem
      policy:
        hard_days: 30
"""

from salt.exceptions import CommandExecutionError

try:
    import iofilter_certs as package
except ImportError:
    package = None

__virtualname__ = "iofilter_certs"


def __virtual__():
    if package is None:
        return (False, "the Python package iofilter-certs is not installed beside Salt")
    return __virtualname__


def check(vcenter=None, facts=False):
    """
    Look at a vCenter with all its ESXi hosts, and judge. Changes nothing.

    The return code is the report's: 0 healthy, 2 findings, 3 nothing found but something could not be asked.

    vcenter
        A name under ``iofilter_certs:vcenters``. Without it, what is under ``iofilter_certs:vcenter``.

    facts
        Whether the report holds what was seen, too.

    CLI Example:

    .. code-block:: bash

        salt '*' iofilter_certs.check
        salt '*' iofilter_certs.check vcenter=vcenter2.example.com
    """
    report = _or_fail(lambda: package.check(_vcenter(vcenter), _policy(), facts=facts))
    __context__["retcode"] = report.exit_code
    return report.to_dict()


def check_files(paths, facts=False):
    """
    Judge logs, certificates and support bundles that lie on the minion. Connects to nothing.

    The return code is the report's: 2 findings, 3 nothing found; files alone never tell that all is well.

    paths
        A path, or a list of them: a log, a certificate, a ``.tgz`` of ``vc-support`` or ``vm-support``, or a folder.

    facts
        Whether the report holds what was read, too.

    CLI Example:

    .. code-block:: bash

        salt '*' iofilter_certs.check_files /var/log/vmware/vmware-sps
    """
    paths = [paths] if isinstance(paths, str) else list(paths)
    report = _or_fail(lambda: package.check_files(paths, _policy(), facts=facts))
    __context__["retcode"] = report.exit_code
    return report.to_dict()


def rules():
    """
    List everything that can be found.

    CLI Example:

    .. code-block:: bash

        salt '*' iofilter_certs.rules
    """
    return package.rules()


def explain(code):
    """
    Explain a finding, as Markdown.

    code
        The finding's code.

    CLI Example:

    .. code-block:: bash

        salt '*' iofilter_certs.explain castore-missing-sms
    """
    return _or_fail(lambda: package.explain(code))


def _vcenter(name):
    """What the configuration says about a vCenter. Anything missing there is the package's to tell."""
    key = f"iofilter_certs:vcenters:{name}" if name else "iofilter_certs:vcenter"
    said = dict(__salt__["config.get"](key, {}))
    for ssh in ("esxi_ssh", "appliance_ssh"):
        if ssh in said:
            said[ssh] = package.SshAccess(**said[ssh])
    return package.VCenter(**{"hostname": "", "username": "", "password": "", **said})


def _policy():
    return package.Policy.from_json(__salt__["config.get"]("iofilter_certs:policy", {}))


def _or_fail(work):
    """Salt's own error in place of the package's, so that the job fails with the message alone and no traceback."""
    try:
        return work()
    except package.IofilterCertsError as error:
        raise CommandExecutionError(str(error), info=error.diagnostic) from error
    except TypeError as error:
        # A key that `VCenter` does not know; its message names the key and never a value.
        raise CommandExecutionError(f"the configuration under `iofilter_certs` cannot be used: {error}") from error
