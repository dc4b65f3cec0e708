"""How far the code of a Java tool is compiled."""

SHORT_JOB_BYTES = 500_000_000


def compiler_options(data_bytes: int) -> str:
    """Options for a job over samples whose files in the sheet have `data_bytes` in all.

    A job over less than `SHORT_JOB_BYTES` ends before the second compiler has paid for itself, so
    it is switched off there: HaplotypeCaller over 80 kb at 30x takes 5.6 CPU seconds instead of
    12.7, with the same bytes as result. The sheet's files decide, and not the job's own input:
    that is gone once later jobs are done, and a setting that changed would make the job run again.
    """
    return "-XX:TieredStopAtLevel=1" if data_bytes < SHORT_JOB_BYTES else ""
