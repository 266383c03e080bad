#include "api/web/arguments.hpp"

#include <iostream>

#include "api/web/origin_check.hpp"
#include "api/web/sign_in.hpp"
#include "libmgr/base/command_line.hpp"

namespace rsm::web {
namespace {

constexpr std::string_view listen_default = "127.0.0.1:9848";
constexpr std::string_view login_socket_default = "/run/openrsm-web/login.sock";

std::unexpected<ExitCode> wrong(std::string const& why) {
  std::cerr << "rsm-web: " << why << "\n";
  return std::unexpected(ExitCode::bad_command_line);
}

Deed deed_of(int argc, char const* const* argv) {
  std::string_view const word = argc > 1 ? argv[1] : "";
  return word == "login" ? Deed::login : word == "logout" ? Deed::logout : Deed::serve;
}

}  // namespace

std::expected<Arguments, ExitCode> parse_arguments(int argc, char const* const* argv) {
  Arguments arguments{.deed = deed_of(argc, argv), .listen = {}, .socket = {}, .login_socket = std::string(login_socket_default), .origins = {}, .life = {}};
  bool const talks = arguments.deed != Deed::serve;
  std::string listen, life;
  bool allow_remote = false, own = false, no_browser = false;
  std::vector<std::string> origins;
  CommandLine line("rsm-web: the web console of OpenRSM. `rsm-web login` prints a link for a console that runs already, `rsm-web logout` ends its sessions.", "rsm-web");
  line.version(std::string("rsm-web ") + RSM_VERSION);
  line.text("--socket", arguments.socket, "Where rsmd listens (default: $OPENRSM_SOCKET, else /run/openrsm/rsmd.sock)", "PATH");
  line.text("--login-socket", arguments.login_socket, "Where people log in; default " + arguments.login_socket, "PATH");
  if (talks) {
    line.flag("--view", arguments.view_only, "A link that can only look");
    line.text("--for", life, "How long the session may last: 8h, 30d (at most 12h; with --view 90d)", "TIME");
  } else {
    line.text("--listen", listen, "ADDRESS:PORT (port 0: any) or unix:/PATH; default " + std::string(listen_default) + ", with --own 127.0.0.1:0", "WHERE");
    line.flag("--allow-remote", allow_remote, "Listen also where other machines can connect: they see links and cookies on their way");
    line.texts("--origin", origins);
    line.flag("--own", own, "For whoever runs it: prints a link, and opens a browser where there is one");
    line.flag("--no-browser", no_browser, "With --own: open none");
  }
  line.footer("--origin https://NAME: another name that the console is called by, behind a web server with TLS.\nExit codes: 0 as asked, 1 refused, 2 command line, 4 the address cannot be listened on, 6 internal error.");
  int const skipped = talks ? 1 : 0;
  std::vector<char const*> words{argv[0]};
  words.insert(words.end(), argv + 1 + skipped, argv + argc);
  if (auto const end = line.read(static_cast<int>(words.size()), words.data())) return std::unexpected(*end == 0 ? ExitCode::success : ExitCode::bad_command_line);
  arguments.browser = !no_browser;
  if (!life.empty()) {
    arguments.life = life_of(life);
    if (!arguments.life) return wrong("--for " + life + ": expected a time: 90m, 8h, 30d");
  }
  if (talks) return arguments;
  if (own) arguments.deed = Deed::own;
  if (listen.empty()) listen = own ? "127.0.0.1:0" : std::string(listen_default);
  auto endpoint = http::parse_endpoint(listen, allow_remote);
  if (!endpoint) return wrong(endpoint.error().text());
  arguments.listen = std::move(*endpoint);
  for (auto const& text : origins) {
    auto origin = parse_origin(text);
    if (!origin) return wrong(origin.error().text());
    arguments.origins.push_back(std::move(*origin));
  }
  bool const here = arguments.listen.address.starts_with("127.") || arguments.listen.address == "::1";
  if (arguments.origins.empty() && !here) return wrong("--listen " + listen + ": say by which name people come: --origin https://NAME");
  return arguments;
}

}  // namespace rsm::web
