"""Calls come by site and are laid down by sample: nothing is lost, nothing is twice."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gcin.tensors import spool
from gcin.tensors.calls import Calls
from gcin.tensors.layout import COLUMNS, Carriers
from gcin.tensors.spool import CallSpool

SAMPLES, SITES = 5, 7
CALLS = st.dictionaries(
    st.tuples(st.integers(0, SITES - 1), st.integers(0, SAMPLES - 1)),
    st.tuples(st.integers(1, 2), st.integers(0, 65535), st.integers(0, 255)),
)


def carriers(calls):
    sample = [sample for sample, _ in calls]
    dosage, depth, quality = zip(*(call for _, call in calls), strict=True)
    kinds = [np.int32, *list(COLUMNS.values())[1:]]
    values = [sample, dosage, [0.5] * len(sample), depth, quality]
    return Carriers(*(np.array(v, kind) for v, kind in zip(values, kinds, strict=True)))


def lay_down(calls, final):
    """Write calls by site, and read them again as {(site, sample): (dosage, depth, quality)}."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "calls").mkdir()
        written = CallSpool(folder / "by_site", SAMPLES)
        for site in range(SITES):
            own = [(sample, call) for (at, sample), call in sorted(calls.items()) if at == site]
            if own:
                written.append(site, carriers(own))
        outputs = {name: folder / "calls" / f"{name}.npy" for name in ("indptr", *COLUMNS)}
        written.lay_down(np.array(final, np.int32), outputs, folder / "scratch")
        assert not (folder / "scratch").exists()
        rows = Calls.open(folder)
        return [rows.of_sample(sample) for sample in range(SAMPLES)]


@settings(max_examples=60)
@given(calls=CALLS, final=st.permutations(range(SITES)), chunk=st.integers(1, 5))
def test_what_is_spooled_by_site_is_read_by_sample(calls, final, chunk):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spool, "CHUNK", chunk)
        rows = lay_down(calls, final)
    found = {
        (int(call["site"]), sample): (call["dosage"], call["depth"], call["quality"])
        for sample, own in enumerate(rows)
        for call in own
    }
    assert found == {(final[site], sample): call for (site, sample), call in calls.items()}
    assert all((np.diff(own["site"]) > 0).all() for own in rows)


def test_of_repeated_alleles_the_fullest_call_stands():
    calls = {(0, 1): (1, 30, 99), (1, 1): (2, 20, 99), (2, 1): (1, 40, 99)}
    rows = lay_down(calls, [0, 0, 1, 2, 3, 4, 5])
    assert rows[1][["site", "dosage", "depth"]].tolist() == [(0, 2, 20), (1, 1, 40)]
