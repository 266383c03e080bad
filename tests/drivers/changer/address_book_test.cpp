// Addresses of elements and our numbers.
#include "drivers/changer/address_book.hpp"

#include <gtest/gtest.h>

#include "drivers/changer/quirks.hpp"

namespace rsm::test {
namespace {

using changer::AddressBook;

TEST(AddressBook, NumbersCountFromTheFirstAddress) {
  auto const book = AddressBook::make({.transport = {1, 1}, .storage = {0x1000, 23}, .import_export = {0x10, 1}, .drive = {0x100, 2}});
  ASSERT_TRUE(book);
  EXPECT_EQ(book->address_of({ElementKind::slot, 22}), 0x1016);
  EXPECT_EQ(book->address_of({ElementKind::slot, 23}), std::nullopt);
  EXPECT_EQ(book->element_at(0x101), (Element{ElementKind::drive, 1}));
  EXPECT_EQ(book->element_at(0x102), std::nullopt);
  EXPECT_EQ(book->element_at(scsi::ElementType::storage, 0x101), std::nullopt);
  EXPECT_EQ(book->ranges().size(), 4u);
}

TEST(AddressBook, ZeroIsAnAddressAndTheLastOneIsOne) {
  auto const book = AddressBook::make({.transport = {1, 1}, .storage = {2, 253}, .import_export = {0, 1}, .drive = {65535, 1}});
  ASSERT_TRUE(book);
  EXPECT_EQ(book->element_at(0), (Element{ElementKind::port, 0}));
  EXPECT_EQ(book->address_of({ElementKind::drive, 0}), 65535);
}

TEST(AddressBook, AFirstAddressWithoutElementsMeansNothing) {
  auto const book = AddressBook::make({.transport = {1, 1}, .storage = {0, 1}, .import_export = {0, 0}, .drive = {16, 1}});
  ASSERT_TRUE(book);
  EXPECT_EQ(book->ranges().size(), 3u);
}

TEST(AddressBook, LayoutsThatCannotBe) {
  EXPECT_EQ(AddressBook::make({.storage = {1, 20}, .drive = {20, 1}}).error().code, Errc::bad_format);
  EXPECT_EQ(AddressBook::make({.storage = {65535, 2}}).error().code, Errc::bad_format);
}

TEST(Quirks, EveryRowHasItsEvidence) {
  for (auto const& row : changer::quirk_rows()) EXPECT_FALSE(row.models.empty() || row.evidence.empty());
  EXPECT_TRUE(changer::quirks_of({"IBM     ", "03584L32        "}).initialize_does_nothing);
  EXPECT_EQ(changer::quirks_of({"IBM", "3573-TL"}).range_inventory, changer::RangeInventory::standard);
  EXPECT_TRUE(changer::quirks_of({"ADIC", "Scalar DLT 448"}).initialize_at_start);
  EXPECT_FALSE(changer::quirks_of({"ACME", "Jukebox"}).only_type_zero);
}

}  // namespace
}  // namespace rsm::test
