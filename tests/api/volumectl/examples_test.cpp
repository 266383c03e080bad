// The example programs on real volumes: as a user starts them, and what is there afterwards.
#include "rules.hpp"

namespace rsm::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class Examples : public VolumeRules {
 protected:
  void SetUp() override { begin("xfs"); }

  // Its exit status; what it said is in said_.
  int start(std::string const& program, std::vector<std::string> const& arguments) {
    std::string command = program;
    for (auto const& argument : arguments) command += " '" + argument + "'";
    int const status = run({"sh", "-c", command + " > '" + bench_->lab().path("said") + "' 2>&1"});
    said_ = read_file(bench_->lab().path("said"));
    return status;
  }
  // An image with a file system that has one file.
  std::string prepared_image(std::string const& fs_type, std::string const& text) const {
    auto const file = bench_->lab().image("prepared.img", fs_type);
    auto const loop = bound(file);
    auto const at = bench_->lab().folder("prepared");
    EXPECT_EQ(mount_device(loop.node, at, fs_type), 0);
    write_file(at + "/text", text);
    EXPECT_EQ(umount_path(at), 0);
    return file;
  }

  std::string said_;
};

TEST_F(Examples, EjectMediaTakesTheMediumOutInTheSafeOrder) {
  auto const at = mount();
  write_file(at + "/a", "words that must not be lost", false);
  EXPECT_EQ(start(EJECT_MEDIA, {node()}), 0) << said_;
  EXPECT_EQ(said_, "flushed\nlocked\ndismounted\noffline\nremoval allowed\nejected\nunlocked\n");
  EXPECT_FALSE(bench_->is_bound());
  EXPECT_TRUE(medium_has("words that must not be lost"));
}

TEST_F(Examples, EjectMediaLeavesAVolumeInUseAloneAndForceTakesWhatTheDriveGives) {
  auto const at = mount();
  Actor holder(holds_file(at + "/a"));
  ASSERT_EQ(holder.answer(), 0);
  EXPECT_EQ(start(EJECT_MEDIA, {node()}), 4) << said_;
  EXPECT_THAT(said_, AllOf(HasSubstr("trying again"), HasSubstr("error 5"), HasSubstr(std::to_string(holder.pid()))));
  EXPECT_TRUE(is_mounted(at));
  EXPECT_EQ(holder.ask('w'), 0);
  EXPECT_EQ(start(EJECT_MEDIA, {"--force", node()}), 5) << said_;
  EXPECT_THAT(said_, AllOf(HasSubstr("going on without the lock"), HasSubstr("dismounted"), HasSubstr("error 170")));
  EXPECT_EQ(holder.ask('r'), EIO) << "what was open is dead";
  EXPECT_TRUE(bench_->is_bound()) << "and while it is open the drive keeps the medium";
}

TEST_F(Examples, ChangeFilesystemPutsAnotherOneWhereTheOldOneWas) {
  auto const image = prepared_image("ext4", "a file of the new one");
  auto const at = mount();
  write_file(at + "/old", "a file of the old one");
  EXPECT_EQ(start(CHANGE_FILESYSTEM, {node(), image}), 0) << said_;
  EXPECT_FALSE(is_mounted(at));
  EXPECT_NE(mount_device(node(), at, "xfs"), 0) << "the old one is gone";
  ASSERT_EQ(mount_device(node(), at, "ext4"), 0);
  EXPECT_EQ(read_file(at + "/text"), "a file of the new one");
  EXPECT_EQ(umount_path(at), 0);
}

TEST_F(Examples, ChangeFilesystemChangesNothingOnAVolumeInUse) {
  auto const image = prepared_image("ext4", "a file of the new one");
  auto const at = mount();
  Actor holder(holds_file(at + "/a"));
  ASSERT_EQ(holder.answer(), 0);
  EXPECT_EQ(start(CHANGE_FILESYSTEM, {node(), image}), 4) << said_;
  EXPECT_THAT(said_, HasSubstr(std::to_string(holder.pid())));
  EXPECT_EQ(holder.ask('w'), 0);
  EXPECT_FALSE(medium_has("a file of the new one"));
}

TEST_F(Examples, TheyRefuseWhatTheyCannotDo) {
  EXPECT_EQ(start(EJECT_MEDIA, {}), 2);
  EXPECT_EQ(start(EJECT_MEDIA, {"/dev/no-such-device"}), 3);
  EXPECT_THAT(said_, HasSubstr("ERROR_FILE_NOT_FOUND (2)"));
  EXPECT_EQ(start(CHANGE_FILESYSTEM, {node()}), 2);
  EXPECT_EQ(start(CHANGE_FILESYSTEM, {node(), "/dev/null"}), 3);
  write_file(bench_->lab().path("large.img"), std::string(1, 'x'));
  ASSERT_EQ(run({"truncate", "-s", "400M", bench_->lab().path("large.img")}), 0);
  EXPECT_EQ(start(CHANGE_FILESYSTEM, {node(), bench_->lab().path("large.img")}), 3);
  EXPECT_THAT(said_, HasSubstr("larger than the volume"));
}

}  // namespace
}  // namespace rsm::test
