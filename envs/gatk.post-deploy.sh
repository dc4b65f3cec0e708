#!/usr/bin/env bash
# Snakemake runs this in the new environment of gatk.yaml, so that GATK starts there as the set-up
# makes it start: from an archive of loaded classes, which its launcher checks in use (host/gatk).
set -euo pipefail

here=${GCIN_ENVS:?is set by the workflow: let Snakemake make this environment}/host/gatk
tools=$CONDA_PREFIX/share/gcin
jars=("$CONDA_PREFIX"/share/gatk4-*/gatk-package-*-local.jar)
[[ ${#jars[@]} == 1 && -f ${jars[0]} ]] || {
    echo "gatk.post-deploy.sh: not one GATK, but: ${jars[*]}" >&2
    exit 1
}
mkdir -p "$tools/bin" "$tools/gatk/jars"
ln -sf "${jars[0]}" "$tools/gatk/jars/gatk.jar"
install -m 644 "$here/java" "$tools/gatk/java"
install -m 755 "$here/gatk" "$tools/bin/gatk"
"$here/archive" "$tools"
# Last, so that conda's own launcher stays where something failed.
ln -sf "$tools/bin/gatk" "$CONDA_PREFIX/bin/gatk"
