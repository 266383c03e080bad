// OpenNtmsSession, CloseNtmsSession. Source: ntms-functions.md section 2, readings.md 29, architecture decisions 11 and 28.
#include <netdb.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "api/client/ntmsapi_border.hpp"
#include "api/client/ntmsapi_convert.hpp"
#include "api/client/ntmsapi_text.hpp"
#include "api/client/ntmsapi_detection.hpp"
#include "api/client/ntmsapi_notifications.hpp"
#include "api/client/ntmsapi_ports.hpp"
#include "libmgr/domain/limits.hpp"

namespace rsm::ntms {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

// Levels of letters, digits, '-' and '_', 1 to 63 characters each, at most 255 in all.
bool is_computer_name(std::string_view name) {
  if (name.size() > 255) return false;
  for (;;) {
    auto const dot = name.find('.');
    std::string_view const level = name.substr(0, dot);
    bool const good = std::ranges::all_of(level, [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; });
    if (level.empty() || level.size() > 63 || level.starts_with('-') || level.ends_with('-') || !good) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

std::string full_name_of_this_computer(char const* host) {
  addrinfo wanted{};
  wanted.ai_flags = AI_CANONNAME;
  addrinfo* found = nullptr;
  if (getaddrinfo(host, nullptr, &wanted, &found) != 0) return {};
  std::string const name = found->ai_canonname == nullptr ? "" : found->ai_canonname;
  freeaddrinfo(found);
  return name;
}

bool is_this_computer(std::string_view name) {
  if (name.empty() || same_name(name, "localhost")) return true;
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) return false;
  return same_name(name, host.data()) || same_name(name, full_name_of_this_computer(host.data()));
}

struct Asked {
  std::string server, application;
};

Result<Asked> check(std::optional<std::string> const& server, std::optional<std::string> const& application, DWORD options) {
  if (!application || characters(*application) > limits::application_chars_max) return fail(Errc::invalid_parameter);
  if ((options & ~static_cast<DWORD>(NTMS_SESSION_QUERYEXPEDITE)) != 0) return fail(Errc::invalid_parameter);
  if (!server || (!server->empty() && !is_computer_name(*server))) return fail(Errc::invalid_computername);
  return Asked{*server, *application};
}

// The connection has its own way back: a session that is open waits through a restart of the service.
Result<Session> connect_and_open(Asked const& asked) {
  if (!is_this_computer(asked.server)) return fail(Errc::no_network);
  client::Options options;
  options.client_name = "libntmsapi " RSM_VERSION;
  RSM_TRY(auto connection, client::Connection::open(std::move(options)));
  RSM_CHECK(connection->open_session(asked.application));
  return Session(std::move(connection));
}

HANDLE open_session(std::optional<std::string> const& server, std::optional<std::string> const& application, DWORD options) {
  HANDLE handle = INVALID_HANDLE_VALUE;
  DWORD const number = guarded([&]() -> DWORD {
    auto const asked = check(server, application, options);
    if (!asked) return number_of(asked);
    auto session = connect_and_open(*asked);
    if (session) {
      forget_batch_of(*session);  // of another session that ended at the same address
      handle = remember_session(std::move(*session));
    }
    return number_of(session);
  });
  if (number != ERROR_SUCCESS) SetLastError(number);
  return handle;
}

template <class Character>
HANDLE open_from_text(Character const* server, Character const* application, DWORD options) {
  HANDLE handle = INVALID_HANDLE_VALUE;
  DWORD const number = guarded([&]() -> DWORD {
    handle = open_session(text_or_none(server, other_text_chars_max), text_or_none(application, limits::application_chars_max), options);
    return ERROR_SUCCESS;
  });
  if (number != ERROR_SUCCESS) SetLastError(number);
  return handle;
}

}  // namespace

Result<Session> own_session(std::optional<std::string> const& server, std::optional<std::string> const& application) {
  RSM_TRY(auto const asked, check(server, application, 0));
  return connect_and_open(asked);
}

}  // namespace rsm::ntms

extern "C" {

HANDLE WINAPI OpenNtmsSessionW(LPCWSTR lpServer, LPCWSTR lpApplication, DWORD dwOptions) {
  return rsm::ntms::open_from_text(lpServer, lpApplication, dwOptions);
}

HANDLE WINAPI OpenNtmsSessionA(LPCSTR lpServer, LPCSTR lpApplication, DWORD dwOptions) {
  return rsm::ntms::open_from_text(lpServer, lpApplication, dwOptions);
}

DWORD WINAPI CloseNtmsSession(HANDLE hSession) {
  return rsm::ntms::guarded([hSession]() -> DWORD {
    rsm::ntms::Session const session = rsm::ntms::forget_session(hSession);
    if (!session) return ERROR_INVALID_HANDLE;
    rsm::ntms::end_notifications_of(session);
    rsm::ntms::forget_batch_of(session);
    rsm::ntms::end_detections_of(session);
    auto const closed = session->close_session();
    session->close();  // whoever still waits returns ERROR_CANCELLED
    return closed ? ERROR_SUCCESS : ERROR_CONNECTION_UNAVAIL;
  });
}

}  // extern "C"
