"""The command phono: one file per command."""
