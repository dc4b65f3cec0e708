"""What a user gives: sheet, cards and settings, read, checked and explained."""
