"""Settings in force: those that are switched off by another count for nothing.

What is made is named and remade by its settings; one that nothing reads must not do either.
"""

from copy import deepcopy


def in_force(settings: dict) -> dict:
    """Copy the settings without what neither the recipe nor a tool reads."""
    own = deepcopy(settings)
    # What is kept of a sample alters nothing of what is made; shards are counted by now.
    del own["alignment"]["keep_cram"]
    del own["reference"]["shard_bases"]
    if own["alignment"]["recipe"] != "bqsr":
        del own["reference"]["known_sites"]
        del own["genotypes"]["site_filter"]["snv"]
        del own["genotypes"]["site_filter"]["indel"]
    if own["alignment"]["trim"]["tool"] == "none":
        del own["alignment"]["trim"]
    if own["calling"]["somatic"]["orientation_model"]["use"] != "damaged":
        del own["calling"]["somatic"]["orientation_model"]["min_damage"]
    for optional in ("copy_number", "structural"):
        if own["calling"][optional]["tool"] == "none":
            del own["calling"][optional]
    return own
