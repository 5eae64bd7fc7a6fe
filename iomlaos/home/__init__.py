"""Public pages that bring everything together: home, about, sitemap."""
