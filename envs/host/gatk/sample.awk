# A genome of one contig and the reads of one sample with four variants: genome.fa, genome.fa.fai
# and reads.sam, made up so that each tool has something to work on.

function random_base() {
    return substr("ACGT", 1 + int(4 * rand()), 1)
}

function complement(sequence,   i, out) {
    for (i = length(sequence); i > 0; i--)
        out = out substr("TGCA", index("ACGT", substr(sequence, i, 1)), 1)
    return out
}

function print_read(name, flag, start, mate, span,   bases) {
    bases = substr(flag % 4 >= 2 && pair % 2 ? changed : genome, start, 100)
    printf "%s\t%d\tchr1\t%d\t60\t100M\t=\t%d\t%d\t%s\t%s\tRG:Z:unit\n",
        name, flag, start, mate, span, bases, qualities >"reads.sam"
}

BEGIN {
    srand(1)
    bases = 5000
    for (i = 0; i < bases; i++)
        genome = genome (i % 500 < 18 ? substr("CA", 1 + i % 2, 1) : random_base())
    changed = genome
    for (i = 1000; i <= 4000; i += 1000)
        changed = substr(changed, 1, i - 1) complement(substr(changed, i, 1)) substr(changed, i + 1)
    for (i = 0; i < 100; i++)
        qualities = qualities "F"

    print ">chr1\n" genome >"genome.fa"
    print "chr1\t" bases "\t6\t" bases "\t" bases + 1 >"genome.fa.fai"
    print "@HD\tVN:1.6\n@SQ\tSN:chr1\tLN:" bases >"reads.sam"
    print "@RG\tID:unit\tSM:sample\tLB:library\tPL:ILLUMINA" >"reads.sam"
    for (pair = 0; pair < 750; pair++) {
        start = 1 + int(rand() * (bases - 300))
        print_read("pair" pair, 99, start, start + 200, 300)
        print_read("pair" pair, 147, start + 200, start, -300)
    }
}
