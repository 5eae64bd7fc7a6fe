"""The people who may sign in: roles, second factor, lock-out, sessions, the log of sign-ins."""
