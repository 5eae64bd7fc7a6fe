"""The links in public pages: found, asked, and remembered. Nothing here runs while a page waits."""
