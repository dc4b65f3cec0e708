"""Copy number of genes: depth beside that of normals, and the balance of a tumour's alleles."""
