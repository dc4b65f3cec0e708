"""Which probability counts as a predicted response, in the words of report, card and checklist."""

CHOSEN = {
    "youden": "sensitivity and specificity (Youden's index)",
    "f1": "F1",
}


def threshold_words(rule: str | float) -> str:
    """Say from which probability on a response counts as predicted, and who chose it.

    Args:
        rule: `evaluation: threshold` of the configuration.
    """
    if rule == "half":
        return "count a probability of one half and more as a yes, whatever the data say"
    if rule not in CHOSEN:
        return f"count a probability of {rule:g} and more as a yes, as the settings say"
    return (
        "count as a yes a probability from the threshold on that, of each design, endpoint and "
        f"fold, had the best {CHOSEN[rule]} among patients whom its models were not taught by "
        "and who do not test (thresholds.tsv)"
    )
