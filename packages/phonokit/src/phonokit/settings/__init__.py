"""Settings that a calculation depends on beside the crystal; the fields are the options."""
