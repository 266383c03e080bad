// SubmitNtmsOperatorRequest, WaitForNtmsOperatorRequest, CancelNtmsOperatorRequest, SatisfyNtmsOperatorRequest.
// Source: ntms-functions.md section 8, rsm-model.md section 16, readings.md 33.
#include <optional>
#include <string>

#include "api/client/limits.hpp"
#include "api/client/ntmsapi_border.hpp"
#include "api/client/ntmsapi_convert.hpp"
#include "api/client/ntmsapi_patience.hpp"
#include "libmgr/domain/limits.hpp"

namespace rsm::ntms {
namespace {

// ---- submitting -----------------------------------------------------------------------------------------------------------

// A character of 16 bits takes at most 3 bytes of UTF-8. Nothing beyond is looked at, whether a terminator comes or not.
constexpr std::size_t units_most(WCHAR const*) { return limits::message_chars_max; }
constexpr std::size_t units_most(CHAR const*) { return 3 * limits::message_chars_max; }
std::optional<std::string> read_text(WCHAR const* text) { return of_wide(text); }
std::optional<std::string> read_text(CHAR const* text) { return of_narrow(text); }

template <class Character>
DWORD read_message(Character const* message, std::string& out) {
  if (message == nullptr) return ERROR_SUCCESS;
  std::basic_string<Character> text;
  for (std::size_t n = 0; message[n] != 0; ++n) {
    if (n == units_most(message)) return ERROR_MESSAGE_EXCEEDS_MAX_SIZE;
    text += message[n];
  }
  auto const read = read_text(text.c_str());
  if (!read) return ERROR_INVALID_PARAMETER;
  if (characters(*read) > limits::message_chars_max) return ERROR_MESSAGE_EXCEEDS_MAX_SIZE;
  out = *read;
  return ERROR_SUCCESS;
}

bool given(LPNTMS_GUID id) { return id != nullptr && !NTMS_IS_NULLGUID(*id); }

// Whether what a kind is about was named; of which type it is, the service finds out.
bool names_enough(DWORD kind, LPNTMS_GUID first, LPNTMS_GUID second) {
  if (kind == NTMS_OPREQ_MESSAGE) return true;
  return given(first) && (kind != NTMS_OPREQ_MOVEMEDIA || given(second));
}

std::optional<Guid> argument(LPNTMS_GUID id) { return given(id) ? std::optional(from_windows(*id)) : std::nullopt; }

template <class Character>
DWORD submit_operator_request(client::Connection& connection, DWORD kind, Character const* message, LPNTMS_GUID first, LPNTMS_GUID second, LPNTMS_GUID id) {
  if (id == nullptr || kind < NTMS_OPREQ_NEWMEDIA || kind > NTMS_OPREQ_MESSAGE) return ERROR_INVALID_PARAMETER;
  std::string text;
  if (DWORD const wrong = read_message(message, text); wrong != ERROR_SUCCESS) return wrong;
  if (!names_enough(kind, first, second) || (kind == NTMS_OPREQ_MESSAGE && text.empty())) return ERROR_INVALID_PARAMETER;
  wire::OperatorSubmitParams params;
  auto key = client::make_key();
  if (!key) return number_of(key);
  params.key = std::move(*key);
  params.command = static_cast<OperatorCommand>(kind);
  if (!text.empty()) params.message = std::move(text);
  params.argument1 = argument(first);
  params.argument2 = argument(second);
  auto const submitted = connection.opreq_submit(params);
  if (submitted) *id = to_windows(submitted->id.guid);
  return number_of(submitted);
}

// ---- waiting --------------------------------------------------------------------------------------------------------------

DWORD wait_for_operator_request(client::Connection& connection, LPNTMS_GUID id, DWORD timeout) {
  if (id == nullptr) return ERROR_INVALID_PARAMETER;
  Patience const patience(timeout);
  for (;;) {
    Millis const step = patience.left(limits::client_wait_step);
    auto const ended = connection.opreq_wait({OperatorRequestId{from_windows(*id)}, step.count()}, step + limits::client_call_limit);
    if (ended) return ended->state == OperatorState::complete ? ERROR_SUCCESS : ERROR_CANCELLED;
    if (ended.error().code != Errc::timeout || patience.over()) return number_of(ended);
  }
}

// ---- answering ------------------------------------------------------------------------------------------------------------

// An answer carries no key. When the connection broke in the middle of it, the request itself says whether it was taken.
template <class Answer>
DWORD answer_operator_request(client::Connection& connection, LPNTMS_GUID id, OperatorState wanted, Answer give) {
  if (id == nullptr) return ERROR_INVALID_PARAMETER;
  wire::OperatorRequestParams const which{OperatorRequestId{from_windows(*id)}};
  auto const answered = give(which);
  if (answered || answered.error().code != Errc::not_connected) return number_of(answered);
  auto const now = connection.opreq_get(which);
  if (!now) return number_of(now);
  return now->state == wanted ? static_cast<DWORD>(ERROR_SUCCESS) : number_of(give(which));
}

DWORD refuse_operator_request(client::Connection& connection, LPNTMS_GUID id) {
  return answer_operator_request(connection, id, OperatorState::refused, [&](auto const& which) { return connection.opreq_refuse(which); });
}

DWORD satisfy_operator_request(client::Connection& connection, LPNTMS_GUID id) {
  return answer_operator_request(connection, id, OperatorState::complete, [&](auto const& which) { return connection.opreq_satisfy(which); });
}

}  // namespace
}  // namespace rsm::ntms

extern "C" {

DWORD WINAPI SubmitNtmsOperatorRequestA(HANDLE hSession, DWORD dwRequest, LPCSTR lpMessage, LPNTMS_GUID lpArg1Id, LPNTMS_GUID lpArg2Id,
                                        LPNTMS_GUID lpRequestId) {
  return rsm::ntms::with_session(
      hSession, [=](auto& connection) { return rsm::ntms::submit_operator_request(connection, dwRequest, lpMessage, lpArg1Id, lpArg2Id, lpRequestId); });
}

DWORD WINAPI SubmitNtmsOperatorRequestW(HANDLE hSession, DWORD dwRequest, LPCWSTR lpMessage, LPNTMS_GUID lpArg1Id, LPNTMS_GUID lpArg2Id,
                                        LPNTMS_GUID lpRequestId) {
  return rsm::ntms::with_session(
      hSession, [=](auto& connection) { return rsm::ntms::submit_operator_request(connection, dwRequest, lpMessage, lpArg1Id, lpArg2Id, lpRequestId); });
}

DWORD WINAPI WaitForNtmsOperatorRequest(HANDLE hSession, LPNTMS_GUID lpRequestId, DWORD dwTimeout) {
  return rsm::ntms::with_session(hSession, [=](auto& connection) { return rsm::ntms::wait_for_operator_request(connection, lpRequestId, dwTimeout); });
}

DWORD WINAPI CancelNtmsOperatorRequest(HANDLE hSession, LPNTMS_GUID lpRequestId) {
  return rsm::ntms::with_session(hSession, [=](auto& connection) { return rsm::ntms::refuse_operator_request(connection, lpRequestId); });
}

DWORD WINAPI SatisfyNtmsOperatorRequest(HANDLE hSession, LPNTMS_GUID lpRequestId) {
  return rsm::ntms::with_session(hSession, [=](auto& connection) { return rsm::ntms::satisfy_operator_request(connection, lpRequestId); });
}

}  // extern "C"
