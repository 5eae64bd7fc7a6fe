"""Backup and restore."""


class OperationError(Exception):
    """Why a backup or a restore was not made, in words for the operator."""
