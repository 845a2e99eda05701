"""`python -m pocketk_agent` is `pocketk-agent`."""

from pocketk_agent.cli import main

main()
