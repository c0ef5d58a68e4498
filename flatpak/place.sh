# shellcheck shell=bash disable=SC2034 # what is set here is for who sources it
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Sourced by ./run and ./check: where Signalbox is built and run on this machine, and where the build goes.

say () { echo "$*" >&2; }
die () { say "$@"; exit 1; }

# The first thing that a native build would miss here, in words; nothing when all is there.
missing_for_build ()
{
  local tool
  for tool in meson ninja pkg-config blueprint-compiler gcc msgfmt glib-compile-resources; do
    command -v "$tool" >/dev/null 2>&1 || { echo "$tool is not installed"; return 0; }
  done
  pkg-config --print-errors --errors-to-stdout --short-errors --exists 'gtk4 >= 4.18' 'libadwaita-1 >= 1.7' \
    'libsoup-3.0 >= 3.6' 'json-glib-1.0 >= 1.10' 'gnutls >= 3.7' gtksourceview-5 sqlite3 libqrencode 'libportal-gtk4 >= 0.7' | head -n 1 | sed "s/, required by 'virtual:world'//; s/\.$//" || true
}

# The same for what the tests need besides.
missing_for_tests ()
{
  local tool
  for tool in Xvfb dbus-run-session chromium node curl sqlite3 xdpyinfo desktop-file-validate appstreamcli shellcheck mandoc systemd-analyze bwrap; do
    command -v "$tool" >/dev/null 2>&1 || { echo "$tool is not installed"; return 0; }
  done
  python3 -c 'import websockets; import gi; gi.require_version("Atspi", "2.0")' 2>/dev/null ||
    { echo "Python's websockets, gi or Atspi is not installed"; return 0; }
  [ -e /usr/share/bash-completion/bash_completion ] || { echo "bash-completion is not installed"; return 0; }
  # Where Debian keeps it as well as where node looks by itself.
  NODE_PATH=/usr/share/nodejs node -e 'require("ws")' 2>/dev/null || echo "Node's ws is not installed"
}

# choose_place PROJECT [tests]: sets place (the words to put before a command), build (the build directory) and, where
# it is the SDK tree, because (why, in words).
choose_place ()
{
  local project=$1 root=$1/_build name=native
  because=''
  place=()
  if [ -e /etc/signalbox-sdk ]; then
    name=sdk
  elif [ "${SIGNALBOX_SDK:-}" = 1 ]; then
    because="SIGNALBOX_SDK=1 asks for it"
  elif [ "${SIGNALBOX_SDK:-}" = 0 ]; then
    because=$(missing_for_build)
    [ -z "$because" ] || die "SIGNALBOX_SDK=0 asks for a build without the SDK tree, but: $because."
    [ "${2:-}" != tests ] || because=$(missing_for_tests)
    [ -z "$because" ] || die "SIGNALBOX_SDK=0 asks for tests without the SDK tree, but: $because."
  else
    because=$(missing_for_build)
    [ -z "${2:-}" ] || [ -n "$because" ] || because=$(missing_for_tests)
  fi
  if [ -n "$because" ]; then
    place=("$project/flatpak/sdk")
    name=sdk
  fi
  # A project that belongs to somebody else is built among one's own files.
  if { [ -d "$root" ] && [ ! -w "$root" ]; } || { [ ! -d "$root" ] && [ ! -w "$project" ]; } ||
    { [ -d "$root/$name" ] && [ ! -O "$root/$name" ]; }; then
    root=${XDG_CACHE_HOME:-$HOME/.cache}/signalbox/build-$(printf %s "$project" | sha256sum | cut -c1-12)
  fi
  build=$root/$name
}
