#include "drivers/handler/frame.hpp"

#include <boost/describe/class.hpp>
#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>

#include "drivers/handler/limits.hpp"
#include "libmgr/base/json_values.hpp"
#include "libmgr/domain/private_text.hpp"

// ---- The description of everything that travels

namespace rsm::port {
BOOST_DESCRIBE_STRUCT(ElementException, (), (asc, ascq, reason))
BOOST_DESCRIBE_STRUCT(ElementStatus, (), (element, address, full, accessible, tag, barcode, source, inverted, exception, drive_serial))
BOOST_DESCRIBE_STRUCT(ElementRange, (), (kind, first, count))
BOOST_DESCRIBE_STRUCT(ChangerDescription, (DeviceIdentity), (elements, media_type_code, sides, exchanges, door_open))
BOOST_DESCRIBE_STRUCT(ElementReport, (), (elements, door_open))
BOOST_DESCRIBE_STRUCT(Move, (), (from, to, turn, exchange))
BOOST_DESCRIBE_STRUCT(DriveStatus, (DeviceIdentity), (full, loaded, side_up, volume, volume_path, alerts, densities, cleaning, medium_changed))
BOOST_DESCRIBE_STRUCT(Label, (), (omid, note, cartridge))
BOOST_DESCRIBE_STRUCT(LabelOrder, (), (label, instead_of))
BOOST_DESCRIBE_STRUCT(DismountReport, (), (was_mounted, forced, handles_dead, note))
BOOST_DESCRIBE_STRUCT(UnloadReport, (), (cut_off, note, alerts, cartridge))
}  // namespace rsm::port

namespace rsm::handler {
BOOST_DESCRIBE_STRUCT(Describe, (), ())
BOOST_DESCRIBE_STRUCT(AskElements, (), (ranges))
BOOST_DESCRIBE_STRUCT(MoveCartridge, (), (what))
BOOST_DESCRIBE_STRUCT(ExtendPort, (), (number, extend))
BOOST_DESCRIBE_STRUCT(AskStatus, (), ())
BOOST_DESCRIBE_STRUCT(LoadDrive, (), ())
BOOST_DESCRIBE_STRUCT(ReadLabel, (), ())
BOOST_DESCRIBE_STRUCT(WriteLabel, (), (order))
BOOST_DESCRIBE_STRUCT(DismountVolume, (), (force))
BOOST_DESCRIBE_STRUCT(UnloadDrive, (), (force))
BOOST_DESCRIBE_STRUCT(UnlockDoor, (), (unlock))
BOOST_DESCRIBE_STRUCT(Nothing, (), ())
BOOST_DESCRIBE_STRUCT(CommandFrame, (), (id, command, then))
BOOST_DESCRIBE_STRUCT(ReplyFrame, (), (id, outcome, doubt))
BOOST_DESCRIBE_STRUCT(Hello, (), (pid, device, volumes, note))
}  // namespace rsm::handler

namespace rsm {
template <>
struct Alternatives<handler::Command> {
  static constexpr auto const& words = handler::command_words;
};
template <>
struct Alternatives<handler::Answer> {
  static constexpr auto const& words = handler::answer_words;
};
}  // namespace rsm

namespace rsm::handler {
namespace {

// Marks of private words are the product's own: what hardware or a label says may hold none. Sentences of the handler (errors, notes) keep theirs.
void forget_marks(std::string& text) {
  if (private_text::has_marks(text)) text = private_text::without_marks(text);
}
void forget_marks(Omid& omid) {
  forget_marks(omid.type);
  forget_marks(omid.info);
}
template <class T>
void forget_marks(std::vector<T>& values);
template <class T>
void forget_marks(std::optional<T>& value);
template <class T>
void forget_marks(T& value) {
  if constexpr (boost::describe::has_describe_members<T>::value)
    boost::mp11::mp_for_each<boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>>([&](auto member) {
      if (std::string_view(member.name) != "note") forget_marks(value.*member.pointer);
    });
}
template <class T>
void forget_marks(std::vector<T>& values) {
  for (auto& value : values) forget_marks(value);
}
template <class T>
void forget_marks(std::optional<T>& value) {
  if (value) forget_marks(*value);
}

}  // namespace

std::string encode(CommandFrame const& frame) { return json_text(frame) + "\n"; }
std::string encode(ReplyFrame const& frame) { return json_text(frame) + "\n"; }
std::string encode_greeting(Greeting const& greeting) { return json_text(greeting) + "\n"; }

Result<CommandFrame> decode_command(std::string_view line) { return read_json<CommandFrame>(line, "command", limits::handler_line_bytes_max); }
Result<ReplyFrame> decode_reply(std::string_view line) {
  auto frame = read_json<ReplyFrame>(line, "reply", limits::handler_line_bytes_max);
  if (frame && frame->outcome) std::visit([](auto& answer) { forget_marks(answer); }, *frame->outcome);
  return frame;
}
Result<Greeting> decode_greeting(std::string_view line) { return read_json<Greeting>(line, "greeting", limits::handler_line_bytes_max); }

}  // namespace rsm::handler
