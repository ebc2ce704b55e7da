#!/bin/bash
# pkg_config.sh PREFIX COMPILER SOURCE PROGRAM FLAGS: compiles and links against the Tweed installed in PREFIX.
set -euo pipefail
pc=$(find "$1" -name tweed.pc)
export PKG_CONFIG_PATH=${pc%/*}
# shellcheck disable=SC2046,SC2086
$2 -Wall -Wextra -Wpedantic -Werror $5 $3 -x none -o "$4" $(pkg-config --cflags --libs tweed) \
  -Wl,-rpath,"$(pkg-config --variable=libdir tweed)"
test -e "$(pkg-config --variable=includedir tweed)/tweed/solve.h"
