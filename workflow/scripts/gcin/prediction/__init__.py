"""Frozen models on patients whom no model was fitted on."""
