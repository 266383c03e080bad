// The computer's own settings, models of devices, and where messages go.
#include "libmgr/objects/destinations.hpp"
#include "libmgr/objects/objects.hpp"
#include "tests/libmgr/book_rig.hpp"

namespace rsm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct ComputerTest : BookRig {
  ComputerTest() {
    objects::settle(book);
    SessionRecord open;
    open.id = session;
    open.user = "guest";
    book.put(open);
    guest.session = root.session = session;
    settle();
  }
  ComputerRecord const& computer() const { return book.world().computer; }
  Result<Guid> set(SetObjectCall call, Caller const& who) {
    call.type = ObjectType::computer;
    call.id = computer().id.guid;
    return objects::set(book, settings, who, call);
  }
  Errc code(Result<Guid> const& result) { return result ? Errc::success : result.error().code; }
  Result<Guid> destination(std::optional<Guid> of, MessageKind kind, DestinationAction action, std::string const& name, bool by_guest = false) {
    return objects::set_destinations(book, by_guest ? guest : root, {of, kind, action, name});
  }
  std::vector<std::string> messages() {
    settle();
    std::vector<std::string> told;
    for (auto const& event : events_after(0))
      if (event.kind == EventKind::signal && event.type == ObjectType::computer && event.object == computer().id.guid) told.push_back(event.state + ": " + event.reason);
    return told;
  }
  SessionId session = random.id<SessionId>();
};

TEST_F(ComputerTest, IsMadeOnceAndStays) {
  auto const id = computer().id;
  EXPECT_TRUE(id);
  restart();
  objects::settle(book);
  EXPECT_EQ(computer().id, id);
}

TEST_F(ComputerTest, WhatIsSetStaysAfterARestart) {
  SetObjectCall call;
  call.media_pool_policy = media_policy::all;
  call.request_flags = keep_flag::no_failed_purge;
  call.operator_request_flags = keep_flag::no_alerts;
  call.request_purge_after = Millis{5000};
  call.description = "the one in the cellar";
  EXPECT_EQ(code(set(call, root)), Errc::success);
  auto const before = computer();
  restart();
  EXPECT_EQ(computer(), before);
  EXPECT_EQ(computer().media_pool_policy, media_policy::all);
  EXPECT_EQ(computer().request_purge_after, Millis{5000});
  EXPECT_EQ(computer().operator_request_purge_after, std::nullopt);
  EXPECT_EQ(db::must(book.object_text(computer().id.guid)).description, "the one in the cellar");
  call.request_purge_after = settings.request_purge_after;
  EXPECT_EQ(code(set(call, root)), Errc::success);
  EXPECT_EQ(computer().request_purge_after, std::nullopt) << "as configured is the configuration's again";
}

TEST_F(ComputerTest, SettingsAreRefused) {
  SetObjectCall call;
  call.media_pool_policy = 4;
  EXPECT_EQ(code(set(call, root)), Errc::invalid_parameter);
  call = {};
  call.request_flags = keep_flag::no_alerts;
  EXPECT_EQ(code(set(call, root)), Errc::invalid_parameter) << "of operator requests only";
  call = {};
  call.operator_request_flags = 4;
  EXPECT_EQ(code(set(call, root)), Errc::invalid_parameter);
  for (auto const wrong : {Millis{-1}, Millis{std::chrono::seconds{UINT32_MAX}} + Millis{1}}) {
    call = {};
    call.request_purge_after = wrong;
    EXPECT_EQ(code(set(call, root)), Errc::invalid_parameter);
    call = {};
    call.operator_request_purge_after = wrong;
    EXPECT_EQ(code(set(call, root)), Errc::invalid_parameter);
  }
  call = {};
  call.media_pool_policy = 1;
  EXPECT_EQ(code(set(call, guest)), Errc::access_denied);
  EXPECT_EQ(computer().media_pool_policy, 0u);
}

// ---- models

TEST_F(ComputerTest, ModelsAreLearnedOnceFromDrivesAndChangers) {
  DriveRecord drive;
  drive.library = jukebox;
  drive.vendor = "IBM", drive.product = "ULTRIUM-TD8";
  for (std::uint32_t n = 0; n < 2; ++n) {
    drive.id = random.id<DriveId>();
    drive.number = n;
    book.put(drive, "a test", EventKind::insert);
  }
  ChangerRecord changer;
  changer.id = random.id<ChangerId>();
  changer.library = jukebox;
  changer.vendor = "IBM", changer.product = "ULTRIUM-TD8";
  book.put(changer, "a test");
  DriveRecord silent = drive;
  silent.id = random.id<DriveId>();
  silent.number = 3;
  silent.vendor.clear(), silent.product.clear();
  book.put(silent, "a test", EventKind::insert);
  restart();
  ASSERT_EQ(book.world().device_types.size(), 2u) << "one of drives, one of changers, none of who says nothing";
  auto const* model = book.world().device_type(false, "IBM", "ULTRIUM-TD8");
  ASSERT_NE(model, nullptr);
  EXPECT_EQ(model->device_type, 0x1Fu) << "its library takes tapes";
  EXPECT_EQ(book.world().device_type(true, "IBM", "ULTRIUM-TD8")->device_type, changer_device_type);
  EXPECT_TRUE(db::must(objects::exists(book, ObjectType::drive_type, model->id.guid)));
  EXPECT_FALSE(db::must(objects::exists(book, ObjectType::changer_type, model->id.guid)));
}

// ---- destinations

TEST_F(ComputerTest, DestinationsOfTheComputerAndOfLibrariesStay) {
  auto const id = computer().id.guid;
  EXPECT_EQ(code(destination(id, MessageKind::error, DestinationAction::add, "ops1")), Errc::success);
  EXPECT_EQ(code(destination(id, MessageKind::error, DestinationAction::add, "ops0")), Errc::success);
  EXPECT_EQ(code(destination(jukebox.guid, MessageKind::request, DestinationAction::add, "desk")), Errc::success);
  restart();
  EXPECT_THAT(book.world().destinations_of(id, MessageKind::error), ElementsAre("ops0", "ops1"));
  EXPECT_THAT(book.world().destinations_of(id, MessageKind::request), IsEmpty());
  EXPECT_EQ(code(destination(id, MessageKind::error, DestinationAction::remove, "ops1")), Errc::success);
  restart();
  EXPECT_THAT(db::must(objects::destinations(book.world(), guest, id, MessageKind::error)), ElementsAre("ops0"));
  EXPECT_EQ(code(destination(id, MessageKind::error, DestinationAction::remove_all, "")), Errc::success);
  EXPECT_EQ(code(destination(id, MessageKind::error, DestinationAction::remove_all, "")), Errc::success) << "also of an empty list";
  restart();
  EXPECT_THAT(book.world().destinations_of(id, MessageKind::error), IsEmpty());
  EXPECT_THAT(book.world().destinations_of(jukebox.guid, MessageKind::request), ElementsAre("desk"));
}

TEST_F(ComputerTest, DestinationsOfASessionEndWithIt) {
  EXPECT_EQ(code(destination(std::nullopt, MessageKind::info, DestinationAction::add, "mine", true)), Errc::success);
  restart();
  EXPECT_THAT(db::must(objects::destinations(book.world(), guest, std::nullopt, MessageKind::info)), ElementsAre("mine")) << "it goes on with its session";
  book.erase_session(session, "a test");
  EXPECT_THAT(book.world().destinations, IsEmpty());
  restart();
  EXPECT_THAT(book.world().destinations, IsEmpty());
}

TEST_F(ComputerTest, DestinationsAreRefused) {
  auto const id = computer().id.guid;
  auto const add = DestinationAction::add;
  EXPECT_EQ(code(destination(std::nullopt, MessageKind::error, add, "x")), Errc::invalid_parameter) << "of an application not defined";
  EXPECT_EQ(code(destination(random.guid(), MessageKind::info, add, "x")), Errc::object_not_found);
  EXPECT_EQ(code(destination(Guid{}, MessageKind::info, add, "x")), Errc::object_not_found) << "the zero GUID is no object";
  EXPECT_EQ(code(destination(id, MessageKind::info, DestinationAction::remove, "x")), Errc::object_not_found);
  EXPECT_EQ(code(destination(id, MessageKind::info, add, "x", true)), Errc::access_denied);
  EXPECT_EQ(code(destination(id, MessageKind::info, add, "")), Errc::invalid_parameter);
  EXPECT_EQ(code(destination(id, MessageKind::info, add, times("n", 256))), Errc::invalid_parameter);
  EXPECT_EQ(code(destination(id, MessageKind::info, add, "x")), Errc::success);
  EXPECT_EQ(code(destination(id, MessageKind::info, add, "x")), Errc::already_exists);
  for (std::size_t n = 1; n < limits::destinations_max; ++n) EXPECT_EQ(code(destination(id, MessageKind::info, add, std::to_string(n))), Errc::success);
  EXPECT_EQ(code(destination(id, MessageKind::info, add, "one too many")), Errc::resource_not_available);
  guest.session = random.id<SessionId>();
  EXPECT_EQ(code(destination(std::nullopt, MessageKind::info, add, "x", true)), Errc::invalid_handle);
}

TEST_F(ComputerTest, MessagesGoWhereTheyAreWantedAndNowhereElse) {
  book.tell(MessageKind::error, jukebox, {}, "nobody listens");
  EXPECT_THAT(messages(), IsEmpty());
  db::must(destination(computer().id.guid, MessageKind::error, DestinationAction::add, "ops"));
  db::must(destination(jukebox.guid, MessageKind::error, DestinationAction::add, "desk"));
  db::must(destination(jukebox.guid, MessageKind::request, DestinationAction::add, "desk"));
  db::must(destination(std::nullopt, MessageKind::info, DestinationAction::add, "mine"));
  book.tell(MessageKind::error, jukebox, {}, "it smokes");
  book.tell(MessageKind::error, {}, {}, "something");
  book.tell(MessageKind::info, {}, session, "yours is done");
  book.tell(MessageKind::info, jukebox, {}, "nobody's");
  EXPECT_THAT(messages(), ElementsAre("message: error: for desk, ops: it smokes", "message: error: for ops: something", "message: info: for mine: yours is done"));
  SetObjectCall silent;
  silent.operator_request_flags = keep_flag::no_alerts;
  db::must(set(silent, root));
  book.tell(MessageKind::request, jukebox, {}, "not wanted now");
  EXPECT_EQ(messages().size(), 3u);
}

}  // namespace
}  // namespace rsm
