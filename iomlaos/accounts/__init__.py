"""Who may sign in: roles, two-step sign-in, lock-out, sessions, the log of sign-ins."""
