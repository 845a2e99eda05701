"""A manifest is read strictly, or not at all."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from example_manifest import TRAINED, UNTRAINED
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.manifest import Manifest, parse_manifest


def changed(**fields) -> str:
    return json.dumps({**json.loads(TRAINED.to_json()), **fields})


@pytest.mark.parametrize("manifest", [UNTRAINED, TRAINED], ids=["untrained", "trained"])
def test_write_then_read_is_identity(manifest: Manifest):
    assert parse_manifest(manifest.to_json()) == manifest


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
        parse_manifest(changed(**{field: 17.5 if field != "golden_atol_logit" else "much"}))


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
        ({"calibration": {"kind": "magic", "slope": 1.0, "intercept": 0.0, "prevalence": 0.1}}, "kind"),
        ({"calibration": {"kind": "platt", "slope": -1.0, "intercept": 0.0, "prevalence": 0.1}}, "turn the score"),
        ({"calibration": {"kind": "platt", "slope": 1.0, "intercept": 0.0, "prevalence": 0.0}}, "prevalence"),
        ({"outputs": []}, "list of names"),
        ({"outputs": ["k_ge_6_0"]}, "k_gt_5_5"),
        ({"golden_atol_logit": -1.0}, "tolerates"),
        ({"golden_atol_logit": 1e9}, "tolerates"),
        ({"golden_atol_logit": 10**400}, "not readable"),
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


@given(field=st.sampled_from(sorted(json.loads(TRAINED.to_json()))), value=_JSON)
def test_any_json_in_any_field_is_accepted_or_refused_with_a_bundle_error(field: str, value):
    try:
        manifest = parse_manifest(changed(**{field: value}))
    except BundleError:
        return
    assert parse_manifest(manifest.to_json()) == manifest
