"""The admin's front page: work list, link checker, staff guide."""
