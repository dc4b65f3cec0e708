"""Quality of samples and of calls."""
