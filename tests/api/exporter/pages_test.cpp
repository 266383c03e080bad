// Paths, methods, formats, health.
#include "api/exporter/pages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/exporter/health.hpp"
#include "api/exporter/negotiation.hpp"
#include "libmgr/domain/limits.hpp"
#include "tests/api/exporter/samples.hpp"

namespace rsm::exporter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

TEST(Negotiation, OpenMetricsOnlyWhereItIsWanted) {
  auto const open = Format::openmetrics, classic = Format::classic;
  // What Prometheus sends.
  EXPECT_EQ(wanted_format("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"), open);
  EXPECT_EQ(wanted_format("application/openmetrics-text; version=\"1.0.0\"; charset=utf-8"), open);
  EXPECT_EQ(wanted_format("APPLICATION/OPENMETRICS-TEXT"), open);
  EXPECT_EQ(wanted_format("text/plain;q=0.5, application/openmetrics-text;q=0.5"), open);
  EXPECT_EQ(wanted_format(""), classic);
  EXPECT_EQ(wanted_format("*/*"), classic);
  EXPECT_EQ(wanted_format("text/html,application/xhtml+xml,*/*;q=0.8"), classic);
  EXPECT_EQ(wanted_format("text/plain, application/openmetrics-text;q=0.9"), classic);
  EXPECT_EQ(wanted_format("application/openmetrics-text;q=0"), classic);
  EXPECT_EQ(wanted_format("application/openmetrics-text;version=2.0.0"), classic) << "we do not speak it";
  EXPECT_EQ(wanted_format("application/openmetrics-text;q=nonsense"), classic);
  EXPECT_EQ(wanted_format(";;;,,q=,=;"), classic);
}

Page page(std::string const& method, std::string const& target, DaemonAnswer const& answer = samples::figures(), std::string const& accept = {}) {
  return page_for({method, target, accept}, &answer);
}

TEST(Pages, PathsAndMethods) {
  EXPECT_EQ(page("GET", "/").status, 200u);
  EXPECT_EQ(page("GET", "/").content_type, "text/html; charset=utf-8");
  EXPECT_THAT(page("GET", "/").body, HasSubstr("href=\"/metrics\""));
  EXPECT_EQ(page("GET", "/metrics?name=x").status, 200u);
  for (auto const* target : {"/metrics/", "/metric", "//", "", "*", "/../etc/passwd", "/metrics#x", "http://x/metrics"}) EXPECT_EQ(page("GET", target).status, 404u) << target;
  for (auto const* method : {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW"}) {
    EXPECT_EQ(page(method, "/metrics").status, 405u) << method;
    EXPECT_EQ(page(method, "/metrics").allow, "GET, HEAD");
    EXPECT_EQ(page(method, "/nowhere").status, 404u);
    EXPECT_FALSE(needs_daemon({method, "/metrics", {}}));
  }
  EXPECT_TRUE(needs_daemon({"GET", "/metrics", {}}));
  EXPECT_TRUE(needs_daemon({"HEAD", "/healthz?full", {}}));
  EXPECT_FALSE(needs_daemon({"GET", "/", {}}));
}

TEST(Pages, EachFormatHasItsContentType) {
  EXPECT_EQ(page("GET", "/metrics").content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(page("GET", "/metrics", samples::figures(), "application/openmetrics-text").content_type, "application/openmetrics-text; version=1.0.0; charset=utf-8");
}

TEST(Health, NothingIsWrong) {
  EXPECT_THAT(troubles(samples::figures()), IsEmpty());
  EXPECT_EQ(page("GET", "/healthz").body, "ok\n");
  EXPECT_EQ(page("GET", "/healthz").status, 200u);
}

TEST(Health, OneSentenceForEachThingThatIsWrong) {
  auto f = samples::figures();
  f.libraries.at(0).operational_state = OperationalState::needs_service;
  f.libraries.at(0).reason = "the changer does not answer";
  f.drives.at(1).operational_state = OperationalState::not_present;
  f.drives.at(1).condition_reason = "it was taken out";
  f.commit_waits_ms = 40'000;
  EXPECT_THAT(troubles(f), ElementsAre("a commit to the catalog has been under way for 40.0 s", "library Jukebox needs service: the changer does not answer",
                                       "drive 1 of library Jukebox is not present: it was taken out"));
  EXPECT_EQ(page("GET", "/healthz", f).status, 503u);
  f.ready = false;
  EXPECT_THAT(troubles(f).front(), StartsWith("the daemon is not ready"));
}

TEST(Health, WhatAnOperatorSwitchedOffIsNotWrongNorWhatIsBeingAsked) {
  auto f = samples::figures();
  f.libraries.at(0).operational_state = OperationalState::initializing;
  f.drives.at(0).operational_state = OperationalState::needs_service;
  f.drives.at(0).enabled = false;
  f.commit_waits_ms = limits::commit_attention_after.count() - 1;
  EXPECT_THAT(troubles(f), IsEmpty());
}

TEST(Health, NoDaemon) {
  auto const answer = page("GET", "/healthz", fail(Errc::not_ready, "/x.sock", "nobody listens there"));
  EXPECT_EQ(answer.status, 503u);
  EXPECT_EQ(answer.body, "the daemon does not answer: ERROR_NOT_READY (21): The service or device is not ready. /x.sock: nobody listens there\n");
}

}  // namespace
}  // namespace rsm::exporter
