"""The fixtures of the admin's tests."""

from tests.staff.conftest import clock, staff  # noqa: F401
