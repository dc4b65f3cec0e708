"""Settings in force: those that are switched off by another count for nothing.

What is made is named and remade by its settings; one that nothing reads must not do either.
"""

from copy import deepcopy

# Settings of boosted trees at which they are as if there were no such setting.
NEUTRAL = {"l2_regularization": 0, "max_features": 1}


def in_force(settings: dict) -> dict:
    """Copy the settings without what neither the recipe nor a tool reads."""
    own = deepcopy(settings)
    # What is kept of a sample alters nothing of what is made; shards are counted by now.
    del own["alignment"]["keep_cram"]
    del own["reference"]["shard_bases"]
    # Batches are compared, and ancestry is drawn, once all is made, for the reader.
    del own["quality"]["batches"]
    del own["quality"]["ancestry"]
    checks = own["quality"]["checks"]
    own["quality"]["checks"] = {
        name: check for name, check in checks.items() if check.get("limit", 0) is not None
    }
    # Each trial of a network, and what is chosen among them, is named after the settings that it
    # tries; jobs of trees are told theirs.
    del own["model"]["tuning"]
    _forget_neutral(own["model"])
    # Policies are valued by what was predicted, and nothing is trained for them.
    for study in own["studies"].values():
        del study["policy"]
    if own["alignment"]["recipe"] != "bqsr":
        del own["reference"]["known_sites"]
        del own["genotypes"]["site_filter"]["snv"]
        del own["genotypes"]["site_filter"]["indel"]
    if (
        own["alignment"]["recipe"] != "bqsr"
        or not own["genotypes"]["site_filter"]["vets"]["training"]
    ):
        _forget_vets(own["genotypes"]["site_filter"])
    if own["alignment"]["trim"]["tool"] == "none":
        del own["alignment"]["trim"]
    if own["calling"]["somatic"]["orientation_model"]["use"] != "damaged":
        del own["calling"]["somatic"]["orientation_model"]["min_damage"]
    for optional in ("copy_number", "structural"):
        if own["calling"][optional]["tool"] == "none":
            del own["calling"][optional]
    return own


def _forget_neutral(model: dict) -> None:
    """Leave out settings at which networks and trees are those of before there were any."""
    if not model["network"]["propensity"]:
        del model["network"]["propensity"]
    for key, neutral in NEUTRAL.items():
        if model["boosting"][key] == neutral:
            del model["boosting"][key]


def _forget_vets(site_filter: dict) -> None:
    del site_filter["vets"]
    for kind in ("snv", "indel"):
        site_filter.get(kind, {}).pop("max_sensitivity", None)
