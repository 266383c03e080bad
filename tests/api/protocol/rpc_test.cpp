#include "api/protocol/rpc.hpp"

#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "api/protocol/codec.hpp"
#include "api/protocol/messages.hpp"
#include "libmgr/base/random.hpp"

namespace rsm::wire {
namespace {

namespace json = boost::json;

BadCall bad(std::string_view line) {
  auto const call = parse_call(line);
  EXPECT_FALSE(call) << line;
  return call ? BadCall{} : call.error();
}

TEST(Rpc, ReadsACall) {
  auto const call = parse_call(R"({"jsonrpc":"2.0","id":"a-1","method":"hello","params":{"protocol":1}})");
  ASSERT_TRUE(call);
  EXPECT_EQ(std::get<std::string>(call->id), "a-1");
  EXPECT_EQ(call->method, "hello");
  EXPECT_EQ(json::serialize(call->params), R"({"protocol":1})");
  auto const bare = parse_call(R"({"id":-7,"jsonrpc":"2.0","method":"status"})");
  ASSERT_TRUE(bare);
  EXPECT_EQ(std::get<std::int64_t>(bare->id), -7);
  EXPECT_EQ(json::serialize(bare->params), "{}");
}

TEST(Rpc, RefusesWhatIsNoCallAndKeepsTheIdWhereThereIsOne) {
  EXPECT_EQ(bad("{").code, rpc_code::no_json);
  EXPECT_EQ(bad(R"({"id":1,"id":2})").code, rpc_code::no_json);
  EXPECT_NE(bad(R"([{"jsonrpc":"2.0","id":1,"method":"status"}])").error.detail.find("batches"), std::string::npos);
  EXPECT_EQ(bad("5").code, rpc_code::no_request);
  auto const notification = bad(R"({"jsonrpc":"2.0","method":"status"})");
  EXPECT_EQ(notification.error.object, "id");
  EXPECT_FALSE(notification.id);
  EXPECT_EQ(bad(R"({"jsonrpc":"2.0","id":null,"method":"status"})").error.object, "id");
  EXPECT_EQ(bad(R"({"jsonrpc":"2.0","id":1.5,"method":"status"})").error.object, "id");
  EXPECT_EQ(bad(R"({"jsonrpc":"2.0","id":18446744073709551615,"method":"status"})").error.object, "id");
  EXPECT_EQ(bad(R"({"jsonrpc":"2.0","id":")" + std::string(129, 'x') + R"(","method":"status"})").error.object, "id");
  EXPECT_EQ(bad(R"({"jsonrpc":"1.0","id":1,"method":"status"})").error.object, "jsonrpc");
  EXPECT_EQ(bad(R"({"id":1,"method":"status"})").error.object, "jsonrpc");
  auto const no_method = bad(R"({"jsonrpc":"2.0","id":3})");
  EXPECT_EQ(no_method.error.object, "method");
  EXPECT_EQ(std::get<std::int64_t>(*no_method.id), 3);
  EXPECT_EQ(bad(R"({"jsonrpc":"2.0","id":3,"method":7})").error.object, "method");
  EXPECT_EQ(bad(R"({"jsonrpc":"2.0","id":3,"method":"status","extra":1})").error.object, "extra");
}

TEST(Rpc, LinesGoThereAndBack) {
  auto const line = call_line(CallId{std::int64_t{5}}, "status", json::object());
  EXPECT_EQ(line, "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"status\",\"params\":{}}\n");
  ASSERT_TRUE(parse_call(line));
  auto const reply = parse_answer(reply_line(CallId{std::string("x")}, json::object{{"text", "line\nfeed"}}));
  ASSERT_TRUE(reply && reply->result);
  EXPECT_EQ(std::get<std::string>(*reply->id), "x");
  EXPECT_EQ(reply->result->as_object().at("text"), "line\nfeed");
  EXPECT_EQ(reply_line(CallId{std::string("x")}, json::object{{"text", "line\nfeed"}}).find('\n') + 1,
            reply_line(CallId{std::string("x")}, json::object{{"text", "line\nfeed"}}).size());
}

TEST(Rpc, AResultThatIsTextAlreadyMakesTheSameLine) {
  json::value const result = json::object{{"text", "line\nfeed"}};
  for (CallId const& id : {CallId{std::int64_t{-7}}, CallId{std::string("a \"quoted\" id")}})
    EXPECT_EQ(reply_line_of_text(id, json::serialize(result)), reply_line(id, result));
}

TEST(Rpc, ErrorsCarryNumberNameObjectAndDetail) {
  Error const error{Errc::busy, "drive 0", "held by \xff"};
  auto const line = error_line(CallId{std::int64_t{1}}, error);
  EXPECT_EQ(line, "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":170,\"message\":\"The resource is in use.\",\"data\":{\"name\":\"ERROR_BUSY\","
                  "\"object\":\"drive 0\",\"detail\":\"held by \xef\xbf\xbd\"}}}\n");
  auto const answer = parse_answer(line);
  ASSERT_TRUE(answer && !answer->result);
  EXPECT_EQ(answer->result.error().code, Errc::busy);
  EXPECT_EQ(answer->result.error().object, "drive 0");
  auto const parse_error = parse_answer(error_line(bad("{")));
  EXPECT_EQ(parse_error->result.error().code, Errc::bad_format);
  EXPECT_FALSE(parse_error->id);
  EXPECT_NE(error_line(std::nullopt, {Errc::internal_error, {}, {}}).find("-32603"), std::string::npos);
}

TEST(Rpc, ClientsSurviveAnyAnswer) {
  for (char const* line : {"", "[]", "{}", R"({"id":1})", R"({"result":1,"error":{}})"}) EXPECT_FALSE(parse_answer(line)) << line;
  for (char const* line : {R"({"error":5})", R"({"error":{}})", R"({"error":{"code":"x"}})"}) {
    auto const answer = parse_answer(line);
    ASSERT_TRUE(answer) << line;
    EXPECT_EQ(answer->result.error().code, Errc::bad_format) << line;
  }
  auto const newer = parse_answer(R"({"id":1,"error":{"code":4999,"message":"?","data":{"detail":"new"}}})");
  EXPECT_EQ(static_cast<std::uint32_t>(newer->result.error().code), 4999u);
  EXPECT_EQ(newer->result.error().detail, "new");
}

// Half of the lines are good ones with some bytes changed, half are noise: no crash, and a result or an error for each.
TEST(Rpc, FuzzedFramesAndParametersAreAnsweredOrRefused) {
  SeededRandom random(20260301);
  std::string const seed_line = call_line(CallId{std::int64_t{77}}, "mount.submit",
                                          encode(MountParams{.key = "k", .media = {random.guid(), random.guid()}, .write = true, .priority = -3}));
  std::size_t accepted = 0, refused_frames = 0, refused_params = 0;
  for (int i = 0; i < 60'000; ++i) {
    std::string line = seed_line.substr(0, seed_line.size() - 1);
    for (auto n = random.below(3); n > 0; --n) {
      auto const at = random.below(line.size());
      switch (random.below(4)) {
        case 0: line[at] = static_cast<char>(random.next()); break;
        case 1: line.erase(at, 1 + random.below(4)); break;
        case 2: line.insert(at, 1, "{}[]\",:0e-\\u"[random.below(12)]); break;
        default: line.insert(at, line.substr(random.below(line.size()), random.below(20))); break;
      }
    }
    if (random.chance(20))
      for (auto& c : line) c = static_cast<char>(random.next());
    auto const call = parse_call(line);
    if (!call) {
      ++refused_frames;
      ASSERT_TRUE(parse_answer(error_line(call.error()))) << line;
      continue;
    }
    auto const params = decode<MountParams>(call->params, Strictness::server_strict, "params");
    params ? ++accepted : ++refused_params;
    if (!params) {
      ASSERT_TRUE(params.error().object.starts_with("params")) << line;
    }
  }
  EXPECT_GT(accepted, 1000u);
  EXPECT_GT(refused_frames, 1000u);
  EXPECT_GT(refused_params, 1000u);
}

// What is recognised without being read is what reading it gives, too; and nothing is recognised that is written in any other way.
TEST(Rpc, APlainCallIsWhatReadingItGives) {
  for (auto const* line : {R"({"jsonrpc":"2.0","id":7,"method":"status","params":{}})", R"({"jsonrpc":"2.0","id":0,"method":"metrics.read"})",
                           R"({"jsonrpc":"2.0","id":999999999999999999,"method":"rsm.describe","params":{}})"}) {
    auto const plain = plain_call(line);
    ASSERT_TRUE(plain) << line;
    auto const call = parse_call(line);
    ASSERT_TRUE(call) << line;
    EXPECT_EQ(std::to_string(std::get<std::int64_t>(call->id)), plain->id);
    EXPECT_EQ(call->method, plain->method);
    EXPECT_TRUE(call->params.get_object().empty());
    EXPECT_EQ(reply_beginning_of_text(plain->id) + reply_ending("{}"), reply_line_of_text(call->id, "{}"));
  }
  EXPECT_EQ(plain_call(call_line(CallId{12}, "status", boost::json::object()).substr(0, call_line(CallId{12}, "status", boost::json::object()).size() - 1))->method, "status")
      << "as our own clients write it";
  for (auto const* line : {"", "{}", R"({"jsonrpc":"2.0","id":,"method":"status"})", R"({"jsonrpc":"2.0","id":01,"method":"status"})", R"({"jsonrpc":"2.0","id":-1,"method":"status"})",
                           R"({"jsonrpc":"2.0","id":1.0,"method":"status"})", R"({"jsonrpc":"2.0","id":9999999999999999999,"method":"status"})", R"({"jsonrpc":"2.0","id":1,"method":""})",
                           R"({"jsonrpc":"2.0","id":"1","method":"status"})", R"({"jsonrpc":"2.0","id":1,"method":"status","params":{"a":1}})", R"({"jsonrpc":"2.0","id":1,"method":"status"} )",
                           R"({"jsonrpc":"2.0","id":1,"method":"status")", R"({"jsonrpc":"2.0","id":1,"method":"Status"})", R"({"jsonrpc":"2.0","id":1,"method":"st\u0061tus"})",
                           R"({"jsonrpc":"2.0","id":1,"method":"status","params":{},"params":{}})", R"({"jsonrpc":"2.0","id":1)", R"({"jsonrpc":"2.0","id":1,"method":"status)"})
    EXPECT_FALSE(plain_call(line)) << line;
}

TEST(Rpc, ALineInTwoPiecesIsTheSameLine) {
  auto const ending = std::make_shared<std::string const>(reply_ending(R"({"a":1})"));
  for (CallId const& id : {CallId{-7}, CallId{std::string("a\"b")}}) {
    Line line(reply_beginning(id), ending);
    auto const whole = reply_line_of_text(id, R"({"a":1})");
    EXPECT_EQ(line.size(), whole.size());
    EXPECT_EQ(std::string(line.own()) + std::string(line.shared()), whole);
    EXPECT_EQ(std::string(std::move(line)), whole);
  }
}

}  // namespace
}  // namespace rsm::wire
