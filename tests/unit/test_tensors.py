"""The tensor store: what is encoded from records and MAF calls, and what the reader gives back."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gcin.annotation.custom import FREQUENCY_FIELDS
from gcin.tensors.assembly import Assay, Untold, assemble, store_receipt
from gcin.tensors.beside import Beside
from gcin.tensors.cohort import MAF_COLUMNS, encode_cohort
from gcin.tensors.consequences import first_number
from gcin.tensors.genes import BESIDE, FLAGGED, GENE_FEATURES, SiteEffects, is_callable
from gcin.tensors.panel import without_untold
from gcin.tensors.store import Store
from gcin.tensors.variants import SITE_FEATURES, VARIANT_FEATURES, site_features

FIELDS = "Allele|Consequence|IMPACT|SYMBOL|Gene|Feature|HGVSp|Protein_position|PICK|gnomAD_AF"
HEADER = f"""##fileformat=VCFv4.2
##contig=<ID=chr1,length=1000000>
##contig=<ID=chr2,length=1000000>
##INFO=<ID=CSQ,Number=.,Type=String,Description="VEP. Format: {FIELDS}|REVEL|CLIN_SIG">
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Reads per allele">
##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Reads">
##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Quality">
##FORMAT=<ID=FT,Number=1,Type=String,Description="Filter">
"""
GENES = pd.DataFrame(
    {
        "gene": ["AAA", "BBB", "CCC"],
        "gene_index": [0, 1, 2],
        "gene_id": ["ENSG1.4", "ENSG2", "ENSG3"],
        "chromosome": ["chr1", "chr1", "chr2"],
        "start": [100, 5000, 100],
        "end": [4000, 9000, 900],
        "strand": "+",
        "arm": ["1p", "1p", "2p"],
        "transcript": ["T1.2", "T2", "T3"],
        "coding_bases": [300, 600, 90],
        "protein_length": [100, 200, 30],
    }
)
BY_SAMPLE = ("missing_by_sample", "carried_by_sample")


def block(consequence, gene="AAA", pick="1", frequency="", revel="", **more):
    place = more.get("protein", "50")
    identifier = f"ENSG{'ABC'.index(gene[0]) + 1}" if gene else ""
    return "|".join(
        [
            *("G", consequence, "X", gene, identifier, f"T{identifier[-1:]}", "p.A1G", place, pick),
            *(frequency, revel, more.get("significance", "")),
        ]
    )


def record(position, csq, *genotypes, chromosome="chr1", alternate="G"):
    fields = [chromosome, str(position), ".", "A", alternate, ".", ".", f"CSQ={csq}"]
    return "\t".join([*fields, "GT:AD:DP:GQ:FT", *genotypes])


def cohort(*kinds, patients=None, tissue="germline"):
    names = [f"S{number}" for number in range(len(kinds))]
    return pd.DataFrame(
        {
            "sample": names,
            "patient": patients or [f"P{number}" for number in range(len(kinds))],
            "tissue": tissue,
            "kind": kinds,
            "file": [f"{kind}.gz" for kind in kinds],
        }
    )


def write_records(folder, records, samples):
    columns = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *samples]
    text = HEADER + "\t".join(columns) + "\n" + "".join(f"{line}\n" for line in records)
    path = folder / "annotated.bcf"
    command = ["bcftools", "view", "--output-type", "b", "--output", path]
    subprocess.run(command, input=text.encode(), check=True)
    subprocess.run(["bcftools", "index", path], check=True)
    return str(path)


def maf(*calls):
    typical = dict.fromkeys(MAF_COLUMNS) | {
        "chromosome": "chr1",
        "position": 300,
        "reference": "A",
        "alternate": "G",
        "gene": "AAA",
        "transcript": "T1",
        "consequence": "stop_gained",
        "impact": "HIGH",
        "hgvsp": "p.A50*",
        "protein_position": 50,
        "depth": 80,
        "vaf": 0.4,
        "dosage": 1,
        "filter": "PASS",
    }
    return pd.DataFrame([typical | call for call in calls], columns=MAF_COLUMNS)


def build(
    folder,
    samples,
    records=None,
    calls=None,
    genes=GENES,
    assayed=None,
    measured=None,
    beside=None,
    reached=None,
    untold=None,
    targets=None,
):
    (folder / "calls").mkdir(parents=True)
    names = ("indptr", "site", "dosage", "vaf", "depth", "quality")
    outputs = {name: folder / "calls" / f"{name}.npy" for name in names}
    outputs |= {"sites": folder / "sites.parquet", "markers": folder / "markers.parquet"}
    outputs |= {name: folder / f"{name}.npy" for name in ("dosages", *BY_SAMPLE)}
    called = [s for s, kind in samples[["sample", "kind"]].to_numpy() if kind != "maf"]
    path = None if records is None else write_records(folder, records, called)
    encode_cohort(samples, genes, path, calls, outputs, str(folder), 0.01, targets)
    assay = Assay(
        np.ones(len(genes), np.float32) if assayed is None else np.array(assayed, np.float32),
        measured or {},
        beside or Beside({}, None),
        dict.fromkeys(samples["sample"], Untold(np.zeros(len(genes)), np.nan)) | (untold or {}),
        np.load(folder / "missing_by_sample.npy"),
        reached or {},
        np.load(folder / "carried_by_sample.npy"),
    )
    genes.to_parquet(folder / "genes.parquet")
    limits = {"rare_frequency": 0.01, "min_callable": 0.5}
    assemble(folder, samples, genes, assay, **limits)
    receipt = store_receipt(folder, "0" * 12, samples, [], [], **limits)
    (folder / "receipt.json").write_text(json.dumps(receipt))
    return Store.open(folder)


def feature(store, name, patients=None):
    values, _ = store.gene_tensor(patients or store.patients)
    return values[:, :, store.features.index(name)]


def scalar(store, name):
    return pd.read_parquet(store.folder / "scalars.parquet").set_index("patient")[name].to_dict()


def test_names_of_features_are_what_the_model_expects(tmp_path):
    store = build(tmp_path / "s", cohort("vcf"), [])
    assert store.features == [*GENE_FEATURES, *FLAGGED]
    assert len(store.features) == 17
    assert store.variant_features == VARIANT_FEATURES
    assert len(store.variant_features) == len(set(VARIANT_FEATURES)) == 24


@pytest.mark.parametrize(
    ("genotype", "dosage"),
    [
        ("0/0:30,0:30:90:PASS", None),
        ("0/1:15,15:30:99:PASS", 1),
        ("1|1:0,30:30:99:PASS", 2),
        ("1:0,30:30:99:PASS", 2),
        ("0:30,0:30:99:PASS", None),
        ("0/0/1:20,10:30:99:PASS", 1),
        ("1/1/1:0,30:30:99:PASS", 2),
        ("0/1:15,15:30:99:.", 1),
        ("0/1:28,2:30:99:allele_balance", None),
        ("./.:0,0:0:.:.", None),
        ("./1:0,9:9:20:PASS", 1),
        ("./0:9,0:9:20:PASS", None),
    ],
)
def test_carriers_are_counted_from_the_alleles(tmp_path, genotype, dosage):
    store = build(tmp_path / "s", cohort("vcf"), [record(300, block("stop_gained"), genotype)])
    values, _, mask, _ = store.variants(["P0"], 3)
    found = values[0, 0, store.variant_features.index("dosage")] * 2
    assert mask.sum() == (dosage is not None)
    assert found == (dosage or 0)


def test_of_no_variants_asked_for_all_are_left_out(tmp_path):
    store = build(tmp_path / "s", cohort("vcf"), [record(300, block("stop_gained"), HET)])
    values, gene, mask, left_out = store.variants(["P0"], 0)
    assert (values.shape[1], gene.shape, mask.shape, left_out.tolist()) == (0, (1, 0), (1, 0), [1])


def test_reads_that_a_header_calls_text_are_unknown(tmp_path, monkeypatch):
    own = HEADER.replace("ID=AD,Number=R,Type=Integer", "ID=AD,Number=.,Type=String")
    monkeypatch.setitem(globals(), "HEADER", own)
    store = build(tmp_path / "s", cohort("vcf"), [record(300, block("stop_gained"), HET)])
    values, *_ = store.variants(["P0"], 1)
    assert values[0, 0, store.variant_features.index("vaf_known")] == 0


@pytest.mark.parametrize(
    ("depths", "told", "vaf"),
    [
        ("15,5", "0.7", 0.25),
        (".", "0.7", 0.7),
        ("0,0", "0.7", 0.7),
        (".", "0.5,0.4", None),
        (".", "1.5", None),
        (".", ".", None),
    ],
)
def test_a_share_of_reads_is_counted_else_as_the_caller_tells_it(
    tmp_path, monkeypatch, depths, told, vaf
):
    own = HEADER + '##FORMAT=<ID=AF,Number=.,Type=Float,Description="Share">\n'
    monkeypatch.setitem(globals(), "HEADER", own)
    line = record(300, block("stop_gained"), f"0/1:{depths}:20:99:PASS:{told}")
    store = build(tmp_path / "s", cohort("vcf"), [line.replace("GQ:FT", "GQ:FT:AF")])
    values, *_ = store.variants(["P0"], 1)
    place = store.variant_features.index("vaf")
    assert values[0, 0, place] == pytest.approx(vaf or 0, abs=1e-3)
    assert values[0, 0, place + 1] == (vaf is not None)


def test_all_alleles_carried_in_genes_are_counted_and_common_silent_ones_make_no_site(tmp_path):
    records = [
        record(300, block("stop_gained"), HET, REF),
        record(400, block("5_prime_UTR_variant", frequency="0.4"), HET, REF),
        record(500, block("intron_variant", frequency="0.4"), "1/1:0,30:30:99:PASS", HET),
        record(4000, block("upstream_gene_variant", frequency="0.4"), HET, HET),
    ]
    store = build(tmp_path / "s", cohort("vcf", "vcf"), records)
    assert len(store.sites) == 1
    assert scalar(store, "variants") == {"P0": 3, "P1": 1}
    assert scalar(store, "heterozygosity") == {"P0": pytest.approx(2 / 3), "P1": 1}
    assert scalar(store, "rare_coding") == {"P0": 1, "P1": 0}


def test_an_allele_of_a_maf_in_two_genes_is_carried_once(tmp_path):
    own = {"sample": "S0"}
    calls = maf(own, own | {"gene": "BBB"}, own | {"position": 301})
    store = build(tmp_path / "s", cohort("maf"), calls=calls)
    assert len(store.sites) == 3
    assert scalar(store, "variants") == {"P0": 2}


def test_the_only_copy_of_a_gene_in_a_male_is_as_good_as_both(tmp_path):
    genotypes = ["1:0,30:30:99:PASS", "1/1:0,30:30:99:PASS", "0/1:15,15:30:99:PASS"]
    csq = block("stop_gained", gene="BBB", frequency="0.02")
    records = [record(6000, csq, *genotypes)]
    store = build(tmp_path / "s", cohort("vcf", "vcf", "vcf"), records)
    track, _ = store.gene_tensor(store.patients)
    variants, *_ = store.variants(store.patients, 3)
    assert feature(store, "zygosity")[:, 1].tolist() == [1, 1, 0.5]
    assert (track[0] == track[1]).all()
    assert (variants[0] == variants[1]).all()
    assert scalar(store, "heterozygosity") == {"P0": 0, "P1": 0, "P2": 1}
    assert np.load(store.folder / "dosages.npy")[:, 0].tolist() == [2, 2, 1]


def test_an_allele_of_a_split_multiallelic_site_is_counted_once(tmp_path):
    records = [
        record(300, block("stop_gained"), "1/0:1,14:30:99:PASS"),
        record(300, block("missense_variant"), "0/1:1,15:30:99:PASS", alternate="T"),
    ]
    store = build(tmp_path / "s", cohort("vcf"), records)
    assert store.variants(["P0"], 5).mask.sum() == 2
    assert feature(store, "zygosity")[0, 0] == 0.5


def test_an_unsplit_multiallelic_record_is_refused(tmp_path):
    records = [record(300, block("stop_gained"), "1/2:0,14,15:30:99:PASS", alternate="G,T")]
    with pytest.raises(ValueError, match=r"chr1:300 has several alternate alleles.*bcftools norm"):
        build(tmp_path / "s", cohort("vcf"), records)


HET, REF, NONE = "0/1:15,15:30:99:PASS", "0/0:30,0:30:90:PASS", "./.:0,0:0:.:."


def test_no_call_is_never_wild_type(tmp_path):
    records = [record(300 + step, block("stop_gained"), HET, NONE) for step in range(4)]
    untold = {"S1": Untold(np.array([1.0, 0, 0]), 0.8)}
    store = build(tmp_path / "s", cohort("vcf", "vcf"), records, untold=untold)
    _, mask = store.gene_tensor(["P0", "P1"])
    assert mask[:, 0].tolist() == [True, False]
    assert feature(store, "callable", ["P1"])[0].tolist() == [0, 1, 1]
    assert scalar(store, "missingness") == {"P0": 0, "P1": 0.8}


def test_sites_that_a_sample_s_own_file_lacks_do_not_count_as_missing(tmp_path):
    samples = cohort("vcf", "vcf").assign(file=["one.vcf", "two.vcf"])
    store = build(tmp_path / "s", samples, [record(300, block("stop_gained"), HET, NONE)])
    assert feature(store, "callable", ["P1"])[0, 0] == 1
    assert np.isnan(scalar(store, "missingness")["P1"])


@pytest.mark.parametrize(
    ("targets", "share"),
    [
        (None, 2 / 3),
        ([(299, 300), (400, 500)], 0),
        ([(250, 500), (260, 270)], 0.5),
        ([(0, 9)], None),
    ],
)
def test_alleles_outside_the_targets_are_not_missing(tmp_path, targets, share):
    """An exome called over the genome has alleles of chance reads in introns."""
    records = [
        record(300, block("stop_gained"), HET, REF),
        record(301, block("intron_variant"), HET, NONE),
        record(900, block("intron_variant"), HET, NONE),
    ]
    table = targets and pd.DataFrame(targets, columns=["start", "end"]).assign(chromosome="chr1")
    build(tmp_path / "s", cohort("fastq", "fastq"), records, targets=table,
          untold={name: Untold(np.zeros(3), np.nan) for name in ("S0", "S1")})  # fmt: skip
    found = np.load(tmp_path / "s" / "missing_by_sample.npy")
    assert found == pytest.approx([np.nan] * 2 if share is None else [0, share], nan_ok=True)


def test_a_patient_without_sample_is_masked_and_not_wild_type(tmp_path):
    store = build(tmp_path / "s", cohort("vcf"), [record(300, block("stop_gained"), REF)])
    values, mask = store.gene_tensor(["P0", "nobody"])
    assert mask.tolist() == [[True] * 3, [False] * 3]
    assert values.dtype == np.float32
    assert not store.variants(["nobody"], 4).mask.any()
    assert feature(store, "callable", ["nobody"]).sum() == 0
    assert store.scalars(["nobody"]).isna().all(axis=None)
    assert store.tissues(["nobody", "P0"]).fillna("none").to_list() == ["none", "germline"]
    assert store.patients == ["P0"]


def test_a_sample_without_variants_is_wild_type(tmp_path):
    store = build(tmp_path / "s", cohort("vcf", "maf"), [], maf())
    values, mask = store.gene_tensor(["P0", "P1"])
    assert mask.all()
    assert values[:, :, :13].sum() == values[:, :, 14:].sum() == 0


def test_an_empty_cohort_is_a_store(tmp_path):
    store = build(tmp_path / "s", cohort())
    assert store.patients == []
    assert store.variants([], 5)[0].shape == (0, 5, 24)
    assert store.gene_tensor([])[0].shape == (0, 3, 17)


def test_only_consequences_within_transcripts_of_the_universe_are_sites(tmp_path):
    records = [
        record(200, block("upstream_gene_variant"), HET),
        record(300, block("intron_variant"), HET),
        record(
            400, block("missense_variant", gene="") + "," + block("downstream_gene_variant"), HET
        ),
        record(500, block("intergenic_variant", gene=""), HET),
    ]
    store = build(tmp_path / "s", cohort("vcf"), records)
    assert store.sites["position"].tolist() == [300]


def test_an_allele_has_one_row_for_each_gene_and_counts_once_as_a_variant(tmp_path):
    csq = block("stop_gained") + "," + block("3_prime_UTR_variant", gene="BBB")
    store = build(tmp_path / "s", cohort("vcf"), [record(300, csq, HET)])
    assert store.sites["gene"].tolist() == ["AAA", "BBB"]
    assert scalar(store, "variants") == {"P0": 1}
    assert feature(store, "lof")[0].tolist() == [1, 0, 0]


@pytest.mark.parametrize(
    ("blocks", "consequence"),
    [
        ([("stop_gained", ""), ("missense_variant", "1")], "missense_variant"),
        ([("missense_variant", ""), ("stop_gained", "")], "stop_gained"),
        ([("splice_region_variant&intron_variant", ""), ("intron_variant", "")], None),
        (
            [("splice_donor_variant&non_coding_transcript_variant", ""), ("missense_variant", "")],
            "missense_variant",
        ),
    ],
)
def test_picked_then_most_severe_block_stands_for_a_gene(tmp_path, blocks, consequence):
    csq = ",".join(block(terms, pick=pick) for terms, pick in blocks)
    store = build(tmp_path / "s", cohort("vcf"), [record(300, csq, HET)])
    assert store.sites["consequence"].tolist() == [consequence or blocks[0][0]]


@pytest.mark.parametrize(
    ("consequence", "lof", "splice"),
    [
        ("splice_donor_variant", 1, 1),
        ("splice_donor_variant&NMD_transcript_variant", 1, 1),
        ("splice_donor_variant&non_coding_transcript_variant", 0, 0),
        ("splice_region_variant&non_coding_transcript_exon_variant", 0, 0),
    ],
)
def test_a_splice_site_without_a_protein_loses_none(tmp_path, consequence, lof, splice):
    csq = block("upstream_gene_variant") + "," + block(consequence, pick="")
    store = build(tmp_path / "s", cohort("vcf"), [record(300, csq, HET)])
    assert feature(store, "lof")[0, 0] == lof
    assert feature(store, "splice")[0, 0] == splice
    assert feature(store, "rare_count")[0, 0] == splice


def test_common_alleles_are_markers_and_common_silent_ones_nothing_else(tmp_path):
    records = [
        record(300, block("intron_variant", frequency="0.3"), HET, NONE),
        record(310, block("missense_variant", frequency="0.3"), REF, HET),
        record(320, block("upstream_gene_variant", frequency="0.3"), HET, HET),
        record(330, block("missense_variant", frequency="0.001"), HET, REF),
        record(340, block("missense_variant"), HET, REF),
    ]
    store = build(tmp_path / "s", cohort("vcf", "vcf"), records)
    assert np.load(store.folder / "dosages.npy").tolist() == [[1, 0, 1], [-1, 1, 1]]
    assert store.sites["position"].tolist() == [310, 330, 340]
    assert feature(store, "missense")[:, 0].tolist() == [2, 1]
    assert feature(store, "rare_count")[:, 0].tolist() == [2, 0]


def test_gene_features_count_by_class(tmp_path):
    terms = ["stop_gained", "splice_donor_variant", "missense_variant", "inframe_deletion"]
    terms += ["synonymous_variant", "intron_variant"]
    records = [record(300 + i, block(t), "1/1:0,9:9:30:PASS") for i, t in enumerate(terms)]
    store = build(tmp_path / "s", cohort("vcf"), records)
    found = dict(zip(store.features, store.gene_tensor(["P0"])[0][0, 0], strict=True))
    assert [found[n] for n in ("lof", "splice", "missense", "inframe", "synonymous")] == [
        *(2, 1, 1, 1, 1)
    ]
    assert found["max_score"] == 1
    assert found["sum_score"] == pytest.approx(1 + 0.95 + 0.5 + 0.5 + 0.05 + 0.01, abs=2e-3)
    assert (found["rare_count"], found["zygosity"], found["callable"]) == (4, 1, 1)


def test_the_variant_set_keeps_the_most_severe(tmp_path):
    terms = ["synonymous_variant", "stop_gained", "intron_variant", "missense_variant"]
    records = [record(300 + i, block(term), HET) for i, term in enumerate(terms)]
    store = build(tmp_path / "s", cohort("vcf"), records)
    values, *_ = store.variants(["P0"], 2)
    names = ["class_lof", "class_missense"]
    columns = [store.variant_features.index(name) for name in names]
    assert values[0][:, columns].tolist() == [[1, 0], [0, 1]]
    assert store.variants(["P0"], 9).mask[0].tolist() == [True] * 4 + [False] * 5


def test_of_equally_severe_variants_the_rarest_are_kept(tmp_path):
    records = [
        record(300 + i, block("missense_variant", frequency=frequency), HET)
        for i, frequency in enumerate(["0.3", "0.001", "", "0.2"])
    ]
    store = build(tmp_path / "s", cohort("vcf"), records)
    values, *_, left_out = store.variants(["P0"], 3)
    assert values[0, :, store.variant_features.index("frequency_known")].tolist() == [0, 1, 1]
    assert values[0, 1, store.variant_features.index("rarity")] == pytest.approx(0.5)
    assert left_out.tolist() == [1]


def test_variants_of_genes_that_are_not_read_take_no_place(tmp_path):
    records = [record(300 + i, block("stop_gained"), HET) for i in range(3)]
    records += [record(6000, block("missense_variant", gene="BBB"), HET)]
    store = build(tmp_path / "s", cohort("vcf"), records)
    _, gene, mask, left_out = store.variants(["P0"], 2, np.array([False, True, True]))
    assert gene[mask].tolist() == [1]
    assert left_out.tolist() == [0]


def test_variant_features_say_what_was_annotated(tmp_path):
    csq = block("missense_variant", frequency="0.001", revel="0.9", significance="likely_benign")
    store = build(tmp_path / "s", cohort("vcf"), [record(300, csq, "0/1:30,10:40:50:PASS")])
    found = dict(zip(store.variant_features, store.variants(["P0"], 1)[0][0, 0], strict=True))
    expected = {"class_missense": 1, "score": 0.9, "revel": 0.9, "scored": 1, "rarity": 0.5}
    expected |= {"frequency_known": 1, "dosage": 0.5, "vaf": 0.25, "vaf_known": 1, "cadd": 0}
    expected |= {"protein_fraction": 0.5, "pathogenic": -0.7, "somatic": 0, "quality": 50 / 99}
    assert {name: found[name] for name in expected} == pytest.approx(expected, abs=1e-3)
    assert np.abs(list(found.values())).max() <= 1


def test_scores_of_an_allele_are_those_of_the_gene_that_it_alters(tmp_path):
    told = {"revel": "0.9", "significance": "pathogenic"}
    beside = block("intron_variant", gene="BBB", **told)
    records = [
        record(300, block("missense_variant", **told) + "," + beside, HET),
        record(310, block("missense_variant", gene="", **told) + "," + beside, HET),
        record(320, block("synonymous_variant", **told), HET),
        record(330, beside, HET),
    ]
    sites = build(tmp_path / "s", cohort("vcf"), records).sites
    assert sites["gene"].tolist() == ["AAA", "BBB", "BBB", "AAA", "BBB"]
    assert sites["revel"].fillna(-1).tolist() == pytest.approx([0.9, -1, -1, -1, -1])
    expected = ["pathogenic", "", "", "pathogenic", "pathogenic"]
    assert sites["clinical_significance"].tolist() == expected
    store = Store.open(tmp_path / "s")
    assert feature(store, "max_score")[0].tolist() == pytest.approx([0.9, 0.01, 0], abs=1e-3)


@pytest.mark.parametrize("kind", ["vcf", "maf"])
def test_a_place_behind_the_stop_is_none_near_the_end_of_the_protein(tmp_path, kind):
    """Of 100 residues; 101 is the stop, 102 lies in a longer transcript."""
    places = {300: 50, 310: 99, 320: 101, 330: 102}
    records = [record(at, block("stop_gained", protein=str(n)), HET) for at, n in places.items()]
    calls = maf(
        *({"sample": "S0", "position": at, "protein_position": n} for at, n in places.items())
    )
    own = (records, None) if kind == "vcf" else (None, calls)
    sites = build(tmp_path / "s", cohort(kind), *own).sites
    assert sites["protein_fraction"].fillna(0).tolist() == pytest.approx([0.5, 0.99, 1, 0])
    confidence = site_features(sites)[:, SITE_FEATURES.index("lof_confidence")]
    assert confidence.tolist() == [1, 0.5, 0.5, 1]


def test_a_maf_only_cohort_needs_no_records(tmp_path):
    calls = maf(
        {"sample": "S0"}, {"sample": "S1", "filter": "strand_bias"}, {"sample": "S1", "gene": "ZZZ"}
    )
    store = build(tmp_path / "s", cohort("maf", "maf"), calls=calls)
    assert feature(store, "lof")[:, 0].tolist() == [1, 0]
    assert store.gene_tensor(["P1"])[1].all()


def test_records_and_maf_calls_share_sites(tmp_path):
    records = [record(300, block("stop_gained"), HET), record(700, block("stop_gained"), HET)]
    calls = maf(*({"sample": "S1", "position": at} for at in (900, 300, 100)))
    store = build(tmp_path / "s", cohort("vcf", "maf"), records, calls)
    assert store.sites["position"].tolist() == [100, 300, 700, 900]
    assert feature(store, "lof")[:, 0].tolist() == [2, 3]


@pytest.mark.parametrize("kinds", [("maf", "maf"), ("vcf", "maf")])
def test_a_frequency_that_one_source_of_an_allele_knows_is_the_allele_s(tmp_path, kinds):
    """Whose sample comes first in the alphabet decides nothing: a common allele is not rare."""
    told = [{"sample": "S1", "population_af": 0.3}, {"sample": "S1", "position": 700}]
    untold = [{"sample": "S0"}] if kinds[0] == "maf" else []
    records = [record(300, block("stop_gained"), HET)] if kinds[0] == "vcf" else None
    store = build(tmp_path / "s", cohort(*kinds), records, maf(*untold, *told))
    assert store.sites["population_af"].fillna(-1).tolist() == pytest.approx([0.3, -1])
    assert feature(store, "rare_count")[:, 0].tolist() == [0, 1]


@pytest.mark.parametrize(
    ("told", "frequency"),
    [
        ({"gnomAD_AF": "nan", "AF": "0.3"}, 0.3),
        ({"gnomAD_AF": "nan&0.2"}, 0.2),
        ({"AF": "NaN"}, None),
    ],
)
def test_a_frequency_that_is_no_number_is_none(told, frequency):
    """Some programs write the share of no allele at all, 0 of 0, as NaN."""
    assert first_number(told, FREQUENCY_FIELDS) == frequency


def test_genes_outside_the_assay_are_missing(tmp_path):
    store = build(tmp_path / "s", cohort("maf"), calls=maf({"sample": "S0"}), assayed=[1, 0, 1])
    assert store.gene_tensor(["P0"])[1][0].tolist() == [True, False, True]


def test_genes_that_a_sample_s_assembly_does_not_reach_are_missing(tmp_path):
    reached = {"S0": np.array([1, 0.75, 0.25], np.float32)}
    calls = maf({"sample": "S0"}, {"sample": "S1"})
    store = build(tmp_path / "s", cohort("maf", "maf"), calls=calls, reached=reached)
    assert store.gene_tensor(store.patients)[1].tolist() == [[True, True, False], [True] * 3]


def test_measured_depth_decides_where_there_is_a_gvcf(tmp_path):
    measured = {"S0": np.array([0.9, 0.4, 0.0], np.float32)}
    store = build(tmp_path / "s", cohort("fastq"), [], measured=measured)
    assert store.gene_tensor(["P0"])[1][0].tolist() == [True, False, False]
    assert feature(store, "callable")[0] == pytest.approx([0.9, 0.4, 0.0], abs=1e-3)


def copies(folder, lost=np.nan, **log2):
    path = folder / f"{len(list(folder.iterdir()))}.tsv"
    table = pd.DataFrame(log2.items(), columns=["gene", "log2"]).assign(loh=lost)
    table.to_csv(path, sep="\t", index=False)
    return str(path)


def test_copies_that_were_not_measured_are_told_from_normal_ones(tmp_path):
    found = {"S0": copies(tmp_path, AAA=-1.0, BBB=0.0, CCC=np.nan)}
    store = build(tmp_path / "s", cohort("fastq", "vcf"), [], beside=Beside(found, None))
    assert feature(store, "copy_number").tolist() == [[-1, 0, 0], [0, 0, 0]]
    assert feature(store, "copy_number_measured").tolist() == [[1, 1, 0], [0, 0, 0]]
    assert feature(store, "loh_measured").sum() == 0
    assert np.isnan(np.load(tmp_path / "s" / "genes.npy")[1, :, 9:13]).all()


def test_copies_measured_here_go_before_segments_that_were_handed_in(tmp_path):
    found = {"S0": copies(tmp_path, AAA=-1.0, BBB=0.0, CCC=np.nan)}
    handed = pd.DataFrame(0.5, index=["S0", "S1"], columns=["AAA", "CCC"])
    beside = Beside(found, None, handed)
    store = build(tmp_path / "s", cohort("fastq", "vcf", "vcf"), [], beside=beside)
    assert feature(store, "copy_number").tolist() == [[-1, 0, 0], [0.5, 0, 0.5], [0, 0, 0]]
    assert feature(store, "copy_number_measured").tolist() == [[1, 1, 0], [1, 0, 1], [0, 0, 0]]
    assert feature(store, "loh_measured").sum() == 0


def test_a_gene_with_an_allele_of_a_panel_that_was_not_covered_is_missing(tmp_path):
    measured = {"S0": np.ones(3, np.float32), "S1": np.ones(3, np.float32)}
    panel = pd.DataFrame(
        [("S0", "BBB", "not covered"), ("S0", "AAA", "absent"), ("S1", "BBB", "carried")],
        columns=["sample", "gene", "state"],
    )
    measured = without_untold(measured, [panel], GENES)
    store = build(tmp_path / "s", cohort("gvcf", "gvcf"), [], measured=measured)
    values, known = store.gene_tensor(store.patients)
    assert known.tolist() == [[True, False, True], [True, True, True]]
    assert values[0, 1, store.features.index("callable")] == 0
    assert feature(store, "callable")[1].tolist() == [1, 1, 1]


def test_a_gene_whose_copies_are_gone_is_not_missing(tmp_path):
    found = {"S0": copies(tmp_path, AAA=-5.0, BBB=-1.0, CCC=-1.0)}
    shares = {"S0": np.array([0.0, 0.0, 1.0], np.float32)}
    store = build(tmp_path / "s", cohort("fastq"), [], measured=shares, beside=Beside(found, None))
    values, mask = store.gene_tensor(["P0"])
    assert mask.tolist() == [[True, False, True]]
    assert values[0, 0, store.features.index("callable")] == 0
    assert feature(store, "copy_number")[0].tolist() == [-5, -1, -1]


def test_a_gene_of_which_a_deletion_took_both_copies_is_not_missing(tmp_path):
    found = altered(("S0", "AAA", "loss", 2), ("S0", "BBB", "loss", 1))
    shares = {"S0": np.zeros(3, np.float32)}
    store = build(tmp_path / "s", cohort("fastq"), [], measured=shares, beside=Beside({}, found))
    assert store.gene_tensor(["P0"])[1].tolist() == [[True, False, False]]
    assert feature(store, "structural_loss")[0].tolist() == [1, 0.5, 0]


def test_copies_outside_the_assay_are_missing(tmp_path):
    found = {"S0": copies(tmp_path, AAA=-1.0, BBB=-1.0, CCC=-1.0)}
    beside = Beside(found, None)
    store = build(tmp_path / "s", cohort("fastq"), [], assayed=[1, 0, 0.5], beside=beside)
    assert feature(store, "copy_number_measured").tolist() == [[1, 0, 1]]


def test_copies_of_a_patient_are_those_of_the_tumour_where_it_has_them(tmp_path):
    samples = cohort("fastq", "fastq", patients=["P0", "P0"], tissue=["germline", "tumour"])
    found = {
        "S0": copies(tmp_path, AAA=0.5, BBB=0.5, CCC=np.nan),
        "S1": copies(tmp_path, 0.75, AAA=-1.0, BBB=np.nan, CCC=np.nan),
    }
    store = build(tmp_path / "s", samples, [], beside=Beside(found, None))
    assert feature(store, "copy_number").tolist() == [[-1, 0.5, 0]]
    assert feature(store, "copy_number_measured").tolist() == [[1, 1, 0]]
    assert feature(store, "loh").tolist() == [[0.75, 0.75, 0.75]]
    assert feature(store, "loh_measured").tolist() == [[1, 1, 1]]


def altered(*rows):
    return pd.DataFrame(rows, columns=["sample", "gene", "effect", "dosage"])


def test_structural_variants_reach_carriers_and_only_those_who_were_looked_at(tmp_path):
    found = altered(("S0", "AAA", "loss", 1), ("S0", "AAA", "loss", 2), ("S1", "BBB", "gain", 1))
    samples = cohort("fastq", "bam", "gvcf")
    store = build(tmp_path / "s", samples, [], beside=Beside({}, found))
    assert feature(store, "structural_loss").tolist() == [[1, 0, 0], [0, 0, 0], [0, 0, 0]]
    assert feature(store, "structural_gain").tolist() == [[0, 0, 0], [0, 0.5, 0], [0, 0, 0]]
    assert feature(store, "structural_measured").tolist() == [[1, 1, 1], [1, 1, 1], [0, 0, 0]]


def test_structural_variants_reach_a_sample_that_is_called_na(tmp_path):
    path = tmp_path / "structural.tsv"
    path.write_text("sample\tgene\teffect\tdosage\nNA\tAAA\tloss\t2\n")
    beside = Beside.of_files([], [path], [])
    found = beside.of_sample("NA", "fastq", GENES, np.ones(3))
    assert found[:, BESIDE.index("structural_loss")].tolist() == [1, 0, 0]


def test_structural_variants_of_any_sample_are_the_patient_s(tmp_path):
    samples = cohort("fastq", "fastq", patients=["P0", "P0"], tissue=["germline", "tumour"])
    found = altered(("S0", "AAA", "loss", 1), ("S1", "BBB", "loss", 2))
    store = build(tmp_path / "s", samples, [], beside=Beside({}, found))
    assert feature(store, "structural_loss").tolist() == [[0.5, 1, 0]]


def test_samples_of_a_patient_are_united_and_the_tumour_wins(tmp_path):
    samples = cohort("vcf", "vcf", patients=["P", "P"], tissue=["germline", "tumour"])
    records = [
        record(300, block("stop_gained"), HET, "0/1:5,45:50:99:PASS"),
        record(310, block("missense_variant"), REF, HET),
        record(320, block("synonymous_variant"), HET, REF),
    ]
    store = build(tmp_path / "s", samples, records)
    values, _, mask, _ = store.variants(["P"], 5)
    columns = [store.variant_features.index(name) for name in ("vaf", "somatic")]
    found = values[0, mask[0]][:, columns]
    np.testing.assert_allclose(found, [[0.9, 0], [0.5, 1], [0.5, 0]], atol=1e-3)
    counts = [feature(store, name)[0, 0] for name in ("lof", "missense", "synonymous")]
    assert counts == [1, 1, 1]


@pytest.mark.parametrize("kinds", [("vcf", "vcf"), ("vcf", "maf"), ("maf", "vcf"), ("maf", "maf")])
def test_an_allele_that_the_germline_shows_in_doubt_is_not_said_to_be_somatic(tmp_path, kinds):
    """It is a call of the tumour, and none of the germline sample."""
    samples = cohort(*kinds, patients=["P", "P"], tissue=["germline", "tumour"])
    shown = ["0/1:20,20:40:9:LowVQ", HET]
    records = [
        record(300, block("stop_gained"), *(
            text for text, kind in zip(shown, kinds, strict=True) if kind == "vcf"
        ))
    ]  # fmt: skip
    told = [{"sample": "S0", "filter": "weak_evidence"}, {"sample": "S1"}]
    calls = [call for call, kind in zip(told, kinds, strict=True) if kind == "maf"]
    store = build(tmp_path / "s", samples, records if "vcf" in kinds else None, maf(*calls))
    values, _, mask, _ = store.variants(["P"], 5)
    columns = [store.variant_features.index(name) for name in ("dosage", "somatic")]
    assert values[0, mask[0]][:, columns].tolist() == [[0.5, 0.0]]
    assert dict(store.carried(["P"]))["P"].tolist() == [0]
    table = pd.read_parquet(store.folder / "scalars.parquet")
    assert table["variants"].tolist() == [0.0, 1.0]
    assert np.load(store.folder / "genes.npy")[0, 0, 0] == 0


def neighbours(place, reference, alternate, *genotypes):
    line = record(place, block("missense_variant"), *genotypes).split("\t")
    return "\t".join([*line[:3], reference, alternate, *line[5:]])


@pytest.mark.parametrize(
    ("germline", "somatic"),
    [
        ({300: HET, 302: HET}, [0]),
        ({300: "1/1:0,9:9:9:LowVQ", 302: HET}, [0]),
        ({300: HET}, [1]),
        ({300: HET, 302: REF}, [1]),
        ({}, [1]),
    ],
)
def test_bases_that_a_tumour_s_caller_writes_as_one_allele_are_the_germline_s(
    tmp_path, germline, somatic
):
    """Mutect2 joins neighbouring bases, HaplotypeCaller writes each apart."""
    samples = cohort("vcf", "vcf", patients=["P", "P"], tissue=["germline", "tumour"])
    apart = {300: ("A", "G"), 302: ("C", "T")}
    records = [neighbours(at, *apart[at], told, NONE) for at, told in germline.items()]
    records.append(neighbours(300, "ATC", "GTT", NONE, HET))
    store = build(tmp_path / "s", samples, sorted(records))
    values, _, mask, _ = store.variants(["P"], 5)
    columns = [store.variant_features.index(name) for name in ("vaf", "somatic")]
    carried = values[0, mask[0]][:, columns]
    assert carried[:, 1].max() == somatic[0]


def test_a_base_of_what_the_germline_has_as_one_allele_is_no_somatic_one(tmp_path):
    samples = cohort("vcf", "vcf", patients=["P", "P"], tissue=["germline", "tumour"])
    records = [
        neighbours(300, "A", "G", NONE, HET),
        neighbours(300, "ATC", "GTT", HET, NONE),
        neighbours(301, "T", "G", NONE, HET),
    ]
    store = build(tmp_path / "s", samples, records)
    values, _, mask, _ = store.variants(["P"], 5)
    somatic = values[0, mask[0]][:, store.variant_features.index("somatic")]
    assert sorted(somatic) == [0, 1]


ONCE, BOTH = HET, "1/1:0,30:30:90:PASS"


@pytest.mark.parametrize("joins", ["germline", "tumour"])
@pytest.mark.parametrize(
    ("apart", "dosages"),
    [
        ((ONCE, ONCE), {"AT": 1}),
        ((BOTH, BOTH), {"AT": 2}),
        ((BOTH, ONCE), {"AT": 1, "A": 1}),
        ((ONCE, NONE), {"AT": 1}),
        ((BOTH, NONE), {"AT": 1, "A": 1}),
        ((NONE, NONE), {"AT": 1}),
    ],
)
def test_bases_of_one_allele_count_once_in_a_patient(tmp_path, joins, apart, dosages):
    """One caller joins neighbouring bases, another writes each apart."""
    tissue = ["germline", "tumour"] if joins == "tumour" else ["tumour", "germline"]
    samples = cohort("vcf", "vcf", patients=["P", "P"], tissue=tissue)
    records = [
        neighbours(300, "A", "G", apart[0], NONE),
        neighbours(300, "AT", "GC", NONE, HET),
        neighbours(301, "T", "C", apart[1], NONE),
    ]
    store = build(tmp_path / "s", samples, records)
    values, _, mask, _ = store.variants(["P"], 5)
    found = values[0, mask[0]][:, store.variant_features.index("dosage")] * 2
    sites = store.sites["reference"][dict(store.carried(["P"]))["P"]]
    assert sorted(found) == sorted(dosages.values())
    assert sorted(sites) == sorted(dosages)
    assert feature(store, "missense")[0, 0] == len(dosages)
    assert feature(store, "zygosity")[0, 0] == max(dosages.values()) / 2


def test_a_base_that_has_no_row_is_not_said_to_be_the_germline_s(tmp_path):
    samples = cohort("vcf", "vcf", patients=["P", "P"], tissue=["germline", "tumour"])
    records = [
        neighbours(200, "AA", "GG", HET, NONE),
        neighbours(300, "AA", "GG", NONE, HET),
        neighbours(300, "A", "G", HET, NONE),
    ]
    store = build(tmp_path / "s", samples, records)
    values, _, mask, _ = store.variants(["P"], 5)
    assert values[0, mask[0]][:, store.variant_features.index("somatic")].sum() == 1


def test_a_burden_counts_what_lies_in_the_genes_it_is_divided_by(tmp_path):
    """Chance reads beside a panel show variants of other genes."""
    calls = [{"sample": "S0", "gene": "AAA"}, {"sample": "S0", "gene": "BBB", "position": 6000}]
    store = build(tmp_path / "s", cohort("maf"), None, maf(*calls), assayed=[1, 0, 0])
    assert scalar(store, "rare_coding")["P0"] == 2
    assert scalar(store, "burden")["P0"] == pytest.approx(1e6 / 300)


def test_targets_limit_what_a_maf_tells_of_as_they_do_a_vcf(tmp_path):
    records = [record(300, block("stop_gained"), HET)]
    calls = maf({"sample": "S1"})
    store = build(tmp_path / "s", cohort("vcf", "maf"), records, calls, assayed=[0.6, 0.1, 0])
    assert store.gene_tensor(["P0", "P1"])[1].tolist() == [[True, False, False]] * 2
    assert scalar(store, "burden") == pytest.approx(dict.fromkeys(["P0", "P1"], 1e6 / 240))


def test_what_only_the_germline_shows_in_doubt_is_no_call(tmp_path):
    samples = cohort("vcf", "vcf", patients=["P", "P"], tissue=["germline", "tumour"])
    records = [record(300, block("stop_gained"), "1/1:0,4:4:9:LowVQ", NONE)]
    store = build(tmp_path / "s", samples, records)
    assert store.variants(["P"], 5).mask.sum() == 0
    assert dict(store.carried(["P"]))["P"].tolist() == []
    assert feature(store, "lof")[0].tolist() == [0, 0, 0]


@pytest.mark.parametrize(("germline", "tumour"), [("1/1", "0/1"), ("0/1", "1/1")])
def test_a_patient_has_as_many_alleles_as_the_sample_that_shows_most(tmp_path, germline, tumour):
    samples = cohort("vcf", "vcf", patients=["P", "P"], tissue=["germline", "tumour"])
    shown = [f"{genotype}:5,45:50:99:PASS" for genotype in (germline, tumour)]
    store = build(tmp_path / "s", samples, [record(300, block("stop_gained"), *shown)])
    values, _, mask, _ = store.variants(["P"], 5)
    assert values[0, mask[0]][:, store.variant_features.index("dosage")].tolist() == [1.0]


def test_a_gene_is_callable_in_a_patient_where_each_tissue_shows_it(tmp_path):
    tissues = ["germline", "germline", "tumour"]
    samples = cohort("fastq", "fastq", "fastq", patients=["P"] * 3, tissue=tissues)
    shares = {"S0": [0.9, 0.1, 0.0], "S1": [0.2, 0.8, 0.0], "S2": [0.6, 0.0, 0.7]}
    measured = {name: np.array(share, np.float32) for name, share in shares.items()}
    store = build(tmp_path / "s", samples, [], measured=measured)
    assert feature(store, "callable")[0] == pytest.approx([0.6, 0.0, 0.0], abs=1e-3)
    assert store.gene_tensor(["P"])[1][0].tolist() == [True, False, False]


def test_a_tumour_misses_no_allele_that_only_the_joint_call_knows(tmp_path):
    samples = cohort("fastq", "fastq", "fastq", tissue=["germline", "germline", "tumour"])
    records = [record(300, block("stop_gained"), HET, NONE, NONE)]
    build(tmp_path / "s", samples, records)
    assert np.load(tmp_path / "s" / "missing_by_sample.npy") == pytest.approx(
        [0, 1, np.nan], nan_ok=True
    )


def test_sample_order_of_the_records_does_not_matter(tmp_path):
    samples = cohort("vcf", "vcf")
    turned = samples.iloc[::-1]
    (tmp_path / "x").mkdir()
    path = write_records(
        tmp_path / "x", [record(300, block("stop_gained"), HET, REF)], turned["sample"]
    )
    folder = tmp_path / "s"
    build(folder, samples, [])
    names = ("indptr", "site", "dosage", "vaf", "depth", "quality")
    outputs = {name: folder / "calls" / f"{name}.npy" for name in names}
    outputs |= {"sites": folder / "sites.parquet", "markers": folder / "m.parquet"}
    outputs |= {name: folder / f"{name}.npy" for name in ("dosages", *BY_SAMPLE)}
    encode_cohort(samples, GENES, path, None, outputs, str(folder), marker_frequency=0.01)
    assert np.load(folder / "calls" / "indptr.npy").tolist() == [0, 0, 1]


def test_records_of_other_samples_are_refused(tmp_path):
    path = write_records(tmp_path, [], ["S0", "S7"])
    with pytest.raises(ValueError, match="missing S1; not expected S7"):
        encode_cohort(
            cohort("vcf", "vcf"), GENES, path, None, _anywhere(tmp_path), str(tmp_path), 0.01
        )


def _anywhere(folder):
    names = ["sites", "markers", "dosages", *BY_SAMPLE]
    return {name: folder / name for name in names}


def test_maf_calls_of_strangers_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"1 sample\(s\) that the manifest does not, such as S9"):
        build(tmp_path / "s", cohort("maf"), calls=maf({"sample": "S9"}))


def test_same_input_gives_same_bytes(tmp_path):
    records = [record(300, block("stop_gained"), HET), record(310, block("intron_variant"), HET)]
    for name in ("one", "two"):
        build(tmp_path / name, cohort("vcf"), records)
    files = sorted(p for p in (tmp_path / "one").rglob("*") if p.suffix in (".npy", ".parquet"))
    assert len(files) > 10
    for path in files:
        other = tmp_path / "two" / path.relative_to(tmp_path / "one")
        assert path.read_bytes() == other.read_bytes(), path.name
    assert (tmp_path / "one" / "receipt.json").read_text() == (
        tmp_path / "two" / "receipt.json"
    ).read_text()


def spoil_schema(folder: Path):
    receipt = json.loads((folder / "receipt.json").read_text())
    (folder / "receipt.json").write_text(json.dumps(receipt | {"schema": 99}))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda folder: (folder / "calls" / "vaf.npy").unlink(), "vaf.npy is missing"),
        (lambda folder: np.save(folder / "genes.npy", np.zeros((1, 2))), "genes.npy is"),
        (spoil_schema, "schema version 99"),
        (lambda folder: (folder / "receipt.json").unlink(), "no receipt.json"),
    ],
)
def test_a_spoilt_store_is_refused(tmp_path, spoil, message):
    build(tmp_path / "s", cohort("vcf"), [record(300, block("stop_gained"), HET)])
    spoil(tmp_path / "s")
    with pytest.raises(ValueError, match=message):
        Store.open(tmp_path / "s")


def test_an_allele_at_the_limit_is_rare_and_one_of_unknown_frequency():
    sites = pd.DataFrame({"gene_index": 0, "population_af": [0.01, 0.011, np.nan]})
    effects = SiteEffects.of(sites, np.zeros((3, len(SITE_FEATURES))), 0.01)
    assert effects.rare.tolist() == [True, False, True]


def test_a_gene_that_no_base_shows_is_not_callable_at_any_limit():
    shares = np.array([0.0, 0.1, 0.5])
    assert is_callable(shares, 0.0).tolist() == [False, True, True]
    assert is_callable(shares, 0.5).tolist() == [False, False, True]
