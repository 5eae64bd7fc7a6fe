"""The lists of notices: open ones with filters, archives of closed ones, and what pages say of both."""
