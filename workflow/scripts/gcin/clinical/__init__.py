"""Clinical tables: from the columns of a hospital to the common data model."""
