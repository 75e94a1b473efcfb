"""What the tests of this folder need."""

from fixtures import healthy, silence, troubled  # noqa: F401
