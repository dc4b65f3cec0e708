"""Models of response and survival: the network and its rivals."""
