"""The steps of a release, in order."""

from dataclasses import dataclass
from pathlib import Path

from pocketk.cohort.card import CARD_FILE
from pocketk.release.release_scale import ReleaseScale
from pocketk.release.release_step import ReleaseStep
from pocketk_agent.bundle.manifest import MANIFEST_NAME
from pocketk_models.students import OUTPUTS

# Builders of `pocketk cohort build` and the folders of public recordings under --data, all free to build on.
# GPL recordings are not among them.
BACKGROUNDS = (
    ("ludb", "ludb", "LUDB"),
    ("ptbxl", "ptbxl-sample", "PTB-XL"),
    ("cinc2021", "cinc2021-sample", "PhysioNet/CinC Challenge 2021"),
    ("cpsc", "cpsc2018-sample", "CPSC 2018"),
)
# Fixed, so that a release can be made again; test and calibration patients are drawn with seeds of their own.
_TRAIN_SEED, _STRIP_SEED, _CALIBRATION_SEED, _TEST_SEED, _MORPH_TEST_SEED = 1101, 1102, 1201, 1301, 1302
_POSITIVES = "0.3"
# The gate would take as long again as everything else; the recordings over public backgrounds are put to it.
_NO_GATE = "--no-gate"
# What `pocketk release` writes in its folder, anew after each step.
RELEASE_FILE = "release.json"
# Written last by pocketk pretrain.
_PRETRAINING_FILE = "pretraining.json"


@dataclass(frozen=True)
class ReleasePlan:
    """What to release from what.

    Attributes:
        scale: how large.
        work: folder for everything in between.
        bundle: the bundle's folder; its name becomes the model's.
        data: folder of public recordings, None for a release from synthetic patients only.
        processes: that simulate and prepare.
        threads: of the training.
        seed: of network, order and augmentation; the cohorts' are fixed.
    """

    scale: ReleaseScale
    work: Path
    bundle: Path
    data: Path | None = None
    processes: int = 2
    threads: int = 2
    seed: int = 3407

    def steps(self) -> tuple[ReleaseStep, ...]:
        """Every step, in order."""
        return (*self._backgrounds(), *self._cohorts(), *self._training(), *self._judgement())

    @property
    def public_recordings(self) -> tuple[str, ...]:
        """Names of the data sets that potassium is laid over."""
        return () if self.data is None else tuple(name for _, _, name in BACKGROUNDS)

    @property
    def remark(self) -> str:
        """What the bundle says before the counts of its training."""
        return "" if self.scale.name == "full" else f"{self.scale.name} version, no model to use"

    def _backgrounds(self) -> tuple[ReleaseStep, ...]:
        if self.data is None:
            return ()
        parts = [self.work / f"backgrounds-{kind}" for kind, _, _ in BACKGROUNDS]
        built = tuple(
            ReleaseStep(
                f"recordings of {name} without potassium",
                ("cohort", "build", kind, str(self.data / folder), "--out", str(part), *self._processes()),
                part,
                mark=CARD_FILE,
            )
            for (kind, folder, name), part in zip(BACKGROUNDS, parts, strict=True)
        )
        merged = self.work / "backgrounds"
        merge = ("cohort", "merge", *map(str, parts), "--out", str(merged))
        return (*built, ReleaseStep("all of them as one cohort", merge, merged, mark=CARD_FILE))

    def _cohorts(self) -> tuple[ReleaseStep, ...]:
        scale, oversampled = self.scale, ("--positives", _POSITIVES)
        learn, test = ("--internal-share", "0"), ("--internal-share", "1")
        long = ("--seconds", "30")
        mixed, both = (*oversampled, *learn, *self._morphs(scale.morph_share)), "train"
        steps = [
            self._simulate("train-10s", scale.train_patients, _TRAIN_SEED, mixed, "patients to learn from"),
            self._simulate(
                "train-30s", scale.strip_patients, _STRIP_SEED, (*long, *oversampled, *learn), "strips to learn from"
            ),
            ReleaseStep(
                "all patients to learn from as one cohort",
                ("cohort", "merge", *(str(self.work / f"train-{s}") for s in ("10s", "30s")), "--out", self._at(both)),
                self.work / both,
                mark=CARD_FILE,
            ),
            self._simulate(
                "calibration",
                scale.calibration_patients,
                _CALIBRATION_SEED,
                (*long, *learn),
                "patients to calibrate on",
            ),
            self._simulate("test", scale.test_patients, _TEST_SEED, (*long, *test), "patients to test on"),
        ]
        if self.data is not None:
            morphs = (*oversampled, *self._morphs(1.0))
            about = "public recordings under other potassium to test on"
            steps.append(self._simulate("test-morphed", scale.morph_test_patients, _MORPH_TEST_SEED, morphs, about))
        return tuple(steps)

    def _training(self) -> tuple[ReleaseStep, ...]:
        pretrained, run = self.work / "pretrained", self.work / "run"
        store = ("--store", self._at("train-clips"), _NO_GATE)
        pretrain = ("pretrain", self._at("train"), *store, "--labelled", "--clips", str(self.scale.pretrain_clips))
        threads = ("--threads", str(self.threads), "--seed", str(self.seed))
        train = ("train", self._at("train"), *store, "--preset", "pocketk-s", "--clips", str(self.scale.clips))
        start = ("--from", str(pretrained / "model.safetensors"))
        return (
            ReleaseStep(
                "what a Lead I looks like, without labels",
                (*pretrain, *threads, "--out", str(pretrained)),
                pretrained,
                mark=_PRETRAINING_FILE,
            ),
            ReleaseStep(
                "training",
                (*train, *start, *threads, "--out", str(run)),
                run,
                mark="run.json",
                resume=("train", "--resume", str(run)),
                resumable=run / "config.json",
            ),
        )

    def _judgement(self) -> tuple[ReleaseStep, ...]:
        calibration = self._at("calibration.json")

        def given(cohort: str, *gate: str) -> tuple[str, ...]:
            return ("evaluate", self._at(cohort), "--run", self._at("run"), *gate, *self._processes())

        draws = ("--draws", str(self.scale.draws))
        frozen, fit = ("--operating-points", calibration), ("--prevalence", "0.02", *self.scale.targets)
        scored, report = self.work / "calibration-scored", self.work / "evaluation"
        plain = given("calibration", _NO_GATE, "--no-describe")
        steps = [
            ReleaseStep(
                "scores to calibrate on",
                (*plain, "--split", "development", "--draws", "50", "--out", str(scored)),
                scored,
                mark="evaluation.json",
            ),
            ReleaseStep(
                "probabilities and thresholds",
                ("calibrate", str(scored), "--whole-development", "--run", self._at("run"), *fit, "--out", calibration),
                self.work / "calibration.json",
            ),
            ReleaseStep(
                "evaluation",
                (*given("test", _NO_GATE), *frozen, *draws, "--saliency", "2", "--out", str(report)),
                report,
                mark="evaluation.json",
            ),
        ]
        if self.data is not None:
            morphed = self.work / "evaluation-morphed"
            command = (*given("test-morphed"), *frozen, *draws, "--out", str(morphed))
            steps.append(ReleaseStep("evaluation over public recordings", command, morphed, mark="evaluation.json"))
        return (*steps, self._export(calibration, report))

    def _export(self, calibration: str, report: Path) -> ReleaseStep:
        outputs = [part for name in OUTPUTS for part in ("--outputs", name)]
        named = [part for name in self.public_recordings for part in ("--public-recordings", name)]
        said = ("--calibration", calibration, *named, *(("--remark", self.remark) if self.remark else ()))
        weights = str(self.work / "run" / "model.safetensors")
        judged = ("--evaluation", str(report), "--run", self._at("run"), "--release", self._at(RELEASE_FILE))
        if self.data is not None:
            judged = (*judged, "--evaluation", self._at("evaluation-morphed"))
        command = ("export", weights, "--out", str(self.bundle), *outputs, *said, *judged)
        return ReleaseStep("bundle", command, self.bundle, mark=MANIFEST_NAME)

    def _simulate(self, name: str, patients: int, seed: int, options: tuple[str, ...], about: str) -> ReleaseStep:
        arguments = ("simulate", "--patients", str(patients), "--seed", str(seed), *options)
        return ReleaseStep(
            f"{patients:,} {about}",
            (*arguments, *self._processes(), "--out", self._at(name)),
            self.work / name,
            mark=CARD_FILE,
        )

    def _morphs(self, share: float) -> tuple[str, ...]:
        if self.data is None:
            return ()
        return ("--backgrounds", self._at("backgrounds"), "--morph-share", f"{share:g}")

    def _processes(self) -> tuple[str, ...]:
        return ("--processes", str(self.processes))

    def _at(self, name: str) -> str:
        return str(self.work / name)
