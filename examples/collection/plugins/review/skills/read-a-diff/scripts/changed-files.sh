#!/bin/sh
# Print the files changed since BASE (default: the main branch), largest change first; tests are marked "T".
set -eu

base=${1:-$(git symbolic-ref --quiet --short refs/remotes/origin/HEAD 2>/dev/null || echo main)}

git diff --numstat "$base...HEAD" | awk -F '\t' '
    { lines = ($1 == "-" ? 0 : $1 + $2); mark = ($3 ~ /(^|[\/_.-])(test|tests|spec)([\/_.-]|$)/ ? "T" : " ")
      printf "%6d %s %s\n", lines, mark, $3 }
' | sort -rn
