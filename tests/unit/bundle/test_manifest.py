"""A manifest is read strictly, or not at all."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from example_manifest import TRAINED, UNTRAINED
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.manifest import Manifest, parse_manifest
from pocketk_agent.probability import (
    AbstentionBand,
    Beta,
    Calibration,
    Curve,
    Isotonic,
    OperatingPoints,
    Platt,
    SiteRecalibration,
    Temperature,
)

COVARIANCE = ((0.02, -0.01), (-0.01, 0.04))
SITE = SiteRecalibration(0.9, -0.2, COVARIANCE, prevalence=0.04, n_pairs=80, n_positive=7)
CURVES: list[Curve] = [
    Temperature(1.5),
    Platt(1.1, -0.3),
    Beta(0.7, 0.0, -1.0),
    Isotonic((-3.0, 0.5), (0.02, 0.4), (0.01, 0.3), (0.04, 0.6)),
]
# Every field that a manifest can have, at once.
FULL = replace(
    TRAINED,
    outputs=("k_gt_5_5", "k_ge_6_0", "k_mmol_l"),
    calibration=Calibration(Platt(1.1, -0.3), 0.3, 0.02, COVARIANCE, SITE),
    calibration_k_ge_6_0=Calibration(Temperature(1.5), 0.1, 0.01),
    abstention=AbstentionBand(0.1, 0.3, 0.9),
)


def changed(**fields) -> str:
    return json.dumps({**json.loads(TRAINED.to_json()), **fields})


def model(**fields) -> dict:
    return {"file": "model.onnx", "runtime": "onnxruntime", "golden_atol_logit": 1e-4} | fields


def platt(**fields) -> dict:
    return {**json.loads(TRAINED.to_json())["calibration"], **fields}


@pytest.mark.parametrize("manifest", [UNTRAINED, TRAINED, FULL], ids=["untrained", "trained", "full"])
def test_write_then_read_is_identity(manifest: Manifest):
    assert parse_manifest(manifest.to_json()) == manifest


@pytest.mark.parametrize("curve", CURVES, ids=[curve.KIND for curve in CURVES])
def test_every_kind_of_calibration_comes_back(curve: Curve):
    manifest = replace(TRAINED, calibration=Calibration(curve, 0.3, 0.02))
    assert parse_manifest(manifest.to_json()) == manifest


def full_body() -> dict:
    return json.loads(FULL.to_json())


PARTS = ["calibration", "calibration_k_ge_6_0", "abstention"]


@pytest.mark.parametrize(("part", "field"), [(part, field) for part in PARTS for field in full_body()[part]])
def test_a_missing_field_of_a_calibration_is_refused_by_name(part: str, field: str):
    body = full_body()
    del body[part][field]
    with pytest.raises(BundleError, match=field):
        parse_manifest(json.dumps(body))


@pytest.mark.parametrize("part", PARTS)
def test_an_unknown_field_of_a_calibration_is_refused(part: str):
    body = full_body()
    body[part]["surprise"] = 1.0
    with pytest.raises(BundleError, match="surprise"):
        parse_manifest(json.dumps(body))


@pytest.mark.parametrize("curve", CURVES, ids=[curve.KIND for curve in CURVES])
def test_a_parameter_of_another_kind_is_an_unknown_field(curve: Curve):
    body = json.loads(replace(TRAINED, calibration=Calibration(curve, 0.3, 0.02)).to_json())
    body["calibration"]["sharpness"] = 1.0
    with pytest.raises(BundleError, match="sharpness"):
        parse_manifest(json.dumps(body))


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (("calibration", "covariance"), [[1.0, 0.0]], "2 by 2"),
        (("calibration", "covariance"), [[1.0, 2.0], [2.0, 1.0]], "semidefinite"),
        (("calibration", "covariance"), [[1.0, 0.5], [0.0, 1.0]], "symmetric"),
        (("calibration", "covariance"), [[1.0, "0"], [0.0, 1.0]], "finite numbers"),
        (("calibration", "covariance"), [[1.0, True], [0.0, 1.0]], "finite numbers"),
        (("calibration", "site", "covariance"), None, "2 by 2"),
        (("calibration", "site", "slope"), -0.5, "turn the score"),
        (("calibration", "site", "n_positive"), 80, "80 positives among 80"),
        (("calibration", "fitted_prevalence"), 1.0, "fitted prevalence"),
        (("calibration_k_ge_6_0", "temperature"), 0.0, "turn the score"),
        (("abstention", "low"), 0.4, "out of order"),
        (("abstention", "high"), 1.4, "outside 0 to 1"),
        (("abstention", "low"), -0.1, "outside 0 to 1"),
        (("abstention", "high"), 0.1, "no width at 0.1"),
        (("abstention", "low"), 0.1001, "from 0.1001, above t_low 0.1"),
        (("thresholds", "t_low"), 0.6, "t_low 0.6 and t_high 0.5"),
        (("thresholds", "t_low"), -0.1, "expected 0 <= t_low"),
        (("thresholds", "t_high"), 1.1, "t_high <= 1"),
        (("abstention", "coverage"), 1.0, "coverage"),
        (("calibration",), None, "none to"),
        (("outputs",), ["k_gt_5_5"], "k_ge_6_0"),
        (("training",), "untrained", "untrained network"),
    ],
)
def test_a_calibration_that_contradicts_itself_is_refused(path: tuple[str, ...], value, says: str):
    body = full_body()
    inner = body
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    with pytest.raises(BundleError, match=says):
        parse_manifest(json.dumps(body))


@pytest.mark.parametrize("low", [0.0, 0.05, 0.1])
def test_a_band_may_begin_at_the_threshold_of_low_or_below(low: float):
    manifest = replace(FULL, abstention=AbstentionBand(low, 0.3, 0.9))
    assert parse_manifest(manifest.to_json()) == manifest


def test_equal_thresholds_leave_no_elevated_and_are_read():
    manifest = replace(TRAINED, thresholds=OperatingPoints(0.2, 0.2))
    assert parse_manifest(manifest.to_json()) == manifest


@pytest.mark.parametrize("part", ["thresholds", "calibration", "abstention"])
def test_an_untrained_network_may_have_no_part_of_a_calibration(part: str):
    given = dict.fromkeys(("thresholds", *PARTS)) | {part: full_body()[part], "training": "untrained"}
    with pytest.raises(BundleError, match="untrained network"):
        parse_manifest(changed(**given))


def test_the_text_is_canonical():
    reordered = replace(TRAINED, files=dict(reversed(TRAINED.files.items())))
    assert reordered.to_json() == TRAINED.to_json()


def test_an_untrained_manifest_says_untrained():
    assert json.loads(UNTRAINED.to_json())["training"] == "untrained"
    assert not UNTRAINED.trained


@pytest.mark.parametrize("field", json.loads(TRAINED.to_json()))
def test_a_missing_field_is_refused_by_name(field: str):
    body = json.loads(TRAINED.to_json())
    del body[field]
    with pytest.raises(BundleError, match=field):
        parse_manifest(json.dumps(body))


@pytest.mark.parametrize("field", json.loads(TRAINED.to_json()))
def test_a_field_of_another_type_is_refused(field: str):
    with pytest.raises(BundleError):
        parse_manifest(changed(**{field: 17.5}))


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"surprise": 1}, "unknown fields"),
        ({"schema_version": 2}, "schema version 2"),
        ({"training": "perhaps"}, "perhaps"),
        ({"training": "untrained"}, "untrained network"),
        ({"thresholds": {"t_low": 0.6, "t_high": 0.4}}, "out of order"),
        ({"thresholds": {"t_low": 0.1, "t_high": 0.4, "t_mid": 0.2}}, "unknown fields"),
        ({"thresholds": {"t_low": 0.1, "t_high": True}}, "not of type float"),
        ({"calibration": platt(kind="magic")}, "kind 'magic'"),
        ({"calibration": platt(slope=-1.0)}, "turn the score"),
        ({"calibration": platt(prevalence=0.0)}, "prevalence"),
        ({"outputs": []}, "list of names"),
        ({"outputs": ["k_ge_6_0"]}, "k_gt_5_5"),
        ({"models": []}, "lists no models"),
        ({"models": ["model.onnx"]}, "not an object"),
        ({"models": [model(), model()]}, "'model.onnx' twice among its models"),
        ({"models": [model(runtime="torch")]}, "runtime 'torch'; this agent knows litert, onnxruntime"),
        ({"models": [model(file="other.onnx")]}, "'other.onnx' without a hash"),
        ({"models": [model(file=7)]}, "not of type str"),
        ({"models": [model(), model(file="golden.npz")], "targets": {"pi": ["model.onnx"]}}, "which no target has"),
        ({"models": [model(golden_atol_logit=-1.0)]}, "tolerates"),
        ({"models": [model(golden_atol_logit=0.11)]}, "tolerates"),
        ({"models": [model(golden_atol_logit=10**400)]}, "not readable"),
        ({"models": [model(golden_atol_logit=True)]}, "not of type float"),
        ({"models": [model(golden_atol_logit=None)]}, "not of type float"),
        ({"models": [model(threads=2)]}, "unknown fields"),
        ({"models": [{"file": "model.onnx", "golden_atol_logit": 0.0}]}, "lacks manifest.models.runtime"),
        ({"golden_atol_logit": 0.0}, "unknown fields"),
        ({"outputs": ["k_gt_5_5", "k_gt_5_5"]}, "twice"),
        ({"files": {"../model.onnx": "0" * 64}}, "lists"),
        ({"files": {"manifest.json": "0" * 64}}, "lists"),
        ({"files": {"model.onnx": "zz"}}, "lists"),
        ({"targets": {"pi": ["other.onnx"]}}, "without a hash"),
    ],
)
def test_contradictions_are_refused(fields: dict, says: str):
    with pytest.raises(BundleError, match=says):
        parse_manifest(changed(**fields))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"schema_version": NaN}', "[" * 100_000, b"\xff\xfe"])
def test_text_that_is_no_manifest_is_refused(text):
    with pytest.raises(BundleError):
        parse_manifest(text)


def test_a_field_given_twice_is_refused():
    with pytest.raises(BundleError, match="twice"):
        parse_manifest(TRAINED.to_json().replace('"variant"', '"training": "trained", "variant"'))


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_no_bytes_raise_anything_else(text):
    with pytest.raises(BundleError):
        parse_manifest(text)


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(part=st.sampled_from(PARTS), data=st.data())
def test_any_json_inside_a_calibration_is_accepted_or_refused_with_a_bundle_error(part: str, data):
    body = full_body()
    body[part][data.draw(st.sampled_from(sorted(body[part])))] = data.draw(_JSON | st.lists(st.lists(st.floats())))
    try:
        manifest = parse_manifest(json.dumps(body))
    except BundleError:
        return
    assert parse_manifest(manifest.to_json()) == manifest


@given(field=st.sampled_from(sorted(json.loads(TRAINED.to_json()))), value=_JSON)
def test_any_json_in_any_field_is_accepted_or_refused_with_a_bundle_error(field: str, value):
    try:
        manifest = parse_manifest(changed(**{field: value}))
    except BundleError:
        return
    assert parse_manifest(manifest.to_json()) == manifest
