"""The admin's pages of all that can be published: what each kind builds on, and the log and the pictures.

`pages` puts together what the other files bring, one ability a file.
"""

from . import log, pictures  # noqa: F401
