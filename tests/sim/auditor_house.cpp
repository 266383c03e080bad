// Names, attributes and questions to people: what was answered is there, what is said of an object goes with it, and nobody is told that something has come about that has not.
#include <algorithm>

#include "db/query.hpp"
#include "tests/sim/auditor.hpp"

namespace rsm::sim {

void Auditor::attribute_asked(ObjectType type, Guid object, std::string const& name) {
  auto& attribute = attributes_[{object, name}];
  attribute.type = type;
  attribute.unsure = true;
}

void Auditor::attribute_heard(Guid object, std::string const& name, std::optional<std::string> const& data) {
  auto& attribute = attributes_[{object, name}];
  attribute.unsure = false;
  if (data) attribute.data = *data;
}

bool Auditor::is_there(ObjectType type, Guid id) {
  World const& world = manager_->world();
  switch (type) {
    case ObjectType::library: return world.libraries.contains(LibraryId{id});
    case ObjectType::drive: return world.drives.contains(DriveId{id});
    case ObjectType::pool: return world.pools.contains(PoolId{id});
    case ObjectType::medium: return committed_->medium(MediumId{id}).value_or(std::nullopt).has_value();
    case ObjectType::side: return committed_->medium_of_side(SideId{id}).value_or(std::nullopt).has_value();
    case ObjectType::request: return committed_->request(RequestId{id}).value_or(std::nullopt).has_value();
    case ObjectType::operator_request: return committed_->operator_request(OperatorRequestId{id}).value_or(std::nullopt).has_value();
    default: return false;
  }
}

void Auditor::check_attributes() {
  for (auto const& [of, attribute] : attributes_) {
    if (attribute.unsure || !attribute.data) continue;
    auto const kept = committed_->object_attribute(of.first, of.second);
    if (!kept) return;
    bool const there = is_there(attribute.type, of.first);
    std::string const what = "attribute " + of.second + " of " + word(attribute.type) + " " + of.first.text();
    if (!there && *kept) broken(what + " is kept, and the object is gone");
    if (there && kept->value_or("") != *attribute.data) broken(what + " is '" + kept->value_or("") + "', and '" + *attribute.data + "' was answered last");
    if (there) history_.count("attribute.looked_at");
  }
  auto const orphans = db::guarded("catalog", [&]() -> Result<std::uint64_t> {
    std::string objects;
    for (auto const* table : {"library", "changer", "drive", "slot", "port", "door", "media_type", "pool", "medium", "side", "logical_medium", "request", "request_done", "operator_request"})
      objects += std::string(objects.empty() ? "" : " UNION ALL ") + "SELECT id FROM " + table;
    std::uint64_t count = 0;
    for (auto const* table : {"object_attribute", "object_text"}) {
      db::Query query(*database_, std::string("SELECT count(*) FROM ") + table + " WHERE object NOT IN (" + objects + ")");
      std::uint64_t of_table = 0;
      if (query.next()) query.read(of_table);
      count += of_table;
    }
    return count;
  });
  if (orphans && *orphans != 0) broken(std::to_string(*orphans) + " attributes or descriptions are kept of objects that there are not");
}

// "It is in ..." is said when it is.
void Auditor::see_operator_request(Event const& event) {
  if (event.state != word(OperatorState::complete) || !event.reason.contains(" is in ")) return;
  auto const asked = committed_->operator_request(OperatorRequestId{event.object});
  if (!asked || !*asked || (*asked)->kind != OperatorKind::bring_medium) return;
  history_.count("question.medium_brought");
  auto const medium = committed_->medium(MediumId{(*asked)->argument1});
  if (medium && *medium && (*medium)->offline()) broken("operator request " + event.object.text() + " was closed (" + event.reason + "), and " + name_of(**medium) + " is in no library");
}

void Auditor::asked_people(OperatorRequestRecord const& told) {
  auto const row = committed_->operator_request(told.id);
  if (row && (!*row || (is_final(told.state) && (*row)->state != told.state))) broken("operator request " + told.id.text() + " was told to be " + word(told.state) + " before that was durable");
}

void Auditor::may_be_forgotten(RequestId id) {
  accepted_.erase(id);
  final_.erase(id);
  std::erase_if(keys_, [id](auto const& call) { return std::ranges::find(call.second, id) != call.second.end(); });
}

}  // namespace rsm::sim
