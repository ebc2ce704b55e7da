/* fuzz_launch.c: libFuzzer on the reader of launch lines: what is accepted has as many outputs as it says, what isn't
 * has a message. Lines with files or with large buffers are left out: reading those is not what is tested. */
#include <stdlib.h>
#include <string.h>
#include <tweed/emu.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void nothing(void *const *arguments) {
  (void)arguments;
}

static const tweed_emu_param params[] = {
    {TWEED_EMU_POINTER, 8, 8}, {TWEED_EMU_F32, 4, 4}, {TWEED_EMU_I32, 4, 4}, {TWEED_EMU_BYTES, 128, 64}};
static const tweed_emu_kernel kernels[] = {{"_Z1kPffi", nothing, params, 4, 0, 0, 0},
                                           {"k2", nothing, params, 1, 0, 0, 0}};
static const tweed_emu_module module = {.abi = TWEED_EMU_ABI, .kernel_count = 2, .kernels = kernels};

/* Whether a line may name a file or ask for much memory. */
static bool is_left_out(const char *line) {
  size_t digits = 0;
  if (strchr(line, '/') || strchr(line, '.'))
    return true;
  for (; *line; line++) {
    digits = *line >= '0' && *line <= '9' ? digits + 1 : 0;
    if (digits > 4)
      return true;
  }
  return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *line = malloc(size + 1);
  if (!line)
    return 0;
  memcpy(line, data, size);
  line[size] = 0;
  tweed_emu_launch *launch = NULL;
  tweed_error error;
  if (!is_left_out(line)) {
    if (tweed_emu_launch_parse(&module, line, 1, &launch, &error) == TWEED_OK) {
      for (size_t i = 0; i < tweed_emu_launch_outputs(launch); i++) {
        tweed_emu_output o = tweed_emu_launch_output(launch, i);
        if (o.size && !o.data)
          abort();
        tweed_emu_checksum(&o);
      }
      tweed_emu_launch_reset(launch);
    } else if (launch || !error.message[0]) {
      abort();
    }
    tweed_emu_launch_free(launch);
  }
  free(line);
  return 0;
}
