"""The fixtures of the admin's tests."""

from tests.staff.conftest import clock, count_queries, staff  # noqa: F401
