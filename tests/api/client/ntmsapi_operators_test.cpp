// Operator requests through libntmsapi, against a server that does what the test says.
#include <future>
#include <memory>
#include <vector>

#include "ntmsapi_fixture.hpp"

namespace {

using namespace rsm::test;

struct Operators : Ntms {
  std::string info(char const* state, int code) {
    return R"({"id":")" + guid_text(5) + R"(","command":"message","command_code":5,"state":")" + state + R"(","state_code":)" + std::to_string(code) +
           R"(,"message":"m","submitted":951827696789,"changed":951827696789,"argument1":")" + guid_text(2) + R"(","argument2":"","request":"",)"
           R"("application":"A","user":"U","computer":"C"})";
  }
  void is(std::string const& method, char const* state, int code) { reply(method, info(state, code)); }
  DWORD submit(DWORD kind, LPCSTR text, LPNTMS_GUID first = nullptr, LPNTMS_GUID second = nullptr) {
    return SubmitNtmsOperatorRequestA(session, kind, text, first, second, &id);
  }
  boost::json::object submitted() { return server.calls("opreq.submit").back().params; }

  NTMS_GUID pool = guid(2), library = guid(3), zero = NTMS_NULLGUID, id = guid(0x77);
};

// ---- SubmitNtmsOperatorRequest --------------------------------------------------------------------------------------------

TEST_F(Operators, SubmitSaysWhatIsAsked) {
  is("opreq.submit", "submitted", 1);
  EXPECT_EQ(submit(NTMS_OPREQ_NEWMEDIA, nullptr, &pool, &library), ERROR_SUCCESS);
  EXPECT_TRUE(same(id, guid(5)));
  auto const params = submitted();
  EXPECT_EQ(params.at("command").as_string(), "new_media");
  EXPECT_EQ(params.at("argument1").as_string(), guid_text(2));
  EXPECT_EQ(params.at("argument2").as_string(), guid_text(3));
  EXPECT_EQ(params.at("key").as_string().size(), 32u);
  EXPECT_TRUE(!params.contains("message") || params.at("message").is_null());
  EXPECT_EQ(submit(NTMS_OPREQ_NEWMEDIA, "", &pool, &zero), ERROR_SUCCESS);
  EXPECT_TRUE(!submitted().contains("argument2") || submitted().at("argument2").is_null()) << "the zero GUID names nothing";
}

TEST_F(Operators, SubmitOfBothFormsIsTheSame) {
  is("opreq.submit", "submitted", 1);
  EXPECT_EQ(SubmitNtmsOperatorRequestW(session, NTMS_OPREQ_MESSAGE, u"B\u00E4nder", nullptr, nullptr, &id), ERROR_SUCCESS);
  EXPECT_EQ(submitted().at("message").as_string(), "B\xC3\xA4nder");
  EXPECT_EQ(submit(NTMS_OPREQ_MESSAGE, "B\xC3\xA4nder"), ERROR_SUCCESS);
  EXPECT_EQ(submitted().at("message").as_string(), "B\xC3\xA4nder");
}

TEST_F(Operators, SubmitRefusesWrongArgumentsBeforeAnythingIsSent) {
  EXPECT_EQ(SubmitNtmsOperatorRequestA(nullptr, 99, nullptr, nullptr, nullptr, nullptr), ERROR_INVALID_HANDLE) << "the handle is checked first";
  EXPECT_EQ(SubmitNtmsOperatorRequestA(session, NTMS_OPREQ_MESSAGE, "m", nullptr, nullptr, nullptr), ERROR_INVALID_PARAMETER);
  for (DWORD const kind : {0u, 6u, 0xFFFFFFFFu}) EXPECT_EQ(submit(kind, "m", &pool, &library), ERROR_INVALID_PARAMETER) << kind;
  for (DWORD const kind : {NTMS_OPREQ_NEWMEDIA, NTMS_OPREQ_CLEANER, NTMS_OPREQ_DEVICESERVICE, NTMS_OPREQ_MOVEMEDIA}) {
    EXPECT_EQ(submit(kind, "m"), ERROR_INVALID_PARAMETER) << kind;
    EXPECT_EQ(submit(kind, "m", &zero, &library), ERROR_INVALID_PARAMETER) << kind;
  }
  EXPECT_EQ(submit(NTMS_OPREQ_MOVEMEDIA, "m", &pool), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(submit(NTMS_OPREQ_MESSAGE, nullptr), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(submit(NTMS_OPREQ_MESSAGE, ""), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(submit(NTMS_OPREQ_MESSAGE, "\xFF"), ERROR_INVALID_PARAMETER);
  WCHAR const half_a_pair[] = {0xD800, u'x', 0};
  EXPECT_EQ(SubmitNtmsOperatorRequestW(session, NTMS_OPREQ_MESSAGE, half_a_pair, nullptr, nullptr, &id), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(asked(), 0u);
  EXPECT_TRUE(same(id, guid(0x77))) << "an error changes nothing";
}

TEST_F(Operators, AMessageThatIsTooLong) {
  is("opreq.submit", "submitted", 1);
  EXPECT_EQ(submit(NTMS_OPREQ_MESSAGE, std::string(255, 'x').c_str()), ERROR_SUCCESS);
  EXPECT_EQ(submit(NTMS_OPREQ_MESSAGE, std::string(256, 'x').c_str()), ERROR_MESSAGE_EXCEEDS_MAX_SIZE);
  EXPECT_EQ(SubmitNtmsOperatorRequestW(session, NTMS_OPREQ_MESSAGE, std::u16string(255, u'\u20AC').c_str(), nullptr, nullptr, &id), ERROR_SUCCESS);
  EXPECT_EQ(SubmitNtmsOperatorRequestW(session, NTMS_OPREQ_MESSAGE, std::u16string(256, u'x').c_str(), nullptr, nullptr, &id), ERROR_MESSAGE_EXCEEDS_MAX_SIZE);
  std::string euros;
  for (int n = 0; n < 255; ++n) euros += "\xE2\x82\xAC";
  EXPECT_EQ(submit(NTMS_OPREQ_MESSAGE, euros.c_str()), ERROR_SUCCESS);
  refuse("opreq.submit", ERROR_MESSAGE_EXCEEDS_MAX_SIZE);
  EXPECT_EQ(submit(NTMS_OPREQ_MESSAGE, "m"), ERROR_MESSAGE_EXCEEDS_MAX_SIZE);
}

// On the heap, so that a sanitizer sees every step beyond.
TEST_F(Operators, AMessageWithoutEndIsReadNoFurtherThanItsLength) {
  std::vector<CHAR> narrow(3 * 255 + 1, 'x');
  EXPECT_EQ(submit(NTMS_OPREQ_MESSAGE, narrow.data()), ERROR_MESSAGE_EXCEEDS_MAX_SIZE);
  std::vector<WCHAR> wide(256, u'x');
  EXPECT_EQ(SubmitNtmsOperatorRequestW(session, NTMS_OPREQ_MESSAGE, wide.data(), nullptr, nullptr, &id), ERROR_MESSAGE_EXCEEDS_MAX_SIZE);
}

TEST_F(Operators, SubmitReportsWhatTheServiceSays) {
  for (DWORD const code : {ERROR_ACCESS_DENIED, ERROR_INVALID_PARAMETER, ERROR_OBJECT_NOT_FOUND, ERROR_RESOURCE_NOT_AVAILABLE, ERROR_NOT_READY, ERROR_DATABASE_FULL}) {
    refuse("opreq.submit", code);
    EXPECT_EQ(submit(NTMS_OPREQ_NEWMEDIA, nullptr, &pool), code);
  }
}

TEST_F(Operators, SubmitThatBreaksIsSentAgainUnderItsKey) {
  server.on("opreq.submit", [this](Call const& call) -> Act { return call.connection == 1 ? Act{Break{}} : Act{Reply{info("submitted", 1)}}; });
  EXPECT_EQ(submit(NTMS_OPREQ_MESSAGE, "m"), ERROR_SUCCESS);
  auto const calls = server.calls("opreq.submit");
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls[0].key(), calls[1].key());
}

TEST_F(Operators, WithoutAServiceNothingIsConnected) {
  server.grace(0);
  HANDLE const short_lived = OpenNtmsSessionA(nullptr, nullptr, 0);
  server.go_away();
  EXPECT_EQ(SubmitNtmsOperatorRequestA(short_lived, NTMS_OPREQ_MESSAGE, "m", nullptr, nullptr, &id), ERROR_NOT_CONNECTED);
  EXPECT_EQ(WaitForNtmsOperatorRequest(short_lived, &id, INFINITE), ERROR_NOT_CONNECTED);
  EXPECT_EQ(CancelNtmsOperatorRequest(short_lived, &id), ERROR_NOT_CONNECTED);
  EXPECT_EQ(SatisfyNtmsOperatorRequest(short_lived, &id), ERROR_NOT_CONNECTED);
  CloseNtmsSession(short_lived);
}

// ---- WaitForNtmsOperatorRequest -------------------------------------------------------------------------------------------

TEST_F(Operators, WaitTellsHowItEnded) {
  is("opreq.wait", "complete", 5);
  EXPECT_EQ(WaitForNtmsOperatorRequest(session, &pool, INFINITE), ERROR_SUCCESS);
  EXPECT_EQ(server.calls("opreq.wait").at(0).params.at("id").as_string(), guid_text(2));
  is("opreq.wait", "refused", 4);
  EXPECT_EQ(WaitForNtmsOperatorRequest(session, &pool, INFINITE), ERROR_CANCELLED);
}

TEST_F(Operators, WaitHasALimit) {
  refuse("opreq.wait", ERROR_TIMEOUT);
  EXPECT_EQ(WaitForNtmsOperatorRequest(session, &pool, 0), ERROR_TIMEOUT);
  EXPECT_EQ(server.calls("opreq.wait").at(0).params.at("timeout_ms").as_int64(), 0);
  EXPECT_EQ(WaitForNtmsOperatorRequest(session, &pool, 1), ERROR_TIMEOUT);
}

TEST_F(Operators, WaitWithoutLimitAsksAgain) {
  server.on("opreq.wait", [this](Call const&) -> Act { return server.calls("opreq.wait").size() < 3 ? Act{Refuse{ERROR_TIMEOUT}} : Act{Reply{info("complete", 5)}}; });
  EXPECT_EQ(WaitForNtmsOperatorRequest(session, &pool, INFINITE), ERROR_SUCCESS);
}

TEST_F(Operators, WaitGoesOnAfterABreak) {
  server.on("opreq.wait", [this](Call const& call) -> Act { return call.connection == 1 ? Act{Break{}} : Act{Reply{info("complete", 5)}}; });
  EXPECT_EQ(WaitForNtmsOperatorRequest(session, &pool, INFINITE), ERROR_SUCCESS);
}

TEST_F(Operators, WaitReportsWhatTheServiceSays) {
  EXPECT_EQ(WaitForNtmsOperatorRequest(nullptr, nullptr, 0), ERROR_INVALID_HANDLE);
  EXPECT_EQ(WaitForNtmsOperatorRequest(session, nullptr, 0), ERROR_INVALID_PARAMETER);
  for (DWORD const code : {ERROR_ACCESS_DENIED, ERROR_OBJECT_NOT_FOUND, ERROR_NOT_READY, ERROR_DATABASE_FAILURE}) {
    refuse("opreq.wait", code);
    EXPECT_EQ(WaitForNtmsOperatorRequest(session, &pool, INFINITE), code);
  }
}

TEST_F(Operators, TheEndOfTheSessionEndsTheWait) {
  server.on("opreq.wait", [](Call const&) -> Act { return Silence{}; });
  auto waits = std::async(std::launch::async, [&] { return WaitForNtmsOperatorRequest(session, &pool, INFINITE); });
  ASSERT_TRUE(server.wait_for("opreq.wait", 1));
  EXPECT_EQ(CloseNtmsSession(session), ERROR_SUCCESS);
  session = nullptr;
  EXPECT_EQ(waits.get(), ERROR_CANCELLED);
}

// ---- CancelNtmsOperatorRequest, SatisfyNtmsOperatorRequest ----------------------------------------------------------------

TEST_F(Operators, AnswersSayWhatTheServiceSays) {
  is("opreq.refuse", "refused", 4);
  EXPECT_EQ(CancelNtmsOperatorRequest(session, &pool), ERROR_SUCCESS);
  is("opreq.satisfy", "complete", 5);
  EXPECT_EQ(SatisfyNtmsOperatorRequest(session, &pool), ERROR_SUCCESS);
  EXPECT_EQ(server.calls("opreq.satisfy").at(0).params.at("id").as_string(), guid_text(2));
  for (DWORD const code : {ERROR_ACCESS_DENIED, ERROR_OBJECT_NOT_FOUND, ERROR_INVALID_STATE, ERROR_NOT_READY, ERROR_DATABASE_FULL}) {
    refuse("opreq.refuse", code);
    refuse("opreq.satisfy", code);
    EXPECT_EQ(CancelNtmsOperatorRequest(session, &pool), code);
    EXPECT_EQ(SatisfyNtmsOperatorRequest(session, &pool), code);
  }
}

TEST_F(Operators, WrongArgumentsOfAnswers) {
  EXPECT_EQ(CancelNtmsOperatorRequest(nullptr, nullptr), ERROR_INVALID_HANDLE);
  EXPECT_EQ(SatisfyNtmsOperatorRequest(nullptr, nullptr), ERROR_INVALID_HANDLE);
  EXPECT_EQ(CancelNtmsOperatorRequest(session, nullptr), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(SatisfyNtmsOperatorRequest(session, nullptr), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(asked(), 0u);
}

TEST_F(Operators, AnAnswerThatBreaksAsksWhatBecameOfIt) {
  for (auto const* method : {"opreq.refuse", "opreq.satisfy"}) server.on(method, [](Call const&) -> Act { return Break{}; });
  is("opreq.get", "refused", 4);
  EXPECT_EQ(CancelNtmsOperatorRequest(session, &pool), ERROR_SUCCESS);
  EXPECT_EQ(server.calls("opreq.refuse").size(), 1u);
  is("opreq.satisfy", "complete", 5);
  server.on("opreq.satisfy", [this, first = std::make_shared<bool>(true)](Call const&) -> Act { return std::exchange(*first, false) ? Act{Break{}} : Act{Reply{info("complete", 5)}}; });
  is("opreq.get", "submitted", 1);
  EXPECT_EQ(SatisfyNtmsOperatorRequest(session, &pool), ERROR_SUCCESS);
  EXPECT_EQ(server.calls("opreq.satisfy").size(), 2u);
}

// ---- GetNtmsObjectInformation of one --------------------------------------------------------------------------------------

TEST_F(Operators, InformationOfAnOperatorRequest) {
  is("opreq.get", "active", 2);
  reply("object.type", R"({"type":"pool","type_code":12})");
  NTMS_OBJECTINFORMATIONA out;
  out.dwSize = sizeof out;
  out.dwType = NTMS_OPREQUEST;
  ASSERT_EQ(GetNtmsObjectInformationA(session, &id, &out), ERROR_SUCCESS);
  EXPECT_EQ(out.Info.OpRequest.Request, NTMS_OPREQ_MESSAGE);
  EXPECT_EQ(out.Info.OpRequest.State, NTMS_OPSTATE_ACTIVE);
  EXPECT_STREQ(out.Info.OpRequest.szMessage, "m");
  EXPECT_EQ(out.Info.OpRequest.Arg1Type, NTMS_MEDIA_POOL);
  EXPECT_TRUE(same(out.Info.OpRequest.Arg1, guid(2)));
  EXPECT_EQ(out.Info.OpRequest.Arg2Type, NTMS_UNKNOWN);
}

}  // namespace
