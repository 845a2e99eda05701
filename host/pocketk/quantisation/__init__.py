"""Full static int8 of a network: simulated, its ranges found, its weights fitted to it, and judged."""
