// Act two: the operator and the clients put everything in order, and everything has to come to its end.
// Thread rule: one thread.
#pragma once

#include "tests/sim/fate.hpp"
#include "tests/sim/person.hpp"

namespace rsm::sim {

class Healing {
 public:
  Healing(Stage& stage, std::vector<std::unique_ptr<Client>>& clients, Person& person) : stage_(stage), clients_(clients), person_(person) {}

  // One round of tidying.
  void round();
  // Nothing is open, nothing is loaded, nothing moves.
  bool drained();
  // What is left, for the report of a run that does not drain.
  std::string left();

 private:
  Client* operator_client();
  void stop_injects(Client& client);
  void enable_all(Client& client);
  void dismount_all(Client& client);
  void make_room(Client& client, DriveId full);
  void answer_operator_requests(Client& client);
  void ask_sick_libraries(Client& client);
  void look_at_everything(Client& client);
  bool open(Operation operation, LibraryId library);

  Stage& stage_;
  std::vector<std::unique_ptr<Client>>& clients_;
  Person& person_;
  unsigned rounds_ = 0;
  bool everything_asked_ = false;
};

}  // namespace rsm::sim
