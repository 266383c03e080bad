// rsm notify: when people are told what, and in which words.
#include <gmock/gmock.h>

#include "cli/rsm/notify/desk.hpp"
#include "cli/rsm/notify/limits.hpp"
#include "cli/rsm/notify/message.hpp"
#include "cli/rsm/notify/words.hpp"

namespace rsm::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::int64_t start = 1'772'000'000'000, second = 1000, minute = 60 * second, hour = 60 * minute;

Condition operator_asks(std::string const& name, std::int64_t since = start) {
  return {"operator " + name, "operator", "take " + name + " out of port 0", "bob waits", "rsm opreq satisfy 1a2b3c4d", since};
}

class NoticeDesk : public testing::Test {
 protected:
  // The message that goes out at this time, or "".
  std::string said(std::int64_t now) {
    auto const notice = desk_.next(now);
    if (!notice) return "";
    desk_.sent(*notice, now);
    last_ = *notice;
    std::string text = word(notice->kind);
    for (auto const& condition : notice->conditions) text += " " + condition.key.substr(condition.key.find(' ') + 1);
    return text;
  }
  Desk desk_{{.after = Millis{minute}, .remind = Millis{4 * hour}, .digest = Millis{30 * second}}, {"operator", "daemon"}};
  Notice last_;
};

TEST_F(NoticeDesk, OneMessageAReminderAndAnEndInTheSameThread) {
  desk_.see({operator_asks("A1")}, start);
  EXPECT_EQ(said(start + minute + 29 * second), "");
  EXPECT_EQ(desk_.next_look(start), start + 90 * second);
  EXPECT_EQ(said(start + 90 * second), "begin A1");
  auto const first = last_.id;
  EXPECT_EQ(said(start + 91 * second), "");
  desk_.see({operator_asks("A1")}, start + hour);
  EXPECT_EQ(said(start + 4 * hour + 89 * second), "");
  EXPECT_EQ(said(start + 4 * hour + 90 * second), "reminder A1");
  EXPECT_EQ(last_.thread, first);
  EXPECT_NE(last_.id, first);
  auto const second_id = last_.id;
  EXPECT_EQ(said(start + 8 * hour + 90 * second), "reminder A1");
  EXPECT_NE(last_.id, second_id);
  desk_.see({}, start + 9 * hour);
  EXPECT_EQ(said(start + 9 * hour), "end A1");
  EXPECT_EQ(last_.thread, first);
  EXPECT_EQ(said(start + 20 * hour), "");
  EXPECT_TRUE(desk_.state().open.empty());
  EXPECT_EQ(desk_.next_look(start + 20 * hour), std::nullopt);
}

TEST_F(NoticeDesk, WhatComesWithinTheTimeOfADigestIsOneMessage) {
  desk_.see({operator_asks("A1"), operator_asks("A2", start + 10 * second)}, start + 10 * second);
  desk_.see({operator_asks("A1"), operator_asks("A2", start + 10 * second), operator_asks("A3", start + 31 * second)}, start + 31 * second);
  EXPECT_EQ(said(start + 90 * second), "begin A1 A2");
  EXPECT_EQ(said(start + 120 * second), "");
  EXPECT_EQ(said(start + 121 * second), "begin A3");
  // What was said together is over together, or apart.
  desk_.see({operator_asks("A2")}, start + hour);
  EXPECT_EQ(said(start + hour), "end A1");
  EXPECT_EQ(said(start + hour), "end A3");
  desk_.see({}, start + hour);
  EXPECT_EQ(said(start + hour), "end A2");
}

TEST_F(NoticeDesk, WhatDoesNotLastIsNeverSaid) {
  desk_.see({operator_asks("A1")}, start);
  desk_.see({}, start + 50 * second);
  EXPECT_EQ(said(start + hour), "");
  EXPECT_TRUE(desk_.state().open.empty());
}

TEST_F(NoticeDesk, KindsThatAreNotWantedAreNone) {
  auto drive = operator_asks("D");
  drive.kind = "drive";
  desk_.see({drive}, start);
  EXPECT_EQ(said(start + hour), "");
}

TEST_F(NoticeDesk, WhileTheServiceIsAwayNothingIsOver) {
  desk_.see({operator_asks("A1")}, start);
  EXPECT_EQ(said(start + 90 * second), "begin A1");
  desk_.away(daemon_away("nobody listens", start + hour));
  desk_.away(daemon_away("nobody listens", start + hour));
  EXPECT_EQ(said(start + hour + 80 * second), "");
  EXPECT_EQ(said(start + hour + 90 * second), "begin daemon");
  desk_.see({operator_asks("A1")}, start + 2 * hour);
  EXPECT_EQ(said(start + 2 * hour), "end daemon");
  EXPECT_EQ(said(start + 2 * hour), "");
}

TEST_F(NoticeDesk, WhatCouldNotBeSentIsOfferedAgainWithTheSameId) {
  desk_.see({operator_asks("A1")}, start);
  auto const one = desk_.next(start + 90 * second), two = desk_.next(start + 95 * second);
  ASSERT_TRUE(one && two);
  EXPECT_EQ(one->id, two->id);
}

TEST_F(NoticeDesk, AfterTwentyInAnHourOneSaysHowManyMore) {
  std::vector<Condition> there;
  std::int64_t now = start;
  for (int i = 0; i < 25; ++i) {
    there.push_back(operator_asks("M" + std::to_string(i), now));
    desk_.see(there, now);
    now += 2 * minute;
    auto const text = said(now);
    EXPECT_EQ(text, i < 20 ? "begin M" + std::to_string(i) : "") << i;
    if (i < 20) {
      EXPECT_EQ(last_.last_of_hour, i == 19);
    }
  }
  EXPECT_EQ(last_.next_hour, start + 2 * minute + hour);
  EXPECT_EQ(desk_.state().withheld, 5);
  // The hour of the first is over: one message, of all that lasts.
  EXPECT_EQ(said(start + 2 * minute + hour - 1), "");
  auto const text = said(start + 2 * minute + hour);
  EXPECT_THAT(text, StartsWith("limit M0 "));
  EXPECT_THAT(text, HasSubstr(" M24"));
  EXPECT_EQ(last_.withheld, 5);
  EXPECT_EQ(said(start + 2 * minute + hour), "");
  // What was kept back ends with a word, too.
  there.pop_back();
  desk_.see(there, start + 3 * hour);
  EXPECT_EQ(said(start + 3 * hour), "end M24");
}

TEST_F(NoticeDesk, RemindersAreSaidByTheDozenAndKeptBackLikeAllElse) {
  std::vector<Condition> there;
  for (int i = 0; i < 25; ++i) there.push_back(operator_asks("M" + std::to_string(i), start));
  desk_.see(there, start);
  EXPECT_THAT(said(start + 90 * second), StartsWith("begin M0 M1 M2"));
  EXPECT_THAT(said(start + 90 * second + 4 * hour), StartsWith("reminder M0 M1 M2"));  // in one thread, so in one message
}

// ---- words

Notice notice_of_one() {
  return {.kind = NoticeKind::begin, .conditions = {operator_asks("A00009")}, .id = "begin.1", .thread = ""};
}

TEST(Messages, TheMailSaysWhatSinceWhenWhoAndWhatHelps) {
  setenv("TZ", "UTC", 1);
  auto const message = message_of(notice_of_one(), "vault1", "tape@example.org", start + 3 * minute);
  EXPECT_EQ(message.subject, "[openrsm vault1] take A00009 out of port 0");
  EXPECT_EQ(message.id, "begin.1@vault1");
  auto const mail = mail_text(message);
  EXPECT_THAT(mail, StartsWith("To: tape@example.org\nSubject: [openrsm vault1] take A00009 out of port 0\nDate: Wed, 25 Feb 2026 06:16:20 "
                               "+0000\nMessage-ID: <begin.1@vault1>\nAuto-Submitted: auto-generated\n"));
  EXPECT_THAT(
      mail,
      HasSubstr(
          "\n\ntake A00009 out of port 0\n  since 2026-02-25 06:13:20 (3 min)\n  bob waits\n  what helps: rsm opreq satisfy 1a2b3c4d\n"));
  EXPECT_THAT(mail, HasSubstr("systemctl disable --now rsm-notify"));
  EXPECT_THAT(mail, Not(HasSubstr("http")));
}

TEST(Messages, RemindersAndEndsAreInTheThreadOfTheFirst) {
  auto notice = notice_of_one();
  notice.kind = NoticeKind::end, notice.id = "end.2", notice.thread = "begin.1";
  auto const mail = mail_text(message_of(notice, "vault1", "x@y", start + hour));
  EXPECT_THAT(mail, HasSubstr("\nIn-Reply-To: <begin.1@vault1>\nReferences: <begin.1@vault1>\n"));
  EXPECT_THAT(mail, HasSubstr("Subject: [openrsm vault1] over: take A00009 out of port 0\n"));
  EXPECT_THAT(mail, HasSubstr("over, after 1 h"));
  notice.kind = NoticeKind::reminder;
  EXPECT_THAT(message_of(notice, "vault1", "x@y", start + hour).subject, HasSubstr("still: take"));
}

TEST(Messages, NothingThatSomebodyAskedBreaksAHeader) {
  auto notice = notice_of_one();
  notice.conditions[0].title = "one\nBcc: all@example.org\r\n\x1b[2J";
  auto const mail = mail_text(message_of(notice, "vault1", "a@b\nBcc: x@y", start));
  auto const headers = mail.substr(0, mail.find("\n\n"));
  EXPECT_THAT(headers, Not(HasSubstr("\nBcc")));
  EXPECT_THAT(mail, Not(HasSubstr("\x1b")));
}

TEST(Messages, ASubjectBeyondAsciiIsEncodedInWholeCharacters) {
  auto notice = notice_of_one();
  notice.conditions[0].title = "Kassette f\xC3\xBCr \xE4\xB8\xAD\xE6\x96\x87 " + std::string(60, 'x') + " \xC3\xA4";
  auto const mail = mail_text(message_of(notice, "vault1", "x@y", start));
  EXPECT_THAT(mail, HasSubstr("Subject: =?UTF-8?Q?=5Bopenrsm_vault1=5D_Kassette_f=C3=BCr"));
  EXPECT_THAT(mail, HasSubstr("?=\n =?UTF-8?Q?"));
}

TEST(Messages, AreReadAsTheyWereWritten) {
  auto const message = message_of(notice_of_one(), "vault1", "x@y", start);
  auto const again = read_message(message_json(message));
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(mail_text(*again), mail_text(message));
  EXPECT_FALSE(read_message("{}"));
  EXPECT_FALSE(read_message("no JSON"));
}

TEST(CommandWords, AreSplitWithoutAShell) {
  EXPECT_THAT(*commands_in("notify-mail"), ElementsAre(ElementsAre("notify-mail")));
  EXPECT_THAT(*commands_in(" notify-send '{subject}' \"a b\"c ; other  x "),
              ElementsAre(ElementsAre("notify-send", "{subject}", "a bc"), ElementsAre("other", "x")));
  EXPECT_THAT(*commands_in("a ';' b;c $HOME `x`"), ElementsAre(ElementsAre("a", ";", "b;c", "$HOME", "`x`")));
  EXPECT_THAT(*commands_in("a ''"), ElementsAre(ElementsAre("a", "")));
  for (char const* text : {"", "  ", ";", "a 'b", "\""}) EXPECT_FALSE(commands_in(text)) << text;
}

// ---- what the service says of itself

TEST(Conditions, AreWhatNeedsAPerson) {
  wire::StatusReply status;
  wire::LibraryInfo library;
  library.id = LibraryId{*Guid::parse("00000000-0000-0000-0000-000000000001")};
  library.name = "Attic", library.library_type = LibraryType::online, library.operational_state = OperationalState::needs_service,
  library.reason = "it does not answer", library.since = start;
  status.libraries = {library};
  library.library_type = LibraryType::offline;  // what is in no library is no library that is away
  status.libraries.push_back(library);
  wire::DriveInfo drive;
  drive.name = "Attic drive 0", drive.operational_state = OperationalState::needs_service, drive.condition_reason = "3 errors in a row";
  status.drives = {drive};
  drive.enabled = false;  // somebody knows already
  status.drives.push_back(drive);
  wire::OperatorRequestInfo asked;
  asked.id = OperatorRequestId{*Guid::parse("1a2b3c4d-0000-0000-0000-000000000001")};
  asked.message = "bring A00001", asked.state = OperatorState::active, asked.user = "bob", asked.application = "amanda",
  asked.submitted = start;
  status.operator_requests = {asked};
  asked.state = OperatorState::complete;
  status.operator_requests.push_back(asked);
  status.attention = {"the door is open"};
  auto const found = conditions_of(status, start + 5);
  ASSERT_EQ(found.size(), 4u);
  EXPECT_EQ(found[0].title, "Attic needs service");
  EXPECT_EQ(found[0].since, start);
  EXPECT_EQ(found[1].title, "Attic drive 0 needs service");
  EXPECT_EQ(found[1].command, "look at it, then rsm drive enable 'Attic drive 0' --wait");
  EXPECT_EQ(found[2].title, "bring A00001");
  EXPECT_EQ(found[2].detail, "asked by bob (amanda)");
  EXPECT_THAT(found[2].command, HasSubstr("rsm opreq satisfy 1a2b3c4d"));
  EXPECT_EQ(found[3].kind, "attention");
  asked.state = OperatorState::active, asked.request = request_id(1042, *Guid::parse("5d0f6a3e-1c2b-4a5d-8e9f-001122334455"));
  wire::WaitingInfo waits;
  waits.request.id = asked.request;
  status.operator_requests = {asked}, status.waiting = {waits};
  EXPECT_EQ(conditions_of(status, start + 5)[2].detail, "request 1042 of bob (amanda) waits for it");
}

TEST(Conditions, WhatIsSaidOnceIsNotSaidAgainAsASentenceAndAmountsMakeNoNewMatter) {
  wire::StatusReply status;
  wire::OperatorRequestInfo asked;
  asked.message = "bring A00001", asked.state = OperatorState::submitted;
  status.operator_requests = {asked};
  status.attention = {"operator request 1a2b3c4d: bring A00001", "take A00009 out of port 0 of Jukebox",
                      "the disk of the catalog has not answered for 12 s: 340 changes are not durable yet"};
  auto const found = conditions_of(status, start);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[1].key, "attention take A00009 out of port 0 of Jukebox");
  EXPECT_EQ(found[2].key, "attention the disk of the catalog has not answered for # s: # changes are not durable yet");
  EXPECT_EQ(found[2].title, status.attention[2]);
}

}  // namespace
}  // namespace rsm::cli
