# bash completion of rsm. What may come next, rsm says itself (rsm --words OBJECT VERB: words, and "=WHAT" for what is named there; rsm --value-options); names of
# libraries, drives, media and requests are asked from the service.
_rsm_names() {
  local filter=$1
  shift
  command -v jq >/dev/null || return
  rsm "$@" --json 2>/dev/null | jq -r "$filter" 2>/dev/null
}

_rsm_targets() {
  case $1 in
    SIDE) _rsm_names '.[] | "\(.medium_name):\(.number)"' side list ;;
    MEDIUM) _rsm_names '.[].name' media list ;;
    DRIVE) _rsm_names '.[].number' drive list ;;
    WHOSE) _rsm_names '.[].name' media list; _rsm_names '.[].name' drive list ;;
    USER) compgen -u -- "$2" ;;
    LIBRARY) _rsm_names '.[].name' library list ;;
    POOL) _rsm_names '.[].path' pool list ;;
    REQUEST) _rsm_names '.[].id' request list --open ;;
    OPREQ) _rsm_names '.[].id' opreq list ;;
    SESSION) _rsm_names '.[].session' session list ;;
    VOLUME | PATH) compgen -f -- "$2" ;;
    OBJECT) echo computer root pool library && _rsm_names '.[].path' pool list && _rsm_names '.[].name' library list ;;
    KIND) echo new-media cleaner service move message ;;
    ACTION) echo login logout ;;
    TEXT) ;;
    WHAT) echo daemon libraries drives queue media commit all ;;
  esac
}

_rsm() {
  local current=${COMP_WORDS[COMP_CWORD]} word object='' verb='' i words='' values
  values=$'\n'$(rsm --value-options 2>/dev/null)$'\n'
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    case $word in
      --*) [[ $values == *$'\n'"$word"$'\n'* ]] && ((i++)) ;;
      -*) ;;
      *) if [[ -z $object ]]; then object=$word; elif [[ -z $verb ]]; then verb=$word; fi ;;
    esac
  done
  case ${COMP_WORDS[COMP_CWORD - 1]} in
    --socket | --file | --chap-file | --config | --pdf | --scan | --hardware | --state) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    --color) mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$current"); return ;;
    --from-free | --to-free | --purge-free | --keep-import | --keep-failed) mapfile -t COMPREPLY < <(compgen -W 'yes no' -- "$current"); return ;;
    --priority) mapfile -t COMPREPLY < <(compgen -W 'highest high normal low lowest' -- "$current"); return ;;
    --library | --into) mapfile -t COMPREPLY < <(compgen -W "$(_rsm_targets LIBRARY)" -- "$current"); return ;;
    --medium) mapfile -t COMPREPLY < <(compgen -W "$(_rsm_targets MEDIUM)" -- "$current"); return ;;
    --pool) mapfile -t COMPREPLY < <(compgen -W "$(_rsm_targets POOL)" -- "$current"); return ;;
  esac
  while read -r word; do
    case $word in
      =*) [[ $current == -* ]] || words+=" $(_rsm_targets "${word#=}" "$current")" ;;
      *) words+=" $word" ;;
    esac
  done < <(rsm --words "$object" "$verb" 2>/dev/null)
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  # "A00001:1" is several words to readline: give back what stands behind the last colon.
  if [[ $current == *:* && $COMP_WORDBREAKS == *:* ]]; then
    COMPREPLY=("${COMPREPLY[@]#"${current%"${current##*:}"}"}")
  fi
}
complete -F _rsm rsm
