// What fmt and toml++ have in their shared libraries, for programs that hold it in themselves (quick_start.cmake).
#define TOML_HEADER_ONLY 0
#define TOML_IMPLEMENTATION
#define TOML_ENABLE_FORMATTERS 0  // nobody writes TOML with it, and it would bring the mathematical library to programs that calculate nothing
#include <fmt/format-inl.h>
#include <toml++/toml.h>

FMT_BEGIN_NAMESPACE
namespace detail {
template char decimal_point_impl<char>(locale_ref);
template thousands_sep_result<char> thousands_sep_impl<char>(locale_ref);
template dragonbox::decimal_fp<float> dragonbox::to_decimal(float);
template dragonbox::decimal_fp<double> dragonbox::to_decimal(double);
}  // namespace detail
FMT_END_NAMESPACE
