"""Every code that a device refuses a bundle with is explained."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
CODE = re.compile(r"(?:bundle|golden)-[a-z]+")


def test_the_table_of_refusals_lists_every_code_that_can_be_raised_and_no_other():
    texts = [
        node.value
        for source in (ROOT / "device" / "pocketk_agent" / "bundle").glob("*.py")
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    raised = {text for text in texts if CODE.fullmatch(text)}
    page = (ROOT / "docs" / "bundle.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    listed = {code for line in rows for code in re.findall(r"`([a-z-]+)`", line.rsplit("|", 2)[1])}
    assert listed == raised
