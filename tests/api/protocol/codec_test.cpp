#include "api/protocol/codec.hpp"

#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "api/protocol/json_text.hpp"
#include "api/protocol/methods.hpp"
#include "libmgr/domain/unicode.hpp"
#include "tests/api/protocol/sample.hpp"

namespace rsm::wire {
namespace {

namespace json = boost::json;

template <class T>
Result<T> strict(std::string_view text) {
  auto value = parse_json(text);
  if (!value) return std::unexpected(value.error());
  return decode<T>(*value, Strictness::server_strict, "params");
}

template <class T>
void refused(std::string_view text, std::string_view object, std::string_view part_of_detail) {
  auto const result = strict<T>(text);
  ASSERT_FALSE(result) << text;
  EXPECT_EQ(result.error().code, Errc::invalid_parameter) << text;
  EXPECT_EQ(result.error().object, object) << text;
  EXPECT_NE(result.error().detail.find(part_of_detail), std::string::npos) << text << "\n" << result.error().detail;
}

constexpr std::string_view guid_a = "11111111-2222-4333-8444-555555555555";
std::string mount(std::string_view more) { return R"({"key":"k","media":["11111111-2222-4333-8444-555555555555"])" + std::string(more) + "}"; }

// ---- every type of types.def

TEST(Codec, EveryTypeComesBackAsItWent) {
  SeededRandom random(1);
  for (auto const& type : sample_types())
    for (int round = 0; round < 40; ++round) {
      auto const object = sample(type, random);
      auto const text = json::serialize(encode_from(*type.shape, object.get()));
      auto const parsed = parse_json(text);
      ASSERT_TRUE(parsed) << type.shape->name << " " << parsed.error().text() << "\n" << text;
      for (auto const strictness : {Strictness::server_strict, Strictness::client_lenient}) {
        auto const back = type.make();
        auto const decoded = decode_into(*type.shape, back.get(), *parsed, strictness, "x");
        ASSERT_TRUE(decoded) << type.shape->name << " " << decoded.error().text() << "\n" << text;
        ASSERT_EQ(json::serialize(encode_from(*type.shape, back.get())), text) << type.shape->name;
      }
    }
}

TEST(Codec, TheTextIsThatOfTheValue) {
  SeededRandom random(3);
  for (auto const& type : sample_types())
    for (int round = 0; round < 40; ++round) {
      auto const object = sample(type, random);
      std::string text = "before";
      encode_text(*type.shape, object.get(), {}, text);
      ASSERT_EQ(text, "before" + json::serialize(encode_from(*type.shape, object.get()))) << type.shape->name;
    }
}

TEST(Codec, EncodedBytesIsNeverLessThanTheText) {
  SeededRandom random(2);
  for (auto const& type : sample_types())
    for (int round = 0; round < 40; ++round) {
      auto const object = sample(type, random);
      EXPECT_GE(encoded_bytes(*type.shape, object.get()), json::serialize(encode_from(*type.shape, object.get())).size()) << type.shape->name;
    }
}

TEST(Codec, EveryTypeOfTheMethodsHasARowAndAName) {
  EXPECT_GT(methods().size(), 50u);
  for (auto const& m : methods()) {
    EXPECT_FALSE(m.params()->name.empty()) << m.name;
    EXPECT_FALSE(m.reply()->name.empty()) << m.name;
    EXPECT_EQ(find_method(m.name), &m);
  }
}

std::vector<json::value> values_of_other_kinds(Shape const& shape) {
  std::vector<json::value> all = {json::value(nullptr), json::value(true), json::value(5),      json::value(UINT64_MAX),
                                  json::value(1.5),     json::value("?"),  json::array{nullptr}, json::object{{"?", 1}}};
  std::erase_if(all, [&](json::value const& v) {
    switch (shape.kind) {
      case Kind::boolean: return v.is_bool();
      case Kind::integer: return v.is_int64();
      case Kind::text: return v.is_string();
      default: return false;  // no "?" is a GUID or a word, no [null] an array of ours, no {"?":1} a structure
    }
  });
  return all;
}

// For each member of each parameter type: left out, of every wrong kind, and with a neighbour nobody knows.
TEST(Codec, EveryWrongMemberIsRefusedWithItsPath) {
  SeededRandom random(3);
  for (auto const& type : sample_types()) {
    if (type.shape->kind != Kind::structure) continue;
    auto const good = encode_from(*type.shape, sample(type, random).get()).as_object();
    auto const try_it = [&](json::object changed) {
      return decode_into(*type.shape, type.make().get(), changed, Strictness::server_strict, "params");
    };
    auto stranger = good;
    stranger["stranger"] = 1;
    ASSERT_FALSE(try_it(stranger)) << type.shape->name;
    EXPECT_EQ(try_it(stranger).error().object, "params.stranger");
    for (auto const& m : type.shape->members) {
      std::string const path = "params." + std::string(m.name);
      bool const optional = m.shape->may_be_absent();
      auto without = good;
      without.erase(m.name);
      EXPECT_EQ(try_it(without).has_value(), optional) << type.shape->name << path;
      for (auto const& wrong : values_of_other_kinds(optional ? *m.shape->element : *m.shape)) {
        auto changed = good;
        changed[m.name] = wrong;
        auto const result = try_it(changed);
        EXPECT_EQ(result.has_value(), optional && wrong.is_null()) << type.shape->name << path << json::serialize(wrong);
        if (result) continue;
        EXPECT_TRUE(result.error().object.starts_with(path)) << result.error().object;
        EXPECT_EQ(result.error().code, Errc::invalid_parameter);
      }
    }
  }
}

// ---- what people get to read

TEST(Codec, SaysWhatWasExpectedAndWhatCame) {
  refused<MountParams>(R"({"key":"k","media":["11111111-2222-4333-8444-555555555555",5]})", "params.media[1]", "expected a GUID in lower case, 8-4-4-4-12, got the number 5");
  refused<MountParams>(R"({"key":"k","media":["x"]})", "params.media[0]", "got the text \"x\"");
  refused<MountParams>(R"({"media":[]})", "params.key", "missing: expected text");
  refused<MountParams>(mount(R"(,"prioritie":1)"), "params.prioritie", "did you mean \"priority\"?");
  refused<MountParams>(mount(R"(,"nonsense_of_its_own":1)"), "params.nonsense_of_its_own", "unknown member");
  refused<MountParams>(mount(R"(,"priority":"high")"), "params.priority", "got the text \"high\"");
  refused<MountParams>("[]", "params", "expected an object, got an array");
  refused<MountParams>("null", "params", "got null");
  refused<EnumerateParams>(R"({"type":"tape"})", "params.type", "one of unknown, object, changer");
}

TEST(Codec, NumbersAreWholeAndHave64Bits) {
  EXPECT_EQ(strict<HelloParams>(R"({"protocol":9223372036854775807,"client":""})")->protocol, INT64_MAX);
  EXPECT_EQ(strict<HelloParams>(R"({"protocol":-9223372036854775808,"client":""})")->protocol, INT64_MIN);
  for (char const* number : {"9223372036854775808", "18446744073709551615", "-9223372036854775809", "1e3", "1.0", "1e400", "123456789012345678901234567890"})
    refused<HelloParams>(R"({"client":"","protocol":)" + std::string(number) + "}", "params.protocol", "a whole number of 64 bits");
}

TEST(Codec, GuidsHaveOneSpellingForTheServerAndManyForClients) {
  std::string const spellings[] = {"{11111111-2222-4333-8444-555555555555}", "11111111222243338444555555555555", "AAAAAAAA-2222-4333-8444-555555555555"};
  for (auto const& text : spellings) {
    refused<TypeParams>(R"({"id":")" + text + "\"}", "params.id", "lower case");
    auto const value = parse_json(R"({"id":")" + text + "\"}");
    EXPECT_TRUE(decode<TypeParams>(*value, Strictness::client_lenient, "result")) << text;
  }
  EXPECT_TRUE(strict<TypeParams>(R"({"id":""})")->id.is_zero());
  EXPECT_EQ(strict<TypeParams>(R"({"id":"11111111-2222-4333-8444-555555555555"})")->id.text(), guid_a);
}

TEST(Codec, ClientsIgnoreWhatTheyDoNotKnow) {
  auto const value = parse_json(R"({"type":"hologram","type_code":99,"new_in_version_9":{"a":[]}})");
  auto const reply = decode<TypeReply>(*value, Strictness::client_lenient, "result");
  ASSERT_TRUE(reply) << reply.error().text();
  EXPECT_EQ(reply->type, ObjectType::unknown);
  EXPECT_EQ(reply->type_code, 99);
  auto const no_unknown = parse_json(R"({"state":"melted","count":1})");  // RequestState has no word "unknown"
  EXPECT_EQ(decode<QueueCount>(*no_unknown, Strictness::client_lenient, "result").error().object, "result.state");
}

TEST(Codec, AbsentNumbersAreNullOtherAbsentOptionalsAreLeftOut) {
  auto const request = encode(RequestInfo{}).as_object();
  EXPECT_TRUE(request.at("completed").is_null());
  EXPECT_EQ(request.at("session"), "");
  EXPECT_EQ(request.at("state"), "queued");
  EXPECT_FALSE(encode(EnumerateReply{}).as_object().contains("next_cursor"));
}

TEST(Codec, BytesThatAreNoUtf8BecomeReplacementCharacters) {
  LibraryInfo info;
  info.reason = "held by \xff\xc3(\xed\xa0\x80 ok";
  auto const text = json::serialize(encode(info));
  ASSERT_TRUE(is_utf8(text));
  EXPECT_TRUE(parse_json(text));
  EXPECT_NE(text.find("held by \xef\xbf\xbd\xef\xbf\xbd("), std::string::npos) << text;
}

// What is private is written as the reader may see it, wherever it stands in a reply; and nobody sends marks in.
TEST(Codec, PrivateWordsAreWrittenForTheirReader) {
  std::uint32_t const alice = 1000;
  WaitingInfo info;
  info.why = "in use: " + private_text::make(std::span(&alice, 1), "/home/alice/\"x\"", "a file of user alice");
  info.request.reason = info.why;
  EXPECT_NE(encode_text(info, {.uid = alice}).find(R"("why":"in use: /home/alice/\"x\"")"), std::string::npos);
  EXPECT_NE(encode_text(info, {.uid = 1001}).find(R"("why":"in use: a file of user alice")"), std::string::npos);
  EXPECT_EQ(encode_text(info, {}).find("home"), std::string::npos);
  ASSERT_TRUE(parse_json(encode_text(info, {})));
  RequestListParams asked;
  asked.cursor = info.why;
  auto const back = decode<RequestListParams>(encode(asked), Strictness::server_strict, "params");
  EXPECT_FALSE(private_text::has_marks(*back->cursor));
}

TEST(Codec, TheOpenRpcDocumentTravelsAsItself) {
  auto const value = encode(DescribeReply{R"({"openrpc":"1.2.6"})"});
  EXPECT_EQ(value.as_object().at("openrpc"), "1.2.6");
  auto const back = decode<DescribeReply>(value, Strictness::client_lenient, "result");
  EXPECT_EQ(back->document, R"({"openrpc":"1.2.6"})");
}

}  // namespace
}  // namespace rsm::wire
