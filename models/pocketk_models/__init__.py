"""Networks and their weight files; may import torch, never `pocketk` and nothing that knows a device."""
