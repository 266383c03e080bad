#include "tests/sim/coverage_rules.hpp"

#include "drivers/emulated/fault_plan.hpp"

namespace rsm::sim {
namespace {

std::vector<std::string> of_scsi() {
  std::vector<std::string> names = {
      "allocate.done", "deallocate.done", "change.sent_again", "restart.killed", "restart.power_cut", "handler.died_at_work", "handler.time_limit", "request.mount.passed", "request.mount.failed",
      "request.dismount.passed", "request.inventory.passed", "request.eject.passed", "request.inject.passed", "rest.looked_at",
      "visit.cartridges_exchanged", "visit.drive_replaced", "visit.changer_replaced", "visit.fewer_slots", "visit.formatted_in_use", "changer.doubt"};
  for (auto const* what : {"changer.sense", "changer.sense_after", "changer.sense_half_way", "changer.silent", "changer.silent_after", "changer.cut",
                           "changer.busy", "changer.reserved", "changer.attention", "tape.sense", "tape.sense_after", "tape.silent",
                           "tape.silent_after", "tape.cut", "tape.busy", "tape.reserved", "tape.attention", "silence", "reservation", "reset",
                           "parameters", "door", "magazine", "starting", "soiled", "not_scanned"})
    names.push_back(std::string("scsi.") + what);
  return names;
}

}  // namespace

std::vector<std::string> must_occur(IronKind kind) {
  if (kind == IronKind::scsi) return of_scsi();
  std::vector<std::string> names = {
      "restart.killed", "restart.power_cut", "restart.stopped", "restart.power_lost_at_a_write",
      "handler.died_at_work", "handler.died_idle", "handler.hung", "handler.time_limit",
      "commit.slow", "commit.rolled_back", "commit.unknown",
      "volume.protection_lost", "volume.stranger", "volume.forced", "label.busy", "drive.alert",
      "client.link_broken", "client.link_broken_with_call_open", "client.resent", "client.sent_twice",
      "session.attached_again", "session.lost_after_grace", "session.closed",
      "call.accepted", "call.refused",
      "cancel.mount.waiting.done", "cancel.mount.inprocess.done", "cancel.mount.inprocess.refused", "cancel.dismount.deferred.done",
      "cancel.finished.refused", "cancel.inject.inprocess.done",
      "operator.satisfies.done", "operator.refuses.done", "operator.satisfies.again.refused",
      "inject_stop.done", "person.takes", "person.puts",
      "request.mount.passed", "request.mount.failed", "request.mount.cancelled",
      "request.dismount.passed", "request.dismount.failed", "request.dismount.cancelled",
      "request.inventory.passed", "request.classify.passed", "request.process_omid.passed", "request.process_omid.failed",
      "request.eject.passed", "request.eject.failed", "request.inject.passed", "request.inject.failed", "request.inject.stopped",
      "request.transfer.passed", "request.transfer.failed", "request.exchange.passed", "request.exchange.failed",
      "request.reserve_cleaner.passed", "request.release_cleaner.passed", "request.inject_cleaner.passed", "request.eject_cleaner.passed", "request.clean_drive.passed",
      "request.door_access.passed", "person.opens_door", "person.closes_door", "person.brings_cleaner", "rest.cleaner_used",
      "request.disable_drive.passed", "request.enable_drive.passed", "request.disable_library.passed", "request.disable_media.passed",
      "rights.shut_out.pool", "rights.shut_out.library", "rights.shut_out.computer", "rights.let_in.pool", "call.refused.by_rights", "session.refused",
      "give_up.done", "set_destinations.done", "destination.looked_at", "question.read", "order.looked_at",
      "rest.looked_at", "rest.hand_seen", "person.inserts", "person.pulls_out", "person.plugs_in", "person.unplugs",
      "call.several_dismounted", "call.refused.a_drive_twice", "call.refused.too_many_media", "answers.in_the_order_asked",
      "restart.library_removed", "restart.library_back", "restart.port_left_out", "restart.between_a_move_and_what_follows",
      "visit.formatted_in_use", "visit.stickers_exchanged", "visit.stickers_exchanged_in_a_move",
      "visit.cartridges_exchanged", "visit.cartridges_exchanged_in_a_move",
      "visit.copy_while_away", "visit.copy_while_present", "visit.copy_while_mounted",
      "visit.copy_with_the_same_sticker", "visit.copy_with_another_sticker",
      "visit.cleaner", "visit.drive_replaced", "visit.changer_replaced", "visit.fewer_slots", "visit.bad_cartridge", "visit.bad_drive",
      "create_pool.done", "set_pool.done", "delete_pool.done", "move_to_pool.done", "move_to_pool.refused", "add_media_type.done", "remove_media_type.done", "set_object.done", "set_attribute.done",
      "create_medium.done", "delete_medium.done", "change.sent_again", "attribute.looked_at", "limit.looked_at", "question.taken", "question.answered", "question.medium_brought",
      "reorder.done", "forget.done", "inject_retract.done", "inject_many_stop.done",
      "allocate.done", "deallocate.done", "complete.done", "decommission.done",
      "force.dismount", "rest.condemned_drive", "rest.copy", "end.cartridge_known_as_before"};
  for (auto kind : emulated::all_fault_kinds()) names.push_back("fault." + word(kind));
  return names;
}

}  // namespace rsm::sim
