"""Settings in force: those that are switched off by another count for nothing.

What is made is named and remade by its settings; one that nothing reads must not do either.
"""

from copy import deepcopy


def in_force(settings: dict) -> dict:
    """Copy the settings without what the recipe does not read."""
    own = deepcopy(settings)
    if own["alignment"]["recipe"] != "bqsr":
        del own["reference"]["known_sites"]
        del own["genotypes"]["site_filter"]["snv"]
        del own["genotypes"]["site_filter"]["indel"]
    return own
