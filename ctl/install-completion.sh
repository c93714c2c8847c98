#!/bin/sh
# SPDX-License-Identifier: MIT
#
# install-completion.sh FOLDER FILE: installs the bash completion under the name
# by which bash looks for it; the folder is relative to the prefix. Meson cannot
# give an output the name of a program that it builds in the same folder.
set -eu

folder=$MESON_INSTALL_DESTDIR_PREFIX/$1
mkdir -p "$folder"
install -m 0644 "$2" "$folder/alumnictl"
