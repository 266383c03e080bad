#include "drivers/volume/handler_arguments.hpp"

#include <charconv>

namespace rsm::volume {
namespace {

template <class Number>
bool read_number(std::string const& text, Number& out) {
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size() && out >= 0;
}

}  // namespace

std::vector<std::string> to_words(HandlerArguments const& arguments) {
  std::string rights;
  if (arguments.access.read) rights += 'r';
  if (arguments.access.write) rights += 'w';
  if (arguments.listening) rights += 'l';
  if (arguments.system_too) rights += 's';
  if (arguments.lock_is_to_come) rights += 'k';
  return {std::to_string(arguments.socket), arguments.device, "+" + rights, std::to_string(arguments.application), arguments.command};
}

Result<HandlerArguments> from_words(std::vector<std::string> const& words) {
  constexpr std::size_t wanted = 5;
  if (words.size() != wanted) return fail(Errc::invalid_parameter, "arguments", "expected SOCKET DEVICE +RIGHTS APPLICATION COMMAND; programs start this by themselves (libvolumectl, rsm volume)");
  HandlerArguments arguments{.device = words[1], .command = words[4]};
  if (!read_number(words[0], arguments.socket)) return fail(Errc::invalid_parameter, "SOCKET", "not a descriptor");
  if (!words[2].starts_with('+') || words[2].find_first_not_of("+rwlsk") != std::string::npos) return fail(Errc::invalid_parameter, "RIGHTS", "of r, w, l, s and k");
  arguments.access = {words[2].contains('r'), words[2].contains('w')};
  arguments.listening = words[2].contains('l');
  arguments.system_too = words[2].contains('s');
  arguments.lock_is_to_come = words[2].contains('k');
  if (!read_number(words[3], arguments.application)) return fail(Errc::invalid_parameter, "APPLICATION", "not a process number");
  return arguments;
}

}  // namespace rsm::volume
