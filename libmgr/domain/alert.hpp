// Alerts: what a drive reports of itself and of the cartridge in it without being asked (TapeAlert).
//
// What for: drivers give them, the core keeps the last one of each number with the drive and with the medium. Whose affair one is, and how grave, the
// driver knows; nobody else needs its numbers. What happened before the last one is in the events.
// Units: times as of Loop::now. Ranges: numbers are those of the device's own table. Errors: none. Thread rule: values. Source: SSC-3 (TapeAlert).
#pragma once

#include <algorithm>
#include <boost/describe/class.hpp>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "libmgr/domain/limits.hpp"
#include "libmgr/domain/time.hpp"
#include "libmgr/domain/words.hpp"

namespace rsm {

enum class AlertSeverity : std::uint8_t {
  critical = 0,     // stop using what it is about until somebody has decided
  warning = 1,      // act when there is time, or when it comes again
  information = 2,
  reserved = 3      // nobody knows what the number means
};
BOOST_DESCRIBE_ENUM(AlertSeverity, critical, warning, information, reserved)

enum class AlertAbout : std::uint8_t {
  drive = 0,
  medium = 1,   // the cartridge is to blame
  either = 2,   // drive and cartridge together: nobody is blamed for it alone
  cleaning = 3  // the drive wants to be cleaned
};
BOOST_DESCRIBE_ENUM(AlertAbout, drive, medium, either, cleaning)

struct Alert {
  std::uint32_t number = 0;
  AlertSeverity severity = AlertSeverity::information;
  AlertAbout about = AlertAbout::drive;
  std::string text;  // what it means and what to do, for people
  friend bool operator==(Alert const&, Alert const&) = default;
};
BOOST_DESCRIBE_STRUCT(Alert, (), (number, severity, about, text))

// As it is kept.
struct AlertRecord : Alert {
  TimePoint time{};     // when it was reported last
  std::string beside;   // kept with a drive: the medium that was in it, with a medium: the drive; by name, empty: none
  friend bool operator==(AlertRecord const&, AlertRecord const&) = default;
};
BOOST_DESCRIBE_STRUCT(AlertRecord, (Alert), (time, beside))

// The newest is the last; of each number the newest, alerts_kept_max at most, with alert_text_bytes_max of text.
inline void keep_alert(std::vector<AlertRecord>& alerts, AlertRecord newest) {
  std::erase_if(alerts, [&](AlertRecord const& kept) { return kept.number == newest.number; });
  newest.text.resize(std::min(newest.text.size(), limits::alert_text_bytes_max));
  if (alerts.size() >= limits::alerts_kept_max) alerts.erase(alerts.begin());
  alerts.push_back(std::move(newest));
}

// "clean now: ... (TapeAlert 20, critical)"
inline std::string sentence(Alert const& alert) { return alert.text + " (TapeAlert " + std::to_string(alert.number) + ", " + word(alert.severity) + ")"; }

// The cartridge is not to be relied on any more.
inline bool blames_medium(Alert const& alert) { return alert.about == AlertAbout::medium && alert.severity == AlertSeverity::critical; }
// Of one that is kept with a medium: "drive 0 of Attic reports media: ... (TapeAlert 4, critical)"
inline std::string blame(AlertRecord const& alert) { return alert.beside + " reports " + sentence(alert); }

}  // namespace rsm
