"""The same model file on other kinds of CPU, under emulation: what its logits differ by, never how fast it is."""
