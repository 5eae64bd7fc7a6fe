"""Django's command line for the portal."""

import gc
import os
import sys


def main() -> None:
    # Loading Django makes half a million objects, and next to nothing of them is garbage.
    gc.set_threshold(100_000)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iomlaos.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
