from .file_version import (
    FileVersion,
    current_versions,
    file_version_models,
    file_versions_of,
    find_file_version,
    rewrite_file_urls,
    unique_per_date,
)
from .image import UNUSED_KEPT_FOR, Image, ImageReference, Rendition, connect_signals, find_public_reference
