#include "drivers/changer/medium_changer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "drivers/changer/limits.hpp"
#include "drivers/changer/port_values.hpp"
#include "drivers/scsi/commands.hpp"

namespace rsm::changer {
namespace {

// Initialization for a range, in the form of the model.
struct RangeInitialization {
  scsi::InitializeElementStatusWithRange range;
  RangeInventory form = RangeInventory::standard;
  scsi::Cdb10 cdb() const { return form == RangeInventory::vendor ? range.vendor_cdb() : range.cdb(); }
};

bool is_questionable(port::ElementStatus const& status) {
  auto const* known = status.exception ? scsi::element_exception(status.exception->asc, status.exception->ascq) : nullptr;
  bool const kind = status.element.kind == ElementKind::slot || status.element.kind == ElementKind::port;
  return kind && known != nullptr && (known->trouble == scsi::ElementTrouble::label_questionable || known->trouble == scsi::ElementTrouble::full_questionable);
}

bool says_door(scsi::Failure const& failure) { return failure.win32 == scsi::Win32::device_door_open; }

}  // namespace

MediumChanger::MediumChanger(std::unique_ptr<scsi::Transport> transport, scsi::Clock& clock)
    : transport_(std::move(transport)), session_(*transport_, clock, transport_->name(), scsi::DeviceKind::changer), reader_(session_) {}

scsi::Outcome<> MediumChanger::configure() {
  if (configuration_) return {};
  RSM_TRY(configuration_, read_configuration(session_));
  auto const& who = configuration_->identity;
  quirks_ = quirks_of({who.vendor, who.product});
  reader_.set_quirks(quirks_);
  reader_.forget_refusals();
  exchange_unknown_ = exchange_unknown_ && known_ == who;
  known_ = who;
  session_.set_object(fmt::format("changer {} {} at {}", who.vendor, who.product, transport_->name()));
  return {};
}

void MediumChanger::take_attentions() {
  auto const attentions = session_.take_attentions();
  auto const has = [&](scsi::Attention attention) { return attentions.test(static_cast<std::size_t>(attention)); };
  if (has(scsi::Attention::reset)) lock_set_ = false;
  if (has(scsi::Attention::reset) || has(scsi::Attention::parameters_changed)) configuration_.reset();
  doubt_ = doubt_ || casts_doubt(attentions);
}

// A library that is not ready may still answer questions; only one that does not answer at all ends them here.
scsi::Outcome<> MediumChanger::be_ready() {
  auto const ready = session_.run(scsi::TestUnitReady{});
  take_attentions();
  if (!ready && !ready.error().answered) return ready;
  door_open_ = !ready && says_door(ready.error());
  if (!ready && ready.error().action == scsi::Action::init_elements) wants_initialize_ = true;
  RSM_CHECK(configure());
  if (quirks_.initialize_at_start && !started_) wants_initialize_ = true;
  if (wants_initialize_) RSM_CHECK(initialize());
  if (lock_wanted_ && !lock_set_) RSM_CHECK(set_lock(true));
  return {};
}

scsi::Outcome<> MediumChanger::initialize() {
  if (!quirks_.initialize_does_nothing) {
    RSM_CHECK(session_.run(scsi::InitializeElementStatus{}));
  } else {
    RSM_CHECK(session_.run(RangeInitialization{{.range = false}, quirks_.range_inventory}));
  }
  wants_initialize_ = false;
  started_ = true;
  // Some answer before they are through.
  auto const ready = session_.run(scsi::TestUnitReady{});
  if (!ready && !ready.error().answered) return ready;
  return {};
}

scsi::Outcome<bool> MediumChanger::initialize_questionable(std::vector<port::ElementStatus> const& seen) {
  std::optional<std::uint16_t> first;
  std::uint32_t last = 0;
  for (auto const& status : seen) {
    auto const address = static_cast<std::uint16_t>(status.address);
    if (!is_questionable(status)) tried_.erase(address);
    if (quirks_.range_inventory == RangeInventory::none || !is_questionable(status) || !tried_.insert(address).second) continue;
    first = std::min(first.value_or(address), address);
    last = std::max<std::uint32_t>(last, address);
  }
  if (!first) return false;
  auto const done = session_.run(RangeInitialization{{.start = *first, .count = static_cast<std::uint16_t>(last - *first + 1)}, quirks_.range_inventory});
  if (!done && !done.error().answered) return std::unexpected(done.error());
  return done.has_value();  // refused: the elements stay what they say
}

Result<port::ChangerDescription> MediumChanger::describe() {
  session_.set_patience(limits::changer_ready_glance);
  auto const ready = session_.run(scsi::TestUnitReady{});
  session_.set_patience(limits::changer_describe_patience);
  if (!ready && !ready.error().answered && ready.error().error.code != Errc::not_ready) return std::unexpected(port_error(ready.error()));
  take_attentions();
  door_open_ = !ready && says_door(ready.error());
  if (!ready && ready.error().action == scsi::Action::init_elements) wants_initialize_ = true;
  configuration_.reset();
  RSM_CHECK(told(configure()));
  port::ChangerDescription description;
  static_cast<DeviceIdentity&>(description) = configuration_->identity;
  description.elements = configuration_->book.ranges();
  description.sides = configuration_->rotates ? 2 : 1;
  description.exchanges = exchanges();
  description.door_open = door_open_;
  take_attentions();
  doubt_ = false;  // who asks this asks where everything is next
  return description;
}

// The elements of these ranges, by kind, then number, each once.
Result<std::vector<Element>> MediumChanger::wanted(std::vector<port::ElementRange> const& ranges) const {
  std::uint64_t asked = 0;
  for (auto const& range : ranges) asked += range.count;
  if (asked > limits::elements_per_question_max)
    return fail(Errc::invalid_parameter, "elements", fmt::format("at most {} in one question", limits::elements_per_question_max));
  std::vector<Element> elements;
  for (auto const& range : ranges)
    for (std::uint32_t i = 0; i < range.count; ++i) {
      Element const element{range.kind, range.first + i};
      if (element.number < range.first || !configuration_->book.address_of(element)) return fail(Errc::resource_not_present, element.text(), "the library has no such element");
      elements.push_back(element);
    }
  std::ranges::sort(elements);
  auto const [twice, end] = std::ranges::unique(elements);
  elements.erase(twice, end);
  return elements;
}

Result<port::ElementReport> MediumChanger::elements(std::vector<port::ElementRange> const& ranges) {
  session_.set_patience(limits::changer_question_patience);
  RSM_CHECK(told(be_ready()));
  constexpr unsigned rounds_max = 3;  // once more after an initialization, once more where the addresses have changed meanwhile
  bool initialized = false;
  for (unsigned round = 0; round < rounds_max; ++round) {
    RSM_CHECK(told(configure()));
    RSM_TRY(auto const asked, wanted(ranges));
    AddressBook const book = configuration_->book;
    auto seen = look(asked);
    take_attentions();
    bool const wants = !seen && seen.error().action == scsi::Action::init_elements && !std::exchange(initialized, true);
    if (wants) {
      RSM_CHECK(told(initialize()));
      continue;
    }
    if (!seen) return std::unexpected(port_error(seen.error()));
    RSM_CHECK(told(configure()));
    if (configuration_->book != book) continue;
    if (!std::exchange(initialized, true)) {
      RSM_TRY(bool const again, told(initialize_questionable(*seen)));
      if (again) continue;
    }
    return port::ElementReport{*std::move(seen), door_open_};
  }
  return fail(Errc::not_ready, session_.object(), "its element addresses changed while it was asked; ask again");
}

scsi::Outcome<std::vector<port::ElementStatus>> MediumChanger::look(std::vector<Element> const& elements) {
  std::vector<port::ElementStatus> statuses;
  statuses.reserve(elements.size());
  for (auto first = elements.begin(); first != elements.end();) {
    auto last = first;
    while (last + 1 != elements.end() && (last + 1)->kind == first->kind && (last + 1)->number == last->number + 1) ++last;
    scsi::ElementRange const run{*configuration_->book.address_of(*first), static_cast<std::uint16_t>(last - first + 1)};
    RSM_CHECK(look_at_run(first->kind, run, statuses));
    first = last + 1;
  }
  return statuses;
}

scsi::Outcome<> MediumChanger::look_at_run(ElementKind kind, scsi::ElementRange run, std::vector<port::ElementStatus>& statuses) {
  auto const& book = configuration_->book;
  RSM_TRY(auto const seen, reader_.states(type_of(kind), run, true));
  tells_access_ = tells_access_ || std::ranges::any_of(seen, [](auto const& one) { return one.second.access.value_or(false); });
  std::map<std::uint16_t, scsi::Designator> identifiers;
  if (kind == ElementKind::drive) {
    RSM_TRY(identifiers, reader_.identifiers(run));
  }
  for (std::uint32_t address = run.first; address < std::uint32_t{run.first} + run.count; ++address) {
    auto const at = static_cast<std::uint16_t>(address);
    Element const element = *book.element_at(type_of(kind), at);
    auto const found = seen.find(at);
    statuses.push_back(found != seen.end() ? port_element(found->second, element, book, tells_access_) : untold_element(element, book));
    if (auto const who = identifiers.find(at); who != identifiers.end()) statuses.back().drive_serial = serial_in(who->second);
  }
  return {};
}

scsi::Outcome<> MediumChanger::set_lock(bool locked) {
  auto const done = session_.run(scsi::PreventAllowMediumRemoval{.prevent = locked});
  if (!done && !done.error().unknown_command()) return done;
  lock_set_ = locked;
  return {};
}

// Who closes one leaves the others to the people to whom they were opened.
Result<> MediumChanger::keep_open(Openings opened) {
  bool const lock = opened.none();
  RSM_CHECK(told(set_lock(lock)));
  lock_wanted_ = lock;
  opened_ = std::move(opened);
  return {};
}

Result<> MediumChanger::extend_port(std::uint32_t number, bool extend) {
  session_.set_patience(limits::changer_move_patience);
  RSM_CHECK(told(be_ready()));
  if (number >= configuration_->book.count(ElementKind::port)) return fail(Errc::resource_not_present, Element{ElementKind::port, number}.text(), "the library has no such element");
  Openings opened = opened_;
  extend ? void(opened.ports.insert(number)) : void(opened.ports.erase(number));
  return keep_open(std::move(opened));
}

Result<> MediumChanger::unlock_door(bool unlock) {
  session_.set_patience(limits::changer_move_patience);
  RSM_CHECK(told(be_ready()));
  Openings opened = opened_;
  opened.door = unlock;
  return keep_open(std::move(opened));
}

}  // namespace rsm::changer
