"""A cohort with planted truth, decided variant by variant, straight into a tensor store."""
