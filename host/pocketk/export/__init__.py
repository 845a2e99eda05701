"""Networks turned into the files that devices run, each checked against the network it came from."""
