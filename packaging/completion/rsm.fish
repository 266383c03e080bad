# fish completion of rsm. What may come next, rsm says itself (rsm --words OBJECT VERB: words, and "=WHAT" for what is named there; rsm --value-options);
# names of libraries, drives, media and requests are asked from the service.
function __rsm_names
    set -l filter $argv[1]
    command -q jq; or return
    rsm $argv[2..-1] --json 2>/dev/null | jq -r $filter 2>/dev/null
end

function __rsm_targets
    switch $argv[1]
        case SIDE
            __rsm_names '.[] | "\(.medium_name):\(.number)"' side list
        case MEDIUM
            __rsm_names '.[].name' media list
        case DRIVE
            __rsm_names '.[].name' drive list
        case LIBRARY
            __rsm_names '.[].name' library list
        case POOL
            __rsm_names '.[].path' pool list
        case REQUEST
            __rsm_names '.[].id' request list --open
        case OPREQ
            __rsm_names '.[].id' opreq list
        case SESSION
            __rsm_names '.[].session' session list
        case KIND
            printf '%s\n' new-media cleaner service move message
        case WHOSE
            __rsm_names '.[].name' media list
            __rsm_names '.[].name' drive list
        case USER
            __fish_complete_users
        case OBJECT
            printf '%s\n' computer root pool library
            __rsm_names '.[].path' pool list
            __rsm_names '.[].name' library list
        case ACTION
            printf '%s\n' login logout
        case WHAT
            printf '%s\n' daemon libraries drives queue media commit all
        case VOLUME PATH
            __fish_complete_path (commandline -ct)
    end
end

function __rsm_words
    set -l values (rsm --value-options 2>/dev/null)
    set -l object ''
    set -l verb ''
    set -l skip 0
    set -l typed (commandline -opc)
    for word in $typed[2..-1]
        if test $skip -eq 1
            set skip 0
        else if string match -q -- '--*' $word
            contains -- $word $values; and set skip 1
        else if not string match -q -- '-*' $word
            if test -z "$object"
                set object $word
            else if test -z "$verb"
                set verb $word
            end
        end
    end
    switch $typed[-1]
        case --socket --file --chap-file --config --pdf --scan --hardware --state
            __fish_complete_path (commandline -ct)
            return
        case --color
            printf '%s\n' auto always never
            return
        case --from-free --to-free --purge-free --keep-import --keep-failed
            printf '%s\n' yes no
            return
        case --priority
            printf '%s\n' highest high normal low lowest
            return
        case --library --into
            __rsm_targets LIBRARY
            return
        case --medium
            __rsm_targets MEDIUM
            return
        case --pool
            __rsm_targets POOL
            return
    end
    for line in (rsm --words "$object" "$verb" 2>/dev/null)
        if string match -q -- '=*' $line
            __rsm_targets (string sub -s 2 -- $line)
        else
            echo $line
        end
    end
end

complete -c rsm -f -a '(__rsm_words)'
