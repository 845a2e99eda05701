"""Installs a kit. Python standard library only; it runs before anything of ours is there."""
