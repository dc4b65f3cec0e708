"""A cohort with planted truth, decided variant by variant: as a tensor store, and as files."""
