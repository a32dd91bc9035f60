"""The archive: every accepted event as a line on the disk. Knows files and their form, and no store."""
