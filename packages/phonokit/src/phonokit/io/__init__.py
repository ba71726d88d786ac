"""One file per format: found, read as it is, made a noun of the model; and written."""
