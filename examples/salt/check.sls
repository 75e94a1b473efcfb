# Looks at the vCenter that stands under `iofilter_certs:vcenter` in the minion's configuration or pillar, and fails unless
# everything was asked and is well. Changes nothing.
#
#   salt minion1 state.apply check
{%- set report = salt['iofilter_certs.check']() %}
{%- set causes = report.findings | selectattr('follows_from', 'none') | map(attribute='diagnostic.message') | list %}

IOFilter providers of {{ report.vcenter }}:
  test.{{ 'succeed' if report.verdict == 'healthy' else 'fail' }}_without_changes:
    - comment: {{ ([report.verdict] + causes) | join('; ') | json }}
