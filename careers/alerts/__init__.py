"""E-mail alerts: the pages to subscribe, and how messages are made and sent."""
