# cmake -DOUTPUT=F.c -DFILES="a.yaml;b.yaml" -P embed.cmake: writes the table of lib/model/shipped.h. The texts are arrays of
# numbers, since a string literal may not be longer than 4095 characters in C11. Comment lines stay in the source tree: every
# compilation that meets a loop reads a machine.
set(arrays "")
set(rows "")
set(count 0)
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME_WE)
  file(READ ${file} text)
  string(REGEX REPLACE "\n[ ]*#[^\n]*" "" text "\n${text}")
  string(STRIP "${text}" text)
  file(WRITE ${OUTPUT}.text "${text}\n")
  file(READ ${OUTPUT}.text hex HEX)
  file(REMOVE ${OUTPUT}.text)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(REPEAT "0x..," 20 row)
  string(REGEX REPLACE "(${row})" "\\1\n  " bytes "${bytes}")
  string(APPEND arrays "static const unsigned char text_${count}[] = {\n  ${bytes}0x00};\n\n")
  string(APPEND rows "  {\"${name}\", (const char *)text_${count}},\n")
  math(EXPR count "${count} + 1")
endforeach()
file(WRITE ${OUTPUT} "/* Made by cmake/embed.cmake. */\n#include \"model/shipped.h\"\n\n${arrays}const struct tweed_shipped \
tweed_shipped_machines[] = {\n${rows}  {NULL, NULL},\n};\n\nconst size_t tweed_shipped_machines_count = ${count};\n")
