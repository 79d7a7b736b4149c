#!/bin/sh
# Before a `git commit`: refuse while staged lines still hold a conflict marker, DO NOT COMMIT, or a forgotten debugger.
# Reads the call as JSON on standard input. Exit code 2 stops the call and shows the message to the agent.
set -eu

call=$(cat)
case $call in
*"git commit"*) ;;
*) exit 0 ;;
esac
git rev-parse --is-inside-work-tree >/dev/null 2>&1 || exit 0

notes='<<<<<<< |>>>>>>> |DO NOT COMMIT|(^|[^[:alnum:]_])(breakpoint|pdb\.set_trace)\(\)|^[[:space:]]*debugger;'
found=$(git diff --cached --unified=0 --no-color | sed -n 's/^+\([^+]\)/\1/p' | grep -E "$notes" || true)
[ -z "$found" ] && exit 0

{
    echo "These staged lines look like notes to self. Remove them, then commit again:"
    echo "$found" | head -n 10
} >&2
exit 2
