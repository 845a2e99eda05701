"""QRS detectors on public recordings: ours beside public ones, in the form of ANSI/AAMI EC57."""
