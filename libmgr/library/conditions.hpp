// In what condition the library and its drives are: who failed, who is to blame, who needs a person.
//
// What for: a drive is judged by the failures of different cartridges in a row: by two that have failed nowhere else while another drive loads, by three
// in any case. One cartridge that fails everywhere condemns no drive. A drive that keeps its cartridge is tried a few times: whoever is to blame, nothing
// else can come into it. A device that says nothing needs service and is asked again and again. Thread rule: the loop only. Source: rsm-model.md section 2.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "libmgr/domain/alert.hpp"
#include "libmgr/domain/error.hpp"
#include "libmgr/domain/ids.hpp"
#include "libmgr/domain/medium.hpp"
#include "libmgr/domain/time.hpp"
#include "libmgr/machines/drive.hpp"

namespace rsm {

class Library;

// Of a drive that answers.
inline constexpr char const* unsure_text = "the library has not said what is in it";

class Conditions {
 public:
  explicit Conditions(Library& library) : library_(library) {}

  // A command to the drive failed while it worked with this cartridge.
  void drive_failed(DriveId id, MediumId medium, machine::DriveFailed const& failed);
  void drive_works(DriveId id);
  // Its cartridge is unloaded.
  void drive_gave_back(DriveId id);
  void drive_silent(DriveId id, Error const& error);
  void drive_answers(DriveId id);
  // The drive has reported something of itself or of the cartridge in it: each is an event, is kept with the drive and, where it is about it, with the
  // medium; a cartridge that is to blame for something critical is marked, and a drive that wants to be cleaned is, or a person is asked to.
  void alerted(DriveId id, std::vector<Alert> const& alerts);
  // It needs service, and answers: what is in it goes home all the same, as long as it lets go of it.
  bool gives_back(DriveId id) const;
  // A drive has found it critically bad since then.
  bool medium_blamed_since(MediumRecord const& medium, TimePoint since) const;
  // What was held against this drive was the fault of the arm.
  void arm_was_to_blame(DriveId id);
  // Whoever looks after it answers for it: its failures are forgotten.
  void forgive(DriveId id);

  void changer_silent(Error const& error, bool needs_service);
  void changer_answers();
  // The library was asked and has answered.
  void ready();
  void initializing(std::string const& reason);

 private:
  Library& library_;
  void count_errors(DriveId id, std::size_t errors);
  std::size_t to_blame_it_for(DriveId id) const;
  bool another_loads(DriveId id) const;
  bool still_needs_service();
  bool is_condemned(DriveId id) const;
  void condemn(DriveId id, std::string const& reason);
  void others_are_judged_by(DriveId works);
  void alert_of_drive(DriveId id, Alert const& alert, std::string const& medium_name);
  void alert_of_medium(MediumRecord medium, Alert const& alert, DriveId in);

  std::map<DriveId, std::set<std::string>> failed_with_;  // cartridges, since the last success
  std::map<DriveId, std::string> last_failure_;           // for people
  std::set<DriveId> silent_;
  std::set<DriveId> has_loaded_;                          // in this life of the daemon
  std::map<DriveId, std::size_t> kept_;                // tries to get out what is in it
};

}  // namespace rsm
