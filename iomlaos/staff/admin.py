"""The admin pages that this app registers itself."""

from . import images, publishing_log  # noqa: F401
