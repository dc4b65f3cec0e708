"""The thinking of GCIN: pure functions over tables and arrays; rules call it through scripts."""
