#include "libmgr/record/open_questions.hpp"

namespace rsm {

namespace {

std::set<Guid> named_by(OperatorRequestRecord const& record) {
  std::set<Guid> named{record.argument1, record.argument2, record.request.guid};
  named.erase(Guid{});
  return named;
}

template <class Key>
void take_out(std::map<Key, OpenQuestions::Ids>& index, Key const& key, OperatorRequestId id) {
  auto const found = index.find(key);
  if (found == index.end()) return;
  found->second.erase(id);
  if (found->second.empty()) index.erase(found);
}

template <class Key>
OpenQuestions::Ids const& under(std::map<Key, OpenQuestions::Ids> const& index, Key const& key) {
  static OpenQuestions::Ids const none;
  auto const found = index.find(key);
  return found == index.end() ? none : found->second;
}

}  // namespace

void OpenQuestions::add(OperatorRequestRecord const& record) {
  for (auto const& object : named_by(record)) naming_[object].insert(record.id);
  of_[record.kind].insert(record.id);
}

void OpenQuestions::remove(OperatorRequestRecord const& record) {
  for (auto const& object : named_by(record)) take_out(naming_, object, record.id);
  take_out(of_, record.kind, record.id);
}

void OpenQuestions::clear() {
  naming_.clear();
  of_.clear();
}

OpenQuestions::Ids const& OpenQuestions::naming(Guid object) const { return under(naming_, object); }

OpenQuestions::Ids const& OpenQuestions::of(OperatorKind kind) const { return under(of_, kind); }

}  // namespace rsm
