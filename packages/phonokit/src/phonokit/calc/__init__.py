"""One file per product: functions from a crystal and settings to a result."""
