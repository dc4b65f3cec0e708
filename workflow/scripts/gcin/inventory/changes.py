"""What tells two generations apart: samples, settings, alleles."""

import pandas as pd

# What a receipt says of its content; all else in it is about how the content was made.
OF_CONTENT = ("generation", "samples", "files", "sources", "patients", "kinds", "arrays", "rows")
OF_CONTENT += ("with_genome",)
ALLELE = ["chromosome", "position", "reference", "alternate"]


def sample_changes(before: pd.DataFrame, after: pd.DataFrame) -> dict[str, list[str]]:
    """Compare two manifests.

    Returns:
        Samples `added`, `removed`, and `replaced`: those whose rows, or the sizes of whose
        files, differ.
    """
    columns = list(dict.fromkeys([*before, *after]))
    rows = [
        {name: sorted(group.to_numpy().tolist()) for name, group in manifest.groupby("sample")}
        for manifest in (table.reindex(columns=columns, fill_value="") for table in (before, after))
    ]
    both = rows[0].keys() & rows[1].keys()
    return {
        "added": sorted(rows[1].keys() - rows[0].keys()),
        "removed": sorted(rows[0].keys() - rows[1].keys()),
        "replaced": sorted(name for name in both if rows[0][name] != rows[1][name]),
    }


def setting_changes(before: dict, after: dict) -> dict[str, tuple[object, object]]:
    """Compare what two receipts say of how their content was made.

    Returns:
        Both values of each key that differs; keys of mappings in a receipt are dotted.
    """
    flat = [_settings_in(receipt) for receipt in (before, after)]
    keys = sorted(flat[0].keys() | flat[1].keys())
    pairs = {key: (flat[0].get(key), flat[1].get(key)) for key in keys}
    return {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}


def _settings_in(receipt: dict) -> dict[str, object]:
    return _flat({key: value for key, value in receipt.items() if key not in OF_CONTENT})


def _flat(settings: dict) -> dict[str, object]:
    """Name each value below a mapping by the keys on the way to it, dotted."""
    flat = {}
    for key, value in settings.items():
        below = _flat(value) if isinstance(value, dict) and value else {}
        flat |= {f"{key}.{name}": inner for name, inner in below.items()} or {key: value}
    return flat


def variant_changes(before: pd.DataFrame, after: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Compare two tables of alleles.

    Args:
        before: One row per allele, or per allele and gene, with the columns of `ALLELE`.
        after: The same.

    Returns:
        Alleles `gained` and `lost`, each once, by chromosome and position.
    """
    alleles = [table[ALLELE].drop_duplicates() for table in (before, after)]
    joined = alleles[0].merge(alleles[1], on=ALLELE, how="outer", indicator="side")
    sides = {"gained": "right_only", "lost": "left_only"}
    return {
        change: joined.loc[joined["side"] == side, ALLELE].sort_values(ALLELE, ignore_index=True)
        for change, side in sides.items()
    }
