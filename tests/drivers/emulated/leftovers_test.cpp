// What a killed handler leaves of real block volumes is found by the image's inode, and only what nobody uses is removed.
#include "drivers/emulated/leftovers.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "drivers/block/loop_device.hpp"
#include "drivers/emulated/emulated_changer.hpp"
#include "drivers/emulated/emulated_drive.hpp"
#include "tests/drivers/emulated/support.hpp"

namespace rsm::emulated {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

bool bound(std::string const& image) {
  auto const identity = block::file_identity(image).value();
  auto const loops = block::bound_loop_devices({});
  return std::ranges::any_of(loops, [&](block::LoopBinding const& b) { return b.backing == identity; });
}

TEST(Leftovers, OfAKilledHandlerAreRemovedAndThoseOfALivingOneAreNot) {
  if (auto const possible = block::block_volumes_possible(); !possible) GTEST_SKIP() << "left out: " << possible.error().text();
  Scratch const scratch;
  Geometry g = small_library();
  g.filesystem = "ext4";
  g.side_bytes = 4 << 20;
  g.timing.scale = 0;
  auto const library = LibraryDirectory::make(scratch / "lib", g).value();
  auto const image = library.image_path("A00001", 0);
  ASSERT_TRUE(make_emulated_changer(library.path()).value()->move({slot(0), drive(0)}));
  auto handler = make_emulated_drive(library.path(), 0, block::make_block_volume({library.volume_link(0), 1800})).value();
  auto const loaded = handler->load();
  ASSERT_TRUE(loaded) << loaded.error().text();
  EXPECT_EQ(handler->read_label()->omid->id, library.read()->state().cartridges.at("A00001").labels[0].id);

  auto const alive = remove_leftovers(library).value();
  EXPECT_THAT(alive.removed, IsEmpty());
  EXPECT_THAT(alive.left, ElementsAre(HasSubstr("a handler serves drive 0"), HasSubstr("a handler serves drive 0")));
  ASSERT_TRUE(bound(image));

  handler.reset();  // as if it were killed: nothing is unbound
  ASSERT_TRUE(bound(image));
  auto const dead = remove_leftovers(library).value();
  EXPECT_THAT(dead.removed, ElementsAre(HasSubstr(image), HasSubstr("drives/0/volume")));
  EXPECT_THAT(dead.left, IsEmpty());
  EXPECT_FALSE(bound(image));
  EXPECT_FALSE(std::filesystem::exists(std::filesystem::symlink_status(library.volume_link(0))));
  EXPECT_THAT(remove_leftovers(library)->removed, IsEmpty());
}

}  // namespace
}  // namespace rsm::emulated
