"""Force constants of other programs, one module for each format."""
