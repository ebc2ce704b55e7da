#!/bin/bash
# pkg_config.sh PREFIX COMPILER SOURCE PROGRAM FLAGS [static]: compiles and links against the Tweed installed in PREFIX;
# "static": against libtweed.a and whatever pkg-config says that it needs.
set -euo pipefail
pc=$(find "$1" -name tweed.pc)
export PKG_CONFIG_PATH=${pc%/*}
libraries=$(pkg-config --libs tweed)
if [ "${6:-}" = static ]; then
  libraries=$(pkg-config --static --libs tweed)
  libraries=${libraries/-ltweed /-l:libtweed.a }
fi
# shellcheck disable=SC2046,SC2086
$2 -Wall -Wextra -Wpedantic -Werror $5 $3 -x none -o "$4" $(pkg-config --cflags tweed) $libraries \
  -Wl,-rpath,"$(pkg-config --variable=libdir tweed)"
test -e "$(pkg-config --variable=includedir tweed)/tweed/solve.h"
