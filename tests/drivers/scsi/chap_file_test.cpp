// User and secret from a file: what is read, and every reason to refuse it, without a word of what is in it.
#include "drivers/scsi/chap_file.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "drivers/scsi/limits.hpp"
#include "tests/drivers/block/lab.hpp"

namespace rsm::test {
namespace {

class ChapFile : public ::testing::Test {
 protected:
  std::string file(std::string const& text, mode_t mode = 0600) {
    std::string const path = lab.path(fmt::format("chap{}", ++files));
    write_file(path, text, false);
    ::chmod(path.c_str(), mode);
    return path;
  }
  Result<scsi::Chap> read(std::string const& text) { return scsi::read_chap_file(file(text)); }
  // The sentence, which never holds the secret.
  std::string refused(Result<scsi::Chap> const& chap, Errc code) {
    if (chap) return "it was taken";
    EXPECT_EQ(chap.error().code, code) << chap.error().text();
    EXPECT_EQ(chap.error().text().find("sesame"), std::string::npos) << chap.error().text();
    return chap.error().detail;
  }

  Lab lab;
  int files = 0;
};

TEST_F(ChapFile, IsReadAsItIs) {
  auto const chap = read("# of the library in room 4\n\nuser = operator 7\nsecret =  \"open # sesame\" = %40 \n");
  ASSERT_TRUE(chap) << chap.error().text();
  EXPECT_EQ(chap->user, "operator 7");
  EXPECT_EQ(chap->secret, " \"open # sesame\" = %40 ");
  EXPECT_FALSE(chap->is_mutual());
  EXPECT_FALSE(chap->is_weak());
}

TEST_F(ChapFile, BothWays) {
  auto const chap = read("target_secret=another sesame\ntarget_user=library\nsecret=open sesame!\nuser=operator");
  ASSERT_TRUE(chap) << chap.error().text();
  EXPECT_TRUE(chap->is_mutual());
  EXPECT_EQ(chap->target_user, "library");
  EXPECT_EQ(chap->target_secret, "another sesame");
  EXPECT_FALSE(chap->is_weak());
  EXPECT_TRUE(read("user = a\nsecret = sesame\n")->is_weak());
  EXPECT_TRUE(read("user = a\nsecret = open sesame!\ntarget_user = b\ntarget_secret = sesame\n")->is_weak());
}

TEST_F(ChapFile, OnlyWhereNobodyElseMayReadIt) {
  std::string const good = "user = a\nsecret = sesame\n";
  EXPECT_TRUE(scsi::read_chap_file(file(good, 0400)));
  for (mode_t const mode : {0640, 0604, 0620, 0602, 0610, 0601, 0700, 01600, 02600, 04600}) {
    auto const why = refused(scsi::read_chap_file(file(good, mode)), Errc::access_denied);
    EXPECT_NE(why.find(fmt::format("its mode is {:04o}", mode)), std::string::npos) << why;
  }
}

TEST_F(ChapFile, OnlyARegularFile) {
  std::string const good = file("user = a\nsecret = sesame\n");
  ASSERT_EQ(::symlink(good.c_str(), lab.path("link").c_str()), 0);
  EXPECT_EQ(refused(scsi::read_chap_file(lab.path("link")), Errc::access_denied), "it is a symbolic link; name the file itself");
  ASSERT_EQ(::mkfifo(lab.path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(refused(scsi::read_chap_file(lab.path("pipe")), Errc::access_denied), "it is not a regular file");
  EXPECT_EQ(refused(scsi::read_chap_file(lab.folder("folder")), Errc::access_denied), "it is not a regular file");
  EXPECT_EQ(refused(scsi::read_chap_file(lab.path("nothing")), Errc::resource_not_present),
            "there is no such file with a user and a secret (CHAP)");
  EXPECT_EQ(refused(scsi::read_chap_file(good + "/x"), Errc::resource_not_present),
            "there is no such file with a user and a secret (CHAP)");
}

TEST_F(ChapFile, OnlyRootsOrOnesOwn) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root: a file of another user";
  std::string const path = file("user = a\nsecret = sesame\n");
  ASSERT_EQ(::chown(path.c_str(), 12345, 12345), 0);
  EXPECT_NE(refused(scsi::read_chap_file(path), Errc::access_denied).find("it belongs to somebody else"), std::string::npos);
}

TEST_F(ChapFile, WhatIsInIt) {
  auto const bad = [&](std::string const& text) { return refused(read(text), Errc::bad_format); };
  std::string const both = "user = a\nsecret = sesame\n";
  EXPECT_EQ(bad(""), "the lines \"user = NAME\" and \"secret = TEXT\" are both needed");
  EXPECT_EQ(bad("user = a\n"), "the lines \"user = NAME\" and \"secret = TEXT\" are both needed");
  EXPECT_EQ(bad("secret = sesame\n"), "the lines \"user = NAME\" and \"secret = TEXT\" are both needed");
  EXPECT_EQ(bad(both + "sesame\n"), "line 3 has no '='");
  EXPECT_EQ(bad(both + "\n\nsesame = x\n"), "line 5 is none of user, secret, target_user and target_secret");
  EXPECT_EQ(bad(both + " user = b\n"), "line 3 is none of user, secret, target_user and target_secret");
  EXPECT_EQ(bad("secret = sesame\nuser = \n"), "line 2 has nothing behind the '='");
  EXPECT_EQ(bad(both + "secret = sesame 2\n"), "line 3 says again what an earlier line has said");
  EXPECT_EQ(bad("user = a\nsecret = sesame\r\n"), "line 2 has a control character (lines end with a line feed only)");
  EXPECT_EQ(bad(std::string("user = a\nsecret = sesame\0x\n", 27)), "line 2 has a control character (lines end with a line feed only)");
  EXPECT_EQ(bad(both + "target_user = b\n"), "target_user and target_secret belong together: both or none");
  EXPECT_EQ(bad(both + "target_secret = sesame 2\n"), "target_user and target_secret belong together: both or none");
  EXPECT_EQ(bad(both + "target_user = b\ntarget_secret = sesame\n"),
            "the target needs a secret of its own: who hears ours could answer with it");
  EXPECT_TRUE(read("user = a\nsecret = " + std::string(limits::chap_text_bytes_max, 'x')));
  EXPECT_EQ(bad("user = a\nsecret = sesame" + std::string(limits::chap_text_bytes_max, 'x')),
            "line 2 is longer than the 255 bytes that can be sent");
  EXPECT_EQ(bad(both + "#" + std::string(limits::chap_file_bytes_max, 'x')), "it has more than 4096 bytes");
}

}  // namespace
}  // namespace rsm::test
