"""The office itself: its names and numbers, places, plain pages and standard texts."""
