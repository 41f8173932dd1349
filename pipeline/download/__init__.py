"""Fetching verified files from folders and web servers."""
