// Prints docs/protocol.md: rsm-protocol-doc > docs/protocol.md
#include <cstdio>

#include "api/protocol/protocol_doc.hpp"

int main() {
  std::string const text = rsm::wire::protocol_document();
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0 ? 0 : 1;
}
