// Prints docs/states.md: rsm-states-doc > docs/states.md
#include <cstdio>

#include "libmgr/domain/state_machines.hpp"

int main() {
  std::string const text = rsm::state_machines_in_markdown();
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0 ? 0 : 1;
}
