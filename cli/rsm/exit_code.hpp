// Exit codes of the program. Thread rule: pure functions. Source: rsm-cli.md section 3.
#pragma once

#include "libmgr/domain/error.hpp"

namespace rsm::cli {

namespace exit_code {
constexpr int success = 0;
constexpr int usage = 1;
constexpr int no_service = 2;
constexpr int access_denied = 3;
constexpr int other = 4;
constexpr int no_such_object = 5;
constexpr int busy = 6;
constexpr int given_up = 7;  // time over, cancelled, refused
constexpr int offline = 8;
constexpr int not_supported = 50;
}  // namespace exit_code

// The exit code of an error; with `win32` the low 8 bits of its number (255 if those are 0).
int exit_code_of(Errc code, bool win32);
// What a person can do about it; empty: the error says all there is, a command included.
std::string advice(Error const& error);

}  // namespace rsm::cli
