"""A bench self-check of the digital path, inspired by IEC 60601-2-25, -2-27 and -2-47; no conformity is claimed."""
