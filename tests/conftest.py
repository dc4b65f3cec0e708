"""What all rings share: no example fails by the clock, which a busy machine stretches."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
