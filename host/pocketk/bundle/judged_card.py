"""The model card of a trained and evaluated model, as Markdown."""

from collections.abc import Iterable

from pocketk.bundle.bars import JudgedBar, judge_bars
from pocketk.bundle.card_facts import CardFacts
from pocketk.bundle.card_table import CardTable, comparison_table, evaluation_tables, seed_table
from pocketk.bundle.card_words import OUT_OF_SCOPE, REPRODUCE, SIGNATURE
from pocketk.bundle.judgement import Document
from pocketk.bundle.model_card import model_lines
from pocketk.bundle.recordings_used import NO_COPY, PHYSIONET

_FACTS = ("cohort", "split", "gate", "patients of the training", "predictions")


def judged_card(facts: CardFacts) -> str:
    """What a person must know before using the model; every figure is one of the bundle's own documents.

    Raises:
        HostBundleError: an evaluation or a comparison is not of this version.
    """
    manifest = facts.manifest
    tier = "It can give a risk tier." if manifest.calibrated else "Without a calibration it never gives a risk tier."
    parts = (
        f"# {facts.headline}: {manifest.model_id} {manifest.model_version}\n",
        f"**{manifest.training_data}** Research demonstration, not for clinical use. {tier}\n",
        _part("Intended use", [manifest.intended_use]),
        _part("Out of scope", OUT_OF_SCOPE),
        _part("Recordings used", _recordings(facts)),
        _part("Training", _training(facts)),
        _part("Input and outputs", _format(facts)),
        _part("Calibration and thresholds", _decision(facts)),
        f"## Bars\n\n{_bars(judge_bars(facts.judgement)).markdown()}",
        *(_evaluation(document) for document in facts.judgement.evaluations),
        *(_comparison(document) for document in facts.judgement.comparisons),
        *([] if facts.judgement.seeds is None else [_seeds(facts.judgement.seeds)]),
        _part("Limitations", facts.limits),
        _part("How to reproduce", [f"`{REPRODUCE}`: cohorts, training, calibration, evaluation and this bundle."]),
        _part("Hashes (SHA-256)", _hashes(facts)),
    )
    return "\n".join(parts)


def _part(title: str, lines: Iterable[str]) -> str:
    return f"## {title}\n\n" + "".join(f"- {line}\n" for line in lines)


def _recordings(facts: CardFacts) -> Iterable[str]:
    if not facts.recordings:
        yield "The training statement names no public recordings."
        return
    for each in facts.recordings:
        doi = f" doi {each.doi}." if each.doi else ""
        yield f"{each.name}. Licence: {each.licence}. {each.citation}.{doi}"
    yield f"PhysioNet: {PHYSIONET}."
    yield NO_COPY


def _training(facts: CardFacts) -> Iterable[str]:
    training = facts.training
    if training["preset"]:
        yield f"Preset `{training['preset']}`: {training['about']}."
    for part, counts in (training["parts"] or {}).items():
        yield (
            f"{part}: {counts.get('recordings'):,} recordings of {counts.get('patients'):,} patients, "
            f"{counts.get('positive'):,} with K > 5.5 mmol/L."
        )
    start = training["start"] or {}
    yield f"Clips seen: {training['clips_seen']:,}; seed {training['seed']}; started from {start.get('statement')}."
    if training["teacher_sha256"]:
        yield (
            f"Targets are {training['teacher_weight']:g} parts a teacher's outputs (SHA-256 "
            f"`{training['teacher_sha256']}`), the rest the laboratory value."
        )
    yield f"Cohort manifest SHA-256 `{training['manifest_sha256']}`."
    yield "All options, versions and hashes: `training_config.json`; what came of it: `training_run.json`."


def _format(facts: CardFacts) -> Iterable[str]:
    manifest = facts.manifest
    yield f"Lead I, 1 x 5000 samples at 500 Hz per clip, up to three clips, preprocessing `{manifest.variant}`."
    yield f"Outputs: {', '.join(f'`{name}`' for name in manifest.outputs)}; {facts.parameters:,} parameters."
    yield from model_lines(manifest, facts.parity, facts.further, facts.across)
    yield f"Signature: {SIGNATURE}"


def _decision(facts: CardFacts) -> Iterable[str]:
    manifest = facts.manifest
    if manifest.thresholds is None or manifest.calibration is None:
        yield "None: a device answers INCONCLUSIVE whatever the network says."
        return
    yield facts.fitted_on
    yield (
        f"LOW below a probability of {manifest.thresholds.t_low:.4g}, HIGH from {manifest.thresholds.t_high:.4g} on, "
        f"ELEVATED between; stated at a prevalence of {manifest.calibration.assumed_prevalence:.4g}."
    )
    if manifest.abstention is not None:
        band = manifest.abstention
        yield f"INCONCLUSIVE from {band.low:.4g} to {band.high:.4g} (conformal coverage {band.coverage:g})."


def _bars(bars: Iterable[JudgedBar]) -> CardTable:
    return CardTable(
        "What was wanted of the network on simulated recordings, by the first evaluation below, and by the comparison "
        "where there is one",
        ("bar", "what", "wanted", "measured", "recordings", "reached"),
        tuple((bar.id, bar.text, bar.limit, bar.in_words, bar.n_in_words, bar.verdict) for bar in bars),
    )


def _evaluation(document: Document) -> str:
    facts = document["facts"]
    listed = "".join(f"- {name.capitalize()}: {facts[name]}\n" for name in _FACTS if name in facts)
    tables = "\n".join(table.markdown() for table in evaluation_tables(document))
    lacking = "".join(f"- Not computed: {each}\n" for each in document.get("not_computed", ()))
    return f"## Evaluation\n\n{listed}\n{tables}" + (f"\n{lacking}" if lacking else "")


def _comparison(document: Document) -> str:
    listed = "".join(f"- {name.capitalize()}: {value}\n" for name, value in (document.get("inputs") or {}).items())
    return f"## Beside reference models\n\n{listed}\n{comparison_table(document).markdown()}"


def _seeds(document: Document) -> str:
    return f"## Other seeds\n\n- Cohort: {document.get('cohort')}\n\n{seed_table(document).markdown()}"


def _hashes(facts: CardFacts) -> Iterable[str]:
    yield f"weights before export `{facts.judgement.weights_sha256}`"
    for name, digest in facts.sha256.items():
        yield f"{name} `{digest}`"
