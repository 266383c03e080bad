// What each witness is worth: weak and strong labels, cleaners' bar codes, where a medium is, how far a record is known.
#include "libmgr/identity/witness.hpp"

#include <gtest/gtest.h>

#include "tests/identity/catalog_of_media.hpp"

namespace rsm::identity {
namespace {

template <class Row>
std::string name_of_row(::testing::TestParamInfo<Row> const& info) {
  return info.param.name;
}

// ---- labels ----

struct LabelRow {
  char const* name;
  Omid label;
  bool weak;
};
class LabelStrength : public ::testing::TestWithParam<LabelRow> {};
TEST_P(LabelStrength, IsJudged) {
  EXPECT_EQ(is_weak(GetParam().label), GetParam().weak);
}
INSTANTIATE_TEST_SUITE_P(Witness, LabelStrength,
                         ::testing::Values(LabelRow{"a_uuid_is_strong", label_of(1), false},  //
                                           LabelRow{"the_date_of_an_iso_disc_is_weak", iso("2024-05-01-12-30-00-00"), true},
                                           LabelRow{"as_windows_calls_it", {"CDFS", "2024050112300000", ""}, true},
                                           LabelRow{"a_serial_number_of_32_bits_is_weak", {"SOMETHING", "\x01\x02\x03\x04", ""}, true},
                                           LabelRow{"a_fat_serial_number_as_text_is_weak", fat("1234-ABCD"), true},
                                           LabelRow{"in_small_letters", {"vfat", "1234-ABCD", ""}, true},
                                           LabelRow{"64_bits_of_ntfs_are_strong", {"NTFS", "12345678", ""}, false},
                                           LabelRow{"an_id_of_a_tape_format_is_strong", {"MTF", "0123456789abcdef", ""}, false},
                                           LabelRow{"a_volume_name_is_strong", {"ANSI", "VOL001", "VOL001"}, false},
                                           LabelRow{"all_tapes_of_a_tar_archive_have_one_label", {"TAR", "BACKUP", "BACKUP"}, true},
                                           LabelRow{"so_have_those_of_a_pax_archive", {"PAX", "BACKUP", "BACKUP"}, true},
                                           LabelRow{"and_of_a_dump", {"DUMP", "BACKUP", "BACKUP"}, true}),
                         name_of_row<LabelRow>);

TEST(Labels, ADiscWithTwoIsKnownByEither) {
  Omid const bridge{"UDF", "6b0a0d1d00003f74", "DISC", "ISO9660 2026-11-27-23-07-09-00"};
  Omid const as_udf{"UDF", "6b0a0d1d00003f74", "DISC"}, as_iso{"ISO9660", "2026-11-27-23-07-09-00", "DISC"};
  MediumRecord medium;
  medium.sides.push_back(Side{.omid = bridge});
  EXPECT_TRUE(bears(medium, bridge));
  EXPECT_TRUE(bears(medium, as_udf));
  EXPECT_TRUE(bears(medium, as_iso));
  EXPECT_FALSE(bears(medium, Omid{"ISO9660", "6b0a0d1d00003f74", ""}));
  medium.sides[0].omid = as_iso;
  EXPECT_TRUE(bears(medium, bridge)) << "recorded where only the other one was seen";
  EXPECT_FALSE(bears(medium, as_udf));
}

// ---- cleaners ----

struct CodeRow {
  char const* name;
  char const* barcode;
  bool cleaner;
};
class CleanerBarcode : public ::testing::TestWithParam<CodeRow> {};
TEST_P(CleanerBarcode, IsRecognised) {
  EXPECT_EQ(is_cleaner_barcode(GetParam().barcode), GetParam().cleaner);
}
INSTANTIATE_TEST_SUITE_P(Witness, CleanerBarcode,
                         ::testing::Values(CodeRow{"of_an_lto_library", "CLN001L1", true}, CodeRow{"universal", "CLNU00CU", true},
                                           CodeRow{"the_prefix_alone", "CLN", true}, CodeRow{"the_other_prefix", "CLR007", true},
                                           CodeRow{"a_data_cartridge", "A00001L5", false}, CodeRow{"not_at_the_beginning", "XCLN01", false},
                                           CodeRow{"small_letters_are_no_code_39", "cln001", false}, CodeRow{"none", "", false},
                                           CodeRow{"too_short", "CL", false}),
                         name_of_row<CodeRow>);

// ---- where a medium is ----

struct PlaceRow {
  char const* name;
  Place place;
  bool other_connected;
  Whereabouts is;
};
class WhereAMediumIs : public ::testing::TestWithParam<PlaceRow> {};
TEST_P(WhereAMediumIs, SeenFromTheLibrary) {
  CatalogOfMedia c;
  if (!GetParam().other_connected) c.not_present.insert(other_library());
  EXPECT_EQ(whereabouts(known(1, GetParam().place), c.catalog()), GetParam().is);
}
INSTANTIATE_TEST_SUITE_P(Witness, WhereAMediumIs,
                         ::testing::Values(PlaceRow{"on_the_shelf", Offline{}, true, Whereabouts::away},
                                           PlaceRow{"in_this_library", in(slot(1)), true, Whereabouts::here},
                                           PlaceRow{"in_a_drive_of_this_library", in(drive(0)), true, Whereabouts::here},
                                           PlaceRow{"in_another_library", in(slot(1), other_library()), true, Whereabouts::elsewhere},
                                           PlaceRow{"in_a_library_that_is_not_present", in(slot(1), other_library()), false,
                                                    Whereabouts::away}),
                         name_of_row<PlaceRow>);

// ---- standing ----

TEST(Witness, StandingIsReadOffTheSides) {
  EXPECT_EQ(standing(known(1)), Standing::settled);
  EXPECT_EQ(standing(stranger(1, in(slot(1)), "")), Standing::stranger);
  EXPECT_EQ(standing(medium(1, in(slot(1)), "", {label_of(1)}, SideState::unknown)), Standing::stranger);
  EXPECT_EQ(standing(medium(1, in(slot(1)), "", {std::nullopt}, SideState::incompatible)), Standing::stranger);
  EXPECT_EQ(standing(medium(1, in(slot(1)), "", {std::nullopt}, SideState::foreign)), Standing::settled);
  EXPECT_EQ(standing(medium(1, in(slot(1)), "", {label_of(1)}, SideState::foreign)), Standing::duplicate);
  EXPECT_EQ(standing(medium(1, in(slot(1)), "", {std::nullopt}, SideState::allocated)), Standing::settled);
}

}  // namespace
}  // namespace rsm::identity
