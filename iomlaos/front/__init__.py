"""What composes everything: home, sitemap, robots, the admin's front page."""
