// The scheduler: which waiting mounts may start now, on which drive, which drive is emptied for whom, and for every other
// request why not. A pure function of what it is given: no clock, no catalog, no I/O; the same question gives the same answer.
//
// Order (decisions 8 and 25, readings 1 and 3): a pinned position, then priority; then, by policy batch, requests older than the
// fairness limit, requests whose side is ready in a drive, age; by policy strict, age; by policy throughput as queue/throughput.hpp says. A blocked
// request does not block those behind it. Choice of the drive: rsm-model.md section 9. Thread rule: pure.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "libmgr/model/world.hpp"
#include "libmgr/queue/throughput.hpp"
#include "libmgr/settings.hpp"

namespace rsm {

struct Situation {
  World const& world;
  LibraryId library;
  std::set<DriveId> working;           // drives that have work already
  std::set<DriveId> emptying;          // of these: drives that will be empty
  std::set<DriveId> lent;              // of these: drives with work that nobody asked for (an identification, a free label)
  std::map<MediumId, std::string> busy_media;  // media that something else works with, and what
  std::map<RequestId, std::set<DriveId>> failed_in;  // drives that could not load the cartridge of the request: others first
  std::set<DriveId> not_reached{};  // the arm could not bring something there: others first
  TimePoint now;
  SchedulerPolicy policy = SchedulerPolicy::batch;
  Millis fairness_limit{};
  bool by_hand = false;  // a stand-alone library: what its drive has let go of is still in it
  Pace pace{};            // policy throughput: what an exchange, a mount and a wait have taken there lately
  bool arm_taken = false; // policy throughput: what is to be brought waits, so that it is chosen when the arm can go
  bool reasons = true;    // without: `why` stays empty, and no sentence is composed
  std::map<RequestId, std::set<DriveId>> takes{};  // drives that take the cartridge of the request; without an entry: all
  std::set<DriveId> homeless{};  // drives with a medium for which there is no slot: they are emptied for nobody until a person makes room
};

struct MountStart {
  RequestId request;
  DriveId drive;
};

struct MountPlan {
  std::vector<MountStart> starts;             // in order of service; a group's members are all here or none
  std::vector<std::pair<DriveId, RequestId>> to_empty;  // drive whose idle medium is to go home, and for whom
  std::vector<std::pair<DriveId, RequestId>> to_make_room;  // drive that would be emptied if there were a slot for what is in it, and for whom
  std::map<RequestId, std::string> why;       // everything else
  std::set<RequestId> room_coming;            // of these: a drive is being emptied for it (readings.md 3: it counts as free)
  std::set<MediumId> room_for;                // policy throughput: a drive becomes empty for all who wait for it, but for those who have waited for too long
  bool call_waits = false;                    // a call of several media could start if all drives that are lent or being emptied were free together
  std::vector<RequestId> order;               // all that were asked about, in order of service
};

// `waiting`: open MOUNT requests of the library that have no work.
MountPlan plan_mounts(Situation const& situation, std::vector<RequestRecord const*> waiting);

// The same requests as they are served, the first one first; and how many of them are served before this one, without sorting them.
std::vector<RequestRecord const*> in_order_of_service(Situation const& situation, std::vector<RequestRecord const*> waiting);
std::size_t served_before(Situation const& situation, std::vector<RequestRecord const*> const& waiting, RequestRecord const& one);

}  // namespace rsm
