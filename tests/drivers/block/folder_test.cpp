// Files in folders of accounts that are trusted less: nothing planted there is followed, and no lock is anybody else's.
#include "drivers/block/folder.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/drivers/block/lab.hpp"
#include "tests/drivers/block/stranger.hpp"

namespace rsm::test {
namespace {

using namespace block;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

class Folders : public ::testing::Test {
 protected:
  Folders() {
    write(victim_, "precious");
    ::chmod(lab_.folder("open").c_str(), 0755);
    folder_.emplace(Folder::open(lab_.path("open")).value());
  }
  static void write(std::string const& file, std::string const& text) { std::ofstream(file) << text; }
  static std::string text_of(std::string const& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::string in(std::string const& name) const { return lab_.path("open/" + name); }
  template <class T>
  static Errc code_of(Result<T> const& result) {
    return result ? Errc::success : result.error().code;
  }
  void TearDown() override { EXPECT_EQ(text_of(victim_), "precious"); }

  Lab lab_;
  std::string victim_ = lab_.path("victim");
  std::optional<Folder> folder_;
};

TEST_F(Folders, AFileIsReplacedWhateverLiesInTheWay) {
  fs::create_symlink(victim_, in("state.new"));
  ASSERT_TRUE(folder_->replace_file("state", "one"));
  fs::create_hard_link(victim_, in("state.new"));
  ASSERT_TRUE(folder_->replace_file("state", "two"));
  ASSERT_EQ(::mkfifo(in("state.new").c_str(), 0666), 0);
  ASSERT_TRUE(folder_->replace_file("state", "three"));
  fs::create_symlink(victim_, in("other"));
  ASSERT_TRUE(folder_->replace_file("other", "four")) << "the link itself is replaced";
  EXPECT_EQ(text_of(in("state")), "three");
  EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(in("other"))));
  EXPECT_FALSE(fs::exists(fs::symlink_status(in("state.new"))));
  EXPECT_EQ(fs::hard_link_count(victim_), 1u);
}

TEST_F(Folders, OnlyFilesOfThisFolderAreOpened) {
  fs::create_symlink(victim_, in("link"));
  EXPECT_EQ(code_of(folder_->open_file("link", O_RDWR)), Errc::access_denied);
  EXPECT_THAT(folder_->open_file("link", O_RDWR).error().detail, HasSubstr("symbolic link, which is not followed here"));
  fs::create_hard_link(victim_, in("twin"));
  EXPECT_THAT(folder_->open_file("twin", O_RDWR).error().detail, HasSubstr("second name"));
  ASSERT_EQ(::mkfifo(in("fifo").c_str(), 0666), 0);
  EXPECT_EQ(code_of(folder_->open_file("fifo", O_RDONLY)), Errc::access_denied) << "and nobody waits for its other end";
  EXPECT_EQ(code_of(folder_->read_file("fifo", 10)), Errc::access_denied);
  EXPECT_EQ(code_of(folder_->open_file("none", O_RDONLY)), Errc::object_not_found);
  EXPECT_EQ(code_of(folder_->make_file("link", 0644)), Errc::already_exists);
  write(in("long"), "12345");
  EXPECT_EQ(folder_->read_file("long", 5).value(), "12345");
  EXPECT_EQ(code_of(folder_->read_file("long", 4)), Errc::bad_format);
}

TEST_F(Folders, FoldersBelowAreNoLinks) {
  fs::create_directory_symlink(lab_.folder("elsewhere"), in("below"));
  EXPECT_EQ(code_of(folder_->folder("below")), Errc::access_denied);
  EXPECT_EQ(code_of(folder_->make_folder("below")), Errc::access_denied);
  EXPECT_EQ(code_of(folder_->folder("none")), Errc::object_not_found);
  ASSERT_TRUE(folder_->make_folder("real"));
  EXPECT_TRUE(folder_->make_folder("real")) << "it is there already";
  EXPECT_TRUE(Folder::open(in("below"))) << "a path of the configuration may lead over links";
  EXPECT_EQ(code_of(Folder::open_without_links(in("below"))), Errc::access_denied);
  EXPECT_TRUE(Folder::open_without_links(in("real")));
  EXPECT_TRUE(Folder::open_without_links("/"));
  EXPECT_TRUE(Folder::open_without_links(in("real/../real/.//")));
}

TEST_F(Folders, AnImageIsReachedOverNoLinkAtAll) {
  fs::create_directory(in("cartridge"));
  write(in("cartridge/side0.img"), "bytes");
  EXPECT_TRUE(open_image(in("cartridge/side0.img"), O_RDWR));
  fs::create_directory_symlink(in("cartridge"), in("planted"));
  EXPECT_EQ(code_of(open_image(in("planted/side0.img"), O_RDWR)), Errc::access_denied);
  fs::create_symlink(victim_, in("cartridge/side1.img"));
  EXPECT_EQ(code_of(open_image(in("cartridge/side1.img"), O_RDWR)), Errc::access_denied);
  EXPECT_FALSE(open_image(in("cartridge/side1.img"), O_PATH));
  fs::create_hard_link(in("cartridge/side0.img"), in("twin"));
  EXPECT_EQ(code_of(open_image(in("cartridge/side0.img"), O_RDWR)), Errc::access_denied);
  ASSERT_EQ(::mkfifo(in("cartridge/side2.img").c_str(), 0666), 0);
  EXPECT_EQ(code_of(open_image(in("cartridge/side2.img"), O_RDONLY)), Errc::bad_format);
}

TEST_F(Folders, LinksAreSetAndRemovedInTheirOwnFolderOnly) {
  write(in("link.new"), "left by a process that died");
  ASSERT_TRUE(folder_->set_link("link", "/dev/one"));
  ASSERT_TRUE(folder_->set_link("link", "/dev/two"));
  EXPECT_EQ(fs::read_symlink(in("link")), "/dev/two");
  EXPECT_FALSE(fs::exists(fs::symlink_status(in("link.new"))));
  ASSERT_TRUE(folder_->remove_file("link"));
  ASSERT_TRUE(folder_->remove_file("link")) << "gone already";
}

TEST_F(Folders, ALockIsHeldByOneOrByManyReaders) {
  auto one = folder_->lock("lock", LockKind::exclusive, Millis{0});
  ASSERT_TRUE(one);
  EXPECT_EQ(code_of(folder_->lock("lock", LockKind::shared, Millis{0})), Errc::busy);
  one->reset();
  auto const reader = folder_->lock("lock", LockKind::shared, Millis{0});
  EXPECT_TRUE(folder_->lock("lock", LockKind::shared, Millis{0}));
  EXPECT_EQ(code_of(folder_->lock("lock", LockKind::exclusive, Millis{20})), Errc::busy);
}

TEST_F(Folders, ALockInAFolderThatOthersMayWriteInIsRefused) {
  for (mode_t const mode : {0777, 0775, 0757, 01777}) {
    ::chmod(folder_->path().c_str(), mode);
    auto const refused = folder_->lock_file("lock");
    ASSERT_EQ(code_of(refused), Errc::access_denied) << std::oct << mode;
    EXPECT_THAT(refused.error().detail, HasSubstr("others may write in it"));
  }
  ::chmod(folder_->path().c_str(), 0755);
  EXPECT_TRUE(folder_->lock_file("lock"));
}

TEST_F(Folders, WhatIsPlantedAsALockIsRefused) {
  fs::create_symlink(victim_, in("lock"));
  EXPECT_EQ(code_of(folder_->lock_file("lock")), Errc::access_denied);
  fs::remove(in("lock"));
  ASSERT_EQ(::mkfifo(in("lock").c_str(), 0600), 0);
  EXPECT_EQ(code_of(folder_->lock_file("lock")), Errc::access_denied);
  fs::remove(in("lock"));
  fs::create_hard_link(victim_, in("lock"));
  EXPECT_EQ(code_of(folder_->lock_file("lock")), Errc::access_denied);
}

TEST_F(Folders, NobodyElseCanTakeALock) {
  NEEDS_ROOT();
  ::chmod(lab_.path("").c_str(), 0755);
  ASSERT_TRUE(folder_->lock_file("lock"));
  EXPECT_EQ(mode_of(in("lock")), 0600u);
  EXPECT_TRUE(only_ours_to_lock(in("lock")));
  write(in("old"), "");
  ::chmod(in("old").c_str(), 0644);  // of a version that did not know better
  EXPECT_FALSE(only_ours_to_lock(in("old"))) << "the test can tell";
  ASSERT_TRUE(folder_->lock_file("old"));
  EXPECT_TRUE(only_ours_to_lock(in("old")));
}

TEST_F(Folders, ALockOfAnotherAccountIsRefused) {
  NEEDS_ROOT();
  write(in("lock"), "");
  ASSERT_EQ(::chown(in("lock").c_str(), stranger, stranger), 0);
  auto const refused = folder_->lock_file("lock");
  ASSERT_EQ(code_of(refused), Errc::access_denied);
  EXPECT_THAT(refused.error().detail, HasSubstr("65534"));
}

TEST_F(Folders, WhatRootMakesBelongsToTheOwnerOfTheFolder) {
  NEEDS_ROOT();
  ASSERT_EQ(::chown(folder_->path().c_str(), stranger, stranger), 0);
  ASSERT_TRUE(folder_->make_file("file", 0644));
  ASSERT_TRUE(folder_->replace_file("replaced", "x"));
  ASSERT_TRUE(folder_->make_folder("below"));
  ASSERT_TRUE(folder_->lock("lock", LockKind::exclusive, Millis{0}));
  for (auto const* name : {"file", "replaced", "below", "lock"}) EXPECT_EQ(owner_of(in(name)), stranger) << name;
}

TEST_F(Folders, APrivateFolderIsOursOrRootsAlone) {
  EXPECT_EQ(code_of(Folder::make_private(lab_.path("a/b/private"))), Errc::object_not_found);
  fs::create_directories(lab_.path("a/b"));
  EXPECT_EQ(code_of(Folder::open_private(lab_.path("a/b/private"))), Errc::object_not_found);
  ASSERT_TRUE(Folder::make_private(lab_.path("a/b/private")));
  EXPECT_EQ(mode_of(lab_.path("a/b/private")), 0700u);
  ASSERT_TRUE(Folder::make_private(lab_.path("a/b/private")));
  fs::create_directory_symlink(lab_.path("a/b/private"), lab_.path("link"));
  EXPECT_EQ(code_of(Folder::make_private(lab_.path("link"))), Errc::access_denied);
  write(lab_.path("file"), "");
  EXPECT_EQ(code_of(Folder::make_private(lab_.path("file"))), Errc::access_denied);
  ::chmod(lab_.path("a/b/private").c_str(), 0770);
  EXPECT_EQ(code_of(Folder::make_private(lab_.path("a/b/private"))), Errc::access_denied);
  ::chmod(lab_.path("a/b/private").c_str(), 0700);
  NEEDS_ROOT();
  ASSERT_EQ(::chown(lab_.path("a/b/private").c_str(), stranger, stranger), 0);
  auto const theirs = Folder::make_private(lab_.path("a/b/private"));
  ASSERT_EQ(code_of(theirs), Errc::access_denied);
  EXPECT_THAT(theirs.error().detail, HasSubstr("belongs to the account with number 65534"));
}

}  // namespace
}  // namespace rsm::test
