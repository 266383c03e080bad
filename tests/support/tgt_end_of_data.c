// Preloaded (LD_PRELOAD) into tgtd (package tgt 1.0.85): a READ behind the last record of a tape ends with BLANK CHECK, as that of drives does.
//
// What for: tgtd adds the bit EOM, and no length. Linux' st driver takes that for a record at the end of the medium, as long as what was asked for: its
// reader gets what lay in memory, once the record before, once zeros. The answer leaves as the data of an iSCSI response: two bytes of length,
// then fixed sense data. Thread rule: any thread. Source: SPC-4, fixed format sense data; SSC-3, READ(6).
#define _GNU_SOURCE
#include <dlfcn.h>
#include <string.h>
#include <unistd.h>

enum { LENGTH_BYTES = 2, RESPONSE_CODE = 0, KEY = 2, SENSE_MIN = 18, LARGEST = 256 };
enum { FIXED_CURRENT = 0x70, EOM = 0x40, BLANK_CHECK = 0x08 };

typedef ssize_t (*write_call)(int file, void const *data, size_t size);

ssize_t write(int file, void const *data, size_t size) {
  static write_call next;
  if (next == NULL) *(void **)&next = dlsym(RTLD_NEXT, "write");
  unsigned char const *const sense = (unsigned char const *)data + LENGTH_BYTES;
  int const at_end_of_data = size >= LENGTH_BYTES + SENSE_MIN && size <= LARGEST && sense[RESPONSE_CODE] == FIXED_CURRENT && sense[KEY] == (EOM | BLANK_CHECK);
  if (!at_end_of_data) return next(file, data, size);
  unsigned char right[LARGEST];
  memcpy(right, data, size);
  right[LENGTH_BYTES + KEY] = BLANK_CHECK;
  return next(file, right, size);
}
