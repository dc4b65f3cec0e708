# Sourced by each shell that Snakemake starts (BASH_ENV), so that no file of the project is edited:
# lets the faults of a rule happen to its jobs, one at each start, as $FAULTS/{rule} lists them.
unset BASH_ENV

# Half of what this job wrote; a job alone writes between its start and its end.
halve_outputs() {
    local path
    while read -r path; do
        [[ -f $path && $path -nt $FAULTS/started ]] || continue
        truncate --size=$(($(stat --format=%s "$path") / 2)) "$path"
    done <"$FAULTS/outputs"
}

# Take the whole disk but for so many bytes.
fill_but() {
    fallocate --length "$(($(df --output=avail --block-size=1 results | tail -1) - $1))" results/filler
}

# Note each output that this job left, with its size.
note_outputs() {
    local path
    while read -r path; do
        if [[ -s $path && $path -nt $FAULTS/started ]]; then
            stat --format='%n %s' "$path" >>"$FAULTS/left_behind"
        fi
    done <"$FAULTS/outputs"
}

happen() {
    case $1 in
        fail) exit 1 ;;
        full) fill_but 0 ;;
        fills) at_end=note_outputs && fill_but "$(cat "$FAULTS/room")" ;;
        kill) at_end='halve_outputs; kill -KILL $$' ;;
        murder) at_end='halve_outputs; kill -KILL 0' ;;
    esac
}

# A rule's own trap keeps what it does, and ours comes after it.
trap() {
    builtin trap -- "$1; $at_end" "${@:2}"
}

at_end=:
if [[ ${BASH_EXECUTION_STRING-} =~ scripts/tmp[^./]*\.([a-z_]+)\.py || ${BASH_EXECUTION_STRING-} =~ exec\ 2\>\'?logs/([a-z_]+)[./] ]]; then
    rm --force results/filler
    fault_rule=${BASH_REMATCH[1]}
    fault=$(head -1 "$FAULTS/$fault_rule" 2>/dev/null || :)
    if [[ $fault ]]; then
        sed --in-place 1d "$FAULTS/$fault_rule"
        echo "$fault_rule $fault" >>"$FAULTS/happened"
        touch "$FAULTS/started"
        sleep 0.02
        happen "$fault"
        trap : EXIT
    fi
fi
