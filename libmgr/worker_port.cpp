// The import/export port: eject (to a person) and inject (from a person). Changers tell nothing by themselves, so a port with
// a person at it is looked at again and again, within its time limit (rsm-model.md section 13).
#include <algorithm>

#include "libmgr/worker.hpp"

namespace rsm {

void LibraryWorker::evaluate_port() {
  for (auto operation : {Operation::eject, Operation::inject}) {
    for (auto const* request : open(operation)) {
      if (port_work_ && port_work_->request == request->id) continue;
      if (operation == Operation::eject) {
        evaluate_eject(RequestRecord(*request));
      } else if (auto port = free_port()) {
        start_inject(RequestRecord(*request), *port);
      } else {
        why_[request->id] = "waits for the port";
      }
    }
  }
}

std::optional<std::uint32_t> LibraryWorker::free_port() const {
  if (port_work_ || entry().ports.empty()) return std::nullopt;
  for (auto const& [number, port] : entry().ports)
    if (port.content != PortContent::full) return number;
  return entry().ports.begin()->first;
}

// A medium that is to be ejected comes out of its drive first; then to the port; then into a person's hand.
void LibraryWorker::evaluate_eject(RequestRecord const& r) {
  auto const* m = medium(r.medium);
  if (m == nullptr || m->offline()) {
    book_.finish(r.id, {RequestState::passed, Errc::success, "the medium is not in the library any more"});
    return;
  }
  auto const* in = world().drive_of(r.medium);
  if (in != nullptr) {
    DriveId const id = in->record.id;
    if (work_of(id) != nullptr) {
      if (insists(r, *in)) insist(id);
      return;
    }
    if (in->record.condition.state != OperationalState::ready) return book_.set_state(r.id, RequestState::waiting, drive_name(id) + ": " + in->record.condition.reason);
    if (in->hot.state == DriveState::dismountable) return start_put_away(id, r.id, "it is to be ejected");
    if (in->hot.state != DriveState::loaded) return;
    if (!r.force || ++failures_[r.id] > 1) {
      book_.finish(r.id, {RequestState::failed, Errc::unable_to_eject_mounted_media, name_of(*m) + " is mounted in " + drive_name(id)});
      return;
    }
    RequestRecord dismount;
    dismount.id = book_.make_id<RequestId>();
    dismount.operation = Operation::dismount;
    dismount.option = operation_option::force_immediate;
    dismount.force = true;
    dismount.application = "Removable Storage";
    dismount.reason = "it is to be ejected with force";
    dismount.library = library_;
    dismount.medium = r.medium;
    dismount.side = in->hot.side;
    dismount.drive = id;
    dismount.nowait = true;
    book_.add(dismount);
    return book_.set_state(r.id, RequestState::waiting, "dismounted with force first, by request " + dismount.id.text());
  }
  if (medium_busy(r.medium)) return;
  auto const at = std::get<InElement>(m->place).element;
  if (port_work_) {
    why_[r.id] = "waits for the port";
    return;
  }
  if (at.kind == ElementKind::port) return start_eject(r, at.number);
  auto const port = free_port();
  if (!port || entry().ports.at(*port).content == PortContent::full) {
    why_[r.id] = "the port is full: take the cartridge out of it";
    return;
  }
  start_eject(r, *port);
}

void LibraryWorker::start_eject(RequestRecord const& r, std::uint32_t port) {
  port_work_ = PortWork{.request = r.id, .port = port, .eject = true, .step = "on its way to port " + std::to_string(port), .until = {}, .stop = {}};
  book_.set_state(r.id, RequestState::inprocess, port_work_->step);
  arm_move(r.id, r.medium, {ElementKind::port, port}, false, [this, port](Result<> moved) {
    if (!moved) return port_finish({RequestState::failed, moved.error().code, moved.error().text()});
    port_work_->commanded = true;
    devices_.changer().extend_port(port, true, then<void>([this, port](Result<> extended) {
      port_work_->commanded = false;
      if (!extended) return port_finish({RequestState::failed, extended.error().code, extended.error().text()});
      set_port_position(port, PortPosition::extended, "a cartridge is to be taken out");
      eject_wait_taken();
    }));
  });
}

void LibraryWorker::eject_wait_taken() {
  auto const* r = book_.request(port_work_->request);
  auto const* m = r == nullptr ? nullptr : medium(r->medium);
  port_work_->step = "take " + (m == nullptr ? std::string("the cartridge") : name_of(*m)) + " out of port " + std::to_string(port_work_->port) + " of " +
                     entry().record.name;
  port_work_->until = book_.now() + entry().ports.at(port_work_->port).max_extend;
  if (r != nullptr) book_.set_state(r->id, RequestState::inprocess, port_work_->step);
  port_poll();
}

void LibraryWorker::set_port_position(std::uint32_t number, PortPosition position, std::string const& reason) {
  PortRecord port = entry().ports.at(number);
  port.position = position;
  book_.put(port, reason);
}

// Looks at the port once; what follows depends on what is in it.
void LibraryWorker::port_poll() {
  if (!port_work_ || port_work_->commanded) return;
  if (moving_ || asking_) return port_poll_later();
  port_work_->commanded = true;
  devices_.changer().status(then<port::ChangerStatus>([this](Result<port::ChangerStatus> status) {
    port_work_->commanded = false;
    Element const here{ElementKind::port, port_work_->port};
    bool const full = status && is_full(*status, here);
    std::string code;
    if (status)
      for (auto const& e : status->elements)
        if (e.element == here) code = e.barcode;
    if (status && port_work_->eject && !full) return eject_taken();
    if (status && !port_work_->eject && full) return inject_found(code);
    bool const over = port_work_->until && book_.now() >= *port_work_->until;
    if (port_work_->eject && over) return eject_not_taken();
    if (!port_work_->eject && (over || port_work_->stop)) return inject_give_up();
    port_poll_later();
  }));
}

void LibraryWorker::port_poll_later() {
  loop_.after(limits::port_poll_pause, later([this, request = port_work_->request] {
                if (port_work_ && port_work_->request == request) port_poll();
              }));
}

// Out of the library: to the offline library, or the record goes where its kind is not tracked (model S19).
void LibraryWorker::eject_taken() {
  std::uint32_t const port = port_work_->port;
  auto const* r = book_.request(port_work_->request);
  auto const* m = r == nullptr ? nullptr : medium(r->medium);
  PortRecord record = entry().ports.at(port);
  MediumId const seen = record.medium;
  std::string const how = m == nullptr ? std::string{} : how_it_left(m->id);
  record.content = PortContent::empty;
  record.medium = {};
  book_.put(record, "the cartridge was taken out");
  // Somebody may have put another cartridge in between two looks.
  if (seen && (m == nullptr || seen != m->id)) set_place(seen, Offline{}, "taken out of the port");
  if (m != nullptr) {
    auto const pool = world().pools.find(m->pool);
    bool const tracked = pool != world().pools.end() && (pool->second.type == PoolType::application || pool->second.type == PoolType::scratch);
    MediumId const id = m->id;
    if (tracked)
      set_place(id, Offline{}, "ejected", r->id);
    else
      book_.erase_medium(id, "ejected; media of its pool are not kept", r->id);
  }
  port_work_->commanded = true;
  devices_.changer().extend_port(port, false, then<void>([this, port, how](Result<> retracted) {
    port_work_->commanded = false;
    if (retracted) set_port_position(port, PortPosition::retracted, "the cartridge was taken out");
    port_finish({RequestState::passed, Errc::success, "taken out of port " + std::to_string(port) + how});
  }));
}

void LibraryWorker::eject_not_taken() {
  std::uint32_t const port = port_work_->port;
  auto const* r = book_.request(port_work_->request);
  MediumId const id = r == nullptr ? MediumId{} : r->medium;
  RequestId const request = port_work_->request;
  operator_requests_.raise({OperatorKind::cartridge_not_taken, entry().ports.at(port).id.guid, id.guid, request, port_work_->step + ": nobody did; it is put back"});
  port_work_->step = "nobody took it out; it is put back";
  port_work_->commanded = true;
  devices_.changer().extend_port(port, false, then<void>([this, port, id, request](Result<> retracted) {
    port_work_->commanded = false;
    if (retracted) set_port_position(port, PortPosition::retracted, "nobody took the cartridge");
    auto const* m = medium(id);
    auto const home = m == nullptr ? std::nullopt : home_for(*m);
    if (!home) return port_finish({RequestState::failed, Errc::timeout, "nobody took it out of the port, and no slot is free"});
    arm_move(request, id, *home, false, [this](Result<> moved) {
      port_finish({RequestState::failed, Errc::timeout, moved ? "nobody took it out of the port; it is home again" : "nobody took it out of the port: " + moved.error().text()});
    });
  }));
}

void LibraryWorker::start_inject(RequestRecord const& r, std::uint32_t port) {
  port_work_ = PortWork{.request = r.id, .port = port, .eject = false, .step = "put a cartridge into port " + std::to_string(port) + " of " + entry().record.name,
                        .until = book_.now() + entry().ports.at(port).max_extend, .stop = {}};
  book_.set_state(r.id, RequestState::inprocess, port_work_->step);
  port_work_->commanded = true;
  when_durable([this, port] {
    devices_.changer().extend_port(port, true, then<void>([this, port](Result<> extended) {
      port_work_->commanded = false;
      if (!extended) return port_finish({RequestState::failed, extended.error().code, extended.error().text()});
      set_port_position(port, PortPosition::extended, "waiting for a cartridge");
      port_poll();
    }));
  });
}

void LibraryWorker::inject_give_up() {
  std::uint32_t const port = port_work_->port;
  Outcome const outcome = port_work_->stop.value_or(Outcome{RequestState::failed, Errc::timeout, "nobody put a cartridge into the port"});
  port_work_->commanded = true;
  devices_.changer().extend_port(port, false, then<void>([this, port, outcome](Result<> retracted) {
    port_work_->commanded = false;
    if (retracted) set_port_position(port, PortPosition::retracted, outcome.reason);
    port_finish(outcome);
  }));
}

void LibraryWorker::inject_found(std::string const& barcode) {
  std::uint32_t const port = port_work_->port;
  port_work_->step = "taking the cartridge in";
  port_work_->commanded = true;
  devices_.changer().extend_port(port, false, then<void>([this, port, barcode](Result<> retracted) {
    port_work_->commanded = false;
    if (!retracted) return port_finish({RequestState::failed, retracted.error().code, retracted.error().text()});
    set_port_position(port, PortPosition::retracted, "a cartridge was put in");
    inject_store(barcode);
  }));
}

void LibraryWorker::inject_store(std::string const& barcode) {
  Element const here{ElementKind::port, port_work_->port};
  auto const known = book_.media_by_barcode(barcode).value_or(std::vector<MediumId>{});
  auto const* known_record = known.size() == 1 ? medium(known.front()) : nullptr;
  bool const returns = known_record != nullptr && known_record->offline();
  MediumId const id = returns ? known.front() : medium_at(here) ? medium_at(here) : provisional_medium(here, barcode);
  auto const* request = book_.request(port_work_->request);
  if (request == nullptr) return port_finish({RequestState::cancelled, Errc::cancelled, "its request has ended"});
  RequestRecord r = *request;
  r.medium = id;
  book_.update(r);
  set_place(id, InElement{library_, here}, "put into the port", r.id);
  PortRecord record = entry().ports.at(here.number);
  record.content = PortContent::full;
  record.medium = id;
  book_.put(record, "a cartridge was put in");
  auto const slot = home_for(*medium(id));
  if (!slot) {
    operator_requests_.raise({OperatorKind::library_full, library_.guid, record.id.guid, r.id, "library " + entry().record.name + " is full: take the cartridge out of the port"});
    return port_finish({RequestState::failed, Errc::library_full, "no slot is free; the cartridge stays in the port"});
  }
  arm_move(r.id, id, *slot, false, [this, slot = *slot](Result<> moved) {
    if (!moved) return port_finish({RequestState::failed, moved.error().code, moved.error().text()});
    port_finish({RequestState::passed, Errc::success, "stored in " + slot.text()});
  });
}

void LibraryWorker::port_finish(Outcome outcome) {
  RequestId const request = port_work_->request;
  port_work_.reset();
  book_.finish(request, std::move(outcome));
  evaluate_soon();
}

bool LibraryWorker::inject_stop(RequestId request) {
  return stop_request(request, {RequestState::stopped, Errc::success, "stopped"}, false);
}

}  // namespace rsm
