# bash completion of rsm: objects, verbs and options; names of libraries, drives, media and requests are asked from the service.
_rsm_names() {
  command -v jq >/dev/null || return
  rsm "$@" --json 2>/dev/null | jq -r "$_rsm_filter" 2>/dev/null
}

_rsm() {
  local current=${COMP_WORDS[COMP_CWORD]} word object='' verb='' i words=''
  local common='--socket --json --no-header --color --win32-exit --app --help --version'
  local objects='status check library changer drive slot port door media side pool request explain session opreq events catalog volume describe'
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    case $word in
      --socket | --app | --color | --warning | --critical | --timeout) ((i++)) ;;
      -*) ;;
      *) if [[ -z $object ]]; then object=$word; elif [[ -z $verb ]]; then verb=$word; fi ;;
    esac
  done
  case ${COMP_WORDS[COMP_CWORD - 1]} in
    --socket | --file) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    --color) mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$current"); return ;;
    --priority) mapfile -t COMPREPLY < <(compgen -W 'highest high normal low lowest' -- "$current"); return ;;
    --library) mapfile -t COMPREPLY < <(compgen -W "$(_rsm_filter='.[].name' _rsm_names library list)" -- "$current"); return ;;
  esac
  case "$object $verb" in
    ' ') words="$objects" ;;
    'library ') words='list show inventory inject enable disable' ;;
    'drive ') words='list show dismount enable disable' ;;
    'media ') words='list show mount dismount eject enable disable' ;;
    'changer ' | 'slot ' | 'port ' | 'door ' | 'side ') words='list' ;;
    'pool ') words='list show' ;;
    'request ') words='list show wait cancel explain' ;;
    'session ') words='list close' ;;
    'opreq ') words='list satisfy refuse' ;;
    'catalog ') words='check backup' ;;
    'volume ') words='status who flush lock dismount offline online eject load prevent allow verify' ;;
    'status ') words='--watch' ;;
    'check '*) words='daemon libraries drives queue media commit all --warning --critical --timeout -w -c -t' ;;
    'events ') words='--follow --since --type --limit' ;;
    'media mount') words='--read --write --nowait --drive --priority --timeout --error-if-offline --error-if-unavailable' ;;
    'media dismount') words='--deferred --immediate --force --wait' ;;
    'media eject') words='--force --wait' ;;
    'library inventory') words='--fast --full --stop --wait' ;;
    'library inject') words='--stop --wait' ;;
    'request wait') words='--timeout' ;;
    'volume status' | 'volume who') words='--timeout' ;;
    'volume lock') words='--wait --timeout --dry-run --' ;;
    'volume dismount' | 'volume offline' | 'volume eject') words='--force --wait --timeout --dry-run' ;;
    'volume '*) words='--timeout --dry-run' ;;
    'catalog check') words='--file' ;;
    'request list') words='--open --library --watch --limit' ;;
    'media list') words='--library --pool --watch --limit' ;;
    'side list') words='--pool --watch --limit' ;;
    *' list') words='--library --watch --limit' ;;
    *' show') words='--watch' ;;
    *' enable' | *' disable' | 'drive dismount') words='--wait' ;;
  esac
  if [[ $current != -* ]]; then
    case "$object $verb" in
      'media mount' | 'media dismount')
        words+=" $(_rsm_filter='.[] | "\(.medium_name):\(.number)"' _rsm_names side list)" ;;
      'media show' | 'media eject' | 'media enable' | 'media disable' | 'side list')
        words+=" $(_rsm_filter='.[].name' _rsm_names media list)" ;;
      'drive show' | 'drive dismount' | 'drive enable' | 'drive disable')
        words+=" $(_rsm_filter='.[].number' _rsm_names drive list)" ;;
      'library show' | 'library inventory' | 'library inject' | 'library enable' | 'library disable')
        words+=" $(_rsm_filter='.[].name' _rsm_names library list)" ;;
      'request show' | 'request wait' | 'request cancel' | 'request explain' | 'explain ')
        words+=" $(_rsm_filter='.[].id' _rsm_names request list --open)" ;;
      'opreq satisfy' | 'opreq refuse') words+=" $(_rsm_filter='.[].id' _rsm_names opreq list)" ;;
      'session close') words+=" $(_rsm_filter='.[].session' _rsm_names session list)" ;;
      'volume '?*) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
      'catalog backup') mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    esac
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words $common" -- "$current")
  # "A00001:1" is several words to readline: give back what stands behind the last colon.
  if [[ $current == *:* && $COMP_WORDBREAKS == *:* ]]; then
    COMPREPLY=("${COMPREPLY[@]#"${current%"${current##*:}"}"}")
  fi
}
complete -F _rsm rsm
