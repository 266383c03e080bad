// The import/export port at work: a cartridge to a person (eject), from one (inject), or one that lies in it to a chosen slot (fetch).
//
// What for: changers tell nothing by themselves, so a port with a person at it is looked at again and again, within its time limit. A look is
// no work: an inject can be stopped at any moment in which no cartridge moves. Thread rule: a value. Source: rsm-model.md section 13.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "libmgr/domain/error.hpp"
#include "libmgr/domain/place.hpp"
#include "libmgr/machines/work.hpp"

namespace rsm::machine {

enum class PortTask : std::uint8_t { eject, inject, fetch };
enum class PortPhase : std::uint8_t { begun, delivering, opening, waiting, looking, closing_done, closing_empty, closing_full, putting_back, storing };

// What may be looked at when something has happened.
struct PortView {
  TimePoint now{};
  std::uint32_t number = 0;
  std::string library_name;
  std::string medium_name;           // of the cartridge that goes out
  Millis max_extend{};               // a person has this long
  std::optional<Element> free_slot;  // where the cartridge in the port could go; none: there is no place
  std::string unwanted;              // why what was put in is not what was asked for; empty: it is
};

// ---- actions

// The arm is to bring the cartridge of this work there; event: moved.
struct PortMove {
  Element to;
  friend bool operator==(PortMove const&, PortMove const&) = default;
};
// Event: opened or closed.
struct OpenPort {
  friend bool operator==(OpenPort const&, OpenPort const&) = default;
};
struct ClosePort {
  std::string reason;
  friend bool operator==(ClosePort const&, ClosePort const&) = default;
};
// Event: seen or not_seen.
struct LookAtPort {
  friend bool operator==(LookAtPort const&, LookAtPort const&) = default;
};
// The position of the port, as it is known now.
struct PortIs {
  bool extended = false;
  std::string reason;
  friend bool operator==(PortIs const&, PortIs const&) = default;
};
// The cartridge is out of the library.
struct Taken {
  friend bool operator==(Taken const&, Taken const&) = default;
};
// A cartridge was put in: it is to be known, then kept(free slot).
struct PutIn {
  friend bool operator==(PutIn const&, PutIn const&) = default;
};
// It is left in the port: a person is told.
struct NotTaken {
  std::string message;
  friend bool operator==(NotTaken const&, NotTaken const&) = default;
};
// No place for what was put in: it stays in the port, and a person is told.
struct NoPlace {
  friend bool operator==(NoPlace const&, NoPlace const&) = default;
};
using PortAction = std::variant<AwaitDurable, Pause, Tell, Finish, Over, PortMove, OpenPort, ClosePort, LookAtPort, PortIs, Taken, PutIn, NotTaken, NoPlace>;
using PortActions = std::vector<PortAction>;

class Port {
 public:
  Port(WorkId id, PortTask task, RequestId request, MediumId medium) : id_(id), task_(task), request_(request), medium_(medium) {}

  // ---- events
  PortActions begin(PortView const& v);
  PortActions durable(PortView const& v);
  PortActions moved(PortView const& v, Result<> outcome);
  PortActions opened(PortView const& v, Result<> outcome);
  PortActions closed(PortView const& v, Result<> outcome);
  PortActions seen(PortView const& v, bool full);
  PortActions not_seen(PortView const& v, Error const& error);
  PortActions pause_over(PortView const& v);
  // What was put in has its record now; v.free_slot and v.unwanted are of it.
  PortActions known(PortView const& v, MediumId medium);
  // The request is to end: true when it may end now; what the port still has to do is in `actions`.
  bool stop(PortView const& v, std::string const& reason, PortActions& actions);

  // ---- what it is doing
  WorkId id() const { return id_; }
  PortTask task() const { return task_; }
  PortPhase phase() const { return phase_; }
  RequestId request() const { return request_; }
  MediumId medium() const { return medium_; }
  std::string const& step() const { return step_; }
  // A person has to do something at the port now.
  bool waits_for_person() const { return phase_ == PortPhase::waiting || phase_ == PortPhase::looking; }
  // A command to the changer is under way.
  bool commanded() const { return phase_ == PortPhase::opening || phase_ == PortPhase::closing_done || phase_ == PortPhase::closing_empty || phase_ == PortPhase::closing_full; }

 private:
  PortActions enter(PortPhase phase, std::string step, PortAction action);
  PortActions look_again();
  PortActions over(RequestState state, Errc error, std::string reason);
  // What nobody took stays in the port, since it cannot be put back: the same question says so from now on.
  PortActions stays(PortView const& v, std::string const& why);
  // What was put in stays in the port, where nobody works on it: the request fails, and a person is told.
  PortActions left(PortView const& v, Errc error, std::string const& why);

  WorkId id_;
  PortTask task_;
  RequestId request_;
  MediumId medium_;
  PortPhase phase_ = PortPhase::begun;
  std::string step_;
  MaybeTime until_;
  std::string stopped_;
};

}  // namespace rsm::machine
