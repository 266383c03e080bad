// The library in a directory: several processes, death in mid-move, damage, what is made and what is refused.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <functional>

#include "drivers/emulated/directory_check.hpp"
#include "drivers/emulated/library_directory.hpp"
#include "drivers/emulated/limits.hpp"
#include "drivers/emulated/side_image.hpp"
#include "drivers/emulated/state_file.hpp"
#include "libmgr/base/random.hpp"
#include "tests/drivers/block/stranger.hpp"
#include "tests/drivers/emulated/support.hpp"

namespace rsm::emulated {
namespace {

namespace fs = std::filesystem;

LibraryDirectory made_in(std::string const& path, double scale = 0) {
  Geometry g = small_library();
  g.timing.scale = scale;
  return LibraryDirectory::make(path, g).value();
}

std::string text_of(std::string const& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(std::string const& file, std::string const& text) {
  std::ofstream(file, std::ios::binary) << text;
}

// The exit code of what a child process did.
int in_child(std::function<int()> const& act) {
  pid_t const child = ::fork();
  if (child == 0) ::_exit(act());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

TEST(LibraryDirectory, IsMadeWithAnImageForEverySide) {
  Scratch const scratch;
  auto const library = made_in(scratch / "lib");
  for (auto const* name : {"A00001", "A00002", "A00003", "A00004"})
    for (std::uint32_t side : {0u, 1u}) EXPECT_EQ(fs::file_size(library.image_path(name, side)), 1u << 20);
  EXPECT_TRUE(fs::is_directory(library.drive_folder(1)));
  EXPECT_TRUE(check_directory(library)->empty());
  EXPECT_EQ(LibraryDirectory::open(scratch / "lib")->read()->state(), library.read()->state());
}

TEST(LibraryDirectory, WritesTheLabelsOfItsStateOnExt4Sides) {
  Scratch const scratch;
  Geometry g = small_library();
  g.cartridges = 1;
  g.filesystem = "ext4";
  g.side_bytes = 4 << 20;
  auto const library = LibraryDirectory::make(scratch / "lib", g);
  ASSERT_TRUE(library) << library.error().text();
  auto const hardware = library->read().value();
  for (std::uint32_t side : {0u, 1u}) {
    auto const& label = hardware.state().cartridges.at("A00001").labels[side];
    std::string image(2048, '\0');
    ASSERT_TRUE(std::ifstream(library->image_path("A00001", side)).read(image.data(), static_cast<std::streamsize>(image.size())));
    auto const uuid = Guid::parse(label.id);
    ASSERT_TRUE(uuid) << label.id;
    EXPECT_EQ(image.substr(1024 + 0x38, 2), "\x53\xef") << "magic number";
    EXPECT_EQ(image.substr(1024 + 0x68, 16), std::string(uuid->bytes.begin(), uuid->bytes.end())) << "UUID";
    EXPECT_EQ(image.substr(1024 + 0x78, 8), "A00001." + std::to_string(side)) << "volume name";
  }
}

TEST(LibraryDirectory, IsNotMadeOverSomething) {
  Scratch const scratch;
  made_in(scratch / "lib");
  EXPECT_EQ(code_of(LibraryDirectory::make(scratch / "lib", small_library())), Errc::already_exists);
  write(scratch / "file", "x");
  EXPECT_FALSE(LibraryDirectory::make(scratch / "file", small_library()));
  EXPECT_EQ(text_of(scratch / "file"), "x");
}

TEST(LibraryDirectory, AFailureLeavesNothingBehind) {
  Scratch const scratch;
  Geometry g = small_library();
  g.drives = limits::emulator_drives_max + 1;
  EXPECT_EQ(code_of(LibraryDirectory::make(scratch / "a", g)), Errc::invalid_parameter);
  g = small_library();
  g.filesystem = "xfs";
  EXPECT_EQ(code_of(LibraryDirectory::make(scratch / "b", g)), Errc::invalid_parameter) << "too small for xfs";
  EXPECT_FALSE(fs::exists(scratch / "a"));
  EXPECT_FALSE(fs::exists(scratch / "b"));
  fs::create_directory(scratch / "c");
  write(scratch / "c/faults.json", R"({"faults":[{"kind":"load_fails","cartridge":"NOBODY"}]})");
  EXPECT_EQ(code_of(LibraryDirectory::make(scratch / "c", small_library())), Errc::object_not_found);
  EXPECT_EQ(std::distance(fs::directory_iterator(scratch / "c"), fs::directory_iterator{}), 1) << "only faults.json is there";
}

TEST(LibraryDirectory, TakesItsFaultsFromAFile) {
  Scratch const scratch;
  fs::create_directory(scratch / "lib");
  write(scratch / "lib/faults.json", R"({"faults":[{"kind":"load_fails","element":"drive 1","count":3}]})");
  auto const library = LibraryDirectory::make(scratch / "lib", small_library());
  ASSERT_TRUE(library) << library.error().text();
  auto const hardware = library->read().value();
  ASSERT_EQ(hardware.state().faults.faults().size(), 1u);
  EXPECT_EQ(hardware.state().faults.faults()[0].element, drive(1));
}

TEST(LibraryDirectory, WhereNoneIsNothingIsOpened) {
  Scratch const scratch;
  EXPECT_EQ(code_of(LibraryDirectory::open(scratch / "nowhere")), Errc::object_not_found);
  EXPECT_EQ(code_of(LibraryDirectory::open(scratch.path())), Errc::object_not_found);
}

TEST(LibraryDirectory, DamageIsRefusedAndNotTouched) {
  Scratch const scratch;
  auto const library = made_in(scratch / "lib");
  auto const whole = text_of(library.state_path());
  for (auto const& damaged : {whole.substr(0, whole.size() / 2), std::string{}, std::string("{}"), whole.substr(1)}) {
    write(library.state_path(), damaged);
    auto const opened = LibraryDirectory::open(scratch / "lib");
    ASSERT_EQ(code_of(opened), Errc::bad_format);
    EXPECT_EQ(opened.error().object, library.state_path());
    auto const changed = library.change([](Hardware& h) { return h.begin_move({slot(0), drive(0)}, real_now()); });
    EXPECT_EQ(code_of(changed), Errc::bad_format);
    EXPECT_EQ(text_of(library.state_path()), damaged);
  }
}

TEST(LibraryDirectory, ARefusedCommandStillCountsItsFault) {
  Scratch const scratch;
  auto const library = made_in(scratch / "lib");
  ASSERT_TRUE(library.change([](Hardware& h) { return h.add_fault(fault_of(FaultKind::source_empty), real_now()); }));
  auto const move = [](Hardware& h) { return h.begin_move({slot(0), drive(0)}, real_now()); };
  EXPECT_EQ(code_of(library.change(move)), Errc::empty);
  EXPECT_TRUE(library.change(move));
}

TEST(LibraryDirectory, AMoveOutlivesTheProcessThatBeganIt) {
  Scratch const scratch;
  auto const library = made_in(scratch / "lib", 0.02);  // 180 ms
  int const killed = in_child([&] {
    (void)library.change([](Hardware& h) { return h.begin_move({slot(0), drive(0)}, real_now()); });
    ::kill(::getpid(), SIGKILL);
    return 0;
  });
  EXPECT_EQ(killed, 128 + SIGKILL);
  auto const written = decode_state(text_of(library.state_path()), "state.json").value();
  ASSERT_TRUE(written.machine.motion) << "written before it began";
  auto const last = decode_cartridges(text_of(scratch / ("lib/" + written.log.file)), "log").value().back();
  EXPECT_EQ(last.name, "A00001");
  EXPECT_EQ(last.place, arm);
  while (real_now() < written.machine.motion->end) ::usleep(10'000);
  EXPECT_EQ(place_of(library.read().value(), "A00001"), "drive 0");
}

TEST(LibraryDirectory, ManyProcessesNeverLoseACartridge) {
  Scratch const scratch;
  auto const library = made_in(scratch / "lib");
  auto const work = [&](std::uint64_t seed) {
    SeededRandom random(seed);
    int failures = 0;
    for (int i = 0; i < 60; ++i) {
      auto const somewhere = [&] {
        return random.chance(20) ? drive(static_cast<std::uint32_t>(random.below(2))) : slot(static_cast<std::uint32_t>(random.below(6)));
      };
      Element const from = somewhere(), to = somewhere();
      auto const moved_now = library.change([&](Hardware& h) { return h.begin_move({from, to}, real_now()); });
      // Refused moves are usual here; an error of the directory is not.
      if (!moved_now && (moved_now.error().code == Errc::bad_format || moved_now.error().code == Errc::object_not_found)) ++failures;
    }
    return failures;
  };
  std::vector<pid_t> children;
  for (std::uint64_t i = 1; i <= 6; ++i) {
    pid_t const child = ::fork();
    if (child == 0) ::_exit(work(i));
    children.push_back(child);
  }
  for (int i = 0; i < 200; ++i) {
    auto const seen = library.read();
    ASSERT_TRUE(seen) << "a reader never sees half of a change: " << seen.error().text();
  }
  for (pid_t const child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  auto const hardware = library.read().value();
  EXPECT_TRUE(hardware.problems().empty());
  EXPECT_EQ(hardware.state().cartridges.size(), 4u);
  EXPECT_GT(hardware.state().moves, 20u);
  for (auto const& [name, cartridge] : hardware.state().cartridges) EXPECT_TRUE(cartridge.place) << name;
}

TEST(LibraryDirectory, AnUpdateIsNeverLostBetweenProcesses) {
  Scratch const scratch;
  auto const library = made_in(scratch / "lib");
  std::vector<pid_t> children;
  for (int i = 0; i < 4; ++i) {
    pid_t const child = ::fork();
    if (child == 0) {
      for (int n = 0; n < 25; ++n)
        if (!library.change([](Hardware& h) { return h.add_fault(fault_of(FaultKind::load_fails), real_now()); })) ::_exit(1);
      ::_exit(0);
    }
    children.push_back(child);
  }
  for (pid_t const child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(library.read()->state().faults.faults().size(), 100u);
}

// What a move writes does not depend on how many cartridges there are.
TEST(LibraryDirectory, AMoveWritesWhatItChanges) {
  Scratch const scratch;
  Geometry g = small_library();
  g.slots = g.cartridges = 400;
  g.sides = 1;
  g.timing.scale = 0;
  auto const library = LibraryDirectory::make(scratch / "lib", g).value();
  auto const log = scratch / "lib/cartridges-1.jsonl";
  auto const whole = fs::file_size(log);
  ASSERT_TRUE(library.change([](Hardware& h) { return h.begin_move({slot(399), drive(0)}, real_now()); }));
  EXPECT_LT(fs::file_size(log) - whole, 1000u);
  EXPECT_LT(fs::file_size(library.state_path()), 4096u);
  EXPECT_EQ(place_of(LibraryDirectory::open(scratch / "lib")->read().value(), "A00400"), "drive 0");
}

TEST(LibraryDirectory, ALogThatHasGrownIsWrittenAnewAndReadersGoOn) {
  Scratch const scratch;
  auto const library = made_in(scratch / "lib");
  auto const reader = LibraryDirectory::open(scratch / "lib").value();
  ASSERT_TRUE(reader.read());
  std::size_t logs = 0;
  for (int i = 0; i < 1200; ++i) {
    bool const there = i % 2 == 0;
    ASSERT_TRUE(library.change([&](Hardware& h) { return h.hand_move(there ? slot(0) : slot(5), there ? slot(5) : slot(0), real_now()); }));
    if (i % 100 != 0) continue;
    ASSERT_EQ(reader.read()->state(), library.read()->state()) << i;
  }
  for (auto const& entry : fs::directory_iterator(scratch / "lib")) logs += entry.path().extension() == ".jsonl" ? 1 : 0;
  EXPECT_EQ(logs, 1u);
  EXPECT_FALSE(fs::exists(scratch / "lib/cartridges-1.jsonl"));
  EXPECT_EQ(reader.read()->state(), library.read()->state());
  EXPECT_EQ(LibraryDirectory::open(scratch / "lib")->read()->state(), library.read()->state());
}

TEST(LibraryDirectory, WhatStateDoesNotCountOfTheLogIsNothing) {
  Scratch const scratch;
  auto const library = made_in(scratch / "lib");
  std::ofstream(scratch / "lib/cartridges-1.jsonl", std::ios::app) << "half a line of a process that di";
  EXPECT_EQ(place_of(LibraryDirectory::open(scratch / "lib")->read().value(), "A00001"), "slot 0");
  ASSERT_TRUE(library.change([](Hardware& h) { return h.hand_move(slot(0), slot(5), real_now()); }));
  EXPECT_EQ(place_of(LibraryDirectory::open(scratch / "lib")->read().value(), "A00001"), "slot 5");
  EXPECT_EQ(text_of(scratch / "lib/cartridges-1.jsonl").find("half a line"), std::string::npos);
}

TEST(LibraryDirectory, ADamagedLogIsRefused) {
  Scratch const scratch;
  made_in(scratch / "lib");
  auto const log = scratch / "lib/cartridges-1.jsonl";
  auto const whole = text_of(log);
  auto changed = whole;
  changed[whole.size() / 2] ^= 1;
  for (auto const& damaged : {whole.substr(0, whole.size() - 1), std::string{}, changed}) {
    write(log, damaged);
    auto const opened = LibraryDirectory::open(scratch / "lib");
    ASSERT_EQ(code_of(opened), Errc::bad_format);
    EXPECT_EQ(opened.error().object, log);
  }
  fs::remove(log);
  EXPECT_EQ(code_of(LibraryDirectory::open(scratch / "lib")), Errc::object_not_found);
  write(log, whole);
  EXPECT_TRUE(LibraryDirectory::open(scratch / "lib"));
}

TEST(LibraryDirectory, MakesCopiesAndCartridgesWithAnyBarCode) {
  Scratch const scratch;
  Geometry g = small_library();
  g.timing.scale = 0;
  g.filesystem = "ext4";
  g.side_bytes = 4 << 20;
  g.cartridges = 1;
  auto const library = LibraryDirectory::make(scratch / "lib", g).value();
  EXPECT_EQ(library.copy_cartridge("A00001", {.barcode = "B00001"}).value(), "B00001");
  EXPECT_EQ(text_of(library.image_path("B00001", 1)), text_of(library.image_path("A00001", 1))) << "block for block, its label too";
  EXPECT_EQ(library.read()->state().cartridges.at("B00001").labels, library.read()->state().cartridges.at("A00001").labels);
  EXPECT_EQ(library.add_cartridge({.barcode = "A00001"}, 1).value(), "C00001") << "its bar code is taken as a name";
  EXPECT_EQ(library.add_cartridge({}, 2).value(), "C00002");
  EXPECT_EQ(library.add_cartridge({.barcode = std::string(32, '#')}, 3).value(), "C00003");
  EXPECT_EQ(library.add_cartridge({.barcode = "CLN001L1"}, 4).value(), "CLN001L1");
  EXPECT_TRUE(library.read()->state().cartridges.at("CLN001L1").cleaner);
  EXPECT_FALSE(fs::exists(library.image_path("CLN001L1", 0)));
  for (auto const& bad : {std::string(33, 'A'), std::string(" A"), std::string("A "), std::string("A\tB"), std::string("\xc3\xa4")})
    EXPECT_EQ(code_of(library.add_cartridge({.barcode = bad}, 5)), Errc::invalid_parameter) << bad;
  EXPECT_TRUE(check_directory(library)->empty()) << check_directory(library)->front();
  ASSERT_TRUE(library.change([](Hardware& h) { return h.begin_move({slot(0), drive(0)}, real_now()); }));
  ASSERT_TRUE(library.change([](Hardware& h) { return h.begin_load(0, real_now()); }));
  auto const in_use = library.copy_cartridge("name:A00001", {.barcode = "B00002"});
  EXPECT_EQ(code_of(in_use), Errc::invalid_operation);
  EXPECT_EQ(code_of(library.copy_cartridge("NIX", {.barcode = "B00002"})), Errc::object_not_found);
}

// A stranger who could take one of these locks would stop the library.
TEST(LibraryDirectory, NobodyElseCanTakeItsLocks) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can be somebody else";
  Scratch const scratch;
  auto const library = made_in(scratch / "lib");
  ASSERT_EQ(::chmod(scratch.path().c_str(), 0755), 0);
  auto const changer = library.lock_in_use(std::nullopt, block::LockKind::shared);
  auto const drive0 = library.lock_in_use(0, block::LockKind::shared);
  ASSERT_TRUE(changer && drive0);
  for (auto const* name : {"lib/lock", "lib/in-use", "lib/drives/0/in-use"}) EXPECT_TRUE(test::only_ours_to_lock(scratch / name)) << name;
  EXPECT_TRUE(library.change([](Hardware& h) { return h.hand_move(slot(0), slot(5), real_now()); }));
}

TEST(LibraryDirectory, InADirectoryThatOthersMayWriteIsRefused) {
  Scratch const scratch;
  auto const library = made_in(scratch / "lib");
  fs::permissions(scratch / "lib", fs::perms::group_write, fs::perm_options::add);
  auto const refused = library.change([](Hardware& h) { return h.hand_move(slot(0), slot(5), real_now()); });
  ASSERT_EQ(code_of(refused), Errc::access_denied);
  EXPECT_NE(refused.error().detail.find("chmod go-w"), std::string::npos) << refused.error().detail;
}

TEST(LibraryDirectory, IsMadeForItsOwnerOnlyWhateverTheUmask) {
  Scratch const scratch;
  mode_t const before = ::umask(0);
  auto const library = made_in(scratch / "lib");
  EXPECT_TRUE(library.lock_in_use(1, block::LockKind::exclusive));
  ::umask(before);
  EXPECT_TRUE(library.change([](Hardware& h) { return h.hand_move(slot(0), slot(5), real_now()); }));
}

TEST(LibraryDirectory, MakesCartridgesAndProtectsThem) {
  Scratch const scratch;
  auto const library = made_in(scratch / "lib");
  ASSERT_TRUE(library.add_cartridge({.barcode = "B1", .name = "B1"}, 5));
  EXPECT_EQ(code_of(library.add_cartridge({.barcode = "B1", .name = "B1"}, 5)), Errc::already_exists);
  EXPECT_EQ(code_of(library.add_cartridge({.barcode = "B2", .name = "../B2"}, 5)), Errc::invalid_parameter);
  EXPECT_EQ(place_of(library.read().value(), "B1"), "outside");
  EXPECT_TRUE(check_directory(library)->empty());
  ASSERT_TRUE(library.set_write_protect("B1", true));
  struct stat st {};
  ASSERT_EQ(::stat(library.image_path("B1", 1).c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0222u, 0u);
  ASSERT_TRUE(library.set_write_protect("B1", false));
  ASSERT_EQ(::stat(library.image_path("B1", 1).c_str(), &st), 0);
  EXPECT_NE(st.st_mode & 0200u, 0u);
}

TEST(DirectoryCheck, NamesEveryDifference) {
  Scratch const scratch;
  auto const library = made_in(scratch / "lib");
  fs::remove(library.image_path("A00001", 0));
  fs::resize_file(library.image_path("A00001", 1), 4096);
  write(scratch / "lib/cartridges/A00002/extra", "");
  fs::create_directory(scratch / "lib/cartridges/GHOST");
  fs::create_symlink("/nowhere", library.volume_link(0));
  fs::remove(library.drive_folder(1));
  auto const problems = check_directory(library).value();
  auto const named = [&](std::string const& text) {
    return std::ranges::any_of(problems, [&](std::string const& p) { return p.find(text) != std::string::npos; });
  };
  EXPECT_EQ(problems.size(), 6u);
  EXPECT_TRUE(named("A00001/side0.img: missing"));
  EXPECT_TRUE(named("A00001/side1.img: it has 4096 bytes"));
  EXPECT_TRUE(named("A00002/extra: belongs to no side"));
  EXPECT_TRUE(named("GHOST: belongs to no cartridge"));
  EXPECT_TRUE(named("drives/0/volume: there is a volume, but the drive is empty"));
  EXPECT_TRUE(named("drives/1: missing"));
}

TEST(SideImage, RefusesSizesAndFilesThatExist) {
  Scratch const scratch;
  auto const folder = block::Folder::open(scratch.path()).value();
  EXPECT_EQ(code_of(make_side_image(folder, "a", "ext4", 1000, {})), Errc::invalid_parameter);
  EXPECT_EQ(code_of(make_side_image(folder, "a", "none", (1 << 20) + 1, {})), Errc::invalid_parameter);
  write(scratch / "b", "precious");
  EXPECT_EQ(code_of(make_side_image(folder, "b", "none", 1 << 20, {})), Errc::already_exists);
  EXPECT_EQ(text_of(scratch / "b"), "precious");
  EXPECT_FALSE(fs::exists(scratch / "a"));
}

}  // namespace
}  // namespace rsm::emulated
