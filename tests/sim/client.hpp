// One client of a simulation: a session that mounts, works, dismounts, waits, cancels, loses its connection and comes back.
//
// What for: it calls the facade as a connection of the server would. What it hears goes to the auditor; what it did not hear
// because its connection or the daemon broke it sends again with the same key. Thread rule: one thread.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/sim/stage.hpp"

namespace rsm::sim {

class Client {
 public:
  Client(Stage& stage, unsigned number);

  // One deed, drawn at random.
  void act();
  // The daemon is gone, with all connections.
  void daemon_gone();
  // Connects (again), when the daemon serves: opens or re-attaches its session, sends again what was not answered.
  void connect();
  bool connected() const { return connected_; }
  bool has_session() const { return session_.has_value(); }
  // Act two: closes its files and dismounts what it has.
  void tidy();

 private:
  using Ids = std::vector<RequestId>;
  using Send = std::function<void(Manager&, Caller, std::string const& key, Reply<Ids>)>;
  struct Mounted {
    RequestId request;
    SideId side;
    DriveId drive;
    Iron* iron = nullptr;
    std::uint32_t number = 0;
  };
  struct Sent {
    std::string what;
    Operation operation;
    Asked asked;
    Send send;
    unsigned tries = 0;
  };

  // client.cpp
  static bool is_sent_again(Errc code);
  void open();
  void attach();
  void break_link();
  void close();
  void issue(std::string what, Operation operation, Send send, Asked asked = {});
  void transmit(std::string const& key);
  void answered(std::string const& key, Result<Ids> result);
  void wait_for(Ids ids, std::optional<Millis> limit);
  void heard_settled(Ids const& ids, Result<std::vector<RequestRecord>> result);
  void use(RequestRecord const& record);
  void leave_volume(Mounted const& mounted);
  template <class T, class F>
  Reply<T> heard(F then) {
    return [this, link = link_, then = std::move(then)](Result<T> result) mutable {
      if (link == link_ && stage_.vfs.powered()) then(std::move(result));
    };
  }
  Caller caller() const { return {uid_, administrator_, session_ ? session_->id : SessionId{}, user(), ConnectionId{connection_base_ + link_}}; }
  std::string user() const { return "user" + std::to_string(uid_); }

  // client_deeds.cpp
  void mount();
  void dismount();
  void dismount_of(std::vector<SideId> const& sides, bool deferred, bool force);
  void cancel();
  void administer();
  void operate();
  void switch_something();
  void ask_library();
  void transfer_something();
  void exchange_something();
  void see_to_cleaning_and_door();
  std::vector<std::pair<MediumRecord, Side>> sides();
  void set_enabled(ObjectType type, Guid id, bool enabled);

  // client_sides.cpp
  void work_with_sides();
  void free_something();
  void allocate_something();
  void with_pool(MediaTypeId type, std::function<void(PoolId)> then);
  void send_allocation(std::string const& key);
  void allocated(std::string const& key, Result<Allocated> result);
  void ask_again(AllocateCall const& call);
  void give_back(LogicalMediumId id);
  void change(std::string const& what, CatalogCall call, SideId about = {});
  void send_change(std::string const& key);
  void changed(std::string const& key, Result<Guid> result);

  // client_house.cpp
  void keep_house();
  std::vector<PoolRecord> pools_of_house(bool leaves_only);
  std::pair<ObjectType, Guid> something();
  void make_pool();
  void change_pool();
  void remove_pool();
  void move_medium();
  void allocate_in_house();
  void give_back_in_house();
  void change_media_types();
  void name_something();
  void mark_something();
  void make_record();
  void remove_record();
  void ask_people();
  void send_question(OperatorRequestId id);
  void reorder();
  void forget_something();
  void handle_many();

  // client_service.cpp
  void write_own_label();
  void give_up(std::string const& key);
  void choose_destinations();
  void read_questions();
  void forget_questions();
  void stop_cleaner();
  void remove_what_is_gone();

  // client_rights.cpp
  void change_rights();

  friend class Healing;

  Stage& stage_;
  std::string name_;
  std::uint32_t uid_;
  std::uint64_t connection_base_;
  bool administrator_;
  std::optional<SessionRecord> session_;
  bool connected_ = false;
  bool opening_ = false;
  std::uint64_t link_ = 0;  // number of the connection: what an old one would hear is not heard
  std::uint64_t keys_ = 0;
  std::map<std::string, Sent> unanswered_;
  std::map<std::string, AllocateCall> allocations_;  // not answered yet
  struct Change {
    std::string what;
    CatalogCall call;
    bool answered = false;  // and sent once more
    SideId about{};         // whose label it tells of
  };
  std::map<std::string, Change> changes_;
  std::map<OperatorRequestId, OperatorCall> questions_;  // not answered yet
  std::vector<OperatorRequestId> asked_;                 // of people, and taken
  std::vector<RequestId> own_;
  std::vector<RequestId> awaited_;
  std::vector<Mounted> mounted_;
  std::optional<ObjectType> shut_from_;  // it has shut somebody out of all of these
};

}  // namespace rsm::sim
