"""Making bundles."""
