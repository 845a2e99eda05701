"""The same figures in each split: internal, temporal and external."""

from pocketk.cohort.manifest_row import SPLITS
from pocketk.evaluation.discrimination_section import ENDPOINTS
from pocketk.evaluation.operating_section import judged
from pocketk.evaluation.report_section import Section
from pocketk.evaluation.report_table import Cell, Table
from pocketk.evaluation.statistics.estimate import one_class
from pocketk.evaluation.study import Study, StudyRows


def cohort_section(study: Study) -> Section:
    """AUROC and operating points by split, and by source within it."""
    rows = study.scored
    groups: list[tuple[str, str, StudyRows]] = []
    for split in SPLITS:
        own = rows.where((rows.frame["split"] == split).to_numpy())
        if not len(own):
            continue
        groups.append((split, "all", own))
        sources = sorted(own.frame["source"].unique())
        if len(sources) > 1:
            groups += [(split, source, own.where((own.frame["source"] == source).to_numpy())) for source in sources]
    absent = [
        split for split in ("internal_test", "temporal_test", "external_test") if split not in {s for s, _, _ in groups}
    ]
    points = study.plan.operating_points
    flags = [name for point in points for name in (f"sensitivity at {point.name}", f"specificity at {point.name}")]
    headings = (
        "split",
        "source",
        "recordings",
        "patients",
        "positive",
        *(f"AUROC {e.name}" for e in ENDPOINTS),
        *flags,
    )
    lines = tuple(_line(split, source, own) for split, source, own in groups)
    return Section(
        "cohorts",
        "Cohorts",
        "Temporal and external recordings are those that the manifest marks so. Recordings of the development split "
        "say nothing of new patients.",
        (Table("cohorts", "By split and source", headings, lines),) if lines else (),
        (),
        tuple(f"{split}: not among the evaluated recordings." for split in absent),
    )


def _line(split: str, source: str, rows: StudyRows) -> tuple[Cell, ...]:
    areas: list[Cell] = []
    for endpoint in ENDPOINTS:
        positive = endpoint.positive(rows.k_mmol_l)
        keep = positive | ~rows.positive
        why = one_class(int(positive[keep].sum()), int((~positive[keep]).sum()))
        some = rows.where(keep)
        areas.append(f"not computed: {why}" if why else some.auroc(positive=positive[keep]))
    flags: list[Cell] = []
    for point in rows.plan.operating_points:
        found = judged(rows, point.threshold)
        flags += [found.sensitivity, found.specificity]
    return (split, source, len(rows), rows.n_patients, rows.n_positive, *areas, *flags)
