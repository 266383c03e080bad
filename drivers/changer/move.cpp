// MOVE MEDIUM and EXCHANGE MEDIUM, and what the elements say afterwards.
#include <fmt/format.h>

#include <algorithm>

#include "drivers/changer/limits.hpp"
#include "drivers/changer/medium_changer.hpp"
#include "drivers/changer/port_values.hpp"
#include "drivers/scsi/commands.hpp"

namespace rsm::changer {

struct MediumChanger::Ends {
  port::Move move;
  std::uint16_t transport = 0, source = 0, destination = 0;
  bool same() const { return move.from == move.to; }
  std::string text() const { return fmt::format("{} {} {}", move.from.text(), move.exchange ? "and" : "to", move.to.text()); }
};

// Whether there is a cartridge; none: the library does not tell.
struct MediumChanger::Picture {
  std::optional<bool> source, destination, transport;

  bool in_transport() const { return transport.value_or(false); }
  // The elements show that nothing has been moved.
  bool untouched(Ends const& ends) const { return !ends.move.exchange && source == true && !in_transport() && (ends.same() || destination == false); }
  std::string text(Ends const& ends) const {
    if (!source || !destination) return "not every element could be read afterwards: the elements must be read";
    if (in_transport()) return "a cartridge is in the transport";
    if (*source && *destination && ends.move.exchange) return "both are full: only their bar codes tell which is where";
    if (*source && *destination && !ends.same()) return fmt::format("{} and {} are full", ends.move.from.text(), ends.move.to.text());
    if (*source) return fmt::format("{} is still full", ends.move.from.text());
    if (*destination) return fmt::format("{} is empty and {} is full", ends.move.from.text(), ends.move.to.text());
    return fmt::format("{} and {} are empty", ends.move.from.text(), ends.move.to.text());
  }
  // Why a move that is said to be done is not; empty: what the elements tell does not speak against it. From a port, a person may have taken the cartridge already.
  std::string contradiction(Ends const& ends) const {
    if (ends.move.exchange) return source == true && destination == true && !in_transport() ? std::string() : text(ends);
    bool const source_full = !ends.same() && source.value_or(false);
    bool const nowhere = destination == false && ends.move.to.kind != ElementKind::port;
    bool const nothing_told = !source && !destination;
    return source_full || in_transport() || nowhere || nothing_told ? text(ends) : std::string();
  }
};

namespace {

// A hardware error of its own mechanics: neither of a drive nor of what lies where.
bool of_the_arm(scsi::Failure const& failure) {
  return failure.answered && failure.key == scsi::key_hardware_error && failure.win32 == scsi::Win32::io_device && failure.action != scsi::Action::drive_service;
}

}  // namespace

Result<MediumChanger::Ends> MediumChanger::ends_of(port::Move const& what) const {
  auto const& book = configuration_->book;
  for (Element const element : {what.from, what.to})
    if (!book.address_of(element)) return fail(Errc::resource_not_present, element.text(), "the library has no such element");
  if (what.exchange) RSM_CHECK(may_exchange(what));
  if (what.from == what.to && !what.turn) return fail(Errc::not_empty, what.to.text(), "the cartridge is there already");
  Ends ends{.move = what, .source = *book.address_of(what.from), .destination = *book.address_of(what.to)};
  // Some jukeboxes announce no transport: their default one has address 0.
  ends.transport = book.address_of({ElementKind::arm, 0}).value_or(0);
  return ends;
}

bool MediumChanger::exchanges() const {
  bool const announced = configuration_->capabilities && configuration_->capabilities->exchange.allows(scsi::ElementType::storage, scsi::ElementType::storage);
  return announced && !quirks_.exchange_is_only_announced && !exchange_unknown_;
}

Result<> MediumChanger::may_exchange(port::Move const& what) const {
  bool const slots = what.from.kind == ElementKind::slot && what.to.kind == ElementKind::slot;
  if (!slots || what.from == what.to || what.turn) return fail(Errc::invalid_parameter, what.to.text(), "only cartridges of two slots change places, and none is turned");
  if (!exchanges()) return fail(Errc::not_supported, session_.object(), "it does not exchange cartridges between slots (mode page 1Fh)");
  return {};
}

Result<> MediumChanger::move(port::Move const& what) {
  session_.set_patience(limits::changer_move_patience);
  if (!configuration_ || wants_initialize_ || lock_wanted_ != lock_set_) RSM_CHECK(told(be_ready()));
  RSM_TRY(auto const ends, ends_of(what));
  auto const done = carry_out(ends);
  // Lifted for this move only. Where it fails, the next call sets it.
  if (lock_wanted_ && !lock_set_ && done) (void)set_lock(true);
  return done;
}

Result<> MediumChanger::carry_out(Ends const& ends) {
  Millis const begun = session_.now();
  for (unsigned tries = 1;; ++tries) {
    auto const failure = ends.move.exchange ? send_exchange(ends) : send_move(ends);
    // Without an answer the device may still be moving; after an attention, and where the command was not begun, nothing has been moved.
    bool const no_picture = failure && (!failure->answered || !failure->doubt || failure->key == scsi::key_unit_attention);
    if (no_picture) take_attentions();
    if (no_picture) return std::unexpected(move_error(*failure, ends, nullptr));
    Picture const picture = picture_after(ends);
    take_attentions();
    if (failure) {
      if (!may_repeat(*failure, ends, picture, tries, begun)) {
        Error error = move_error(*failure, ends, &picture);
        learn_from(*failure);
        return std::unexpected(std::move(error));
      }
      continue;
    }
    auto const wrong = picture.contradiction(ends);
    if (wrong.empty()) return {};
    return fail(Errc::medium_not_accessible, session_.object(), fmt::format("{}: the library says that it is done, but {}", ends.text(), wrong));
  }
}

// None: the device says that it is done.
std::optional<scsi::Failure> MediumChanger::send_move(Ends const& ends) {
  auto const done = session_.run(scsi::MoveMedium{.transport = ends.transport, .source = ends.source, .destination = ends.destination, .invert = ends.move.turn});
  return done ? std::nullopt : std::optional(done.error());
}

std::optional<scsi::Failure> MediumChanger::send_exchange(Ends const& ends) {
  auto const done = session_.run(scsi::ExchangeMedium{.transport = ends.transport, .source = ends.source, .first_destination = ends.destination, .second_destination = ends.source});
  if (!done && done.error().unknown_command()) exchange_unknown_ = true;
  return done ? std::nullopt : std::optional(done.error());
}

MediumChanger::Picture MediumChanger::picture_after(Ends const& ends) {
  auto const full = [&](Element element) -> std::optional<bool> {
    auto const seen = look_at(element);
    if (!seen) return std::nullopt;
    auto const* known = seen->exception ? scsi::element_exception(seen->asc, seen->ascq) : nullptr;
    bool const believed = known == nullptr || known->trouble != scsi::ElementTrouble::full_questionable;
    return believed ? std::optional(seen->full) : std::nullopt;
  };
  Picture picture;
  picture.source = full(ends.move.from);
  picture.destination = ends.same() ? picture.source : full(ends.move.to);
  Element const arm{ElementKind::arm, 0};
  bool const asked_already = ends.move.from == arm || ends.move.to == arm;
  if (configuration_->book.address_of(arm) && !asked_already) picture.transport = full(arm);
  return picture;
}

// One command; none: not told, or the question failed.
std::optional<scsi::Element> MediumChanger::look_at(Element element) {
  auto const address = configuration_->book.address_of(element);
  if (!address) return std::nullopt;
  // In the form that has worked before: one that cuts its answers may cut all of a short one.
  auto const seen = reader_.states(type_of(element.kind), {*address, 1}, reader_.knows_tags());
  if (!seen) return std::nullopt;
  auto const found = seen->find(*address);
  return found != seen->end() ? std::optional(found->second) : std::nullopt;
}

bool MediumChanger::may_repeat(scsi::Failure const& failure, Ends const& ends, Picture const& picture, unsigned tries, Millis begun) {
  if (!configuration_ || !picture.untouched(ends) || tries > limits::changer_moves_again_max) return false;  // the addresses may be others by now
  switch (failure.action) {
    case scsi::Action::retry:
      return true;
    case scsi::Action::wait:
      return session_.now() - begun + failure.wait.interval <= failure.wait.limit && session_.wait(failure.wait.interval);
    case scsi::Action::allow_removal:
      return lock_set_ && set_lock(false).has_value();
    default:
      return false;
  }
}

void MediumChanger::learn_from(scsi::Failure const& failure) {
  if (failure.action == scsi::Action::init_elements) wants_initialize_ = true;
  if (failure.action == scsi::Action::reread_config) configuration_.reset();
}

Error MediumChanger::move_error(scsi::Failure const& failure, Ends const& ends, Picture const* picture) const {
  Error error = port_error(failure);
  if (ends.move.exchange && failure.unknown_command()) error.code = Errc::not_supported;
  if (of_the_arm(failure)) error.code = Errc::gen_failure;
  error.detail = fmt::format("{}: {}", ends.text(), error.detail);
  if (picture == nullptr) return error;
  error.detail += "; " + picture->text(ends);
  bool const asked = configuration_ && configuration_->capabilities && failure.key == scsi::key_illegal_request;
  if (asked && !ends.move.exchange && !configuration_->capabilities->move.allows(type_of(ends.move.from.kind), type_of(ends.move.to.kind)))
    error.detail += fmt::format("; the library says that it moves nothing from {} to {} (mode page 1Fh)", word(ends.move.from.kind), word(ends.move.to.kind));
  // Some say "no medium" of a drive that holds it fast, or "full" of the transport.
  bool const both = !ends.move.exchange || picture->destination == true;
  bool const not_so = (error.code == Errc::empty && picture->source == true && both) || (error.code == Errc::not_empty && picture->destination == false);
  if (not_so) error.code = Errc::medium_not_accessible;
  return error;
}

}  // namespace rsm::changer
