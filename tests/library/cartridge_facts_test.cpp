// What drives tell of cartridges and of what they can record: whose it is, what stays, and what a word of somebody's hand makes of belief.
#include "tests/library/core_rig.hpp"

namespace rsm {
namespace {

using testing::IsEmpty;

class CartridgeFactsOfMedia : public CoreRig {
 protected:
  void furnished() {
    furnish("A", one_drive(6, 3));
    start_and_settle();
  }
  void tells(CartridgeFacts facts) { devices("A").cartridge(0) = std::move(facts); }
  CartridgeFacts facts_of(std::string const& name) { return medium(name).cartridge; }
  void given_back(std::string const& name) {
    dismount(name);
    settle();
  }
  static constexpr std::int64_t gigabyte = 1'000'000'000;
  CartridgeFacts const first{.density_code = 0x5A, .density = "U-616", .manufacturer = "FUJIFILM", .serial = "AB1", .loads = 7, .bytes_written = 0, .capacity = 2500 * gigabyte, .remaining = 2500 * gigabyte};
};

TEST_F(CartridgeFactsOfMedia, AreTakenWithTheLabelAndAgainWhenItLeavesTheDrive) {
  furnished();
  EXPECT_EQ(facts_of("A00001"), CartridgeFacts{}) << "nobody has told";
  EXPECT_EQ(medium("A00001").sides[0].capacity, 0);
  tells(first);
  mounted("A00001");
  EXPECT_EQ(facts_of("A00001"), first);
  EXPECT_EQ(medium("A00001").sides[0].capacity, 2500 * gigabyte) << "it has one side";
  auto used = first;
  used.bytes_written = 100 * gigabyte;
  used.remaining = 2400 * gigabyte;
  tells(used);
  given_back("A00001");
  EXPECT_EQ(facts_of("A00001"), used);
  EXPECT_EQ(facts_of("A00002"), CartridgeFacts{}) << "it was not in a drive";
  restart();
  settle();
  EXPECT_EQ(facts_of("A00001"), used);
}

TEST_F(CartridgeFactsOfMedia, StayWhereADriveCannotTellThem) {
  furnished();
  tells(first);
  mounted("A00001");
  given_back("A00001");
  tells({});
  mounted("A00001");
  given_back("A00001");
  EXPECT_EQ(facts_of("A00001"), first);
  tells({.density_code = 0x5A, .loads = 8});
  mounted("A00001");
  given_back("A00001");
  auto expected = first;
  expected.loads = 8;
  EXPECT_EQ(facts_of("A00001"), expected) << "what is told counts, the rest stays";
  tells({.density_code = 0x46});
  mounted("A00001");
  EXPECT_EQ(facts_of("A00001").density, std::nullopt) << "the name was that of another code";
}

TEST_F(CartridgeFactsOfMedia, OfAnotherCartridgeAreNotMixedWithThem) {
  furnished();
  tells(first);
  mounted("A00001");
  CartridgeFacts const other{.serial = "ZZ9", .loads = 1};
  dismount("A00001", true);  // its label is read once more
  ASSERT_TRUE(run_until([this] { return drive("A", 0).hot.state == DriveState::dismountable; }));
  run_for(std::chrono::seconds(10));
  tells(other);
  settle();
  EXPECT_EQ(facts_of("A00001"), first) << "its label was not read when it left: this may be any cartridge";
  mounted("A00001");
  EXPECT_EQ(facts_of("A00001"), other) << "the label is its own, the cartridge is another: a copy";
}

TEST_F(CartridgeFactsOfMedia, ComeWithTheFirstReading) {
  furnish("A", one_drive(6, 1));
  start();
  tells(first);
  ASSERT_TRUE(run_until([this] { return known("A00001"); }));
  settle();
  EXPECT_EQ(facts_of("A00001"), first);
}

TEST_F(CartridgeFactsOfMedia, ADriveTellsItsDensitiesAndTheyStayUntilItIsAnother) {
  furnished();
  std::vector<Density> const lto{{.code = 0x58, .name = "U-516", .description = "Ultrium 5/16T", .writable = true, .capacity = 1500 * gigabyte}, {.code = 0x46, .name = "U-416", .description = {}}};
  devices("A").densities(0) = lto;
  end_of(db::must(inventory("A")));
  EXPECT_EQ(drive("A", 0).record.densities, lto);
  devices("A").densities(0) = {};
  end_of(db::must(inventory("A")));
  EXPECT_EQ(drive("A", 0).record.densities, lto) << "it cannot tell them now";
  restart();
  settle();
  end_of(db::must(inventory("A")));
  EXPECT_EQ(drive("A", 0).record.densities, lto);
  db::must(iron("A").hardware.replace_drive(0, {}, now()));
  end_of(db::must(inventory("A")));
  EXPECT_THAT(drive("A", 0).record.densities, IsEmpty()) << "they were those of the drive before";
}

TEST_F(CartridgeFactsOfMedia, AreBounded) {
  furnished();
  devices("A").densities(0) = std::vector<Density>(limits::densities_kept_max + 10);
  end_of(db::must(inventory("A")));
  EXPECT_EQ(drive("A", 0).record.densities.size(), limits::densities_kept_max);
}

// A unit attention is told once to all who ask through one node: whoever meets it first tells it here.
TEST_F(CartridgeFactsOfMedia, AWordOfSomebodysHandIsALookAtEverything) {
  furnished();
  for (Element const asked : {Element{ElementKind::arm, 0}, Element{ElementKind::drive, 0}}) {
    auto const before = devices("A").count("describe");
    devices("A").doubt(asked);
    devices("A").doubt(asked);
    ASSERT_TRUE(run_until([&] { return devices("A").count("describe") > before; }, std::chrono::minutes(5))) << asked.text();
    settle();
    EXPECT_EQ(devices("A").count("describe"), before + 1) << "two words, one look";
  }
  auto const before = devices("A").count("describe");
  devices("A").doubt({ElementKind::drive, 0});
  auto const asked = mount("A00002");
  devices("A").doubt({ElementKind::drive, 0});
  EXPECT_EQ(end_of(asked).state, RequestState::passed);
  EXPECT_GT(devices("A").count("describe"), before);
}

}  // namespace
}  // namespace rsm
