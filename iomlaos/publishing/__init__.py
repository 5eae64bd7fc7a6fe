"""What "public" means: states and times, slug redirects, revisions, drafts, scheduling."""
