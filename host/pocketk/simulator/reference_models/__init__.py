"""What a network is measured against on simulated recordings: an oracle of what was drawn, and averaged beats.

The oracle says what a strip holds at most, so that a network above it has found something else; averaged beats say
what anybody's gradient boosting would find.
"""
