"""What lies in the results, and what its receipts vouch for."""
