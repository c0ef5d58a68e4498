# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# bash completion for signalboxctl: the program itself says what can come next.

_signalboxctl ()
{
  local cur words cword word start quoted plain=()
  _get_comp_words_by_ref -n := cur words cword || return

  # The program gets the words as it would when the line is run, except for the one that is being written.
  for word in "${words[@]:1:cword}"; do
    plain+=("${word//[\"\'\\]/}")
  done

  # What stands before the last of these is no part of what bash replaces.
  start=
  if [[ $cur == *[=:]* && $COMP_WORDBREAKS == *[=:]* ]]; then
    start=${cur%"${cur##*[=:]}"}
    start=${start//[\"\'\\]/}
  fi

  COMPREPLY=()
  while IFS=$'\t' read -r word _; do
    case $word in
      :files | :directories)
        # bash quotes what it knows to be names of files.
        compopt -o filenames 2>/dev/null
        cur=${cur#"$start"}
        local kind=-f
        [[ $word == :files ]] || kind=-d
        while IFS= read -r word; do
          COMPREPLY+=("$word")
        done < <(compgen "$kind" -- "${cur#[\"\']}") ;;
      *)
        word=${word#"$start"}
        if [[ $cur == [\"\']* ]]; then
          quoted=$word
        else
          printf -v quoted %q "$word"
        fi
        COMPREPLY+=("$quoted") ;;
    esac
  done < <("${words[0]/#\~\//$HOME/}" --complete "${plain[@]}" 2>/dev/null)
}

complete -F _signalboxctl signalboxctl
