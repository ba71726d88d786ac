"""One noun per product, one writer and one reader, with units and provenance."""
