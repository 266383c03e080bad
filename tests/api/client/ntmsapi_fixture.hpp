// A fake server, the library pointed at it, and a session.
#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "fake_server.hpp"
#include "ntmsapi.h"

namespace rsm::test {

inline NTMS_GUID guid(BYTE last) {
  NTMS_GUID out = NTMS_NULLGUID;
  out.Data1 = 0xA0000000;
  out.Data4[7] = last;
  return out;
}
inline std::string guid_text(BYTE last) {
  char text[37];
  std::snprintf(text, sizeof text, "a0000000-0000-0000-0000-0000000000%02x", last);
  return text;
}
inline bool same(NTMS_GUID const& a, NTMS_GUID const& b) { return std::memcmp(&a, &b, sizeof a) == 0; }

class Ntms : public testing::Test {
 protected:
  void SetUp() override {
    setenv("OPENRSM_SOCKET", server.path().c_str(), 1);
    session = OpenNtmsSessionA(nullptr, "Backup", 0);
    ASSERT_NE(session, INVALID_HANDLE_VALUE) << GetLastError();
  }
  void TearDown() override {
    if (session != nullptr) CloseNtmsSession(session);
  }
  void refuse(std::string const& method, unsigned code) {
    server.on(method, [code](Call const&) -> Act { return Refuse{code}; });
  }
  void reply(std::string const& method, std::string const& result) {
    server.on(method, [result](Call const&) -> Act { return Reply{result}; });
  }
  // Calls that came after the session was open.
  std::size_t asked() const { return server.calls().size() - 2; }

  FakeServer server;
  HANDLE session = nullptr;
};

}  // namespace rsm::test
