// Names of volumes as Windows programs write them, against tables good and bad.
#include "drivers/volume/volume_names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace {

using namespace rsm;
using namespace rsm::volume;
using testing::AllOf;
using testing::HasSubstr;

struct VolumeNames : testing::Test {
  std::string const file = testing::TempDir() + "volumes-" + std::to_string(::getpid()) + ".toml";

  void SetUp() override {
    table("[volumes]\n\"X:\" = \"/dev/disk/by-id/stick\"\nCdRom0 = \"/dev/sr0\"\n\"Volume{8b9c0b3a-0000-0000-0000-100000000000}\" = \"/dev/sdb1\"\n");
    ::setenv("OPENRSM_VOLUMES", file.c_str(), 1);
  }
  void TearDown() override {
    ::unsetenv("OPENRSM_VOLUMES");
    std::filesystem::remove(file);
  }
  void table(std::string const& text) const { std::ofstream(file, std::ios::binary) << text; }
  static Errc error_of(std::string_view name) {
    auto const path = volume_path(name);
    return path ? Errc::success : path.error().code;
  }
  std::string refusal() const {
    auto const path = volume_path(R"(\\.\X:)");
    return path ? "" : path.error().text();
  }
};

TEST_F(VolumeNames, AreFoundWhateverTheirPrefixAndCase) {
  for (char const* name : {R"(\\.\X:)", R"(\\?\x:)", "//./x:", "//?/X:", "X:", "x:"}) EXPECT_EQ(volume_path(name), "/dev/disk/by-id/stick") << name;
  EXPECT_EQ(volume_path(R"(\\.\cdrom0)"), "/dev/sr0");
  EXPECT_EQ(volume_path(R"(\\?\VOLUME{8B9C0B3A-0000-0000-0000-100000000000})"), "/dev/sdb1");
}

TEST_F(VolumeNames, EverythingElseIsAPath) {
  for (char const* path : {"/dev/loop7", "loop7", "/dev/disk/by-id/X:", "CdRom0", "XY:"}) EXPECT_EQ(volume_path(path), path);
}

TEST_F(VolumeNames, AnUnknownOneNamesThoseThatThereAre) {
  auto const path = volume_path(R"(\\.\Tape0)");
  ASSERT_FALSE(path);
  EXPECT_EQ(path.error().code, Errc::file_not_found);
  EXPECT_THAT(path.error().text(), AllOf(HasSubstr(R"(\\.\Tape0)"), HasSubstr(file), HasSubstr("CdRom0, Volume{8b9c0b3a-0000-0000-0000-100000000000}, X:")));
}

TEST_F(VolumeNames, ThatCannotBeNamesAreRefused) {
  for (std::string const& name : {std::string(), std::string(R"(\\.\X:\)"), std::string(R"(\\?\Volume{8b9c0b3a-0000-0000-0000-100000000000}\)"), std::string("/dev/sr0\0x", 10),
                                  std::string(5000, 'x')})
    EXPECT_EQ(error_of(name), Errc::invalid_name) << name;
}

TEST_F(VolumeNames, ABadTableIsRefusedWithItsLine) {
  struct Case {
    char const* text;
    char const* line;
    char const* word;
  };
  for (auto const& [text, line, word] : {Case{"[volumes]\n\"X:\" = \n", ":2", ""}, Case{"[volumes]\n\n\"X:\" = 5\n", ":3", "text"}, Case{"[volumes]\n\"X:\" = \"sr0\"\n", ":2", "absolute"},
                                         Case{"[volumes]\n\"X:\" = \"/a\"\n\"x:\" = \"/b\"\n", ":", "again"}, Case{"\n[volume]\n\"X:\" = \"/a\"\n", ":2", "[volumes]"},
                                         Case{"[volumes]\n'\\\\.\\X:' = \"/a\"\n", ":2", "without"}, Case{"volumes = 3\n", ":1", "[volumes]"}}) {
    table(text);
    EXPECT_EQ(error_of(R"(\\.\X:)"), Errc::bad_format) << text;
    EXPECT_THAT(refusal(), AllOf(HasSubstr(file + line), HasSubstr(word))) << text;
  }
}

TEST_F(VolumeNames, ATableOfAnotherNameMustBeThereTheUsualOneNeedNot) {
  std::filesystem::remove(file);
  EXPECT_EQ(error_of(R"(\\.\X:)"), Errc::file_not_found);
  EXPECT_THAT(refusal(), HasSubstr("OPENRSM_VOLUMES"));
  EXPECT_EQ(volume_path("/dev/sr0"), "/dev/sr0") << "a path needs no table";
  ::unsetenv("OPENRSM_VOLUMES");
  EXPECT_EQ(volume_names_file(), "/etc/openrsm/volumes.toml");
}

// With the examples in it taken for what they are.
TEST_F(VolumeNames, TheTableThatIsInstalledIsGood) {
  std::ifstream in(PACKAGED_TABLE);
  std::string text, line;
  while (std::getline(in, line)) text += (line.starts_with("# ") && line.contains(" = ") ? line.substr(2) : line) + "\n";
  auto const rows = parse_volume_names(text, PACKAGED_TABLE);
  ASSERT_TRUE(rows) << rows.error().text();
  EXPECT_EQ(rows->size(), 4u);
}

TEST_F(VolumeNames, ATableWithoutEndIsRefused) {
  table("[volumes]\n#" + std::string(2 * 1024 * 1024, 'x'));
  EXPECT_EQ(error_of("X:"), Errc::bad_format);
}

}  // namespace
