// A real SCSI changer (SMC), for the process that serves it.
//
// What for: the blocking counterpart of drivers/port/changer.hpp over any transport. Meaning and errors of the calls are the port's.
//   describe()     waits no longer than limits::changer_ready_glance for a library that is still starting: who it is can be said before. media_type_code
//                  is 0: a changer does not tell what its cartridges are. sides: 2 where a transport can turn them over (mode page 1Eh)
//   elements()     after the device has said that it wants it, INITIALIZE ELEMENT STATUS once in a question; where a slot says that its label or its
//                  content is questionable and the model knows how to, for this range, and once until the slot says something else. An element that the library leaves out is
//                  not accessible and has an exception that says so
//   move()         one MOVE MEDIUM, then source, destination and transport are asked, nothing else. Success only where they do not contradict it. A failed
//                  MOVE is sent again only where the table of sense codes says so and the elements show that nothing was moved; what became of it is
//                  in the sentence. An attention that says that the content or the addresses may be others than the caller believes ends a move
//                  before it: not_ready, the elements must be read
//                  exchange: one EXCHANGE MEDIUM of two slots, where mode page 1Fh has it and the device did not refuse it as unknown (not_supported). It is
//                  never sent again: whether it was begun cannot be seen by full and empty
//   extend_port()  ALLOW or PREVENT MEDIUM REMOVAL; it concerns all ports of the library. A library that knows neither has nothing to lock
//   unlock_door()  the same: the one lock of a medium changer is that of its ports and its door. It is set when none of them is open for a person any more
// take_doubt()   an attention has come (reset, medium may have changed, parameters changed) since the last describe(), whose caller asks where everything is
// After a reset, PREVENT is set again. Time: the limits of drivers/changer/limits.hpp; waiting goes through the clock.
// Errors: the port's. Thread rule: one thread. Source: SMC-3 6; models: quirks.hpp, sense_codes.def.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "drivers/changer/configuration.hpp"
#include "drivers/changer/element_reader.hpp"
#include "drivers/handler/device.hpp"

namespace rsm::changer {

class MediumChanger final : public handler::BlockingChanger {
 public:
  explicit MediumChanger(std::unique_ptr<scsi::Transport> transport, scsi::Clock& clock = scsi::real_clock());

  Result<port::ChangerDescription> describe() override;
  Result<port::ElementReport> elements(std::vector<port::ElementRange> const& ranges) override;
  Result<> move(port::Move const& what) override;
  Result<> extend_port(std::uint32_t number, bool extend) override;
  Result<> unlock_door(bool unlock) override;
  bool take_doubt() override { return std::exchange(doubt_, false); }

 private:
  struct Ends;     // of a move, as addresses
  // What is open for people: the one lock is set when the last of it is closed.
  struct Openings {
    std::set<std::uint32_t> ports;
    bool door = false;
    bool none() const { return ports.empty() && !door; }
  };
  struct Picture;  // of source, destination and transport after a move

  scsi::Outcome<> configure();
  scsi::Outcome<> be_ready();  // for a question
  scsi::Outcome<> initialize();
  // Of slots and ports whose content is questionable; none, or tried before: false.
  scsi::Outcome<bool> initialize_questionable(std::vector<port::ElementStatus> const& seen);
  void take_attentions();

  Result<std::vector<Element>> wanted(std::vector<port::ElementRange> const& ranges) const;
  scsi::Outcome<std::vector<port::ElementStatus>> look(std::vector<Element> const& elements);
  scsi::Outcome<> look_at_run(ElementKind kind, scsi::ElementRange run, std::vector<port::ElementStatus>& statuses);

  Result<Ends> ends_of(port::Move const& what) const;
  bool exchanges() const;
  Result<> may_exchange(port::Move const& what) const;
  Result<> carry_out(Ends const& ends);
  Picture picture_after(Ends const& ends);
  std::optional<scsi::Element> look_at(Element element);
  std::optional<scsi::Failure> send_move(Ends const& ends);
  std::optional<scsi::Failure> send_exchange(Ends const& ends);
  // Waits where the failure wants it. False: the move is over.
  bool may_repeat(scsi::Failure const& failure, Ends const& ends, Picture const& picture, unsigned tries, Millis begun);
  void learn_from(scsi::Failure const& failure);
  Error move_error(scsi::Failure const& failure, Ends const& ends, Picture const* picture) const;
  scsi::Outcome<> set_lock(bool locked);
  Result<> keep_open(Openings opened);

  std::unique_ptr<scsi::Transport> transport_;
  scsi::Session session_;
  ElementReader reader_;
  Quirks quirks_;
  std::optional<Configuration> configuration_;
  DeviceIdentity known_;           // whom the configuration was read of last
  bool wants_initialize_ = false;  // the device has said so
  std::set<std::uint16_t> tried_;    // addresses that were initialized because of what they said, until they say something else
  bool started_ = false;           // initialized at the start, where the model wants it
  bool door_open_ = false;
  bool doubt_ = false;             // an attention has come since the caller has begun to ask where everything is
  bool tells_access_ = false;      // ACCESS was set of some element
  bool exchange_unknown_ = false;  // it has refused EXCHANGE MEDIUM as a command that it does not have
  Openings opened_;
  bool lock_wanted_ = false;       // PREVENT, as the caller has it
  bool lock_set_ = false;          // it is set: not after a reset, nor while a move needs it lifted
};

}  // namespace rsm::changer
