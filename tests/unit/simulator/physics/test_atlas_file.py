"""The two files of an atlas: what they promise, and that a damaged one is refused."""

import hashlib
import json
import sys
from dataclasses import replace

import numpy as np
import pytest

from pocketk.simulator.physics import Atlas, AtlasError, conduction_slowing, load_atlas, save_atlas, shipped_atlas
from pocketk.simulator.physics.atlas_figure import draw_atlas
from pocketk.simulator.physics.comparison import EVIDENCE, model_rows
from pocketk.simulator.physics.grid import POTASSIUM_MMOL_L, full_factorial, one_at_a_time
from pocketk_agent.patient.conduction import relative_conduction

LARGEST_BYTES = 1_000_000


@pytest.fixture(scope="module")
def shipped() -> Atlas:
    return load_atlas()


def test_the_sidecar_gives_the_digest_of_the_file():
    about = json.loads(shipped_atlas().with_suffix(".json").read_text())
    assert about["sha256"] == hashlib.sha256(shipped_atlas().read_bytes()).hexdigest()


def test_the_shipped_atlas_is_below_a_megabyte():
    assert shipped_atlas().stat().st_size < LARGEST_BYTES


def test_the_sidecar_says_how_the_atlas_was_built(shipped):
    assert shipped.about["command"].startswith("python -m pocketk.simulator.physics")
    assert {"numpy", "numba"} <= set(shipped.about["versions"])


def test_the_shipped_atlas_holds_the_grid(shipped):
    assert [shipped.tissue(index) for index in range(len(shipped))] == one_at_a_time()


def test_the_full_grid_holds_the_small_one():
    assert set(one_at_a_time()) <= set(full_factorial())


def test_an_atlas_is_read_without_numba(monkeypatch, shipped):
    for name in [name for name in sys.modules if name.startswith(("numba", "pocketk.simulator.physics"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "numba", None)
    from pocketk.simulator import physics

    assert len(physics.load_atlas()) == len(shipped)


def test_saving_what_was_loaded_gives_the_same_bytes(shipped, tmp_path):
    save_atlas(shipped, tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == shipped_atlas().read_bytes()


def test_a_single_changed_byte_is_found(shipped, tmp_path):
    path = tmp_path / "atlas.npz"
    save_atlas(shipped, path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(AtlasError, match="damaged"):
        load_atlas(path)


def test_a_cut_file_whose_sidecar_was_made_to_match_is_refused(shipped, tmp_path):
    path = tmp_path / "atlas.npz"
    save_atlas(shipped, path)
    path.write_bytes(path.read_bytes()[:-2000])
    about = json.loads(path.with_suffix(".json").read_text())
    about["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_suffix(".json").write_text(json.dumps(about))
    with pytest.raises(AtlasError, match="does not hold"):
        load_atlas(path)


def test_arrays_that_do_not_fit_each_other_are_refused(shipped, tmp_path):
    save_atlas(replace(shipped, beats=shipped.beats[:-1]), tmp_path / "atlas.npz")
    with pytest.raises(AtlasError, match="unexpected shape"):
        load_atlas(tmp_path / "atlas.npz")


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"format": "other", "sha256": "0"}'])
def test_a_sidecar_of_something_else_is_refused(shipped, tmp_path, text):
    save_atlas(shipped, tmp_path / "atlas.npz")
    (tmp_path / "atlas.json").write_text(text)
    with pytest.raises(AtlasError, match=r"atlas\.json"):
        load_atlas(tmp_path / "atlas.npz")


def test_a_missing_atlas_says_how_to_build_one(shipped, tmp_path):
    save_atlas(shipped, tmp_path / "atlas.npz")
    (tmp_path / "atlas.npz").unlink()
    with pytest.raises(AtlasError, match="build it"):
        load_atlas(tmp_path / "atlas.npz")


def test_an_unknown_measure_is_refused(shipped):
    with pytest.raises(AtlasError, match="no measure"):
        shipped.measure("p_wave")


def test_points_that_are_not_there_are_refused(shipped):
    with pytest.raises(AtlasError, match="no points"):
        shipped.along_potassium(cycle_length_ms=777.0)


def test_the_baseline_covers_the_potassiums_in_order(shipped):
    assert tuple(shipped.parameters[shipped.along_potassium(), 0]) == POTASSIUM_MMOL_L


def test_conduction_never_gets_faster_above_five(shipped):
    slowing = conduction_slowing(shipped)
    above = slowing.slowing[slowing.k_mmol_l >= 5.0]
    assert np.all(np.diff(above) > 0.0)


def test_the_response_laws_slowing_is_that_of_the_atlas(shipped, measure):
    table = conduction_slowing(shipped)
    inside = (table.k_mmol_l >= 3.0) & (table.k_mmol_l <= 9.0)
    law = relative_conduction(table.k_mmol_l[inside])
    worst = float(np.abs(law / table.slowing[inside] - 1.0).max())
    measure("PHYSICS-CONDUCTION", worst, n=int(inside.sum()))
    assert worst < 0.15


def test_the_shipped_cell_model_is_the_one_nearer_to_patients_in_every_feature(shipped):
    models = shipped.about["comparison"]["models_over_4"]
    at = {row["cell"]: row for row in models if row["k_mmol_l"] == 6.5}
    kept, other = at.pop(shipped.about["cell"]), next(iter(at.values()))
    names = ("t_amplitude_ratio", "t_width_ratio", "t_slope_over_amplitude_ratio", "t_area_ratio")
    for name, seen in zip(names, EVIDENCE, strict=True):
        middle = 0.5 * (seen.low + seen.high)
        assert abs(kept[name] - middle) < abs(other[name] - middle), name


def test_the_comparison_in_the_sidecar_is_the_atlas_own(shipped):
    models = [row for row in shipped.about["comparison"]["models_over_4"] if row["cell"] == shipped.about["cell"]]
    assert [row["t_width_ratio"] for row in models] == [row.t_width_ratio for row in model_rows(shipped)]


def test_the_figure_is_a_png(shipped):
    assert draw_atlas(shipped).startswith(b"\x89PNG")
