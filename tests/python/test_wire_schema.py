"""The lab's schema is what pyVmomi's type tables say."""

import wire_schema


def test_the_lab_prints_by_the_type_tables_as_they_are():
    assert wire_schema.SCHEMA.read_text() == wire_schema.text(), "run `python tests/python/wire_schema.py --write`"
