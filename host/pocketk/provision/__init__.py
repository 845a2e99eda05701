"""The offline kit that turns a Raspberry Pi into a Pocket-K."""
