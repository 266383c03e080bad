// From the daemon's figures to the page: what is there, and above all what is not.
#include "api/exporter/metrics_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "tests/api/exporter/samples.hpp"

namespace rsm::exporter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> lines_of(std::string const& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> samples_of(std::string const& text) {
  auto lines = lines_of(text);
  std::erase_if(lines, [](auto const& line) { return line.starts_with('#'); });
  return lines;
}

TEST(MetricsPage, WithoutADaemonNothingIsInvented) {
  for (auto code : {Errc::not_ready, Errc::not_connected, Errc::call_not_implemented}) {
    EXPECT_THAT(samples_of(metrics_page(fail(code), Format::classic)), ElementsAre("openrsm_up 0"));
    EXPECT_EQ(lines_of(metrics_page(fail(code), Format::openmetrics)).back(), "# EOF");
  }
}

TEST(MetricsPage, EveryFigureIsThere) {
  auto const lines = samples_of(metrics_page(samples::figures(), Format::openmetrics));
  std::set<std::string> const all(lines.begin(), lines.end());
  for (auto const* line :
       {"openrsm_up 1", "openrsm_build_info{version=\"0.1.0\"} 1", "openrsm_ready 1", "openrsm_start_time_seconds 1700000000.5", "openrsm_connections 5",
        "openrsm_sessions 3", "openrsm_media 8", "openrsm_operator_requests 1", "openrsm_events_total 160", "openrsm_catalog_bytes 221184",
        "openrsm_catalog_wal_bytes 0", "openrsm_commits_total 59", "openrsm_changes_total 197", "openrsm_commit_failures_total{result=\"unknown\"} 0",
        "openrsm_commit_duration_seconds_bucket{le=\"1.0\"} 62", "openrsm_commit_duration_seconds_count 63", "openrsm_commit_duration_seconds_sum 6.0",
        "openrsm_commit_pending_seconds 0.0", "openrsm_library_state{library=\"Jukebox\",openrsm_library_state=\"ready\"} 1",
        "openrsm_library_state{library=\"Jukebox\",openrsm_library_state=\"needs_service\"} 0", "openrsm_library_enabled{library=\"Jukebox\"} 1",
        "openrsm_library_media{library=\"Jukebox\"} 6", "openrsm_library_slots{library=\"Jukebox\",state=\"empty\"} 0", "openrsm_moves_total{library=\"Jukebox\",outcome=\"failed\"} 1",
        "openrsm_move_retries_total{library=\"Jukebox\"} 2", "openrsm_mount_duration_seconds_bucket{library=\"Jukebox\",le=\"+Inf\"} 7",
        "openrsm_drive_state{library=\"Jukebox\",drive=\"0\",openrsm_drive_state=\"loaded\"} 1", "openrsm_drive_mounts_total{library=\"Jukebox\",drive=\"0\"} 7",
        "openrsm_drive_condition{library=\"Jukebox\",drive=\"1\",openrsm_drive_condition=\"ready\"} 1", "openrsm_drive_enabled{library=\"Jukebox\",drive=\"1\"} 1",
        "openrsm_drive_consecutive_errors{library=\"Jukebox\",drive=\"1\"} 2", "openrsm_device_errors_total{library=\"Jukebox\",device=\"arm 0\",error=\"ERROR_TIMEOUT\"} 1",
        "openrsm_drive_alerts_total{library=\"Jukebox\",device=\"drive 1\",severity=\"critical\"} 3",
        "openrsm_handler_starts_total{library=\"Jukebox\",device=\"drive 1\"} 3", "openrsm_handler_ends_total{library=\"Jukebox\",device=\"drive 1\",reason=\"timed_out\"} 1",
        "openrsm_handler_ends_total{library=\"Jukebox\",device=\"drive 1\",reason=\"exited\"} 0", "openrsm_queue_requests{operation=\"mount\",state=\"waiting\",priority=\"3\"} 2",
        "openrsm_queue_requests{operation=\"dismount\",state=\"queued\",priority=\"0\"} 0", "openrsm_queue_oldest_seconds{state=\"waiting\",asked_by=\"people\"} 90.5",
        "openrsm_request_wait_seconds_bucket{operation=\"mount\",le=\"0.1\"} 9", "openrsm_requests_finished_total{operation=\"mount\",outcome=\"passed\"} 11",
        "openrsm_forecasts_total 21", "openrsm_forecasts_settled_total{bound=\"held\"} 18", "openrsm_forecasts_settled_total{bound=\"broken\"} 2", "openrsm_forecast_error_seconds_count 8",
        "openrsm_request_errors_total{operation=\"mount\",error=\"ERROR_UNEXPECTED_OMID\"} 1"})
    EXPECT_TRUE(all.contains(line)) << line;
  EXPECT_EQ(all.size(), lines.size()) << "no series twice";
  EXPECT_THAT(metrics_page(samples::figures(), Format::classic), Not(HasSubstr("Offline library")));
}

TEST(MetricsPage, BothFormatsHaveTheSameSeries) {
  EXPECT_EQ(samples_of(metrics_page(samples::figures(), Format::classic)), samples_of(metrics_page(samples::figures(), Format::openmetrics)));
}

// docs/monitoring.md has a row for every family, with its type, and for no other.
TEST(MetricsPage, EveryFamilyIsDocumented) {
  std::set<std::pair<std::string, std::string>> shown, documented;
  for (auto const& line : lines_of(metrics_page(samples::figures(), Format::openmetrics))) {
    std::istringstream words(line);
    std::string hash, keyword, name, type;
    words >> hash >> keyword >> name >> type;
    if (hash == "#" && keyword == "TYPE") shown.emplace(name + (type == "counter" ? "_total" : type == "info" ? "_info" : ""), type);
  }
  std::ifstream page(RSM_SOURCE_DIRECTORY "/docs/monitoring.md");
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with("| `openrsm_")) continue;
    auto const end = line.find('`', 3);
    std::istringstream rest(line.substr(end + 1));
    std::string bar, type;
    rest >> bar >> type;
    documented.emplace(line.substr(3, end - 3), type);
  }
  EXPECT_EQ(shown, documented);
}

// What the daemon does not know is not there, instead of 0.
TEST(MetricsPage, NoFalseZeros) {
  wire::MetricsReply f{.version = "0.1.0", .started = 1, .ready = false};
  f.commit_time = samples::histogram(0);
  auto const text = metrics_page(f, Format::classic);
  EXPECT_THAT(text, HasSubstr("openrsm_up 1\n"));
  EXPECT_THAT(text, HasSubstr("openrsm_ready 0\n"));
  for (auto const* family : {"openrsm_media", "openrsm_sessions", "openrsm_operator_requests", "openrsm_connections", "openrsm_events", "openrsm_catalog",
                             "openrsm_library", "openrsm_drive", "openrsm_queue", "openrsm_moves", "openrsm_handler", "openrsm_mount"})
    EXPECT_THAT(text, Not(HasSubstr(family))) << family;
}

// A library that is no longer configured has no robot here; errors of a library that nobody knows have no name.
TEST(MetricsPage, HardwareThatIsGone) {
  auto f = samples::figures();
  f.libraries.at(0).mount_time.reset();
  f.libraries.at(0).operational_state = OperationalState::not_present;
  f.device_errors.at(0).library = LibraryId{samples::guid(9, 9)};
  auto const text = metrics_page(f, Format::classic);
  EXPECT_THAT(text, HasSubstr("openrsm_library_state=\"not_present\"} 1"));
  for (auto const* family : {"openrsm_moves", "openrsm_mount_duration", "openrsm_device_errors"}) EXPECT_THAT(text, Not(HasSubstr(family))) << family;
}

TEST(MetricsPage, NamesOfOthersCannotForgeSeries) {
  auto f = samples::figures();
  f.libraries.at(0).name = "x\"} 1\nopenrsm_up 0\n#";
  auto const lines = samples_of(metrics_page(f, Format::classic));
  EXPECT_EQ(std::ranges::count(lines, "openrsm_up 0"), 0);
  EXPECT_THAT(lines, ::testing::Contains(HasSubstr(R"(library="x\"} 1\\u000aopenrsm_up 0\\u000a#")")));
}

}  // namespace
}  // namespace rsm::exporter
