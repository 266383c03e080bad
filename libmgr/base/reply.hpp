// How a call is answered: once, on the loop, possibly from inside the call when it is refused. Thread rule: the loop only.
#pragma once

#include <functional>

#include "libmgr/domain/error.hpp"

namespace rsm {

template <class T = void>
using Reply = std::move_only_function<void(Result<T>)>;

}  // namespace rsm
