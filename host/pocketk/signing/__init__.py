"""Keys and signatures: what makes a bundle one that a device accepts."""
