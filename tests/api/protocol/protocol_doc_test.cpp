#include "api/protocol/protocol_doc.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "api/protocol/methods.hpp"

namespace rsm::wire {
namespace {

TEST(ProtocolDoc, TheFileIsWhatTheGeneratorPrints) {
  std::ifstream file(RSM_PROTOCOL_MD);
  ASSERT_TRUE(file) << RSM_PROTOCOL_MD;
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_TRUE(text.str() == protocol_document()) << "docs/protocol.md is older than the tables: run rsm-protocol-doc > docs/protocol.md";
}

TEST(ProtocolDoc, NamesEveryMethodTypeAndWord) {
  std::string const text = protocol_document();
  for (auto const& m : methods()) EXPECT_NE(text.find("### " + std::string(m.name) + "\n"), std::string::npos) << m.name;
  for (auto const* shape : all_enumerations())
    for (auto const& w : shape->words)
      EXPECT_NE(text.find(std::string(w.word) + " " + std::to_string(w.number)), std::string::npos) << shape->name << " " << w.word;
  EXPECT_NE(text.find("| 4334 | ERROR_UNEXPECTED_OMID |"), std::string::npos);
}

}  // namespace
}  // namespace rsm::wire
