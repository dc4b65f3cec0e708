"""Keras layers of the network."""
