"""Messages of campaigns that were over long ago: into compressed files, and read from there."""
