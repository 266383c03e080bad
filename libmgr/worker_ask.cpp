// Questions to the devices that need more than one command: all elements of a changer, a drive with the label in it.
#include <algorithm>

#include "libmgr/worker.hpp"

namespace rsm {

void LibraryWorker::ask_changer(Asked<ChangerStatus> done) {
  devices_.changer().describe(then<port::ChangerDescription>([this, done = std::move(done)](Result<port::ChangerDescription> about) mutable {
    if (!about) return done(std::unexpected(std::move(about).error()));
    auto so_far = std::make_shared<ChangerStatus>();
    so_far->about = std::move(*about);
    so_far->door_open = so_far->about.door_open;
    ask_elements(so_far, so_far->about.elements, std::move(done));
  }));
}

// One question takes as much of what is left as it may.
void LibraryWorker::ask_elements(std::shared_ptr<ChangerStatus> so_far, std::vector<port::ElementRange> left, Asked<ChangerStatus> done) {
  std::vector<port::ElementRange> question;
  std::uint32_t room = limits::elements_per_question_max;
  while (!left.empty() && room > 0) {
    port::ElementRange part = left.front();
    part.count = std::min(part.count, room);
    room -= part.count;
    left.front().first += part.count;
    left.front().count -= part.count;
    if (left.front().count == 0) left.erase(left.begin());
    question.push_back(part);
  }
  if (question.empty()) return done(std::move(*so_far));
  devices_.changer().elements(std::move(question), then<port::ElementReport>([this, so_far, left = std::move(left), done = std::move(done)](Result<port::ElementReport> report) mutable {
    if (!report) return done(std::unexpected(std::move(report).error()));
    std::ranges::move(report->elements, std::back_inserter(so_far->elements));
    so_far->door_open = report->door_open;
    ask_elements(so_far, std::move(left), std::move(done));
  }));
}

void LibraryWorker::load_and_read(DriveId id, Asked<DriveLook> done) {
  device(id).load(then<port::DriveStatus>([this, id, done = std::move(done)](Result<port::DriveStatus> status) mutable {
    if (!status) return done(std::unexpected(std::move(status).error()));
    read_label_of(id, std::move(*status), std::move(done));
  }));
}

void LibraryWorker::look_into(DriveId id, Asked<DriveLook> done) {
  device(id).status(then<port::DriveStatus>([this, id, done = std::move(done)](Result<port::DriveStatus> status) mutable {
    if (!status) return done(std::unexpected(std::move(status).error()));
    if (!status->loaded) return done(DriveLook{std::move(*status), {}});
    read_label_of(id, std::move(*status), std::move(done));
  }));
}

void LibraryWorker::read_label_of(DriveId id, port::DriveStatus status, Asked<DriveLook> done) {
  device(id).read_label(then<port::Label>([status = std::move(status), done = std::move(done)](Result<port::Label> label) mutable {
    if (!label) return done(std::unexpected(std::move(label).error()));
    done(DriveLook{std::move(status), std::move(label->omid)});
  }));
}

}  // namespace rsm
