#include "api/web/console.hpp"

#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/algorithm/string/predicate.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <stdexcept>

#include "api/client/connection.hpp"
#include "api/protocol/json_text.hpp"
#include "api/watch/watcher.hpp"
#include "api/web/allowed_calls.hpp"
#include "api/web/callers.hpp"
#include "api/web/live.hpp"
#include "api/web/origin_check.hpp"
#include "api/web/page_files.hpp"

namespace rsm::web {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;

constexpr std::string_view again = "log in again: rsm web login";
constexpr std::string_view policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'";

std::int64_t now_ms() { return std::chrono::duration_cast<Millis>(std::chrono::system_clock::now().time_since_epoch()).count(); }

std::string random_text() {
  std::array<unsigned char, limits::secret_bytes> bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) throw std::runtime_error("the system gives no random bytes");
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (auto const byte : bytes) text += {digits[byte >> 4], digits[byte & 15]};
  return text;
}

http::Response with_fields(http::Response response) {
  response.fields.insert(response.fields.end(), {{"Content-Security-Policy", std::string(policy)},
                                                 {"Referrer-Policy", "no-referrer"},
                                                 {"Cross-Origin-Opener-Policy", "same-origin"},
                                                 {"Cross-Origin-Resource-Policy", "same-origin"}});
  return response;
}

http::Response json_response(json::object const& object, unsigned status = 200) {
  return with_fields({.status = status, .content_type = "application/json", .body = json::serialize(object), .fields = {}});
}

json::object error_object(Error const& error) {
  return {{"error", json::object{{"code", static_cast<std::int64_t>(error.code)}, {"name", error_name(error.code)}, {"object", error.object}, {"detail", error.detail}, {"sentence", error.text()}}}};
}

http::Response refused(Refusal const& refusal) { return with_fields({.status = refusal.status, .body = refusal.sentence + "\n", .fields = {}}); }
http::Response not_signed_in() { return json_response(error_object({Errc::access_denied, "console", "sign in with a link: rsm web login"}), 401); }

std::string_view path_of(http::Request const& request) { return std::string_view(request.target).substr(0, request.target.find('?')); }

// The cookie of this name; empty: there is none, or several.
std::string cookie_in(http::Request const& request, std::string const& name) {
  std::string found;
  for (auto const& [field, value] : request.fields) {
    if (!boost::algorithm::iequals(field, "Cookie")) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      auto const end = rest.find(';');
      auto one = rest.substr(0, end);
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
      while (one.starts_with(' ')) one.remove_prefix(1);
      if (!one.starts_with(name) || one.substr(name.size(), 1) != "=") continue;
      if (!found.empty()) return {};
      found = one.substr(name.size() + 1);
    }
  }
  return found;
}

// What a page may know of who it looks for.
json::object about(Session const& session, Moment now) {
  auto const& p = session.person;
  return {{"user", p.user}, {"administrator", p.administrator}, {"view", p.view_only}, {"lost", session.connection_lost}, {"ends", now_ms() + std::chrono::duration_cast<Millis>(session.ends - now).count()}};
}

}  // namespace

struct Console::Inside : std::enable_shared_from_this<Console::Inside> {
  Inside(asio::io_context& io, ConsoleOptions o) : loop(io), options(std::move(o)), sign_in(random_text), live(random_text()), beat(io) {}

  void start() {
    watcher = std::make_unique<watch::Watcher>(client_options(), [weak = weak_from_this(), &io = loop] {
      asio::post(io, [weak] {
        if (auto const self = weak.lock()) self->news();
      });
    });
    go_on_beating();
  }

  client::Options client_options() const { return {.socket = options.socket, .client_name = std::string("rsm-web ") + RSM_VERSION}; }
  std::string cookie_name() const { return "rsm-web-" + options.instance; }

  std::shared_ptr<Session> session_of(http::Request const& request) { return sign_in.find(cookie_in(request, cookie_name()), Clock::now()); }

  // The service has another start: connections that were handed over are of the one before.
  void news() {
    auto const world = watcher->world();
    if (world->status.started != 0 && world->status.started != started) {
      if (started != 0) sign_in.connections_lost([this](client::Connection const& one) { return &one != own.get(); });
      started = world->status.started;
    }
    live.show(world);
  }

  void go_on_beating() {
    beat.expires_after(limits::beat);
    beat.async_wait([self = shared_from_this()](boost::system::error_code cancelled) {
      if (cancelled || !self->watcher) return;
      self->sign_in.clean(Clock::now());
      self->live.beat(*self->watcher->world(), now_ms());
      self->go_on_beating();
    });
  }

  http::Response page(http::Request const& request) const;
  http::Response open_link(http::Request const& request);
  void call(std::shared_ptr<Session> session, std::string const& body, http::Respond respond);
  void ask(std::shared_ptr<client::Connection> service, std::shared_ptr<Session> session, CallKind kind, std::string method, std::string params, http::Respond respond);

  asio::io_context& loop;
  ConsoleOptions options;
  SignIn sign_in;
  Live live;
  asio::steady_timer beat;
  std::shared_ptr<client::Connection> own;  // of whoever runs this console for itself
  std::int64_t started = 0;
  std::unique_ptr<watch::Watcher> watcher;
  std::unique_ptr<Callers> callers = std::make_unique<Callers>();
};

// ---- pages and posts

http::Response Console::Inside::page(http::Request const& request) const {
  auto const path = path_of(request) == "/" ? std::string_view("/index.html") : path_of(request);
  auto const files = page_files();
  auto const file = std::ranges::find(files, path, &PageFile::path);
  if (file == files.end()) return with_fields({.status = 404, .body = "There is no such page: see /\n", .fields = {}});
  return with_fields({.content_type = std::string(file->content_type), .body = std::string(file->text), .fields = {}});
}

http::Response Console::Inside::open_link(http::Request const& request) {
  auto const parsed = wire::parse_json(request.body);
  auto const* token = parsed && parsed->is_object() ? parsed->get_object().if_contains("token") : nullptr;
  auto const cookie = token != nullptr && token->is_string() ? sign_in.open_link(std::string_view(token->get_string()), Clock::now()) : std::nullopt;
  if (!cookie) return json_response(error_object({Errc::access_denied, "link", "it was used already, or is too old: make another one with rsm web login"}), 401);
  auto const session = sign_in.find(*cookie, Clock::now());
  auto response = json_response(about(*session, Clock::now()));
  auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(session->ends - session->begun).count();
  response.fields.emplace_back("Set-Cookie", cookie_name() + "=" + *cookie + "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" + std::to_string(seconds) + (came_by_tls(request) ? "; Secure" : ""));
  return response;
}

void Console::handle(http::Request request, http::Respond respond) {
  auto& d = *inside_;
  if (auto const refusal = check_host(request, d.options.origins)) return respond(refused(*refusal));
  auto const path = path_of(request);
  bool const api = path.starts_with("/api/");
  bool const reads = request.method == "GET" || request.method == "HEAD";
  auto const wrong_method = [&](std::string allowed) { respond(with_fields({.status = 405, .body = "Here only " + allowed + " is taken\n", .fields = {{"Allow", allowed}}})); };
  if (!api) return reads ? respond(d.page(request)) : wrong_method("GET, HEAD");
  if (path == "/api/me") {
    if (!reads) return wrong_method("GET, HEAD");
    auto const session = d.session_of(request);
    return respond(session ? json_response(about(*session, Clock::now())) : not_signed_in());
  }
  if (path != "/api/login" && path != "/api/logout" && path != "/api/call") return respond(with_fields({.status = 404, .body = "There is nothing here\n", .fields = {}}));
  if (request.method != "POST") return wrong_method("POST");
  if (auto const refusal = check_post(request, d.options.origins)) return respond(refused(*refusal));
  if (path == "/api/login") return respond(d.open_link(request));
  auto session = d.session_of(request);
  if (!session) return respond(not_signed_in());
  if (path == "/api/call") return d.call(std::move(session), request.body, std::move(respond));
  d.sign_in.end(cookie_in(request, d.cookie_name()));
  auto response = json_response({});
  response.fields.emplace_back("Set-Cookie", d.cookie_name() + "=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
  respond(std::move(response));
}

std::variant<std::shared_ptr<http::WebSocketUser>, http::Response> Console::upgrade(http::Request const& request) {
  auto& d = *inside_;
  if (auto const refusal = check_origin(request, d.options.origins)) return refused(*refusal);
  if (path_of(request) != "/api/live") return with_fields({.status = 404, .body = "There is nothing here\n", .fields = {}});
  auto const session = d.session_of(request);
  if (!session) return not_signed_in();
  if (session->sockets >= limits::sockets_per_session_max)
    return with_fields({.status = 429, .body = "This browser has " + std::to_string(limits::sockets_per_session_max) + " tabs open already; close one\n", .fields = {}});
  ++session->sockets;
  std::weak_ptr<Session> const whose = session;  // sessions end without asking their tabs
  Live::Owner owner{.is_there = [whose] { return !whose.expired(); },
                    .tab_ended = [whose] {
                      if (auto const still_there = whose.lock()) --still_there->sockets;
                    }};
  return d.live.new_tab(json::serialize(json::object{{"me", about(*session, Clock::now())}}), std::move(owner));
}

// ---- calls of the service

void Console::Inside::call(std::shared_ptr<Session> session, std::string const& body, http::Respond respond) {
  auto const refuse = [&](Errc code, std::string object, std::string detail, unsigned status = 200) { respond(json_response(error_object({code, std::move(object), std::move(detail)}), status)); };
  auto const parsed = wire::parse_json(body);
  auto const* method = parsed && parsed->is_object() ? parsed->get_object().if_contains("method") : nullptr;
  auto const* params = parsed && parsed->is_object() ? parsed->get_object().if_contains("params") : nullptr;
  if (method == nullptr || !method->is_string() || (params != nullptr && !params->is_object())) return refuse(Errc::invalid_parameter, "call", "expected method and params", 400);
  std::string name(method->get_string());
  auto const kind = kind_of_call(name);
  if (!kind) return refuse(Errc::not_supported, "call", "no page may make this call", 404);
  if (*kind != CallKind::looks && session->person.view_only) return refuse(Errc::access_denied, name, "this browser was given a link that can only look");
  if (session->calls >= limits::calls_per_session_max) return refuse(Errc::busy, name, "several questions of this browser are not answered yet");
  bool const own_words = session->person.connection && !session->connection_lost;
  if (!own_words && *kind != CallKind::looks) return refuse(Errc::not_connected, name, std::string(again));
  auto service = own_words ? session->person.connection : watcher->connection();
  if (!service) return refuse(Errc::not_ready, name, "the service does not answer");
  ask(std::move(service), std::move(session), *kind, std::move(name), params == nullptr ? "{}" : json::serialize(*params), std::move(respond));
}

void Console::Inside::ask(std::shared_ptr<client::Connection> service, std::shared_ptr<Session> session, CallKind kind, std::string method, std::string params, http::Respond respond) {
  ++session->calls;
  callers->run([self = shared_from_this(), service = std::move(service), session = std::move(session), kind, method = std::move(method), params = std::move(params), respond = std::move(respond)]() mutable {
    auto answer = [&]() -> Result<std::string> {
      if (kind == CallKind::in_session) {
        auto const opened = service->open_session("rsm-web");
        if (!opened && opened.error().code != Errc::already_exists) return std::unexpected(opened.error());
      }
      return service->call_raw(method, params, limits::call_limit);
    }();
    asio::post(self->loop, [self, service = std::move(service), session = std::move(session), answer = std::move(answer), respond = std::move(respond)]() mutable {
      --session->calls;
      bool const of_person = service == session->person.connection;
      if (!answer && of_person && service != self->own && (answer.error().code == Errc::not_connected || answer.error().code == Errc::invalid_handle)) {
        session->connection_lost = true;
        answer.error().detail = again;
      }
      if (!answer) return respond(json_response(error_object(answer.error())));
      respond(with_fields({.content_type = "application/json", .body = "{\"result\":" + *answer + "}", .fields = {}}));
    });
  });
}

// ---- logging in

void Console::take(Passed passed, LoginSocket::Answer answer) {
  auto const d = inside_;
  if (passed.message.logout) return answer(HandOverReply{.link = {}, .ended = static_cast<std::int64_t>(d->sign_in.end_all_of(passed.uid))});
  if (!passed.connection) return answer(fail(Errc::bad_format, "login", "no connection to the service was passed"));
  auto const life = allowed_life(passed.message.life, passed.message.view_only);
  d->callers->run([d, passed = std::move(passed), answer = std::move(answer), life]() mutable {
    auto person = [&]() -> Result<Person> {
      RSM_CHECK(is_service(passed.connection.get(), client::socket_path(d->options.socket)));
      RSM_TRY(auto connection, client::Connection::adopt(passed.connection.release(), d->client_options()));
      auto const hello = connection->server();
      if (hello.uid != static_cast<std::int64_t>(passed.uid)) return fail(Errc::access_denied, "login", "the connection that was passed is somebody else's");
      Person who{.uid = passed.uid, .user = hello.user.value_or(""), .administrator = hello.administrator.value_or(false), .view_only = passed.message.view_only, .connection = {}};
      if (!who.view_only) who.connection = std::move(connection);
      return who;
    }();
    asio::post(d->loop, [d, person = std::move(person), answer = std::move(answer), life]() mutable {
      if (!person) return answer(std::unexpected(person.error()));
      auto const secret = d->sign_in.make_link(std::move(*person), life, Clock::now());
      answer(HandOverReply{.link = d->options.base + "#t=" + secret, .life = life});
    });
  });
}

Result<std::string> Console::own_link() {
  auto& d = *inside_;
  if (!d.own) {
    auto options = d.client_options();
    options.reconnect_limit = limits::session_max;  // a service that was away for an hour is found again
    RSM_TRY(auto opened, client::Connection::open(std::move(options)));
    d.own = std::move(opened);
  }
  auto const hello = d.own->server();
  Person person{.uid = getuid(), .user = hello.user.value_or(""), .administrator = hello.administrator.value_or(false), .view_only = false, .connection = d.own};
  return d.options.base + "#t=" + d.sign_in.make_link(std::move(person), limits::session_max, Clock::now());
}

Console::Console(asio::io_context& loop, ConsoleOptions options) : inside_(std::make_shared<Inside>(loop, std::move(options))) { inside_->start(); }

// What is under way at the service is broken off, so that nothing is waited for.
Console::~Console() {
  inside_->beat.cancel();
  for (auto const& session : inside_->sign_in.sessions())
    if (session->person.connection) session->person.connection->close();
  inside_->watcher.reset();
  inside_->callers.reset();
}

void Console::set_base(std::string base) { inside_->options.base = std::move(base); }

}  // namespace rsm::web
