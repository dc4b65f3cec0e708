"""What a reader sees: figures and pages, made from tables; knows no model."""
