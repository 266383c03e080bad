// libblkid for a program that seldom asks it: the functions of it that label.cpp calls, each handed on to the machine's library, which is found and
// joined at the first look at a label and not at every start. Only programs that are linked with rsm_blkid_when_asked have this.
// Without the library there is no probe: the medium cannot be read, and the error says what is missing. Thread rule: any.
#include <blkid/blkid.h>
#include <dlfcn.h>

#include <cerrno>
#include <cstddef>

namespace {

constexpr char const* library_name = "libblkid.so.1";

void* library() {
  static void* const opened = ::dlopen(library_name, RTLD_NOW | RTLD_LOCAL);
  return opened;
}

// What the library's own function of this name answers; without it what stands for "no".
template <class Answer, class... Parameters>
Answer ask(char const* name, Answer no, Parameters... parameters) {
  auto* const function = library() == nullptr ? nullptr : reinterpret_cast<Answer (*)(Parameters...)>(::dlsym(library(), name));
  if (function == nullptr) errno = ELIBACC;
  return function == nullptr ? no : function(parameters...);
}

void tell(char const* name, blkid_probe probe) {
  if (auto* const function = library() == nullptr ? nullptr : reinterpret_cast<void (*)(blkid_probe)>(::dlsym(library(), name))) function(probe);
}

constexpr int failed = -1;

}  // namespace

extern "C" {

blkid_probe blkid_new_probe() { return ask<blkid_probe>("blkid_new_probe", nullptr); }
void blkid_free_probe(blkid_probe probe) { tell("blkid_free_probe", probe); }
void blkid_reset_probe(blkid_probe probe) { tell("blkid_reset_probe", probe); }
int blkid_probe_set_device(blkid_probe probe, int fd, blkid_loff_t begin, blkid_loff_t size) { return ask("blkid_probe_set_device", failed, probe, fd, begin, size); }
int blkid_probe_enable_superblocks(blkid_probe probe, int enable) { return ask("blkid_probe_enable_superblocks", failed, probe, enable); }
int blkid_probe_set_superblocks_flags(blkid_probe probe, int flags) { return ask("blkid_probe_set_superblocks_flags", failed, probe, flags); }
int blkid_probe_reset_superblocks_filter(blkid_probe probe) { return ask("blkid_probe_reset_superblocks_filter", failed, probe); }
int blkid_probe_filter_superblocks_type(blkid_probe probe, int flag, char* names[]) { return ask("blkid_probe_filter_superblocks_type", failed, probe, flag, names); }
int blkid_probe_enable_partitions(blkid_probe probe, int enable) { return ask("blkid_probe_enable_partitions", failed, probe, enable); }
int blkid_do_probe(blkid_probe probe) { return ask("blkid_do_probe", failed, probe); }
int blkid_do_safeprobe(blkid_probe probe) { return ask("blkid_do_safeprobe", failed, probe); }
int blkid_probe_lookup_value(blkid_probe probe, char const* name, char const** data, std::size_t* length) { return ask("blkid_probe_lookup_value", failed, probe, name, data, length); }

}  // extern "C"
