"""What a prediction is worth: metrics, intervals, survival and comparison; knows no model."""
