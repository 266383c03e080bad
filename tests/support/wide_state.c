// User Mode Linux on a processor with more state than its kernel has room for (AMX): preloaded (LD_PRELOAD) into linux.uml.
//
// What for: it sets the vector registers of its guest's processes from a buffer of its own size, and the kernel below takes nothing but the whole
// state of the processor (EFAULT): it dies at its start. Here the whole state is read first, what UML has is laid over it, and that is set. Where
// UML's buffer is large enough, calls go through as they are. Thread rule: one thread. Source: ptrace(2), PTRACE_SETREGSET with NT_X86_XSTATE.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>

#define WHOLE_STATE_BYTES 16384  // with AMX it has 11008

typedef long (*ptrace_call)(int request, pid_t process, void *address, void *data);

static ptrace_call next_ptrace(void) {
  static ptrace_call next;
  if (next == NULL) *(void **)&next = dlsym(RTLD_NEXT, "ptrace");
  return next;
}

static long set_whole_state(pid_t process, void *kind, struct iovec const *part) {
  static char whole[WHOLE_STATE_BYTES];  // its kernel has a small stack, and one thread that calls this
  struct iovec state = {whole, sizeof whole};
  if (next_ptrace()(PTRACE_GETREGSET, process, kind, &state) != 0) return -1;
  if (part->iov_len >= state.iov_len) return next_ptrace()(PTRACE_SETREGSET, process, kind, (void *)part);
  memcpy(whole, part->iov_base, part->iov_len);
  return next_ptrace()(PTRACE_SETREGSET, process, kind, &state);
}

long ptrace(enum __ptrace_request request, ...) {
  va_list rest;
  va_start(rest, request);
  pid_t const process = va_arg(rest, pid_t);
  void *const address = va_arg(rest, void *);
  void *const data = va_arg(rest, void *);
  va_end(rest);
  if (request == PTRACE_SETREGSET && (size_t)address == NT_X86_XSTATE) return set_whole_state(process, address, data);
  return next_ptrace()(request, process, address, data);
}
